import { availableParallelism } from "node:os";
import { HiveError, toErrorBody } from "../../../shared/errors";
import type { PlanForecast, PlanForecastTasks } from "../../../shared/model/forecast";
import { quantile, type Samples } from "../plan/forecast";
import { mapSteps } from "../plan/steps";
import { inSlices } from "../slices";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";
import { createPastRuns, type PastRuns } from "./past-runs";
import { createPlanOutlook, type PlanOutlook, type Prediction } from "./plan-outlook";

/** A forecast is made again at most this often, in milliseconds... */
const LEAST_INTERVAL_MS = 1_000;
/** ...and the larger the plan the rarer: making it takes a tenth of the time at most. */
const REST = 10;
/** As many plans as are in sight on the overview. */
const MOST_HELD = 8;
const MOST_ON_PATH = 1_000;

export interface Forecaster {
  /** As of now, or of a moment ago when it was just made. Throws `not_found`, `not_allowed`. */
  forecast(planId: string): Promise<PlanForecast>;
  forecastTasks(planId: string): Promise<PlanForecastTasks>;
  /**
   * Calls back with the plan's forecast, and again after changes. `trouble` gets what keeps it from being made.
   * Returns what ends it.
   */
  watch(planId: string, listener: (forecast: PlanForecast) => void, trouble: (message: string) => void): () => void;
}

const forecasters = new WeakMap<Store, Forecaster>();

/** The one of this store: those who ask for the same plan share what was read of it. */
export function forecasterOf(store: Store): Forecaster {
  const known = forecasters.get(store);
  if (known) return known;
  const made = createForecaster(store);
  forecasters.set(store, made);
  return made;
}

export function createForecaster(store: Store): Forecaster {
  const pastRuns = createPastRuns(store);
  const held = new Map<string, HeldPlan>();

  function hold(planId: string): HeldPlan {
    const known = held.get(planId);
    held.delete(planId);
    const plan = known ?? holdPlan(store, planId, pastRuns);
    held.set(planId, plan);
    for (const [id, oldest] of held) {
      if (held.size <= MOST_HELD) break;
      if (oldest.isWatched() || id === planId) continue;
      oldest.drop();
      held.delete(id);
    }
    return plan;
  }

  return {
    forecast: async (planId) => summaryOf(planId, await hold(planId).latest()),
    async forecastTasks(planId) {
      const latest = await hold(planId).latest();
      const lists = await inSlices(listsOf(latest.prediction), store.clock);
      return { ...summaryOf(planId, latest), ...lists };
    },
    watch(planId, listener, trouble) {
      return hold(planId).watch((latest) => listener(summaryOf(planId, latest)), trouble);
    },
  };
}

interface Latest {
  readonly prediction: Prediction;
  readonly slots: number;
}

interface HeldPlan {
  latest(): Promise<Latest>;
  watch(listener: (latest: Latest) => void, trouble: (message: string) => void): () => void;
  isWatched(): boolean;
  drop(): void;
}

function holdPlan(store: Store, planId: string, pastRuns: PastRuns): HeldPlan {
  let dropped = false;
  const outlook: PlanOutlook = createPlanOutlook(store, { planId, pastRuns, isOver: () => dropped });
  const watchers = new Map<(latest: Latest) => void, (message: string) => void>();
  let latest: Latest | null = null;
  let making: Promise<Latest> | null = null;
  let stale = true;
  /** It could not be made the last time; the next change may help, or whoever asks. */
  let failed = false;
  let restUntil = 0;
  let timer: NodeJS.Timeout | null = null;

  const unsubscribe = store.changes.subscribe((batch) => {
    if (!batch.reset && !batch.plans.has(planId) && batch.workers.size === 0) return;
    outlook.note(batch.reset ? null : batch.tasks);
    // A worker that only beat changes nothing of a plan: its tasks and limits do.
    if (batch.reset || batch.plans.has(planId)) stale = true;
    if (watchers.size > 0 && stale) schedule();
  });

  async function make(): Promise<Latest> {
    const began = store.clock.monotonic();
    stale = false;
    failed = false;
    try {
      const slots = slotsOf(store);
      const prediction = await outlook.predict(slots);
      if (prediction === null) throw new HiveError("shutting_down", "The forecast was left off.");
      latest = { prediction, slots };
      for (const listener of [...watchers.keys()]) listener(latest);
      return latest;
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      const took = store.clock.monotonic() - began;
      restUntil = store.clock.monotonic() + Math.max(LEAST_INTERVAL_MS, REST * took);
      making = null;
      if (stale && watchers.size > 0) schedule();
    }
  }

  function schedule(): void {
    if (timer !== null || making !== null || dropped) return;
    timer = setTimeout(
      () => {
        timer = null;
        if (watchers.size === 0) return;
        making ??= make();
        making.catch((error: unknown) => {
          if (dropped) return;
          for (const trouble of [...watchers.values()]) trouble(toErrorBody(error).message);
        });
      },
      Math.max(0, restUntil - store.clock.monotonic()),
    );
    timer.unref();
  }

  return {
    async latest() {
      if (making !== null) return making;
      if (latest !== null && !failed && (!stale || store.clock.monotonic() < restUntil)) return latest;
      making = make();
      return making;
    },
    watch(listener, trouble) {
      watchers.set(listener, trouble);
      if (latest !== null && !stale && !failed) listener(latest);
      else schedule();
      return () => {
        watchers.delete(listener);
        if (watchers.size > 0 || timer === null) return;
        clearTimeout(timer);
        timer = null;
      };
    },
    isWatched: () => watchers.size > 0,
    drop() {
      dropped = true;
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** The slots of whoever dispatches; of a console on this machine where nobody does. */
function slotsOf(store: Store): number {
  const slots = readLease(store.read)?.holder?.slots ?? 0;
  return slots > 0 ? slots : availableParallelism();
}

function summaryOf(planId: string, { prediction, slots }: Latest): PlanForecast {
  const { forecast, tasks, past, at } = prediction;
  const { kind, p50, p90, basis, critical, criticalMs, remaining } = forecast;
  return {
    planId,
    at,
    kind,
    finishP50: p50 === null ? null : Math.round(at + p50),
    finishP90: p90 === null ? null : Math.round(at + p90),
    usualMs: past.usualMs,
    basis,
    criticalPath: critical.slice(0, MOST_ON_PATH).flatMap((place) => tasks[place]?.taskId ?? []),
    criticalMs: Math.round(criticalMs),
    remaining,
    slots,
  };
}

const usual = (samples: Samples | null, share: number): number | null =>
  samples && Math.round(quantile(samples.durations, share));

function* listsOf({
  forecast,
  tasks,
  phases,
  past,
  at,
}: Prediction): Generator<undefined, Omit<PlanForecastTasks, keyof PlanForecast>> {
  const { start, finish } = forecast.expected;
  const moment = (from: number | undefined): number | null =>
    from === undefined || Number.isNaN(from) ? null : Math.round(at + from);
  return {
    ordinals: tasks.map(({ ordinal }) => ordinal),
    startsAt: yield* mapSteps(phases, (phase, place) => (phase === "open" ? moment(start[place]) : null)),
    endsAt: yield* mapSteps(phases, (phase, place) => (phase === "over" ? null : moment(finish[place]))),
    usualP50: yield* mapSteps(past.samples, (samples) => usual(samples, 0.5)),
    usualP90: yield* mapSteps(past.samples, (samples) => usual(samples, 0.9)),
  };
}
