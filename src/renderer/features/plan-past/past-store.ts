import { create } from "zustand";
import type { PlanGraph } from "../../../shared/model/plan-graph";
import type { PlanHistory, PlanHistoryCheck } from "../../../shared/model/plan-history";
import { createPastGraph, createPlanPast, type PastGraph, type PlanPast } from "../../../shared/model/plan-past";
import type { PlanDetail } from "../../../shared/model/views";
import { call } from "../../api";
import { keepLive } from "../../sync";

/** A history, ready to be looked at as of any moment. */
export interface LoadedPast {
  readonly plan: PlanDetail;
  readonly history: PlanHistory;
  readonly graph: PlanGraph;
  readonly past: PlanPast;
  readonly order: PastGraph;
  /** Null: it is still being compared. */
  readonly check: PlanHistoryCheck | null;
  readonly from: number;
  readonly to: number;
}

interface PastState {
  readonly planId: string | null;
  readonly loaded: LoadedPast | null;
  readonly error: unknown;
  readonly isPlaying: boolean;
}

const NOTHING: PastState = { planId: null, loaded: null, error: null, isPlaying: false };

export const usePast = create<PastState>()(() => NOTHING);

/** Between two looks for what is told of a plan that runs. */
const LOOK_MS = 3_000;
/** The plan has not changed for so long: whether the history leads there is looked at again. */
const SETTLED_MS = 1_000;

let request = 0;

async function load(planId: string): Promise<void> {
  request += 1;
  const mine = request;
  const [plan, history, graph] = await Promise.all([
    call("plans.get", { planId }),
    call("plans.history", { planId }),
    call("plans.graph", { planId }),
  ]);
  if (mine !== request) return;
  const past = createPlanPast(history);
  const told = [...past.moments, ...history.planSteps.map(({ at }) => at), ...history.acts.map(({ at }) => at)];
  const from = told.reduce((least, at) => Math.min(least, at), told[0] ?? Date.now());
  const last = told.reduce((most, at) => Math.max(most, at), from);
  const to = plan.status === "executing" ? Math.max(last, Date.now()) : last;
  const order = createPastGraph(history.ordinals.length, edgesOf(history, graph));
  const before = usePast.getState().loaded;
  usePast.setState({
    loaded: { plan, history, graph, past, order, from, to, check: before?.check ?? null },
    error: null,
  });
  await compare(planId);
}

/** Whether the history leads to the present. */
async function compare(planId: string): Promise<void> {
  const mine = request;
  const check = await call("plans.checkHistory", { planId });
  if (mine !== request) return;
  usePast.setState(({ loaded }) => ({ loaded: loaded === null ? null : { ...loaded, check } }));
}

/** Both are read one after the other: tasks may have come between. */
function edgesOf(history: PlanHistory, graph: PlanGraph): number[] {
  if (graph.ids.length === history.ids.length) return [...graph.edges];
  const placeOf = new Map(history.ids.map((id, place) => [id, place]));
  const edges: number[] = [];
  for (let index = 0; index < graph.edges.length; index += 2) {
    const from = placeOf.get(graph.ids[graph.edges[index] ?? -1] ?? "");
    const to = placeOf.get(graph.ids[graph.edges[index + 1] ?? -1] ?? "");
    if (from !== undefined && to !== undefined) edges.push(from, to);
  }
  return edges;
}

/** Reads the history of the plan on screen again after it could not be read. */
export async function loadPast(planId: string): Promise<void> {
  try {
    await load(planId);
  } catch (error) {
    if (usePast.getState().planId === planId) usePast.setState({ error });
  }
}

/** Shows a plan's history, and what is told of it meanwhile, until the returned function is called. */
export function showPast(planId: string): () => void {
  usePast.setState({ ...NOTHING, planId });
  void loadPast(planId);
  const look = async (): Promise<void> => {
    const { loaded } = usePast.getState();
    if (loaded === null || document.hidden || loaded.plan.status !== "executing") return;
    const news = await call("plans.history", { planId, after: loaded.history.cursor });
    if (news.steps.at.length > 0 || news.planSteps.length > loaded.history.planSteps.length) await load(planId);
  };
  // The banner tells of trouble; the next look tries again.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  let later: ReturnType<typeof setTimeout> | undefined;
  const endLive = keepLive({
    patch: ({ plans }) => {
      if (!plans.some(({ id }) => id === planId)) return;
      clearTimeout(later);
      later = setTimeout(() => void compare(planId).catch(() => undefined), SETTLED_MS);
    },
    reload: () => loadPast(planId),
  });
  return () => {
    request += 1;
    clearInterval(timer);
    clearTimeout(later);
    endLive();
    usePast.setState(NOTHING);
  };
}

export const setPlaying = (isPlaying: boolean): void => usePast.setState({ isPlaying });
