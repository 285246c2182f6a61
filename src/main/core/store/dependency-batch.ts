import { payloadKeys } from "../plan/payload-keys";
import { integer, json, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { dependenciesMet, UNCOUNTED } from "./dependencies";
import { PAYLOAD_PLAN, PAYLOAD_SUBTASK } from "./migrations/hive-operations";

/*
 * The dependencies of many tasks at once: a few statements over lists instead of a few for each task. The lists
 * are JSON of our own making.
 */

/** What is to be done about a task that is not known to be ready. */
const KIND = { waits: 0, byPayload: 1, byEdges: 2 } as const;
const KINDS = 4;

/**
 * The tasks that are not known to be ready, as one number each, `place in the list * KINDS + KIND`: what costs here
 * is handing values over. Without open dependencies and yet not ready means not queued, or held by its plan.
 */
export const NOT_READY = `SELECT j.key * ${KINDS} + CASE WHEN ${UNCOUNTED} THEN ${KIND.byPayload}
    WHEN k.unmet > 0 THEN ${KIND.waits} ELSE ${KIND.byEdges} END
  FROM json_each(?) j
    LEFT JOIN console_tasks k ON k.task_id = j.value
    LEFT JOIN console_ready q ON q.seq = k.seq AND k.unmet = 0
  WHERE q.seq IS NULL`;
export const PAYLOADS = `SELECT t.id, t.payload FROM json_each(?) j CROSS JOIN tasks t ON t.id = j.value
  WHERE t.payload IS NOT NULL`;

/** As `dependenciesMet`, for each of these tasks. Belongs into a snapshot. */
export function dependenciesMetOf(db: ReadableDatabase, taskIds: readonly string[]): Map<string, boolean> {
  const answers = new Map<string, boolean>();
  for (const id of taskIds) answers.set(id, true);
  const unknown: string[] = [];
  for (const code of statement(db, NOT_READY).pluck().all(JSON.stringify(taskIds)).map(integer)) {
    const taskId = taskIds[Math.floor(code / KINDS)] ?? "";
    const kind = code % KINDS;
    if (kind === KIND.byPayload) unknown.push(taskId);
    else answers.set(taskId, kind === KIND.byEdges && dependenciesMet(db, taskId));
  }
  if (unknown.length > 0) askPayloads(db, unknown, answers);
  return answers;
}

function askPayloads(db: ReadableDatabase, taskIds: readonly string[], answers: Map<string, boolean>): void {
  const asked: AskedByPayload[] = [];
  for (const row of statement(db, PAYLOADS).all(JSON.stringify(taskIds))) {
    const taskId = text(row.id);
    const payload = text(row.payload);
    const parsed = json(payload);
    if (parsed !== undefined) asked.push({ taskId, ...payloadKeys(parsed) });
    else if (payload !== "") answers.set(taskId, false);
  }
  const completed = completedAmong(db, asked);
  for (const { taskId, planId, dependencies } of asked) {
    answers.set(
      taskId,
      dependencies.every((dependency) => completed.has(keyOf(planId, dependency))),
    );
  }
}

interface AskedByPayload {
  readonly taskId: string;
  readonly planId: string | null;
  readonly dependencies: readonly string[];
}

export const STATUSES = `SELECT j.key AS place, t.status FROM json_each(?) j CROSS JOIN tasks t ON t.id = j.value ->> 1`;
export const STATUSES_IN_PLANS = `SELECT j.key AS place, t.status FROM json_each(?) j
  CROSS JOIN console_tasks k ON k.plan_id = j.value ->> 0 AND k.subtask_id = j.value ->> 1
  CROSS JOIN tasks t ON t.id = k.task_id`;
export const STATUSES_BY_PAYLOAD = `SELECT j.key AS place, t.status FROM json_each(?) j
  CROSS JOIN tasks t ON ${PAYLOAD_PLAN} = j.value ->> 0 AND ${PAYLOAD_SUBTASK} = j.value ->> 1`;

/** In the order in which a single check looks: who is found by one is not looked for by the next. */
const WAYS = [STATUSES, STATUSES_IN_PLANS, STATUSES_BY_PAYLOAD] as const;

/** Keys of those dependencies that are completed. */
function completedAmong(db: ReadableDatabase, asked: readonly AskedByPayload[]): Set<string> {
  const wanted = new Map<string, readonly [planId: string | null, dependency: string]>();
  for (const { planId, dependencies } of asked) {
    for (const dependency of dependencies) wanted.set(keyOf(planId, dependency), [planId, dependency]);
  }
  const completed = new Set<string>();
  for (const way of WAYS) {
    if (wanted.size === 0) break;
    const keys = [...wanted.keys()];
    for (const row of statement(db, way).all(JSON.stringify([...wanted.values()]))) {
      const key = keys[integer(row.place)] ?? "";
      wanted.delete(key);
      if (text(row.status) === "completed") completed.add(key);
    }
  }
  return completed;
}

function keyOf(planId: string | null, dependency: string): string {
  return JSON.stringify([planId, dependency]);
}
