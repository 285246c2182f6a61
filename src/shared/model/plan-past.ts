import type { PlanHistory } from "./plan-history";

/** Where every task of a plan stood, by its place in the plan. Lists that are written in place. */
export interface PastTasks {
  /** In the history's `statuses`; -1: it was not there. */
  readonly status: Int16Array;
  readonly stopping: Uint8Array;
  readonly skipped: Uint8Array;
  readonly attempts: Uint16Array;
  /** In the history's `workers`; -1: none. */
  readonly worker: Int32Array;
  /** 0: not known. */
  readonly startedAt: Float64Array;
  readonly finishedAt: Float64Array;
  readonly notBefore: Float64Array;
}

const FIELDS = ["status", "stopping", "skipped", "attempts", "worker", "startedAt", "finishedAt", "notBefore"] as const;

function emptyPast(count: number): PastTasks {
  return {
    status: new Int16Array(count).fill(-1),
    stopping: new Uint8Array(count),
    skipped: new Uint8Array(count),
    attempts: new Uint16Array(count),
    worker: new Int32Array(count).fill(-1),
    startedAt: new Float64Array(count),
    finishedAt: new Float64Array(count),
    notBefore: new Float64Array(count),
  };
}

function copyPast(from: PastTasks, to: PastTasks): void {
  for (const field of FIELDS) to[field].set(from[field]);
}

/** Steps between two copies of everything: applying them takes less than a frame. */
const STRIDE = 4_096;
const OVER: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

export interface PlanPast {
  /** The moments at which something changed, each once, ascending. */
  readonly moments: readonly number[];
  /** Where the tasks stood after everything up to this moment. The lists are written again by the next call. */
  at(time: number): PastTasks;
  /** The steps of exactly this moment. */
  stepsAt(time: number): readonly number[];
}

