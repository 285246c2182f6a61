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
  readonly isBusy: boolean;
  readonly error: string | null;
}

const OFF: WriteMode = { isOn: false, reason: null, since: null };

export const useWriting = create<WriteState>()(() => ({
  mode: OFF,
  preview: null,
  sql: "",
  hasChanged: false,
  isBusy: false,
  error: null,
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
  useWriting.setState({ isBusy: true, error: null, sql });
  try {
    const preview = await call("explorer.previewWrite", { sql, parameters });
    useWriting.setState({ preview, hasChanged: false });
  } catch (error) {
    toast.error("Nothing was changed", { description: messageOf(error) });
  } finally {
    useWriting.setState({ isBusy: false });
  }
}

export const closePreview = (): void => useWriting.setState({ preview: null, error: null });

/** Writes what is on the screen; shows it anew when the database would make something else of it by now. */
export async function commitWrite(onWritten: () => void): Promise<void> {
  const { preview, isBusy } = useWriting.getState();
  if (preview === null || isBusy) return;
  useWriting.setState({ isBusy: true, error: null });
  try {
    const outcome = await call("explorer.commitWrite", { previewId: preview.previewId });
    if (outcome.kind === "differs") {
      useWriting.setState({ preview: outcome.preview, hasChanged: true });
      return;
    }
    const rows = outcome.counts.reduce((sum, count) => sum + count.rows, 0);
    closePreview();
    toast.success(`${plural(rows, "row")} changed`, { description: `As it was before: ${outcome.backupFile}` });
    onWritten();
  } catch (error) {
    useWriting.setState({ error: messageOf(error) });
  } finally {
    useWriting.setState({ isBusy: false });
  }
}
