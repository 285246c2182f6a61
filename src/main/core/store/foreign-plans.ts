import { setTimeout as delay } from "node:timers/promises";
import { isTerminalTask } from "../../../shared/model/task";
import { type PayloadKeys, payloadKeys } from "../plan/payload-keys";
import { integer, json, type Row, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { PAYLOAD_PLAN } from "./migrations/hive-operations";
import type { Store } from "./open";

/*
 * Plans whose tasks other programs write: which plan a task belongs to, and what it waits for, stands in its payload
 * alone. They are taken into console_tasks and console_edges, so that they are shown and counted like the console's
 * own; the console never runs them (lane 4 of console_ready). A dependency that names no such task is kept in
 * console_awaited: whether it is met, the payload is asked.
 */

type Source = Pick<Store, "read" | "write" | "clock">;

const SEEN = "SELECT seen FROM console_foreign";
const NOTE_SEEN = "UPDATE console_foreign SET seen = ? WHERE seen < ?";
// Each of the two alone goes by the key; both of one SELECT would read the whole feed.
export const FEED_ENDS = `SELECT coalesce(min(seq), 0) AS first,
  coalesce((SELECT max(seq) FROM console_changes), 0) AS last FROM console_changes`;
export const CHANGED = `SELECT seq, entity, id FROM console_changes
  WHERE seq > +? AND entity IN ('task', 'plan') ORDER BY seq LIMIT ?`;
const UNKNOWN_TASKS = `SELECT t.id, t.payload FROM json_each(?) j CROSS JOIN tasks t ON t.id = j.value
  WHERE t.payload IS NOT NULL AND NOT EXISTS (SELECT 1 FROM console_tasks k WHERE k.task_id = t.id) ORDER BY t.rowid`;
export const FOREIGN_PLANS = `SELECT e.rowid AS place, e.id FROM execution_plans e
  WHERE e.rowid > +? AND NOT EXISTS (SELECT 1 FROM console_plans p WHERE p.plan_id = e.id) ORDER BY e.rowid LIMIT ?`;
const FOREIGN_PLAN = `SELECT 1 FROM execution_plans e WHERE e.id = +?
  AND NOT EXISTS (SELECT 1 FROM console_plans p WHERE p.plan_id = e.id)`;
export const TASKS_OF_PLAN = `SELECT t.id FROM tasks t WHERE ${PAYLOAD_PLAN} = +?`;

/** A step reads or writes this many: a few milliseconds, then the event loop breathes. */
const STEP = 100;
/** What was seen is noted in the database after so many changes: to look again costs less than a commit. */
const NOTE_EVERY = 1_000;

export interface ForeignPlans {
  /** Takes in what is new. Rejects when the database cannot be written; a later look begins where this one did. */
  look(): Promise<void>;
}

export function createForeignPlans(store: Source): ForeignPlans {
  let seen: number | null = null;
  let noted = 0;
  let looking: Promise<void> | null = null;
  let again = false;

  const run = async (): Promise<void> => {
    do {
      again = false;
      await lookOnce();
    } while (again);
  };

  const lookOnce = async (): Promise<void> => {
    if (seen === null) {
      seen = integer(statement(store.read, SEEN).get()?.seen ?? -1);
      noted = seen;
    }
    const ends = statement(store.read, FEED_ENDS).get();
    const first = integer(ends?.first);
    const last = integer(ends?.last);
    // The feed says no more what changed since.
    if (seen < 0 || (last > seen && first > seen + 1)) await takePlans(store);
    else await takeChanges(store, seen);
    seen = Math.max(seen, last);
    if (noted >= 0 && seen - noted < NOTE_EVERY) return;
    const now = seen;
    await store.write((tx) => statement(tx, NOTE_SEEN).run(now, now));
    noted = now;
  };

  return {
    look() {
      if (looking !== null) again = true;
      looking ??= run().finally(() => {
        looking = null;
      });
      return looking;
    },
  };
}

/** Takes in what is new, as much of it as there is time for. */
export async function catchUpWithPlans(store: Source, budgetMs: number): Promise<void> {
  const done = createForeignPlans(store).look();
  await Promise.race([done.catch(() => undefined), delay(budgetMs, undefined, { ref: false })]);
}

async function takePlans(store: Source): Promise<void> {
  let place = 0;
  for (;;) {
    const plans = statement(store.read, FOREIGN_PLANS).all(place, STEP);
    for (const plan of plans) await takePlan(store, text(plan.id));
    if (plans.length < STEP) return;
    place = integer(plans.at(-1)?.place);
    await breathe();
  }
}

async function takePlan(store: Source, planId: string): Promise<void> {
  const ids = statement(store.read, TASKS_OF_PLAN).all(planId);
  await takeTasks(
    store,
    ids.map((row) => text(row.id)),
  );
}

async function takeChanges(store: Source, after: number): Promise<void> {
  let seq = after;
  for (;;) {
    const rows = statement(store.read, CHANGED).all(seq, STEP);
    const idsOf = (entity: string) => [...new Set(rows.flatMap((row) => (row.entity === entity ? text(row.id) : [])))];
    for (const planId of idsOf("plan")) {
      if (statement(store.read, FOREIGN_PLAN).get(planId)) await takePlan(store, planId);
    }
    await takeTasks(store, idsOf("task"));
    if (rows.length < STEP) return;
    seq = integer(rows.at(-1)?.seq);
    await breathe();
  }
}

const breathe = () => new Promise((done) => setImmediate(done));

async function takeTasks(store: Source, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += STEP) {
    const found = newTasks(store.read, ids.slice(from, from + STEP));
    if (found.length > 0) await store.write((tx) => registerAll(tx, found));
    if (from + STEP < ids.length) await breathe();
  }
}

