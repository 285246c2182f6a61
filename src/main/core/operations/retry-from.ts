import { setImmediate as nextTurn } from "node:timers/promises";
import type { ActReport } from "../../../shared/control-contract";
import { HiveError } from "../../../shared/errors";
import { statement, type WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { pausePlan, resumePlan } from "../store/plan-control";
import { judgeRunAgain, runAgain } from "../store/run-again";
import { settlePlan } from "../store/task-act";
import { noSuchTask, planOfOurs } from "../store/task-control";
import { readScopedSeqs, readScopedTask, type ScopedTask } from "../store/task-scope";
import { readDownstream } from "./downstream";
import { operatorWriter } from "./source";
import { createTally, type Tally } from "./tally";

export interface RetryFromRequest {
  readonly taskId: string;
  readonly reason?: string | undefined;
  readonly actor: string;
}

/** Within one transaction: a few milliseconds. */
const SLICE = 50;

/** The task and all that depends on it, dependencies first, and why nothing of it could be run again; null: it can. */
export interface Downstream {
  readonly root: ScopedTask;
  readonly seqs: readonly number[];
  readonly tasks: readonly ScopedTask[];
  readonly refusal: HiveError | null;
}

/** Throws `not_found`. */
export async function scopeFrom(store: Store, taskId: string): Promise<Downstream> {
  const now = store.clock.now();
  const root = readScopedTask(store.read, taskId, now);
  if (!root) throw noSuchTask(taskId);
  if (root.seq === null) return { root, seqs: [], tasks: [root], refusal: refusalOf([root], root) };
  const seqs = await readDownstream(store.read, root.seq);
  const tasks: ScopedTask[] = [];
  for (let at = 0; at < seqs.length; at += SLICE * 10) {
    tasks.push(...readScopedSeqs(store.read, seqs.slice(at, at + SLICE * 10), now));
    await nextTurn();
  }
  return { root, seqs, tasks, refusal: refusalOf(tasks, root) };
}

const NAMED = 3;

/** A result that is being made from old inputs, or a plan that is at its end, stops all of it. */
function refusalOf(tasks: readonly ScopedTask[], root: ScopedTask): HiveError | null {
  const running: ScopedTask[] = [];
  for (const task of tasks) {
    const verdict = judgeRunAgain(task);
    if (verdict.touch || verdict.reason === "already") continue;
    if (verdict.reason === "running") running.push(task);
    else if (task.taskId === root.taskId || verdict.reason !== "wrong_state") {
      const code = verdict.reason === "plan_cancelling" ? "not_allowed" : "illegal_transition";
      return new HiveError(code, `Task "${task.title}" was left as it is. ${verdict.message}`, { taskId: task.taskId });
    }
  }
  if (running.length === 0) return null;
  const named = running.slice(0, NAMED).map(({ title }) => `"${title}"`);
  const more = running.length > NAMED ? ` and ${running.length - NAMED} more` : "";
  return new HiveError(
    "not_allowed",
    `Nothing was queued again: processes work on ${named.join(", ")}${more}. Cancel them or wait for their ends, then try again.`,
    { taskIds: running.map(({ taskId }) => taskId) },
  );
}

/**
 * Queues a task and everything that depends on it again, completed or not. Of a large plan nothing starts until all of
 * it is queued: the plan is paused meanwhile. Throws `not_found`, `not_allowed`, `illegal_transition`.
 */
export async function retryFrom(store: Store, request: RetryFromRequest): Promise<ActReport> {
  const { root, seqs, refusal } = await scopeFrom(store, request.taskId);
  if (refusal) throw refusal;
  const turn: Turn = { store, request, root };
  const seqsOrNone = root.seq === null ? [null] : seqs;
  const isLarge = seqsOrNone.length > SLICE;
  let tally = createTally();
  for (let at = 0; at < seqsOrNone.length; at += SLICE) {
    const slice = seqsOrNone.slice(at, at + SLICE);
    const isLast = at + SLICE >= seqsOrNone.length;
    const step = await store.write((tx) => {
      const counts = tally.copy();
      again(tx, turn, slice, counts);
      const isHeld = isLarge && hold(tx, turn);
      if (isLast && isHeld) release(tx, turn);
      const planId = planOfOurs(root);
      if (isLast && planId !== null) settlePlan(tx, planId, operatorWriter(store));
      return counts;
    });
    tally = step;
  }
  return tally.report();
}

interface Turn {
  readonly store: Store;
  readonly request: RetryFromRequest;
  readonly root: ScopedTask;
}

function again(
  tx: WritableDatabase,
  { store, request, root }: Turn,
  seqs: readonly (number | null)[],
  tally: Tally,
): void {
  const writer = operatorWriter(store);
  const placed = seqs.filter((seq) => seq !== null);
  const alone = placed.length === 0 ? readScopedTask(tx, root.taskId, writer.now) : null;
  const tasks = alone ? [alone] : readScopedSeqs(tx, placed, writer.now);
  for (const task of tasks) {
    const act = { taskId: task.taskId, reason: request.reason ?? null, actor: request.actor, writer };
    const verdict = runAgain(tx, act, task, root.taskId);
    if (verdict.touch) tally.done();
    else tally.skip(task, verdict);
  }
}

const HELD = "Held until everything that is to run again is queued";

/**
 * Keeps the plan paused for as long as it takes. False: it is an operator's own pause, and not ours to end. One that
 * was left by a console that died is ours.
 */
function hold(tx: WritableDatabase, { store, request, root }: Turn): boolean {
  const planId = planOfOurs(root);
  if (planId === null) return false;
  const isNew = pausePlan(tx, { planId, reason: HELD, actor: request.actor, writer: operatorWriter(store) });
  return isNew || statement(tx, LATEST_PAUSE).get(planId)?.reason === HELD;
}

const LATEST_PAUSE = `SELECT reason FROM console_audit WHERE entity_id = ? AND act = 'plans.pause'
  ORDER BY seq DESC LIMIT 1`;

function release(tx: WritableDatabase, { store, request, root }: Turn): void {
  const planId = planOfOurs(root);
  const reason = "Everything that is to run again is queued";
  if (planId !== null) resumePlan(tx, { planId, reason, actor: request.actor, writer: operatorWriter(store) });
}
