import { createPlaceHeap, type PlaceHeap } from "./place-heap";
import type { Shape } from "./shape";

/**
 * Where a task stands when the simulation begins: `open` has not begun; `running` holds its slot from the first
 * moment; `over` has ended well, or its dependents go on as if; `never` cannot run, and nothing behind it.
 */
export type Phase = "open" | "running" | "over" | "never";

export interface SimulatedTask {
  /** Higher runs first; of equal ones the one with the lower place. */
  readonly priority: number;
  /** Which of the setting's pools it takes a slot of; -1: it needs none and counts in no limit. */
  readonly pool: number;
  /** Which of the setting's groups it is in; -1: none. */
  readonly group: number;
  readonly phase: Phase;
  /** Not before this time, in the unit of the durations, counted from the beginning. */
  readonly earliest: number;
  /** Runs also behind tasks that never do: a cleanup step. */
  readonly tolerant: boolean;
}

export interface SimulationSetting {
  readonly shape: Shape;
  /** One for each place of the shape. */
  readonly tasks: readonly SimulatedTask[];
  /** Slots of each pool: the console's own, and those of workers with certain capabilities. */
  readonly pools: readonly number[];
  /** The most tasks of each group at once. */
  readonly groups: readonly number[];
  /** The most tasks of the plan at once; null: no limit. */
  readonly concurrency: number | null;
}

interface Simulated {
  /** When each task starts; NaN for those that never do, 0 for those that began before. */
  readonly start: Float64Array;
  /** When each task ends; NaN as for `start`. */
  readonly finish: Float64Array;
  /** The end of the last one; 0 when nothing is left to do. */
  readonly end: number;
  /** The most tasks with a slot at once. */
  readonly peak: number;
  /** The same for each pool. */
  readonly poolPeaks: readonly number[];
  readonly groupPeaks: readonly number[];
  /** Tasks that wait for ever, or behind one that does: their pool or group has no room at all. */
  readonly stranded: number;
}

export interface Simulation {
  /**
   * `durations` by place: of a running task what is left of it. The arrays answered are of the next run, too. In steps,
   * each a millisecond at most; one run is ended before the next begins.
   */
  steps(durations: ArrayLike<number>): Generator<undefined, Simulated>;
  /** The same at one go. */
  run(durations: ArrayLike<number>): Simulated;
}

/** Tasks begun, ended and met, and lanes looked at, in one step. */
const EFFORT_OF_STEP = 2_000;

/**
 * Plays a plan as the dispatcher would run it: whenever a slot is free, the most urgent ready task whose group and
 * plan have room takes it. Made once and run with many sets of durations.
 */
