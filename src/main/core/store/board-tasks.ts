import type { BoardTask } from "../../../shared/model/task-lists";
import { jsonStrings, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { readTaskRows } from "./task-rows";
import { parseTime } from "./time";

export const BOARD_EXTRA = `SELECT t.updated_at, t.tags, p.title FROM tasks t
  LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN console_plans p ON p.plan_id = k.plan_id WHERE t.id = +?`;

/** Those of these tasks that exist, in this order, with what lists over many plans show beside. */
export function readBoardTasks(db: ReadableDatabase, taskIds: readonly string[], now: number): BoardTask[] {
  const extra = statement(db, BOARD_EXTRA);
  return readTaskRows(db, taskIds, now).map((row) => {
    const more = extra.get(row.id);
    return {
      ...row,
      planTitle: textOrNull(more?.title),
      tags: jsonStrings(more?.tags),
      updatedAt: parseTime(more?.updated_at),
    };
  });
}
