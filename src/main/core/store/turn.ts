import { statement, type WritableDatabase } from "./database";

/**
 * One step of the dispatcher: attempts end and others begin, in one transaction. What several of its parts would
 * each write (the worker that goes from one task to the next, the list of what changed) is written once, at its end.
 */
interface Turn {
  readonly workers: Map<string, Occupation>;
  readonly changes: Changes;
}

export type Changes = Map<string, Set<string>>;

interface Occupation {
  /** The task that the worker had as the turn began, if it has left it since; else null. */
  readonly left: string | null;
  /** The task that it has now, if it took it in this turn; else null. */
  took: string | null;
}

const OCCUPY = "UPDATE workers SET status = 'active', current_task_id = ? WHERE id = ?";
/** For a JSON list of workers and tasks. */
const GIVEN = "(SELECT value ->> 0 AS id, value ->> 1 AS task FROM json_each(?)) g";
// Without the status, which an index holds.
export const GO_ON = `UPDATE workers SET current_task_id = g.task FROM ${GIVEN}
  WHERE workers.id = g.id AND +workers.status = 'active'`;
export const BEGIN_WORK = `UPDATE workers SET status = 'active', current_task_id = g.task FROM ${GIVEN} WHERE workers.id = g.id`;
export const END_WORK = `UPDATE workers SET status = 'idle', current_task_id = NULL FROM ${GIVEN}
  WHERE workers.id = g.id AND +workers.current_task_id = g.task`;
const FREE = "UPDATE workers SET status = 'idle', current_task_id = NULL WHERE id = ? AND current_task_id = ?";
const NOTE = "INSERT INTO console_changes (entity, id) VALUES (?, ?)";

const turns = new WeakMap<WritableDatabase, Turn>();

/** Carries out a turn. A throw leaves it to the caller to undo the transaction or its savepoint. */
export function inTurn<T>(tx: WritableDatabase, work: () => T): T {
  const turn: Turn = { workers: new Map(), changes: new Map() };
  turns.set(tx, turn);
  let answer: T;
  try {
    answer = work();
  } finally {
    turns.delete(tx);
  }
  if (turn.workers.size > 0) {
    silently(tx, () => {
      settle(tx, turn.workers);
    });
    for (const workerId of turn.workers.keys()) noteChange(turn.changes, "worker", workerId);
  }
  writeChanges(tx, turn.changes);
  return answer;
}

function settle(tx: WritableDatabase, workers: ReadonlyMap<string, Occupation>): void {
  const goOn: Given[] = [];
  const begin: Given[] = [];
  const end: Given[] = [];
  for (const [workerId, { left, took }] of workers) {
    if (left !== null && took !== null) goOn.push([workerId, took]);
    else if (took !== null) begin.push([workerId, took]);
    else if (left !== null) end.push([workerId, left]);
  }
  // Another program may have written that one of them is not active.
  const allGoOn = update(tx, GO_ON, goOn) === goOn.length;
  update(tx, BEGIN_WORK, allGoOn ? begin : [...begin, ...goOn]);
  update(tx, END_WORK, end);
}

type Given = readonly [workerId: string, taskId: string];

/** Answers how many of them it changed. */
function update(tx: WritableDatabase, sql: string, given: readonly Given[]): number {
  return given.length === 0 ? 0 : statement(tx, sql).run(JSON.stringify(given)).changes;
}

/** The worker has this task. */
export function occupyWorker(tx: WritableDatabase, workerId: string, taskId: string): void {
  const turn = turns.get(tx);
  if (turn === undefined) statement(tx, OCCUPY).run(taskId, workerId);
  else turn.workers.set(workerId, { left: turn.workers.get(workerId)?.left ?? null, took: taskId });
}

/** The worker has this task no more. It may have another by now: that stands. */
export function freeWorker(tx: WritableDatabase, workerId: string, taskId: string): void {
  const turn = turns.get(tx);
  const known = turn?.workers.get(workerId);
  if (turn === undefined) statement(tx, FREE).run(workerId, taskId);
  else if (known === undefined) turn.workers.set(workerId, { left: taskId, took: null });
  else if (known.took === taskId) known.took = null;
}

/** Runs `work` while the triggers of the steps that every task takes are silent: see bulk.ts. */
export function silently<T>(tx: WritableDatabase, work: () => T): T {
  statement(tx, "INSERT INTO console_bulk (one) VALUES (1)").run();
  const answer = work();
  statement(tx, "DELETE FROM console_bulk").run();
  return answer;
}

/** What the change feed is to be told: with the others of the turn, or by `tellChanges`. */
export function gatherChanges(tx: WritableDatabase): Changes {
  return turns.get(tx)?.changes ?? new Map();
}

export function tellChanges(tx: WritableDatabase, changes: Changes): void {
  if (turns.get(tx)?.changes !== changes) writeChanges(tx, changes);
}

export function noteChange(changes: Changes, entity: string, id: string): void {
  const ids = changes.get(entity);
  if (ids === undefined) changes.set(entity, new Set([id]));
  else ids.add(id);
}

function writeChanges(tx: WritableDatabase, changes: Changes): void {
  for (const [entity, ids] of changes) statement(tx, NOTE).run(`${entity}s`, JSON.stringify([...ids]));
}
