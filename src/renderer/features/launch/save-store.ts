import { create } from "zustand";
import type { FileState } from "../../../shared/model/plan-source";
import { call, messageOf } from "../../api";
import { goTo, placeNow } from "../../location";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";
import { checkedText, forgetText, useDraft } from "./draft-text";
import { showPreview, useLaunch } from "./launch-state";
import { launchPlace, reload } from "./launch-store";
import { loadSources } from "./sources-store";

/** How the file of what is shown stands against what was read from it. */
export const useFileState = create<{ readonly sourceId: string | null; readonly state: FileState }>()(() => ({
  sourceId: null,
  state: "same",
}));

export async function checkFile(): Promise<void> {
  const sourceId = useLaunch.getState().preview?.sourceId;
  if (sourceId === undefined) return;
  try {
    useFileState.setState({ sourceId, state: await call("plans.fileState", { sourceId }) });
  } catch {
    // What cannot be read now is told of when it is saved or read again.
    useFileState.setState({ sourceId, state: "same" });
  }
}

/** Writes the text into its file; asks first when the file says something else than it did. */
export async function savePlan(): Promise<void> {
  await checkedText();
  const { preview } = useLaunch.getState();
  if (preview === null) return;
  if (!preview.isSavable) {
    await savePlanAs();
    return;
  }
  try {
    const answer = await call("plans.save", { sourceId: preview.sourceId });
    if (answer.outcome === "saved") {
      showPreview(answer.preview);
      await saved(preview.sourceName);
    } else {
      useFileState.setState({ sourceId: preview.sourceId, state: answer.outcome });
      askOverwrite(preview.sourceId, preview.sourceName, answer.outcome);
    }
  } catch (error) {
    toast.error(`Could not save ${preview.sourceName}`, { description: messageOf(error) });
  }
}

async function saved(name: string): Promise<void> {
  toast.success(`Saved ${name}`);
  await Promise.all([checkFile(), loadSources()]);
}

function askOverwrite(sourceId: string, name: string, why: "changed" | "missing"): void {
  const isGone = why === "missing";
  askAct({
    title: `Save ${name}`,
    keepLabel: "Keep editing",
    variant: isGone ? "primary" : "danger",
    preview: () => ({
      title: isGone ? `Write ${name} anew?` : `Overwrite ${name}?`,
      consequence: isGone
        ? "The file is gone since it was read here. It is written again where it was."
        : "The file was changed by another program since it was read here. What that wrote is lost. To keep both, save yours as another file.",
      affected: [],
      confirmLabel: isGone ? "Write it" : "Overwrite it",
    }),
    run: async () => {
      const answer = await call("plans.save", { sourceId, overwrite: true });
      if (answer.outcome !== "saved") return;
      if (useLaunch.getState().preview?.sourceId === sourceId) showPreview(answer.preview);
      await saved(name);
    },
  });
}

/** Asks for a file and writes the text there; from then on that is its file. */
export async function savePlanAs(): Promise<void> {
  await checkedText();
  const { preview } = useLaunch.getState();
  if (preview === null) return;
  try {
    const written = await call("plans.saveAs", { sourceId: preview.sourceId });
    if (written === null) return;
    showPreview(written);
    if (placeNow().view === "launch") goTo(launchPlace(written.origin), { replace: true });
    await saved(written.sourceName);
  } catch (error) {
    toast.error(`Could not save ${preview.sourceName}`, { description: messageOf(error) });
  }
}

/** Reads the file again; asks first when that throws edits away. */
export function askReload(): void {
  const { preview } = useLaunch.getState();
  if (preview === null) return;
  const read = async (): Promise<void> => {
    forgetText();
    await reload();
    await Promise.all([checkFile(), loadSources()]);
  };
  if (!preview.isEdited && useDraft.getState().text === null) {
    void read();
    return;
  }
  const isFile = preview.isSavable;
  askAct({
    title: `Throw the edits of ${preview.sourceName} away`,
    keepLabel: "Keep the edits",
    preview: () => ({
      title: "Throw your edits away?",
      consequence: isFile
        ? `The text becomes what ${preview.sourceName} says on the disk. What you typed here is lost.`
        : "The text becomes what it was when it was opened. What you typed here is lost.",
      affected: [],
      confirmLabel: "Throw away",
    }),
    run: read,
  });
}
