import type { CourseRun } from "../../../shared/model/agent-course";
import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parseTime } from "./time";

/** An error's beginning is all that lists show. */
const ERROR_LENGTH = 500;
export const AGENT_RUNS_BEFORE = `SELECT r.place, r.id, r.task_id, k.agent, r.status, r.started_at, r.completed_at, r.error
  FROM (SELECT rowid AS place, id, task_id, status, started_at, completed_at, substr(error_message, 1, ${ERROR_LENGTH}) AS error
      FROM runs WHERE rowid < +? ORDER BY rowid DESC LIMIT ?) r
    LEFT JOIN console_tasks k ON k.task_id = r.task_id
  ORDER BY r.place DESC`;

export interface PlacedRun extends CourseRun {
  /** Its place among the attempts; those begun later have higher ones. */
  readonly place: number;
}

/** Attempts that were begun before a place, the newest first. `agent` is empty for those of no plan. */
export function readAgentRunsBefore(db: ReadableDatabase, before: number, limit: number): PlacedRun[] {
  return statement(db, AGENT_RUNS_BEFORE)
    .all(before, limit)
    .map((row) => ({
      place: integer(row.place),
      runId: text(row.id),
      taskId: text(row.task_id),
      agent: textOrNull(row.agent) ?? "",
      status: text(row.status),
      startedAt: parseTime(row.started_at),
      endedAt: parseTime(row.completed_at),
      error: textOrNull(row.error),
    }));
}

/** The newest plans that are looked at for tests of an agent. */
const LOOKED_AT = 400;
export const AGENT_TRIALS = `SELECT e.id, p.launched_at, k.task_id, t.status, t.description
  FROM (SELECT id, generated_at FROM execution_plans ORDER BY coalesce(generated_at, '') DESC, id DESC LIMIT ${LOOKED_AT}) e
    CROSS JOIN console_plans p ON p.plan_id = e.id AND p.launched_by = $launchedBy
    CROSS JOIN console_tasks k ON k.plan_id = e.id AND k.agent = $agent
    CROSS JOIN tasks t ON t.id = k.task_id
  ORDER BY coalesce(e.generated_at, '') DESC, e.id DESC LIMIT $limit`;

/** Test runs of an agent among the newest plans, the latest first. */
export function listAgentTrials(
  db: ReadableDatabase,
  request: { readonly agent: string; readonly launchedBy: string; readonly limit: number },
) {
  return statement(db, AGENT_TRIALS)
    .all({ ...request })
    .map((row) => ({
      planId: text(row.id),
      taskId: text(row.task_id),
      at: integerOrNull(row.launched_at),
      status: text(row.status),
      input: textOrNull(row.description) ?? "",
    }));
}
