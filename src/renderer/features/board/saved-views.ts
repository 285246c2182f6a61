import { create } from "zustand";
import type { LogViewContent, SavedView, ViewContent } from "../../../shared/model/task-lists";
import { call, messageOf } from "../../api";
import { toast } from "../../ui/toast";

export const useViews = create<{ readonly views: readonly SavedView[] }>()(() => ({ views: [] }));

/** Reads them again: another console may have changed them. */
export async function loadViews(): Promise<void> {
  try {
    useViews.setState({ views: await call("views.list", {}) });
  } catch {
    // Views are a shortcut: without them the lists are there, and say themselves what is wrong.
  }
}

export async function saveView(name: string, content: ViewContent | LogViewContent): Promise<void> {
  await call("views.save", { name, content });
  await loadViews();
  toast.success(`View ${name} is saved`, { description: "Every console of this database has it." });
}

export async function renameView(view: SavedView, name: string): Promise<void> {
  await call("views.rename", { viewId: view.id, name });
  await loadViews();
}

/** Deletes at once; the toast brings it back. */
export async function deleteView({ id, name, content }: SavedView): Promise<void> {
  try {
    await call("views.delete", { viewId: id });
    await loadViews();
    toast.info(`View ${name} is deleted`, content === null ? {} : { undo: () => void restore(name, content) });
  } catch (error) {
    toast.error(`Could not delete ${name}`, { description: messageOf(error) });
  }
}

async function restore(name: string, content: ViewContent | LogViewContent): Promise<void> {
  try {
    await saveView(name, content);
  } catch (error) {
    toast.error(`Could not bring ${name} back`, { description: messageOf(error) });
  }
}
