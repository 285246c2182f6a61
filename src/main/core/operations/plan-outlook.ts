import { setImmediate as nextTick } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import { MOST_GRAPH_TASKS } from "../../../shared/model/plan-graph";
import { type Forecast, type ForecastSetting, type ForecastTask, forecastSteps, type Pace } from "../plan/forecast";
import { type Shape, shapeOf } from "../plan/shape";
import type { Phase } from "../plan/simulate";
import { mapSteps } from "../plan/steps";
import { inSlices } from "../slices";
import {
  type OutlookState,
  type OutlookTask,
  pageOutlookStates,
  pageOutlookTasks,
  readGroupCapacities,
  readOutlookPlan,
  readOutlookStates,
} from "../store/forecast-rows";
import type { Store } from "../store/open";
import { countGraphNodes, readGraphEdges } from "../store/plan-graph-rows";
import { capacityNow } from "./capacity";
import type { Past, PastRuns } from "./past-runs";
import { getPlan } from "./plans";

/** Tasks read between two turns of the event loop: a few milliseconds. */
const CHUNK = 250;

/** What is known of a running plan, kept up to date task by task. */
export interface PlanOutlook {
  /** Ids of tasks that changed; null: any may have. */
  note(taskIds: ReadonlySet<string> | null): void;
  predict(slots: number): Promise<Prediction | null>;
}

export interface Prediction {
  readonly forecast: Forecast;
  /** By place, as is what follows. */
  readonly tasks: readonly OutlookTask[];
  readonly phases: readonly Phase[];
  readonly past: Past;
  /** When it was made, milliseconds since the epoch. */
  readonly at: number;
}

interface Structure {
  readonly tasks: readonly OutlookTask[];
  readonly placeOf: ReadonlyMap<number, number>;
  readonly ids: ReadonlySet<string>;
  readonly shape: Shape;
  readonly past: Past;
}

/** `isOver`: nobody wants it any more; a prediction under way is left off. Throws `not_found`, `not_allowed`. */
export function createPlanOutlook(
  store: Store,
  {
    planId,
    pastRuns,
    isOver,
  }: { readonly planId: string; readonly pastRuns: PastRuns; readonly isOver: () => boolean },
): PlanOutlook {
  let structure: Structure | null = null;
  let states: Array<OutlookState | undefined> = [];
  const changed = new Set<string>();
  let all = true;

  async function refresh(): Promise<Structure> {
    const count = requireSize(store, planId);
    if (structure === null || structure.tasks.length !== count) {
      structure = await readStructure(store, planId, pastRuns);
      all = true;
    }
    const { placeOf, ids: own } = structure;
    const take = (rows: readonly OutlookState[]): void => {
      for (const row of rows) states[placeOf.get(row.ordinal) ?? -1] = row;
    };
    if (all) {
      all = false;
      changed.clear();
      states = [];
      for (let after = -1; ; await nextTick()) {
        const rows = pageOutlookStates(store.read, { planId, after, limit: CHUNK });
        take(rows);
        const last = rows.at(-1);
        if (last === undefined || rows.length < CHUNK) break;
        after = last.ordinal;
      }
    } else {
      const ids = [...changed].filter((id) => own.has(id));
      changed.clear();
      for (let at = 0; at < ids.length; at += CHUNK) {
        take(readOutlookStates(store.read, ids.slice(at, at + CHUNK)));
        await nextTick();
      }
    }
    return structure;
  }

  return {
    note(taskIds) {
      if (taskIds === null) all = true;
      else if (!all) for (const id of taskIds) changed.add(id);
    },
    async predict(slots) {
      const { tasks, shape, past } = await refresh();
      await nextTick();
      const at = store.clock.now();
      const setting = await inSlices(settingOf(store, { planId, tasks, states, slots, at, shape, past }), store.clock);
      const phases = setting.tasks.map(({ phase }) => phase);
      await nextTick();
      const forecast = await inSlices(forecastSteps(setting, store.random), store.clock, isOver);
      return forecast && { forecast, tasks, phases, past, at };
    },
  };
}

function requireSize(store: Store, planId: string): number {
  const count = countGraphNodes(store.read, planId);
  if (count === 0) getPlan(store, { planId });
  if (count <= MOST_GRAPH_TASKS) return count;
  throw new HiveError(
    "not_allowed",
    `Plan ${planId} has ${count} tasks; the end is predicted for ${MOST_GRAPH_TASKS} at most.`,
    { planId, count, most: MOST_GRAPH_TASKS },
  );
}