interface ForeignTask extends PayloadKeys {
  readonly id: string;
  readonly planId: string;
}

/** Those that are not known and name a plan that is not the console's own. */
function newTasks(db: ReadableDatabase, ids: readonly string[]): ForeignTask[] {
  if (ids.length === 0) return [];
  return statement(db, UNKNOWN_TASKS)
    .all(JSON.stringify(ids))
    .flatMap((row) => {
      const keys = payloadKeys(json(row.payload));
      const { planId } = keys;
      return planId !== null && statement(db, FOREIGN_PLAN).get(planId) ? [{ ...keys, planId, id: text(row.id) }] : [];
    });
}

const TASK = "SELECT status, task_type, max_retries FROM tasks WHERE id = ?";
const KNOWN = `SELECT k.seq, k.blocked, t.status FROM console_tasks k JOIN tasks t ON t.id = k.task_id`;
const BY_ID = `${KNOWN} WHERE k.task_id = +?`;
const BY_SUBTASK = `${KNOWN} WHERE k.plan_id = +? AND k.subtask_id = +?`;
const NEXT_ORDINAL = "SELECT coalesce(max(ordinal), -1) + 1 AS ordinal FROM console_tasks WHERE plan_id = +?";
const INSERT = `INSERT INTO console_tasks (task_id, plan_id, subtask_id, ordinal, agent, unmet, blocked, max_attempts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_EDGE = "INSERT OR IGNORE INTO console_edges (depends_on, task) VALUES (?, ?)";
const AWAIT = "INSERT OR IGNORE INTO console_awaited (name, plan_id, task) VALUES (?, ?, ?)";
const AWAITING = `SELECT a.name, a.plan_id, a.task, t.status FROM console_awaited a
    JOIN console_tasks k ON k.seq = a.task JOIN tasks t ON t.id = k.task_id
  WHERE a.name IN (+?, +?) AND (a.name = +? OR a.plan_id = +?)`;
const NO_LONGER = "DELETE FROM console_awaited WHERE name = ? AND plan_id = ? AND task = ?";
const MET = "UPDATE console_tasks SET unmet = unmet - 1 WHERE seq = ? AND unmet > 0";
const BLOCK = `WITH RECURSIVE behind (seq) AS (
    SELECT seq FROM console_tasks WHERE seq = ? AND unmet > 0 AND blocked = 0
    UNION SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
      JOIN console_tasks c ON c.seq = e.task WHERE c.unmet > 0 AND c.blocked = 0)
  UPDATE console_tasks SET blocked = 1 WHERE seq IN (SELECT seq FROM behind)`;

function registerAll(tx: WritableDatabase, tasks: readonly ForeignTask[]): void {
  for (const task of tasks) register(tx, task);
}

/** Makes the task known by its plan. Triggers keep its counters from here on. */
function register(tx: WritableDatabase, { id, planId, subtaskId, dependencies }: ForeignTask): void {
  const task = statement(tx, TASK).get(id);
  // It was deleted or made known meanwhile.
  if (!task || statement(tx, BY_ID).get(id)) return;
  const isTaken = subtaskId === null || statement(tx, BY_SUBTASK).get(planId, subtaskId) !== undefined;
  const ownName = isTaken ? id : subtaskId;
  if (isTaken && statement(tx, BY_SUBTASK).get(planId, id)) return;
  const names = [...new Set(dependencies)];
  const found = names.map((name) => statement(tx, BY_ID).get(name) ?? statement(tx, BY_SUBTASK).get(planId, name));
  const before = new Map(found.flatMap((row) => (row ? [[integer(row.seq), row] as const] : [])));
  const awaited = names.filter((_, index) => found[index] === undefined);
  const isQueued = task.status === "queued";
  const open = [...before.values()].filter(({ status }) => status !== "completed").length + awaited.length;
  const isBlocked = isQueued && [...before.values()].some(isObstacle);
  const inserted = statement(tx, INSERT).run(
    id,
    planId,
    ownName,
    integer(statement(tx, NEXT_ORDINAL).get(planId)?.ordinal),
    text(task.task_type),
    isQueued ? open : 0,
    isBlocked ? 1 : 0,
    integer(task.max_retries) + 1,
  );
  const seq = integer(inserted.lastInsertRowid);
  for (const dependency of before.keys()) statement(tx, INSERT_EDGE).run(dependency, seq);
  for (const name of awaited) statement(tx, AWAIT).run(name, planId, seq);
  const own = { seq, status: task.status, blocked: isBlocked ? 1 : 0 };
  for (const waiting of statement(tx, AWAITING).all(ownName, id, id, planId)) connect(tx, own, waiting);
}

/** What waited for this name has found it. */
function connect(tx: WritableDatabase, own: Row, { name, plan_id, task, status }: Row): void {
  // What names itself waits for ever, and is no edge of a graph.
  if (task === own.seq) return;
  statement(tx, NO_LONGER).run(name, plan_id, task);
  const isNew = statement(tx, INSERT_EDGE).run(own.seq, task).changes > 0;
  if (status !== "queued") return;
  // Named twice, by its id and as a subtask, it was counted twice.
  if (own.status === "completed" || !isNew) statement(tx, MET).run(task);
  else if (isObstacle(own)) statement(tx, BLOCK).run(task);
}

function isObstacle({ status, blocked }: Row): boolean {
  return (isTerminalTask(text(status)) && status !== "completed") || (status === "queued" && blocked === 1);
}
