import { statement, type WritableDatabase } from "./database";

/**
 * One step of the dispatcher: attempts end and others begin, in one transaction. What several of its parts would
 * each write (the worker that goes from one task to the next, the list of what changed) is written once, at its end.
 */
interface Turn {
  readonly workers: Map<string, Occupation>;
  readonly changes: Changes;
}

type Changes = Map<string, Set<string>>;

interface Occupation {
  /** The task that the worker had as the turn began, if it has left it since; else null. */
  readonly left: string | null;
  /** The task that it has now, if it took it in this turn; else null. */
  took: string | null;
}

const OCCUPY = "UPDATE workers SET status = 'active', current_task_id = ? WHERE id = ?";
// Without the status, which an index holds.
const REOCCUPY = "UPDATE workers SET current_task_id = ? WHERE id = ? AND current_task_id = ? AND status = 'active'";
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
      for (const [workerId, occupation] of turn.workers) settle(tx, workerId, occupation);
    });
    noteChange(turn.changes, "worker", ...turn.workers.keys());
  }
  writeChanges(tx, turn.changes);
  return answer;
}

function settle(tx: WritableDatabase, workerId: string, { left, took }: Occupation): void {
  if (took === null) {
    if (left !== null) statement(tx, FREE).run(workerId, left);
  } else if (left === null || statement(tx, REOCCUPY).run(took, workerId, left).changes === 0) {
    statement(tx, OCCUPY).run(took, workerId);
  }
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

/** Tells the change feed of these: at once, or with the others of the turn. */
export function tellChanges(tx: WritableDatabase, changes: Changes): void {
  const turn = turns.get(tx);
  if (turn === undefined) writeChanges(tx, changes);
  else for (const [entity, ids] of changes) noteChange(turn.changes, entity, ...ids);
}

export function noteChange(changes: Changes, entity: string, ...more: string[]): void {
  const ids = changes.get(entity) ?? new Set();
  for (const id of more) ids.add(id);
  changes.set(entity, ids);
}

function writeChanges(tx: WritableDatabase, changes: Changes): void {
  for (const [entity, ids] of changes) statement(tx, NOTE).run(`${entity}s`, JSON.stringify([...ids]));
}
