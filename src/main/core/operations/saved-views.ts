import type { LogViewContent, SavedView, ViewContent } from "../../../shared/model/task-lists";
import type { Store } from "../store/open";
import * as views from "../store/saved-views";

/** Views of the board and of the logs that operators keep, the oldest first. */
export function listViews(store: Store): SavedView[] {
  return views.listViews(store.read);
}

/** Keeps a view under a name; one that has the name already is replaced. Throws `not_allowed` where that is of another kind. */
export function saveView(
  store: Store,
  {
    name,
    content,
    actor,
  }: { readonly name: string; readonly content: ViewContent | LogViewContent; readonly actor: string },
): Promise<SavedView> {
  const view = { id: store.newId(), name, content, actor, now: store.clock.now() };
  return store.write((tx) => views.saveView(tx, view));
}

/** Throws `not_found`; `not_allowed` when another view has the name. */
export function renameView(
  store: Store,
  { viewId, name, actor }: { readonly viewId: string; readonly name: string; readonly actor: string },
): Promise<SavedView> {
  return store.write((tx) => views.renameView(tx, { id: viewId, name, actor, now: store.clock.now() }));
}

export async function deleteView(store: Store, { viewId }: { readonly viewId: string }): Promise<null> {
  await store.write((tx) => views.deleteView(tx, viewId));
  return null;
}
