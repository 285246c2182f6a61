import { isTerminalTask } from "../../../shared/model/task";
import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { isStop, taskState } from "./task-state";
import { parseTime } from "./time";

/** A piece of a plan, by keyset: the tasks after an ordinal. */
export interface GraphPage {
  readonly planId: string;
  /** The ordinal after which the page begins; -1: from the first. */
  readonly after: number;
  readonly limit: number;
}

export interface GraphNode {
  readonly ordinal: number;
  readonly id: string;
  readonly subtaskId: string;
  readonly title: string;
  readonly agent: string;
}

export const GRAPH_NODES = `SELECT k.ordinal, k.task_id, k.subtask_id, k.agent, t.title
  FROM console_tasks k JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;

export function pageGraphNodes(db: ReadableDatabase, { planId, after, limit }: GraphPage): GraphNode[] {
  return statement(db, GRAPH_NODES)
    .all(planId, after, limit)
    .map((row) => ({
      ordinal: integer(row.ordinal),
      id: text(row.task_id),
      subtaskId: text(row.subtask_id),
      title: text(row.title),
      agent: text(row.agent),
    }));
}

/** A dependency within a plan, by the ordinals of its ends. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
}

// CROSS JOIN keeps the order of the joins: from the plan's tasks to what each of them waits for.
export const GRAPH_EDGES = `SELECT d.ordinal AS "from", k.ordinal AS "to"
  FROM console_tasks k CROSS JOIN console_edges e CROSS JOIN console_tasks d
  WHERE k.plan_id = +? AND k.ordinal > +? AND k.ordinal <= +? AND e.task = k.seq AND d.seq = e.depends_on
    AND d.plan_id = k.plan_id`;

/** What the tasks with ordinals after `after`, up to `last`, wait for. */
export function readGraphEdges(
  db: ReadableDatabase,
  { planId, after, last }: { readonly planId: string; readonly after: number; readonly last: number },
): GraphEdge[] {
  return statement(db, GRAPH_EDGES)
    .all(planId, after, last)
    .map((row) => ({ from: integer(row.from), to: integer(row.to) }));
}

export interface GraphState {
  readonly ordinal: number;
  readonly state: string;
  readonly workerId: string | null;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly notBefore: number | null;
}

export const GRAPH_STATES = `SELECT k.ordinal, k.unmet, k.blocked, k.not_before, k.attempts, t.status, t.assigned_worker,
    t.updated_at, r.started_at, r.completed_at, cr.live, cr.stop_requested
  FROM console_tasks k JOIN tasks t ON t.id = k.task_id LEFT JOIN runs r ON r.id = k.run_id
    LEFT JOIN console_runs cr ON cr.run_id = k.run_id
  WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;

export function pageGraphStates(db: ReadableDatabase, { planId, after, limit }: GraphPage, now: number): GraphState[] {
  return statement(db, GRAPH_STATES)
    .all(planId, after, limit)
    .map((row) => {
      const status = text(row.status);
      const notBefore = integerOrNull(row.not_before);
      const stopRequested = row.live !== null && isStop(row.stop_requested);
      const facts = { status, unmet: integer(row.unmet), blocked: row.blocked === 1, notBefore, stopRequested };
      return {
        ordinal: integer(row.ordinal),
        state: taskState(facts, now),
        workerId: textOrNull(row.assigned_worker),
        attempts: integer(row.attempts),
        startedAt: parseTime(row.started_at),
        finishedAt: isTerminalTask(status) ? (parseTime(row.completed_at) ?? parseTime(row.updated_at)) : null,
        notBefore: status === "queued" ? notBefore : null,
      };
    });
}

export const GRAPH_SIZE = "SELECT count(*) AS n FROM console_tasks WHERE plan_id = +?";

export function countGraphNodes(db: ReadableDatabase, planId: string): number {
  return integer(statement(db, GRAPH_SIZE).get(planId)?.n);
}
