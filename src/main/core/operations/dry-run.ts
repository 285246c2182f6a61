import { resolve } from "node:path";
import { setImmediate as nextTick } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import type { AgentWork } from "../../../shared/model/agent-work";
import type { ExecutorChoice } from "../../../shared/model/fleet";
import type { DryRun, DryRunLimit } from "../../../shared/model/forecast";
import type { ParameterValue, PlanDefinition, SubtaskDefinition } from "../../../shared/model/plan-definition";
import type { AgentRegistry } from "../agents/registry";
import { type Clock, type Random, systemClock, systemRandom } from "../clock";
import { executorChoice } from "../fleet/executor-choice";
import { type Capacity, needName } from "../plan/capacity";
import { planExpander } from "../plan/expand";
import { type Forecast, type ForecastSetting, type ForecastTask, forecastSteps, quantile } from "../plan/forecast";
import { type Shape, shapeOf, wavesOf } from "../plan/shape";
import { createSimulation } from "../plan/simulate";
import { mapSteps } from "../plan/steps";
import { inSlices } from "../slices";
import type { Store } from "../store/open";
import { capacityNow } from "./capacity";
import { type CheckedTask, checkSurroundings } from "./dry-run-checks";
import { createPastRuns, type Past, type PastRuns } from "./past-runs";

export interface DryRunRequest {
  /** As parsed. */
  readonly definition: PlanDefinition;
  /** Resolved and validated. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly sourceName: string | null;
  /** Absolute: the plan file's folder. */
  readonly folder: string;
  /** The console's own slots to reckon with. */
  readonly slots: number;
}

export interface DryRunServices {
  /** Null: there is no database yet, so nothing is known of the past and of workers. */
  readonly store: Store | null;
  readonly agents: AgentRegistry<AgentWork>;
  /** Default: made for this one. */
  readonly pastRuns?: PastRuns;
}

/** Subtasks of a plan that a dry run is made of. */
const MOST_TASKS = 20_000;
const MOST_STEPS = 400;
/** Limits of which it is reckoned what they cost. */
const MOST_COSTS = 20;

/**
 * What a launch would do: what runs when, what is missing for it, and when it would end. Writes nothing and starts
 * nothing; programs are looked for on the PATH of this process. Throws `not_allowed` for more than 20,000 tasks.
 */
export async function dryRunPlan(services: DryRunServices, request: DryRunRequest): Promise<DryRun> {
  const { store } = services;
  const { slots } = request;
  const count = request.definition.subtasks.length;
  if (count > MOST_TASKS) {
    throw new HiveError("not_allowed", `The plan has ${count} tasks; a dry run is made of ${MOST_TASKS} at most.`, {
      count,
      most: MOST_TASKS,
    });
  }
  const clock: Clock = store?.clock ?? systemClock;
  const random: Random = store?.random ?? systemRandom;
  const plan = await expandInSlices(request, store === null ? {} : executorChoice(store.read));
  const capacity = capacityNow(store, plan.subtasks, slots);
  await nextTick();
  const pastRuns = services.pastRuns ?? (store && createPastRuns(store));
  const past = await askPast(pastRuns, plan, request);
  const sliced = async <T>(steps: Generator<undefined, T>): Promise<T> => {
    const answer = await inSlices(steps, clock);
    await nextTick();
    return answer;
  };
  const shape = shapeOf(await sliced(placesOfDependencies(plan.subtasks)));
  await nextTick();
  const setting = await sliced(settingOf(plan, { shape, capacity, past }));
  const predicted = await sliced(forecastSteps(setting, random));
  const limits = await sliced(limitsOf(setting, plan, { predicted, capacity }));
  const checked = await sliced(checkedTasks(plan, request.folder));
  const findings = await checkSurroundings(checked, { agents: services.agents, capacity });
  await nextTick();
  const tasks = await sliced(taskLists(plan, { shape, setting, predicted }));
  const usage = usageOf(setting.tasks, predicted);
  await nextTick();
  const { kind, p50, p90, basis, critical, criticalMs, expected } = predicted;
  const idOf = (place: number): string => plan.subtasks[place]?.id ?? "";
  return {
    title: plan.title,
    taskCount: count,
    kind,
    finishP50Ms: p50,
    finishP90Ms: p90,
    usualMs: past.usualMs,
    basis,
    criticalPath: critical.map(idOf),
    criticalMs,
    peak: expected.peak,
    slots,
    limits,
    findings,
    tasks,
    usage,
  };
}

/** Subtasks whose expressions are filled in between two turns of the event loop: a few milliseconds. */
const CHUNK = 1_000;

async function expandInSlices(
  { definition, parameters }: DryRunRequest,
  fallback: ExecutorChoice,
): Promise<PlanDefinition> {
  const subtasks: SubtaskDefinition[] = [];
  const { plan, expand } = planExpander(definition, parameters, fallback);
  for (let at = 0; at < definition.subtasks.length; at += CHUNK) {
    subtasks.push(...definition.subtasks.slice(at, at + CHUNK).map(expand));
    await nextTick();
  }
  return { ...plan, subtasks };
}

