import type { EventSubjects } from "../../../shared/model/log-views";
import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { readPlanTitle } from "./overview-rows";

export const TASK_NAME = `SELECT t.id, t.title, k.plan_id, k.subtask_id FROM tasks t
  LEFT JOIN console_tasks k ON k.task_id = t.id WHERE t.id = +?`;

/** What these tasks and plans are called; those that are no more are left out. */
export function readSubjects(
  db: ReadableDatabase,
  { taskIds, planIds }: { readonly taskIds: readonly string[]; readonly planIds: readonly string[] },
): EventSubjects {
  const one = statement(db, TASK_NAME);
  return {
    tasks: taskIds
      .flatMap((id) => one.all(id))
      .map((row) => ({
        id: text(row.id),
        title: text(row.title),
        planId: textOrNull(row.plan_id),
        subtaskId: textOrNull(row.subtask_id),
      })),
    plans: planIds.flatMap((id) => {
      const title = readPlanTitle(db, id);
      return title === null ? [] : [{ id, title }];
    }),
  };
}
