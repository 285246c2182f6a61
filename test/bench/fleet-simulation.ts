import type { Benchmark } from "./benchmark";

/** A fleet as far as its speed goes. Times are milliseconds of a clock that only the simulation moves. */
export interface FleetModel {
  readonly tasks: number;
  readonly workers: number;
  readonly slotsEach: number;
  /** How long a task takes on its worker. */
  readonly durationMs: () => number;
  /** What the console spends on a task: the claim, the order, the end. It does one thing at a time. */
  readonly consoleMs: number;
  /** From the console to a worker, and back again. */
  readonly wayMs: number;
  /** What a beat of a worker costs the console. */
  readonly beatMs: number;
  readonly beatEveryMs: number;
  /** A worker dies about so often, and comes back at once as another; its tasks begin anew after `silenceMs`. */
  readonly workerLifeMs: number;
  readonly silenceMs: number;
  readonly random: () => number;
}

export interface FleetOutcome {
  readonly tookMs: number;
  /** Shares of the time. */
  readonly consoleBusy: number;
  readonly slotsBusy: number;
  /** Attempts that were lost with their worker, and made again. */
  readonly lost: number;
}

/** Plays a plan of tasks without dependencies from the launch to its end. */
export function simulateFleet(model: FleetModel): FleetOutcome {
  const { workers, slotsEach, consoleMs, wayMs, random } = model;
  // Beats take their share of the console before any task does.
  const share = 1 - (workers * model.beatMs) / model.beatEveryMs;
  if (share <= 0) throw new Error("The console could not even hear so many workers");
  const halfMs = consoleMs / 2 / share;
  const slots = workers * slotsEach;
  const ends = createHeap(slots);
  let left = model.tasks;
  let done = 0;
  let consoleAt = 0;
  let consoleMsBusy = 0;
  let working = 0;
  let lost = 0;
  let last = 0;

  /** The console's next free moment at or after `at`, used for `ms`. */
  const use = (at: number, ms: number): number => {
    consoleAt = Math.max(consoleAt, at) + ms;
    consoleMsBusy += ms;
    return consoleAt;
  };
  const give = (at: number): void => {
    left -= 1;
    const begins = use(at, halfMs) + wayMs;
    const ms = model.durationMs();
    const dies = random() < 1 - Math.exp(-ms / model.workerLifeMs);
    const lasts = dies ? random() * ms : ms;
    working += lasts;
    ends.push(begins + lasts + (dies ? model.silenceMs : wayMs), dies);
  };

  for (let slot = 0; slot < slots && left > 0; slot += 1) give(0);
  for (;;) {
    const next = ends.pop();
    if (next === null) break;
    const at = use(next.at, halfMs);
    last = at;
    if (next.mark) {
      lost += 1;
      left += 1;
    } else done += 1;
    if (left > 0) give(at);
  }
  if (done !== model.tasks) throw new Error(`${done} of ${model.tasks} tasks ended`);
  return { tookMs: last, consoleBusy: consoleMsBusy / last, slotsBusy: working / (last * slots), lost };
}

/** Times, the earliest first, each with a mark. */
function createHeap(most: number) {
  const at = new Float64Array(most + 1);
  const marks = new Uint8Array(most + 1);
  let size = 0;
  const put = (place: number, time: number, mark: number): void => {
    at[place] = time;
    marks[place] = mark;
  };
  const timeAt = (place: number): number => at[place] ?? Number.POSITIVE_INFINITY;
  return {
    push(time: number, mark: boolean): void {
      let place = size;
      size += 1;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (timeAt(parent) <= time) break;
        put(place, timeAt(parent), marks[parent] ?? 0);
        place = parent;
      }
      put(place, time, mark ? 1 : 0);
    },
    pop(): { readonly at: number; readonly mark: boolean } | null {
      if (size === 0) return null;
      const first = { at: timeAt(0), mark: marks[0] === 1 };
      size -= 1;
      const [time, mark] = [timeAt(size), marks[size] ?? 0];
      let place = 0;
      for (;;) {
        let child = 2 * place + 1;
        if (child >= size) break;
        if (child + 1 < size && timeAt(child + 1) < timeAt(child)) child += 1;
        if (timeAt(child) >= time) break;
        put(place, timeAt(child), marks[child] ?? 0);
        place = child;
      }
      put(place, time, mark);
      return first;
    },
  };
}

/** The same numbers in every run, and even in their rarest values (mulberry32). */
function evenRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Of tasks whose durations vary as those of builds and calculations do: some take many times the usual. */
function lognormal(meanMs: number, random: () => number): () => number {
  const sigma = 0.8;
  const mu = Math.log(meanMs) - (sigma * sigma) / 2;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.exp(mu + sigma * normal);
  };
}

/** A million tasks over a thousand workers, for what a task and a beat cost the console as measured. */
export const fleetSimulation: Benchmark = {
  name: "fleet-simulation",
  async run({ quick, report }) {
    for (const consoleMs of [0.5, 2]) {
      for (const meanMs of [SECOND, 10 * SECOND, 60 * SECOND]) {
        const random = evenRandom(11);
        const model: FleetModel = {
          tasks: quick ? 10_000 : 1_000_000,
          workers: quick ? 100 : 1_000,
          slotsEach: 4,
          durationMs: lognormal(meanMs, random),
          consoleMs,
          wayMs: 2,
          beatMs: 0.3,
          beatEveryMs: 2_500,
          workerLifeMs: 100 * HOUR,
          silenceMs: 15 * SECOND,
          random,
        };
        const { tookMs, consoleBusy, slotsBusy, lost } = simulateFleet(model);
        const ideal = (model.tasks * meanMs) / (model.workers * model.slotsEach);
        report({
          bench: "fleet-simulation",
          value: tookMs / SECOND,
          unit: "s",
          reference: ideal / SECOND,
          referenceIs: "the same work shared by all slots without a console",
          more: { tasks: model.tasks, workers: model.workers, meanMs, consoleMs, consoleBusy, slotsBusy, lost },
        });
      }
    }
  },
};
