import { integer, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";

export interface QueueFacts {
  /** Tasks that could start now. */
  readonly ready: number;
  readonly executing: number;
  readonly paused: number;
}

const READY = "SELECT count(*) AS n FROM console_ready WHERE held IN (0, 3, 5, 7)";
const PLANS = `SELECT count(*) AS executing, count(p.paused_at) AS paused
  FROM execution_plans e JOIN console_plans p ON p.plan_id = e.id WHERE e.status = 'executing'`;

export function readQueueFacts(db: ReadableDatabase): QueueFacts {
  const plans = statement(db, PLANS).get();
  return {
    ready: integer(statement(db, READY).get()?.n),
    executing: integer(plans?.executing),
    paused: integer(plans?.paused),
  };
}

const USED = `SELECT DISTINCT k.agent FROM execution_plans e CROSS JOIN console_tasks k
  CROSS JOIN tasks t ON t.id = k.task_id WHERE e.status = 'executing' AND k.plan_id = e.id AND t.status = 'queued'`;

/** Agents that tasks of running plans still wait for. Reads those plans through: not for a window's process. */
export function listUsedAgents(db: ReadableDatabase): string[] {
  return statement(db, USED)
    .all()
    .map((row) => text(row.agent));
}
