import type { ForecastBasis, ForecastKind } from "../../../shared/model/forecast";
import { findCriticalPath } from "./critical-path";
import { createSimulation, type SimulatedTask, type Simulation, type SimulationSetting } from "./simulate";
import { mapSteps } from "./steps";

/*
 * The end of a plan is predicted by playing it many times (Monte Carlo): each future takes for each task one of
 * its past durations. In every second future all tasks take theirs from the same past run where they have one, so
 * that a slow day stays one: with independent draws alone the P90 of a large plan would lie on its P50.
 */

/** What a task took in the past. */
export interface Samples {
  /** Milliseconds, ascending. */
  readonly durations: readonly number[];
  /** Which past run each is from. */
  readonly runs: readonly number[];
}

/** How a task spends its time. `instant`: a join point; `person`: a gate, whose time nobody predicts. */
export type Pace = "work" | "instant" | "person";

export interface ForecastTask extends SimulatedTask {
  readonly pace: Pace;
  /** For a running one: milliseconds since it began. */
  readonly elapsed: number;
  /** Null: it was never seen. */
  readonly samples: Samples | null;
}

export interface ForecastSetting extends Omit<SimulationSetting, "tasks"> {
  readonly tasks: readonly ForecastTask[];
  /** Past runs that samples are from. */
  readonly pastRuns: number;
}

export interface Forecast {
  readonly kind: ForecastKind;
  /** Milliseconds from now; null where nothing can be said. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly basis: ForecastBasis;
  /** Places of the critical path of what is not over, and milliseconds along it. */
  readonly critical: readonly number[];
  readonly criticalMs: number;
  /** Tasks that can still run. */
  readonly remaining: number;
  /** The future in which every task takes its middle past duration. */
  readonly expected: Expected;
}

export interface Expected {
  /** Milliseconds from now, by place; NaN: never. */
  readonly start: Float64Array;
  readonly finish: Float64Array;
  /** Milliseconds by place: what is left of it; 0 where nothing is known. */
  readonly durations: Float64Array;
  readonly end: number;
  readonly peak: number;
  readonly poolPeaks: readonly number[];
  readonly groupPeaks: readonly number[];
  /** Tasks that wait for ever for a pool or group without any room. */
  readonly stranded: number;
}

/** Task runs that all futures together may play: the number of futures follows. */
const EFFORT = 200_000;
const MOST_FUTURES = 200;
const LEAST_FUTURES = 20;

/** How many futures are played for a plan of so many tasks. */
export function futuresFor(tasks: number): number {
  return Math.min(MOST_FUTURES, Math.max(LEAST_FUTURES, Math.floor(EFFORT / Math.max(1, tasks))));
}

/**
 * Predicts the end of what is left of a plan. A generator, because a large plan takes a while: after each millisecond
 * or so it yields, and the caller decides when to go on. `random`: numbers from 0 up to 1.
 */
export function* forecastSteps(setting: ForecastSetting, random: () => number): Generator<undefined, Forecast> {
  const { shape, tasks } = setting;
  const simulation = createSimulation(setting);
  yield;
  const durations = Float64Array.from(yield* mapSteps(tasks, expectedDuration));
  yield;
  const expected = yield* expectedOf(simulation, durations);
  yield;
  const canRun = (place: number): boolean => !Number.isNaN(expected.start[place] ?? Number.NaN);
  const lengths = durations.map((duration, place) =>
    tasks[place]?.phase === "over" || !canRun(place) ? -1 : duration,
  );
  yield;
  const { places, length } = findCriticalPath(shape, lengths);
  yield;
  const left = tasks.flatMap((task, place) => (task.phase !== "over" && canRun(place) ? [task] : []));
  yield;
  const basis = basisOf(left, setting.pastRuns);
  yield;
  const kind = expected.stranded > 0 ? "never" : kindOf(basis);
  const answer = { kind, basis, critical: places, criticalMs: length, remaining: left.length, expected };
  if (kind === "unknown" || kind === "never") return { ...answer, p50: null, p90: null };

  const ends: number[] = [];
  const futures = basis.known === 0 ? 1 : futuresFor(left.length);
  for (let future = 0; future < futures; future += 1) {
    const day = future % 2 === 0 || setting.pastRuns < 2 ? null : Math.floor(random() * setting.pastRuns);
    const drawn = yield* mapSteps(tasks, (task) => (task.phase === "over" ? 0 : drawOne(task, day, random)));
    const played = yield* simulation.steps(drawn);
    ends.push(played.end);
    yield;
  }
  ends.sort((a, b) => a - b);
  return { ...answer, p50: quantile(ends, 0.5), p90: quantile(ends, 0.9) };
}

/** The same at one go, for plans of which it is known that they are small. */
export function forecast(setting: ForecastSetting, random: () => number): Forecast {
  const steps = forecastSteps(setting, random);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function* expectedOf(simulation: Simulation, durations: Float64Array): Generator<undefined, Expected> {
  const played = yield* simulation.steps(durations);
  // The simulation writes the next run into the same arrays.
  return { ...played, start: played.start.slice(), finish: played.finish.slice(), durations };
}

/** What is left of a task when it takes its middle past duration. */
function expectedDuration(task: ForecastTask): number {
  if (task.phase === "over" || task.samples === null || task.pace !== "work") return 0;
  const longer = longerThan(task.samples.durations, task.elapsed);
  return longer.length === 0 ? 0 : quantile(longer, 0.5) - task.elapsed;
}

function drawOne({ samples, elapsed, pace }: ForecastTask, day: number | null, random: () => number): number {
  if (samples === null || pace !== "work") return 0;
  const { durations, runs } = samples;
  const first = durations.length - longerThan(durations, elapsed).length;
  const count = durations.length - first;
  if (count === 0) return 0;
  if (day !== null) {
    const at = runs.indexOf(day, first);
    if (at >= 0) return (durations[at] ?? 0) - elapsed;
  }
  return (durations[first + Math.floor(random() * count)] ?? 0) - elapsed;
}

/** A task that has run for a while takes one of the durations that are longer than that. */
function longerThan(durations: readonly number[], elapsed: number): readonly number[] {
  if (elapsed <= 0) return durations;
  const first = durations.findIndex((duration) => duration > elapsed);
  return first < 0 ? [] : durations.slice(first);
}

function basisOf(left: readonly ForecastTask[], pastRuns: number): ForecastBasis {
  const work = left.filter(({ pace }) => pace === "work");
  const known = work.filter(({ samples }) => samples !== null);
  const sizes = known.map(({ samples }) => samples?.durations.length ?? 0);
  return {
    pastRuns,
    known: known.length,
    unknown: work.length - known.length,
    approvals: left.filter(({ pace }) => pace === "person").length,
    overdue: known.filter(({ samples, elapsed }) => elapsed > 0 && elapsed >= (samples?.durations.at(-1) ?? 0)).length,
    fewestSamples: sizes.reduce<number | null>(
      (fewest, size) => (fewest === null ? size : Math.min(fewest, size)),
      null,
    ),
  };
}

function kindOf({ known, unknown, approvals, overdue }: ForecastBasis): ForecastKind {
  if (known === 0 && unknown + approvals > 0) return "unknown";
  return unknown + approvals + overdue > 0 ? "at_least" : "estimate";
}

/** Of ascending values, between the two nearest in proportion. */
export function quantile(ascending: readonly number[], share: number): number {
  const place = (ascending.length - 1) * share;
  const below = Math.floor(place);
  const low = ascending[below] ?? 0;
  return low + ((ascending[below + 1] ?? low) - low) * (place - below);
}
