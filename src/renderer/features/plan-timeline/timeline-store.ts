import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { PlanForecastTasks } from "../../../shared/model/forecast";
import type { TaskRow } from "../../../shared/model/views";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { takeRows, takeStates } from "../plan-graph/facts";
import { usePlan } from "../plans/plan-store";
import { createModel, type TimelineModel, takeAttempts } from "./timeline-model";
import { GROUPINGS, type Grouping } from "./timeline-rows";

interface TimelineState {
  readonly planId: string | null;
  readonly model: TimelineModel | null;
  /** Counts the changes of the model, which is written in place. */
  readonly version: number;
  /** Null: none can be made, or the plan has ended. */
  readonly forecast: PlanForecastTasks | null;
  readonly grouping: Grouping;
  readonly showsCritical: boolean;
  readonly error: unknown;
}

const GROUPING_KEY = "timeline-grouping";
const savedGrouping = (): Grouping =>
  GROUPINGS.find((grouping) => grouping === globalThis.localStorage?.getItem(GROUPING_KEY)) ?? "worker";

export const useTimeline = create<TimelineState>()(() => ({
  planId: null,
  model: null,
  version: 0,
  forecast: null,
  grouping: savedGrouping(),
  showsCritical: true,
  error: null,
}));

export function setGrouping(grouping: Grouping): void {
  globalThis.localStorage?.setItem(GROUPING_KEY, grouping);
  useTimeline.setState({ grouping });
}

export function toggleCritical(): void {
  useTimeline.setState(({ showsCritical }) => ({ showsCritical: !showsCritical }));
}

let request = 0;
/** Tasks whose attempts are to be read again. */
let dirty = new Set<string>();
let meanwhile: TaskRow[] | null = null;

function changed(): void {
  useTimeline.setState(({ version }) => ({ version: version + 1 }));
}

async function load(planId: string): Promise<void> {
  request += 1;
  const mine = request;
  meanwhile = [];
  dirty = new Set();
  const [graph, states, attempts] = await Promise.all([
    call("plans.graph", { planId }),
    call("plans.graphStates", { planId }),
    call("plans.attempts", { planId }),
  ]);
  if (mine !== request) return;
  const plan = usePlan.getState().plan;
  const model = createModel(graph, attempts, plan?.id === planId ? (plan.startedAt ?? plan.createdAt) : null);
  takeStates(model.facts, states, model.placeOf);
  takeRows(model.facts, meanwhile, model.placeOf, 0);
  // What began or ended while all of it was read is read again.
  for (const { id } of meanwhile) dirty.add(id);
  meanwhile = null;
  useTimeline.setState(({ version }) => ({ model, version: version + 1, error: null }));
}

async function loadOrFail(planId: string): Promise<void> {
  try {
    await load(planId);
  } catch (error) {
    if (useTimeline.getState().planId === planId) useTimeline.setState({ error });
  }
}

export function retryTimeline(): void {
  const { planId } = useTimeline.getState();
  useTimeline.setState({ error: null });
  if (planId !== null) void loadOrFail(planId);
}

const MOST_AT_ONCE = 500;
/** Between two readings of attempts that changed. */
const GATHER_MS = 400;
const FORECAST_MS = 10_000;

async function readDirty(): Promise<void> {
  const { planId, model } = useTimeline.getState();
  if (planId === null || model === null || dirty.size === 0) return;
  const taskIds = [...dirty].slice(0, MOST_AT_ONCE);
  for (const id of taskIds) dirty.delete(id);
  const attempts = await call("plans.attempts", { planId, taskIds });
  if (useTimeline.getState().model !== model) return;
  takeAttempts(model, attempts);
  changed();
}

async function readForecast(planId: string): Promise<void> {
  const isRunning = usePlan.getState().plan?.status === "executing";
  const forecast = isRunning ? await call("plans.forecastTasks", { planId }).catch(() => null) : null;
  if (useTimeline.getState().planId === planId) useTimeline.setState({ forecast });
}

function takePatch({ tasks, removed }: LivePatch): void {
  const { planId, model } = useTimeline.getState();
  if (planId === null) return;
  const mine = tasks.filter((task) => task.planId === planId);
  meanwhile?.push(...mine);
  if (model === null) return;
  const unknown = takeRows(model.facts, mine, model.placeOf, 0);
  for (const task of mine) if (task.attempts > 0) dirty.add(task.id);
  const isGone = removed.tasks.length > 0 && model.graph.ids.some((id) => removed.tasks.includes(id));
  if (unknown.length > 0 || isGone) void loadOrFail(planId);
  else if (mine.length > 0) changed();
}

/** Shows a plan in time and keeps it live until the returned function is called. */
export function showTimeline(planId: string): () => void {
  useTimeline.setState({ planId, model: null, forecast: null, error: null });
  void loadOrFail(planId);
  void readForecast(planId);
  let isReading = false;
  const gather = setInterval(() => {
    if (isReading || document.hidden || dirty.size === 0) return;
    isReading = true;
    // What could not be read is read with the next change; the banner tells of trouble.
    readDirty()
      .catch(() => undefined)
      .finally(() => {
        isReading = false;
      });
  }, GATHER_MS);
  const ask = setInterval(() => {
    if (!document.hidden) void readForecast(planId);
  }, FORECAST_MS);
  const end = keepLive({ patch: takePatch, reload: () => load(planId) });
  return () => {
    request += 1;
    clearInterval(gather);
    clearInterval(ask);
    end();
    useTimeline.setState({ planId: null, model: null, forecast: null });
  };
}
