import type { FoundPlan, FoundTask } from "../../../shared/model/search";
import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parseTime } from "./time";

/** Every letter stands for itself; ASCII letters in either case. */
function likeInfix(words: string): string {
  return `%${words.replace(/[\\%_]/g, "\\$&")}%`;
}

const PLAN_TITLE = "coalesce(p.title, substr(q.task_description, 1, 120), e.id)";
// The innermost part reads a bounded number of plans; only those are compared.
export const FIND_PLANS = `SELECT id, title, status, generated_at, launched_at FROM (
    SELECT e.id, e.status, e.generated_at, p.launched_at, ${PLAN_TITLE} AS title FROM execution_plans e
      LEFT JOIN console_plans p ON p.plan_id = e.id LEFT JOIN planning_queue q ON q.id = e.planning_task_id
    ORDER BY coalesce(e.generated_at, '') DESC, e.id DESC LIMIT $scanned)
  WHERE title LIKE $words ESCAPE '\\' OR id LIKE $words ESCAPE '\\' LIMIT $limit`;

export function findPlans(
  db: ReadableDatabase,
  { words, scanned, limit }: { readonly words: string; readonly scanned: number; readonly limit: number },
): FoundPlan[] {
  return statement(db, FIND_PLANS)
    .all({ words: likeInfix(words), scanned, limit })
    .map((row) => ({
      id: text(row.id),
      title: text(row.title),
      status: textOrNull(row.status) ?? "draft",
      createdAt: integerOrNull(row.launched_at) ?? parseTime(row.generated_at),
    }));
}

const TASK = `SELECT t.rowid AS place, t.id, t.title, t.status, k.plan_id, k.subtask_id FROM tasks t
  LEFT JOIN console_tasks k ON k.task_id = t.id`;
export const FIND_TASKS = `${TASK} WHERE t.rowid < +$before AND t.rowid >= +$from
  AND (t.title LIKE $words ESCAPE '\\' OR t.id LIKE $words ESCAPE '\\' OR k.subtask_id LIKE $words ESCAPE '\\')
  ORDER BY t.rowid DESC LIMIT $limit`;
export const PLACE_BEFORE = `SELECT min(place) AS place FROM
  (SELECT rowid AS place FROM tasks WHERE rowid < +? ORDER BY rowid DESC LIMIT ?)`;
const TASK_OF_ID = `${TASK} WHERE t.id = +?`;

export const FIND_TASKS_OF_PLAN = `SELECT k.ordinal AS place, t.id, t.title, t.status, k.plan_id, k.subtask_id
  FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = +$planId AND k.ordinal > +$after AND k.ordinal <= +$last
    AND (t.title LIKE $words ESCAPE '\\' OR t.id LIKE $words ESCAPE '\\' OR k.subtask_id LIKE $words ESCAPE '\\')
  ORDER BY k.ordinal LIMIT $limit`;

export type TaskHit = Omit<FoundTask, "planTitle"> & { readonly place: number };

/** Where a piece of so many tasks before a place begins; null: there are none before it. */
export function pieceBefore(db: ReadableDatabase, before: number, size: number): number | null {
  return integerOrNull(statement(db, PLACE_BEFORE).get(before, size)?.place);
}

/** Tasks in a piece of the table, the latest first. */
export function findTasks(
  db: ReadableDatabase,
  piece: { readonly words: string; readonly from: number; readonly before: number; readonly limit: number },
): TaskHit[] {
  return statement(db, FIND_TASKS)
    .all({ ...piece, words: likeInfix(piece.words) })
    .map(decode);
}

/** Tasks of a plan after an ordinal, up to another one, in the plan's order. */
export function findTasksOfPlan(
  db: ReadableDatabase,
  piece: {
    readonly planId: string;
    readonly words: string;
    readonly after: number;
    readonly last: number;
    readonly limit: number;
  },
): TaskHit[] {
  return statement(db, FIND_TASKS_OF_PLAN)
    .all({ ...piece, words: likeInfix(piece.words) })
    .map(decode);
}

/** The task of exactly this id, wherever in the table it is. */
export function findTaskOfId(db: ReadableDatabase, id: string): TaskHit[] {
  return statement(db, TASK_OF_ID).all(id).map(decode);
}

function decode(row: Readonly<Record<string, unknown>>): TaskHit {
  return {
    place: integer(row.place),
    id: text(row.id),
    title: text(row.title),
    status: text(row.status),
    planId: textOrNull(row.plan_id),
    subtaskId: textOrNull(row.subtask_id),
  };
}