async function readStructure(store: Store, planId: string, pastRuns: PastRuns): Promise<Structure> {
  const tasks: OutlookTask[] = [];
  const edges: Array<{ readonly from: number; readonly to: number }> = [];
  for (let after = -1; ; await nextTick()) {
    const page = pageOutlookTasks(store.read, { planId, after, limit: CHUNK });
    const last = page.at(-1)?.ordinal;
    if (last === undefined) break;
    tasks.push(...page);
    edges.push(...readGraphEdges(store.read, { planId, after, last }));
    if (page.length < CHUNK) break;
    after = last;
  }
  const placeOf = new Map(tasks.map(({ ordinal }, place) => [ordinal, place]));
  await nextTick();
  const waits: number[][] = tasks.map(() => []);
  const wait = ({ from, to }: { readonly from: number; readonly to: number }): void => {
    const place = placeOf.get(from);
    if (place !== undefined) waits[placeOf.get(to) ?? -1]?.push(place);
  };
  await inSlices(mapSteps(edges, wait), store.clock);
  await nextTick();
  const shape = shapeOf(waits);
  await nextTick();
  const plan = readOutlookPlan(store.read, planId);
  const past = await pastRuns.samples({ source: plan?.source ?? "", folder: plan?.folder ?? null, tasks });
  await nextTick();
  const ids = new Set(tasks.map(({ taskId }) => taskId));
  await nextTick();
  return { tasks, placeOf, ids, shape, past };
}

interface Snapshot {
  readonly planId: string;
  readonly tasks: readonly OutlookTask[];
  readonly states: readonly (OutlookState | undefined)[];
  readonly slots: number;
  readonly at: number;
  readonly shape: Shape;
  readonly past: Past;
}

function* settingOf(
  store: Store,
  { planId, tasks, states, slots, at, shape, past }: Snapshot,
): Generator<undefined, ForecastSetting> {
  const plan = readOutlookPlan(store.read, planId);
  const isHeld = plan === null || plan.isPaused || plan.isCancelling || plan.status !== "executing";
  const capacity = capacityNow(store, tasks, slots);
  const groups: string[] = [];
  const places = new Map<string, number>();
  const groupOf = (name: string | null): number => {
    if (name === null) return -1;
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, groups.length);
    return groups.push(name) - 1;
  };
  yield;
  const standings = yield* mapSteps(tasks, (task, place) => standingOf(task, states[place]?.status ?? ""));
  const isBehindFailure = marksBehind(
    shape,
    (place) => standings[place]?.phase === "never" || states[place]?.blocked === true,
  );
  yield;
  const forecastTasks = yield* mapSteps(tasks, (task, place): ForecastTask => {
    const state = states[place];
    const { phase, isWithPerson } = standings[place] ?? NEVER;
    // What runs on failure is skipped unless something failed.
    const isSkipped = task.when === "failure" && phase === "open" && isBehindFailure[place] !== 1;
    const isInstant = task.agent === "noop" || isSkipped;
    const pace: Pace = isWithPerson || task.agent === "approval" ? "person" : isInstant ? "instant" : "work";
    const isWork = pace === "work";
    return {
      priority: state?.priority ?? 1,
      pool: isWork ? capacity.poolOf(task) : -1,
      group: isWork ? groupOf(task.group) : -1,
      phase,
      earliest: Math.max(0, (state?.notBefore ?? at) - at),
      tolerant: task.when !== "success",
      pace,
      elapsed: phase === "running" ? Math.max(0, at - (state?.startedAt ?? at)) : 0,
      samples: past.samples[place] ?? null,
    };
  });
  const limits = readGroupCapacities(store.read, groups);
  return {
    shape,
    tasks: forecastTasks,
    // A plan that is held runs nothing new as things stand.
    pools: capacity.pools.map(({ size }) => (isHeld ? 0 : size)),
    groups: groups.map((name) => limits.get(name) ?? 1),
    concurrency: plan?.concurrency ?? null,
    pastRuns: past.pastRuns,
  };
}

/** 1 for the direct dependents of such places. */
function marksBehind({ count, firstDependent, dependents }: Shape, isSuch: (place: number) => boolean): Uint8Array {
  const marks = new Uint8Array(count);
  for (let place = 0; place < count; place += 1) {
    if (!isSuch(place)) continue;
    const last = firstDependent[place + 1] ?? 0;
    for (let at = firstDependent[place] ?? 0; at < last; at += 1) marks[dependents[at] ?? 0] = 1;
  }
  return marks;
}

interface Standing {
  readonly phase: Phase;
  readonly isWithPerson: boolean;
}

const NEVER: Standing = { phase: "never", isWithPerson: false };

/** States in which a person must do something before it goes on. */
const WITH_PERSON = new Set(["review_pending", "approved", "rejected", "rework_needed", "escalated"]);

function standingOf({ onFailure }: OutlookTask, status: string): Standing {
  const phase = ((): Phase => {
    if (status === "queued") return "open";
    if (status === "assigned" || status === "in_progress" || WITH_PERSON.has(status)) return "running";
    if (status === "completed" || (status === "failed" && onFailure === "continue")) return "over";
    return "never";
  })();
  return { phase, isWithPerson: WITH_PERSON.has(status) };
}
