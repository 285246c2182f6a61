import { z } from "zod";
import { taskFilter } from "./model/task-filter";
import {
  type ErrorGroups,
  EXPORT_FORMATS,
  MOST_ASKED_USUAL,
  MOST_WATCHED,
  type SavedView,
  TASK_ORDERS,
  type TaskCounts,
  type TaskExport,
  type TaskPage,
  type UsualDuration,
} from "./model/task-lists";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const name = z.string().trim().min(1).max(80);
const order = z.enum(TASK_ORDERS);
export const viewContent = z.union([
  z.strictObject({ filter: taskFilter, layout: z.enum(["board", "table"]), order: order.optional() }),
  z.strictObject({ log: z.enum(["events", "audit"]), query: z.string().min(1).max(2_000) }),
]);

export const boardWatch = z.strictObject({
  taskIds: z.array(z.string().min(1).max(1_000)).max(MOST_WATCHED).readonly(),
  filter: taskFilter,
});

/** Tasks of the whole database, with and without a plan, as lists that stay small at any size of it. */
export const searchContract = {
  /**
   * A page of the tasks that match. It answers after a tenth of a second at the latest, with what was found by
   * then: `next` goes on where it stopped. An order that nothing serves at this size is answered in another one.
   */
  "tasks.search": operation<TaskPage>()(
    z.strictObject({
      filter: taskFilter.default({}),
      order: order.default("priority"),
      after: z.string().max(4_000).optional(),
      limit: z.int().min(1).max(500).default(50),
    }),
  ),
  /** How many tasks match, by stored status. Goes on at `next` until that is null: add up the answers. */
  "tasks.count": operation<TaskCounts>()(
    z.strictObject({ filter: taskFilter.default({}), after: z.string().max(4_000).optional() }),
  ),
  /** The latest failed tasks, those that failed alike together, the largest group first. */
  "tasks.errorGroups": operation<ErrorGroups>()(z.strictObject({ filter: taskFilter.default({}) })),
  /** What tasks took in earlier runs of their plans; those that never ran before are not in the answer. */
  "tasks.usual": operation<readonly UsualDuration[]>()(
    z.strictObject({ taskIds: z.array(z.string().min(1).max(1_000)).max(MOST_ASKED_USUAL).readonly() }),
  ),

  /**
   * Asks where with the system's dialog, and begins to write the tasks that match into that file, at most
   * `MOST_EXPORTED`; null when the operator thinks better of it. The file is there when all of it is.
   */
  "tasks.export": operation<TaskExport | null>()(
    z.strictObject({
      filter: taskFilter.default({}),
      order: order.default("newest"),
      format: z.enum(EXPORT_FORMATS).default("csv"),
    }),
  ),
  /** How far it has got. `not_found` for one that this window has not begun. */
  "tasks.exported": operation<TaskExport>()(z.strictObject({ exportId: id })),
  /** What was written so far is taken away. */
  "tasks.stopExport": operation<TaskExport>()(z.strictObject({ exportId: id })),

  /** Views that operators keep, by name. Every console of the database has the same. */
  "views.list": operation<readonly SavedView[]>()(z.strictObject({})),
  /** Keeps a view; one of the same name is replaced, or `not_allowed` where that shows something else. */
  "views.save": operation<SavedView>()(z.strictObject({ name, content: viewContent })),
  /** `not_allowed` when another view has the name. */
  "views.rename": operation<SavedView>()(z.strictObject({ viewId: id, name })),
  "views.delete": operation<null>()(z.strictObject({ viewId: id })),
} as const;
