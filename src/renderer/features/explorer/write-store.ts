import { create } from "zustand";
import type { WriteMode, WritePreview } from "../../../shared/model/explorer";
import { call, messageOf } from "../../api";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";

interface WriteState {
  readonly mode: WriteMode;
  /** What is about to be written, as the operator sees it; null: nothing is. */
  readonly preview: WritePreview | null;
  readonly sql: string;
  /** The rows had changed since they were seen. */
  readonly hasChanged: boolean;
  /** What is under way, and since when. */
  readonly work: { readonly kind: "trying" | "writing"; readonly since: number } | null;
  /** What became of the last attempt to write. */
  readonly note: string | null;
}

const OFF: WriteMode = { isOn: false, reason: null, since: null };

export const useWriting = create<WriteState>()(() => ({
  mode: OFF,
  preview: null,
  sql: "",
  hasChanged: false,
  work: null,
  note: null,
}));

export async function loadWriteMode(): Promise<void> {
  const mode = await call("explorer.writeMode", {}).catch(() => OFF);
  useWriting.setState({ mode });
}

/** Asks why, and allows writes to this database until the window closes or they are forbidden again. */
export function askToWrite(): void {
  askAct({
    title: "Turn on the write mode",
    keepLabel: "Stay read-only",
    needsReason: true,
    reasons: ["Repair rows by hand", "Correct what another program wrote"],
    preview: () => ({
      title: "Turn on the write mode?",
      consequence:
        "SQL may then insert, update and delete rows. Every change is shown row by row before it is committed, a backup is made first, and statement, counts and reason go into the audit log. It is off again when the window closes.",
      affected: [],
      confirmLabel: "Turn on the write mode",
    }),
    run: async ({ reason }) => {
      const mode = await call("explorer.setWriteMode", { isOn: true, reason: reason ?? "" });
      useWriting.setState({ mode });
    },
  });
}

export async function stopWriting(): Promise<void> {
  try {
    useWriting.setState({ mode: await call("explorer.setWriteMode", { isOn: false }), preview: null });
  } catch (error) {
    toast.error("Could not turn off the write mode", { description: messageOf(error) });
  }
}

/** Looks at what a text would change. Nothing of it is written. */
export async function previewWrite(sql: string, parameters: Readonly<Record<string, string | null>>): Promise<void> {
  if (useWriting.getState().work !== null) return;
  useWriting.setState({ work: { kind: "trying", since: Date.now() }, note: null, sql });
  try {
    const preview = await call("explorer.previewWrite", { sql, parameters });
    if (preview === null) toast.info("Stopped: nothing was changed", { description: "It was only tried." });
    useWriting.setState({ preview, hasChanged: false });
  } catch (error) {
    toast.error("Nothing was changed", { description: messageOf(error) });
  } finally {
    useWriting.setState({ work: null });
  }
}

/** Ends what is tried or written. What it was called for tells what came of it. */
export async function stopWork(): Promise<void> {
  try {
    await call("explorer.stopWrite", {});
  } catch (error) {
    toast.error("Could not stop it", { description: messageOf(error) });
  }
}

export const closePreview = (): void => useWriting.setState({ preview: null, note: null });

const STOPPED = "Stopped: nothing was written. What had been done was taken back, and its backup removed.";

/** Writes what is on the screen; shows it anew when the database would make something else of it by now. */
export async function commitWrite(onWritten: () => void): Promise<void> {
  const { preview, work } = useWriting.getState();
  if (preview === null || work !== null) return;
  useWriting.setState({ work: { kind: "writing", since: Date.now() }, note: null });
  try {
    const outcome = await call("explorer.commitWrite", { previewId: preview.previewId });
    if (outcome.kind === "stopped") {
      useWriting.setState({ note: STOPPED });
      return;
    }
    if (outcome.kind === "differs") {
      useWriting.setState({ preview: outcome.preview, hasChanged: true });
      return;
    }
    const rows = outcome.counts.reduce((sum, count) => sum + count.rows, 0);
    closePreview();
    const before = `As it was before: ${outcome.backupFile}`;
    toast.success(`${plural(rows, "row")} changed`, {
      description: outcome.isStopped ? `It was written before it could be stopped. ${before}` : before,
    });
    onWritten();
  } catch (error) {
    useWriting.setState({ note: messageOf(error) });
  } finally {
    useWriting.setState({ work: null });
  }
}
