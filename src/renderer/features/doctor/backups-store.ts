import { create } from "zustand";
import type { BackupList, BackupRow } from "../../../shared/model/backup";
import { call, messageOf } from "../../api";
import { formatDateTime } from "../../time-format";
import { formatBytes, formatCount, plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askDatabase } from "../databases/database-choice";
import { type ActPreview, askAct } from "../dialogs/act-store";

const LOOK_MS = 5_000;

interface BackupsState {
  readonly list: BackupList | null;
  readonly error: unknown;
  /** What is under way: a backup that is made, or the one that is verified. */
  readonly busy: string | null;
}

export const useBackups = create<BackupsState>()(() => ({ list: null, error: null, busy: null }));

export async function loadBackups(): Promise<void> {
  try {
    useBackups.setState({ list: await call("backups.list", {}), error: null });
  } catch (error) {
    useBackups.setState({ error });
  }
}

/** Keeps the list fresh until the returned function is called. */
export function startBackups(): () => void {
  void loadBackups();
  const timer = setInterval(() => {
    if (!document.hidden) void loadBackups();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

async function busyWith(what: string, work: () => Promise<void>, failed: string): Promise<void> {
  if (useBackups.getState().busy !== null) return;
  useBackups.setState({ busy: what });
  try {
    await work();
  } catch (error) {
    toast.error(failed, { description: messageOf(error) });
  }
  useBackups.setState({ busy: null });
  await loadBackups();
}

export const MAKING = "making";

export function makeBackup(): Promise<void> {
  const work = async (): Promise<void> => {
    const { file, bytes } = await call("backups.make", {});
    toast.success(`Backed up, ${formatBytes(bytes)}`, { description: file });
  };
  return busyWith(MAKING, work, "The backup could not be made");
}

export function verifyBackup({ id }: BackupRow): Promise<void> {
  const work = async (): Promise<void> => {
    const { verification } = await call("backups.verify", { backupId: id });
    if (verification?.verdict === "sound") toast.success("The backup is sound");
    else
      toast.error(`The backup is ${verification?.verdict ?? "unreadable"}`, {
        description: verification?.damage[0] ?? "",
      });
  };
  return busyWith(id, work, "The backup could not be verified");
}

export function restoreAsNew({ id }: BackupRow): Promise<void> {
  const work = async (): Promise<void> => {
    const answer = await call("backups.restoreAs", { backupId: id });
    if (answer === null) return;
    const { file, fileId } = answer;
    toast.success("Restored as a new database", {
      description: file,
      action: { label: "Open", run: () => void askDatabase(fileId) },
    });
  };
  return busyWith(id, work, "The backup could not be restored");
}

export async function setBackupRule(name: "backup.everyHours" | "backup.keep", value: number): Promise<void> {
  try {
    await call("settings.set", { name, value });
  } catch (error) {
    toast.error("It could not be set", { description: messageOf(error) });
  }
  await loadBackups();
}

export function askRemove(backup: BackupRow): void {
  askAct({
    title: "Remove a backup",
    keepLabel: "Keep it",
    reasons: ["Too old", "It is damaged"],
    preview: () => ({
      title: "Remove 1 backup?",
      consequence: `${backup.file} is removed, ${formatBytes(backup.bytes)} of ${formatDateTime(backup.madeAt)}. It cannot be brought back.`,
      affected: [],
      confirmLabel: "Remove 1 backup",
    }),
    run: async ({ reason }) => {
      await call("backups.remove", { backupId: backup.id, reason });
      await loadBackups();
    },
  });
}

/** Shows what putting a backup in the database's place would change, and does it when it is confirmed. */
export function askRestore(backup: BackupRow): void {
  askAct({
    title: "Restore a backup in place",
    keepLabel: "Leave it as it is",
    needsReason: true,
    reasons: ["Wrong data was written", "The file is damaged"],
    preview: async (): Promise<ActPreview> => {
      const { refusal, tables } = await call("backups.previewRestore", { backupId: backup.id });
      if (refusal !== null) {
        return { title: "The database is left as it is", consequence: refusal, affected: [], confirmLabel: null };
      }
      const changed = tables.filter(({ now, restored }) => now !== restored);
      const words = changed
        .map(({ table, now, restored }) => `${table}: ${formatCount(now)} becomes ${formatCount(restored)}`)
        .join("; ");
      return {
        title: `Restore the backup of ${formatDateTime(backup.madeAt)}?`,
        consequence: `The database is put back to what it was then${words === "" ? ", with as many rows in each table" : `. Rows: ${words}`}. Its present state is backed up first, logs stay where they are, and this window opens it anew. It is refused while another program has the file open.`,
        affected: [],
        confirmLabel: "Restore in place",
      };
    },
    run: async ({ reason }) => {
      await call("backups.restore", { backupId: backup.id, reason });
    },
  });
}

export const causeWords: Readonly<Record<BackupRow["cause"], string>> = {
  operator: "by hand",
  schedule: "by the clock",
  restore: "before a restore",
  retention: "before a cleaning",
  other: "by another program, or before a change of the schema",
};

export function verificationWords({ isMissing, verification }: BackupRow): string {
  if (isMissing) return "The file is gone";
  if (verification === null) return "Not verified";
  if (verification.verdict === "damaged") return "Damaged";
  if (verification.verdict === "missing") return "The file was gone";
  return `Sound, ${plural(verification.rows.tasks ?? 0, "task")}`;
}
