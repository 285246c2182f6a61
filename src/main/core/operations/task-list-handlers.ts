import type { Handlers } from "../../../shared/contract";
import type { Store } from "../store/open";
import { deleteView, listViews, renameView, saveView } from "./saved-views";
import { countTasks, getErrorGroups, searchTasks } from "./task-search";
import { getUsualDurations } from "./usual-durations";

/** Lists of tasks over the whole database, and the views that operators keep of them. */
export function taskListHandlers({ store, actor }: { readonly store: Store; readonly actor: string }) {
  return {
    "tasks.search": (input) => searchTasks(store, input),
    "tasks.count": (input) => countTasks(store, input),
    "tasks.errorGroups": (input) => getErrorGroups(store, input),
    "tasks.usual": (input) => getUsualDurations(store, input),
    "views.list": () => listViews(store),
    "views.save": (input) => saveView(store, { ...input, actor }),
    "views.rename": (input) => renameView(store, { ...input, actor }),
    "views.delete": (input) => deleteView(store, input),
  } satisfies Partial<Handlers>;
}