async function askPast(pastRuns: PastRuns | null, plan: PlanDefinition, request: DryRunRequest): Promise<Past> {
  const tasks = plan.subtasks.map(({ id, agent, title }) => ({ subtaskId: id, agent, title }));
  if (pastRuns === null) return { pastRuns: 0, usualMs: null, samples: tasks.map(() => null) };
  return pastRuns.samples({ source: request.sourceName ?? plan.title, folder: request.folder, tasks });
}

function* placesOfDependencies(subtasks: readonly SubtaskDefinition[]): Generator<undefined, number[][]> {
  const places = new Map(subtasks.map(({ id }, place) => [id, place]));
  yield;
  return yield* mapSteps(subtasks, ({ dependencies }) =>
    [...new Set(dependencies)].flatMap((id) => {
      const place = places.get(id);
      return place === undefined ? [] : [place];
    }),
  );
}

interface Outlook {
  readonly shape: Shape;
  readonly capacity: Capacity;
  readonly past: Past;
}

function* settingOf(plan: PlanDefinition, { shape, capacity, past }: Outlook): Generator<undefined, ForecastSetting> {
  const groups = new Map<string, number>();
  const groupOf = (name: string | null): number => {
    if (name === null) return -1;
    const known = groups.get(name) ?? groups.size;
    groups.set(name, known);
    return known;
  };
  const tasks = yield* mapSteps(plan.subtasks, (subtask, place): ForecastTask => {
    // Nobody expects a failure: what only runs after one is skipped.
    const isSkipped = subtask.when === "failure";
    const pace = isSkipped || subtask.agent === "noop" ? "instant" : subtask.agent === "approval" ? "person" : "work";
    return {
      priority: subtask.priority,
      pool: pace === "work" ? capacity.poolOf(subtask) : -1,
      group: pace === "work" ? groupOf(subtask.group) : -1,
      phase: "open",
      earliest: 0,
      tolerant: subtask.when !== "success",
      pace,
      elapsed: 0,
      samples: past.samples[place] ?? null,
    };
  });
  return {
    shape,
    tasks,
    pools: capacity.pools.map(({ size }) => size),
    groups: [...groups.keys()].map((name) => plan.groups[name] ?? 1),
    concurrency: plan.concurrency,
    pastRuns: past.pastRuns,
  };
}

interface Reckoned {
  readonly predicted: Forecast;
  readonly capacity: Capacity;
}

/** Every limit of the plan with what it costs, which is played once more without it. */
function* limitsOf(
  setting: ForecastSetting,
  plan: PlanDefinition,
  { predicted, capacity }: Reckoned,
): Generator<undefined, DryRunLimit[]> {
  const { expected, kind } = predicted;
  const { tasks } = setting;
  const groupNames = new Map(plan.subtasks.map(({ group }, place) => [tasks[place]?.group ?? -1, group ?? ""]));
  yield;
  const inPool = countBy(tasks, ({ pool }) => pool);
  const inGroup = countBy(tasks, ({ group }) => group);
  const without = (limits: readonly number[], place: number) =>
    limits.map((size, at) => (at === place ? Number.POSITIVE_INFINITY : size));
  const limits: Array<Omit<DryRunLimit, "costMs"> & { readonly free: () => ForecastSetting }> = [
    ...setting.pools.map((size, place) => ({
      kind: place === 0 ? ("slots" as const) : ("workers" as const),
      name: place === 0 ? "any worker" : needName(capacity.pools[place]?.need ?? { role: null, capabilities: [] }),
      tasks: inPool.get(place) ?? 0,
      peak: expected.poolPeaks[place] ?? 0,
      size,
      free: () => ({ ...setting, pools: without(setting.pools, place) }),
    })),
    ...(setting.concurrency === null
      ? []
      : [
          {
            kind: "plan" as const,
            name: "concurrency",
            tasks: tasks.length - (inPool.get(-1) ?? 0),
            peak: expected.peak,
            size: setting.concurrency,
            free: () => ({ ...setting, concurrency: null }),
          },
        ]),
    ...setting.groups.map((size, place) => ({
      kind: "group" as const,
      name: groupNames.get(place) ?? "",
      tasks: inGroup.get(place) ?? 0,
      peak: expected.groupPeaks[place] ?? 0,
      size,
      free: () => ({ ...setting, groups: without(setting.groups, place) }),
    })),
  ];
  const answer: DryRunLimit[] = [];
  let reckoned = 0;
  for (const { free, ...limit } of limits) {
    let costMs: number | null = limit.peak < limit.size && limit.size > 0 ? 0 : null;
    if (costMs === null && limit.size > 0 && kind !== "unknown" && reckoned < MOST_COSTS) {
      reckoned += 1;
      const played = yield* createSimulation(free()).steps(expected.durations);
      costMs = Math.max(0, expected.end - played.end);
      yield;
    }
    answer.push({ ...limit, costMs });
  }
  return answer;
}