/** Folds a history so that any moment of it is found in less than a frame. */
export function createPlanPast(history: PlanHistory): PlanPast {
  const { steps, statuses } = history;
  const count = history.ordinals.length;
  const isOver = statuses.map((status) => OVER.has(status));
  const copies: PastTasks[] = [];
  const past = emptyPast(count);
  /** Steps that `past` holds. */
  let done = 0;

  function apply(step: number): void {
    const place = steps.place[step] ?? 0;
    const status = steps.status[step] ?? -1;
    const at = steps.at[step] ?? 0;
    const attempt = steps.attempt[step] ?? 0;
    // Said again, for the sake of something else: nothing of how it stands has changed.
    if (status !== -1 && status !== past.status[place]) {
      past.stopping[place] = 0;
      past.status[place] = status;
      past.finishedAt[place] = isOver[status] ? at : 0;
      past.notBefore[place] = steps.notBefore[step] ?? 0;
      past.skipped[place] = steps.skipped[step] ?? 0;
    }
    if (steps.stopping[step] === 1) past.stopping[place] = 1;
    if (attempt > 0) {
      past.attempts[place] = attempt;
      past.startedAt[place] = at;
    }
    const worker = steps.worker[step] ?? -1;
    if (worker !== -1) past.worker[place] = worker;
  }

  /** How many steps lie at this time or before. */
  function countUntil(time: number): number {
    let low = 0;
    let high = steps.at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((steps.at[middle] ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function goTo(wanted: number): void {
    if (wanted < done) {
      const copy = Math.floor(wanted / STRIDE);
      const from = copies[copy];
      if (copy > 0 && from !== undefined) copyPast(from, past);
      else copyPast(emptyPast(count), past);
      done = copy * STRIDE;
    }
    for (; done < wanted; done += 1) {
      if (done % STRIDE === 0 && copies[done / STRIDE] === undefined) {
        const copy = emptyPast(count);
        copyPast(past, copy);
        copies[done / STRIDE] = copy;
      }
      apply(done);
    }
  }

  const moments: number[] = [];
  for (const at of steps.at) if (moments.at(-1) !== at) moments.push(at);
  return {
    moments,
    at(time) {
      goTo(countUntil(time));
      return past;
    },
    stepsAt(time) {
      const to = countUntil(time);
      const found: number[] = [];
      for (let step = to - 1; step >= 0 && steps.at[step] === time; step -= 1) found.unshift(step);
      return found;
    },
  };
}

/** The dependencies of a plan, so that whoever depends comes after what it depends on. */
export interface PastGraph {
  /** Places, each after all that it depends on; a place in a cycle is left out. */
  readonly order: Int32Array;
  /** What each place depends on. */
  readonly before: ReadonlyArray<readonly number[]>;
}

/** `edges`: flat pairs of places, what must complete before what waits for it. */
export function createPastGraph(count: number, edges: readonly number[]): PastGraph {
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (let index = 0; index < edges.length; index += 2) {
    before[edges[index + 1] ?? -1]?.push(edges[index] ?? 0);
    after[edges[index] ?? -1]?.push(edges[index + 1] ?? 0);
  }
  const open = before.map((list) => list.length);
  const order = new Int32Array(count);
  let ready = 0;
  for (let place = 0; place < count; place += 1) if (open[place] === 0) order[ready++] = place;
  for (let at = 0; at < ready; at += 1) {
    for (const next of after[order[at] ?? 0] ?? []) {
      open[next] = (open[next] ?? 0) - 1;
      if (open[next] === 0) order[ready++] = next;
    }
  }
  return { order: order.subarray(0, ready), before };
}

/** Of a task that the plan did not have yet, or had no more. */
export const ABSENT = "absent";

/** The states that were shown at a moment: what of the queued ones waited, was blocked or was to be retried. Pure. */
export function pastStates(history: PlanHistory, graph: PastGraph, past: PastTasks, time: number): string[] {
  const { statuses, runWhen, onFailure } = history;
  const states = Array.from(past.status, (status) => (status === -1 ? ABSENT : (statuses[status] ?? ABSENT)));
  const { cancelledAt } = pastPlan(history, time);
  // What begins after it is the clean-up.
  const isStopping = (place: number): boolean =>
    past.stopping[place] === 1 || (cancelledAt !== null && (past.startedAt[place] ?? 0) <= cancelledAt);
  const blocked = new Uint8Array(states.length);
  const isOverAt = (place: number): boolean => OVER.has(states[place] ?? "");
  const isGood = (place: number): boolean => {
    const status = states[place];
    if (status === "completed") return true;
    return status === "failed" ? onFailure[place] === 1 : status === "cancelled" && past.skipped[place] === 1;
  };
  for (const place of graph.order) {
    if (states[place] === "in_progress" && isStopping(place)) states[place] = "stopping";
    if (states[place] === "deleted") states[place] = ABSENT;
    if (states[place] !== "queued") continue;
    const dependencies = (graph.before[place] ?? []).filter((one) => states[one] !== ABSENT);
    const isObstacle = (one: number): boolean => (isOverAt(one) && !isGood(one)) || blocked[one] === 1;
    if (runWhen[place] === 0 && dependencies.some(isObstacle)) {
      blocked[place] = 1;
      states[place] = "blocked";
    } else if (
      dependencies.some((one) => (runWhen[place] === 0 ? !isGood(one) : !(isOverAt(one) || blocked[one] === 1)))
    ) {
      states[place] = "waiting";
    } else if ((past.notBefore[place] ?? 0) > time) states[place] = "retrying";
  }
  return states;
}

/** A plan as a whole at a moment. Pure. */
export function pastPlan(history: PlanHistory, time: number) {
  let plan = {
    status: "draft",
    paused: false,
    cancelRequested: false,
    /** When it was asked to cancel last. */
    cancelledAt: null as number | null,
    startedAt: null as number | null,
    finishedAt: null as number | null,
  };
  for (const { at, status, paused, cancelRequested, type } of history.planSteps) {
    if (at > time) break;
    const ends = type === "plan.execution_completed";
    plan = {
      status: status ?? plan.status,
      paused: paused ?? (ends ? false : plan.paused),
      cancelRequested: cancelRequested ?? plan.cancelRequested,
      cancelledAt: cancelRequested === null ? plan.cancelledAt : cancelRequested ? at : null,
      startedAt: plan.startedAt ?? (status === "executing" ? at : null),
      finishedAt: ends ? at : status === "executing" ? null : plan.finishedAt,
    };
  }
  return plan;
}
