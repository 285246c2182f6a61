import type { TaskFilter } from "../../../shared/model/task-filter";
import type { EnteredTask } from "../../../shared/model/task-lists";
import { integer, integerOrNull, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { filterSql } from "./task-filter-sql";
import { parseTime } from "./time";

/** Those among these ids that match: each is looked up, nothing is scanned. */
export function enteredStatement(where: string): string {
  return `SELECT t.id, t.status, t.priority, t.created_at, t.updated_at
    FROM json_each($asked) i CROSS JOIN tasks t ON t.id = i.value LEFT JOIN console_tasks k ON k.task_id = t.id
    ${where === "" ? "" : `WHERE ${where}`}`;
}

/** Which of these tasks belong into a list with this filter, and where. */
export function readEnteredTasks(
  db: ReadableDatabase,
  taskIds: readonly string[],
  filter: TaskFilter,
  now: number,
): EnteredTask[] {
  const { where, bindings } = filterSql(filter, now);
  return statement(db, enteredStatement(where))
    .all({ ...bindings, asked: JSON.stringify(taskIds) })
    .map((row) => ({
      id: text(row.id),
      status: text(row.status),
      priority: integerOrNull(row.priority) ?? 1,
      createdAt: parseTime(row.created_at),
      updatedAt: parseTime(row.updated_at),
    }));
}

export const COUNTED = "SELECT status, n FROM console_counts WHERE scope = '' AND n > 0";

/** All tasks of the database by stored status. */
export function readTotals(db: ReadableDatabase): Record<string, number> {
  return Object.fromEntries(
    statement(db, COUNTED)
      .all()
      .map((row) => [text(row.status), integer(row.n)]),
  );
}