function countBy(tasks: readonly ForecastTask[], keyOf: (task: ForecastTask) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const task of tasks) counts.set(keyOf(task), (counts.get(keyOf(task)) ?? 0) + 1);
  return counts;
}

interface Played {
  readonly shape: Shape;
  readonly setting: ForecastSetting;
  readonly predicted: Forecast;
}

function* taskLists(
  plan: PlanDefinition,
  { shape, setting, predicted }: Played,
): Generator<undefined, DryRun["tasks"]> {
  const { start } = predicted.expected;
  const waves = wavesOf(shape);
  const isLeast = behindUnknown(shape, setting.tasks);
  yield;
  const places = plan.subtasks
    .map((_, place) => place)
    .sort((a, b) => {
      const first = start[a] ?? Number.NaN;
      const second = start[b] ?? Number.NaN;
      if (Number.isNaN(first) || Number.isNaN(second))
        return Number(Number.isNaN(first)) - Number(Number.isNaN(second)) || a - b;
      const urgency = (plan.subtasks[b]?.priority ?? 0) - (plan.subtasks[a]?.priority ?? 0);
      return first - second || (waves[a] ?? 0) - (waves[b] ?? 0) || urgency || a - b;
    });
  yield;
  const of = <T>(read: (place: number) => T): Generator<undefined, T[]> => mapSteps(places, read);
  const samplesOf = (place: number) => setting.tasks[place]?.samples ?? null;
  return {
    ids: yield* of((place) => plan.subtasks[place]?.id ?? ""),
    titles: yield* of((place) => plan.subtasks[place]?.title ?? ""),
    agents: yield* of((place) => plan.subtasks[place]?.agent ?? ""),
    waves: yield* of((place) => waves[place] ?? 0),
    startMs: yield* of((place) => {
      const at = start[place] ?? Number.NaN;
      return Number.isNaN(at) ? null : Math.round(at);
    }),
    startIsLeast: yield* of((place) => isLeast[place] === 1),
    durationMs: yield* of((place) => {
      if (setting.tasks[place]?.pace === "instant") return 0;
      const samples = samplesOf(place);
      return samples === null ? null : Math.round(quantile(samples.durations, 0.5));
    }),
    samples: yield* of((place) => samplesOf(place)?.durations.length ?? 0),
  };
}

/** 1 for what waits, at once or further back, for a task of which nothing is known. */
function behindUnknown(
  { count, order, firstDependent, dependents }: Shape,
  tasks: readonly ForecastTask[],
): Uint8Array {
  const marks = new Uint8Array(count);
  for (const place of order) {
    const task = tasks[place];
    const isUnknown = task?.pace === "person" || (task?.pace === "work" && task.samples === null);
    if (!isUnknown && marks[place] !== 1) continue;
    const last = firstDependent[place + 1] ?? 0;
    for (let at = firstDependent[place] ?? 0; at < last; at += 1) marks[dependents[at] ?? 0] = 1;
  }
  return marks;
}

/** How many tasks with a slot run from which moment on. Of too many moments those are kept that stand furthest apart. */
function usageOf(tasks: readonly ForecastTask[], { expected }: Forecast): Array<readonly [number, number]> {
  const steps = new Map<number, number>();
  const note = (at: number, step: number) => steps.set(at, (steps.get(at) ?? 0) + step);
  tasks.forEach(({ pool }, place) => {
    const from = expected.start[place] ?? Number.NaN;
    const to = expected.finish[place] ?? Number.NaN;
    if (pool < 0 || Number.isNaN(from) || to <= from) return;
    note(Math.round(from), 1);
    note(Math.round(to), -1);
  });
  let running = 0;
  const all = [...steps]
    .sort(([a], [b]) => a - b)
    .map(([at, step]): readonly [number, number] => {
      running += step;
      return [at, running];
    });
  if (all.length <= MOST_STEPS) return all;
  const every = all.length / MOST_STEPS;
  return Array.from({ length: MOST_STEPS }, (_, index) => {
    const bucket = all.slice(Math.floor(index * every), Math.floor((index + 1) * every));
    const [at] = bucket[0] ?? [0, 0];
    return [at, bucket.reduce((most, [, count]) => Math.max(most, count), 0)];
  });
}

function checkedTasks(plan: PlanDefinition, folder: string): Generator<undefined, CheckedTask[]> {
  return mapSteps(plan.subtasks, (subtask) => ({
    subtaskId: subtask.id,
    agent: subtask.agent,
    run: subtask.run,
    env: { ...plan.env, ...subtask.env },
    cwd: resolve(folder, subtask.cwd ?? plan.cwd),
    hasDependencies: subtask.dependencies.length > 0,
    role: subtask.role,
    capabilities: subtask.capabilities,
    ...(subtask.route && { route: subtask.route }),
    isSelfSufficient: subtask.agent === "llm" && subtask.llm?.endpoint != null && subtask.llm.model !== null,
  }));
}