export function createSimulation({ shape, tasks, pools, groups, concurrency }: SimulationSetting): Simulation {
  const { count, waitsFor, firstDependent, dependents } = shape;
  // Columns: what is asked a hundred thousand times is found at once.
  const isOpen = Uint8Array.from(tasks, ({ phase }) => (phase === "open" ? 1 : 0));
  const isTolerant = Uint8Array.from(tasks, ({ tolerant }) => (tolerant ? 1 : 0));
  const pool = Int32Array.from(tasks, (task) => task.pool);
  const group = Int32Array.from(tasks, (task) => task.group);
  const earliest = Float64Array.from(tasks, (task) => task.earliest);
  const urgency = Float64Array.from(tasks, ({ priority }) => -priority);
  const dead = neverRun(shape, tasks);
  const running: number[] = [];
  const over: number[] = [];
  const first: number[] = [];
  const lost: number[] = [];
  for (let place = 0; place < count; place += 1) {
    const phase = tasks[place]?.phase;
    if (dead[place] === 1) lost.push(place);
    else if (phase === "running") running.push(place);
    else if (phase === "over") over.push(place);
    else if (waitsFor[place] === 0) first.push(place);
  }
  const toRun = count - over.length - lost.length;
  const start = new Float64Array(count);
  const finish = new Float64Array(count);
  const unmet = new Int32Array(count);
  const byFinish = createPlaceHeap(finish);
  const byEarliest = createPlaceHeap(earliest);
  const lanes = createLanes(pool, group, urgency);
  const limit = concurrency ?? Number.POSITIVE_INFINITY;

  function* steps(durations: ArrayLike<number>): Generator<undefined, Simulated> {
    let effort = 0;
    const used = pools.map(() => 0);
    const held = groups.map(() => 0);
    const poolPeaks = pools.map(() => 0);
    const groupPeaks = groups.map(() => 0);
    let busy = 0;
    let peak = 0;
    let now = 0;
    let end = 0;
    let ended = 0;

    function occupy(place: number, step: 1 | -1): void {
      const inPool = pool[place] ?? -1;
      if (inPool < 0) return;
      busy += step;
      if (busy > peak) peak = busy;
      const slots = (used[inPool] ?? 0) + step;
      used[inPool] = slots;
      if (slots > (poolPeaks[inPool] ?? 0)) poolPeaks[inPool] = slots;
      const inGroup = group[place] ?? -1;
      if (inGroup < 0) return;
      const members = (held[inGroup] ?? 0) + step;
      held[inGroup] = members;
      if (members > (groupPeaks[inGroup] ?? 0)) groupPeaks[inGroup] = members;
    }

    function begin(place: number): void {
      start[place] = now;
      finish[place] = now + Math.max(0, durations[place] ?? 0);
      occupy(place, 1);
      byFinish.push(place);
    }

    function queue(place: number): void {
      if ((earliest[place] ?? 0) > now) byEarliest.push(place);
      else if ((pool[place] ?? -1) < 0) begin(place);
      else lanes.add(place);
    }

    function meet(place: number, onlyTolerant: boolean): void {
      const last = firstDependent[place + 1] ?? 0;
      effort += 1 + last - (firstDependent[place] ?? 0);
      for (let at = firstDependent[place] ?? 0; at < last; at += 1) {
        const dependent = dependents[at] ?? 0;
        if (onlyTolerant && isTolerant[dependent] !== 1) continue;
        const left = (unmet[dependent] ?? 0) - 1;
        unmet[dependent] = left;
        if (left === 0 && isOpen[dependent] === 1 && dead[dependent] !== 1) queue(dependent);
      }
    }

    function mayStart(lane: Lane): boolean {
      if ((used[lane.pool] ?? 0) >= (pools[lane.pool] ?? 0)) return false;
      return lane.group < 0 || (held[lane.group] ?? 0) < (groups[lane.group] ?? 1);
    }

    start.fill(Number.NaN);
    finish.fill(Number.NaN);
    unmet.set(waitsFor);
    byFinish.clear();
    byEarliest.clear();
    lanes.clear();
    for (const place of running) begin(place);
    for (const place of first) queue(place);
    for (const place of lost) meet(place, true);
    for (const place of over) {
      start[place] = 0;
      finish[place] = 0;
      meet(place, false);
    }

    for (;;) {
      while (busy < limit) {
        const place = lanes.next(mayStart);
        effort += 1 + lanes.count;
        if (place < 0) break;
        begin(place);
        if (effort < EFFORT_OF_STEP) continue;
        effort = 0;
        yield;
      }
      const next = byFinish.peek();
      const later = byEarliest.peek();
      if (next < 0 && later < 0) break;
      const finishAt = next < 0 ? Number.POSITIVE_INFINITY : (finish[next] ?? 0);
      const laterAt = later < 0 ? Number.POSITIVE_INFINITY : (earliest[later] ?? 0);
      now = Math.min(finishAt, laterAt);
      // All that happens at this moment, before anything is started: a higher priority goes first.
      while (byFinish.size() > 0 && (finish[byFinish.peek()] ?? 0) <= now) {
        const place = byFinish.pop();
        occupy(place, -1);
        ended += 1;
        end = now;
        meet(place, false);
        if (effort < EFFORT_OF_STEP) continue;
        effort = 0;
        yield;
      }
      while (byEarliest.size() > 0 && (earliest[byEarliest.peek()] ?? 0) <= now) queue(byEarliest.pop());
    }
    return { start, finish, end, peak, poolPeaks, groupPeaks, stranded: toRun - ended };
  }

  return {
    steps,
    run(durations) {
      const playing = steps(durations);
      for (let step = playing.next(); ; step = playing.next()) if (step.done) return step.value;
    },
  };
}

/** Ready tasks of one pool and group: either all of them may start, or none. */
interface Lane {
  readonly pool: number;
  readonly group: number;
  readonly heap: PlaceHeap;
}

interface Lanes {
  readonly count: number;
  add(place: number): void;
  /** Takes out the most urgent task of those that may start; -1: none may. */
  next(mayStart: (lane: Lane) => boolean): number;
  clear(): void;
}

function createLanes(pool: Int32Array, group: Int32Array, urgency: Float64Array): Lanes {
  const lanes: Lane[] = [];
  const numbers = new Map<number, number>();
  const groups = group.reduce((most, inGroup) => Math.max(most, inGroup), -1) + 2;
  const laneOf = Int32Array.from(pool, (inPool, place) => {
    const inGroup = group[place] ?? -1;
    const key = (inPool + 1) * groups + inGroup + 1;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, lanes.length);
    return lanes.push({ pool: inPool, group: inGroup, heap: createPlaceHeap(urgency) }) - 1;
  });
  return {
    count: lanes.length,
    add(place) {
      lanes[laneOf[place] ?? -1]?.heap.push(place);
    },
    next(mayStart) {
      let best: Lane | null = null;
      let bestPlace = -1;
      for (const lane of lanes) {
        const place = lane.heap.peek();
        if (place < 0 || !mayStart(lane)) continue;
        const difference = best === null ? -1 : (urgency[place] ?? 0) - (urgency[bestPlace] ?? 0);
        if (difference > 0 || (difference === 0 && place > bestPlace)) continue;
        best = lane;
        bestPlace = place;
      }
      return best === null ? -1 : best.heap.pop();
    },
    clear() {
      for (const { heap } of lanes) heap.clear();
    },
  };
}

/** 1 for what cannot run any more, because of itself or of what is before it. */
function neverRun({ firstDependent, dependents }: Shape, tasks: readonly SimulatedTask[]): Uint8Array {
  const dead = new Uint8Array(tasks.length);
  const walk: number[] = [];
  tasks.forEach(({ phase }, place) => {
    if (phase !== "never") return;
    dead[place] = 1;
    walk.push(place);
  });
  for (let place = walk.pop(); place !== undefined; place = walk.pop()) {
    const last = firstDependent[place + 1] ?? 0;
    for (let at = firstDependent[place] ?? 0; at < last; at += 1) {
      const dependent = dependents[at] ?? 0;
      const task = tasks[dependent];
      if (dead[dependent] === 1 || task?.phase !== "open" || task.tolerant) continue;
      dead[dependent] = 1;
      walk.push(dependent);
    }
  }
  return dead;
}
