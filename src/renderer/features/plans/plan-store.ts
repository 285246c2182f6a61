import { create } from "zustand";
import type { LivePatch, Page } from "../../../shared/contract";
import type { PlanDetail, TaskRow } from "../../../shared/model/views";
import { ApiError, call } from "../../api";
import { keepLive, watchPlan } from "../../sync";
import { appendRows, EMPTY, insertRows, type RowSet, removeRows, rowSet } from "./row-set";

const PAGE = 500;
const MOST = 1_000;

interface PlanState {
  readonly planId: string | null;
  readonly plan: PlanDetail | null;
  readonly tasks: RowSet<TaskRow>;
  /** The ordinal after which the next page begins; null: everything is here. */
  readonly next: number | null;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  readonly loadingMore: boolean;
  /** Why the next page could not be read; null: it could, or nobody asked. */
  readonly moreError: unknown;
}

const NOTHING: PlanState = {
  planId: null,
  plan: null,
  tasks: EMPTY,
  next: null,
  status: "loading",
  error: null,
  loadingMore: false,
  moreError: null,
};

export const usePlan = create<PlanState>()(() => NOTHING);

let request = 0;

const afterOf = (next: string | null): number | null => (next === null ? null : Number(next));

/** The first page of a plan's tasks, and further ones until `count` are here. */
async function readTasks(planId: string, count: number): Promise<Page<TaskRow>> {
  let page = await call("tasks.list", { planId, limit: Math.min(MOST, Math.max(PAGE, count)) });
  const rows = [...page.rows];
  while (page.next !== null && rows.length < count) {
    const limit = Math.min(MOST, count - rows.length);
    page = await call("tasks.list", { planId, after: Number(page.next), limit });
    rows.push(...page.rows);
  }
  return { rows, next: page.next };
}

/**
 * Reads the plan and its tasks, as far as they were shown. What is shown stays until the answer is there, also
 * when reading fails: then this throws. A plan that is gone is shown as gone.
 */
export async function loadPlan(): Promise<void> {
  const { planId, tasks } = usePlan.getState();
  if (planId === null) return;
  request += 1;
  const mine = request;
  try {
    const [plan, { rows, next }] = await Promise.all([
      call("plans.get", { planId }),
      readTasks(planId, tasks.order.length),
    ]);
    if (mine !== request) return;
    usePlan.setState({
      plan,
      tasks: rowSet(rows),
      next: afterOf(next),
      status: "ready",
      error: null,
      moreError: null,
    });
  } catch (error) {
    if (mine !== request) return;
    const isGone = error instanceof ApiError && error.code === "not_found";
    if (usePlan.getState().status === "ready" && !isGone) throw error;
    usePlan.setState({ status: "failed", error });
  }
}

export async function loadMoreTasks(): Promise<void> {
  const { planId, next, loadingMore } = usePlan.getState();
  if (planId === null || next === null || loadingMore) return;
  usePlan.setState({ loadingMore: true, moreError: null });
  const mine = request;
  try {
    const page = await call("tasks.list", { planId, after: next, limit: PAGE });
    if (mine !== request) return;
    usePlan.setState((state) => ({ tasks: appendRows(state.tasks, page.rows), next: afterOf(page.next) }));
  } catch (error) {
    if (mine === request) usePlan.setState({ moreError: error });
  } finally {
    usePlan.setState({ loadingMore: false });
  }
}

/** Puts a plan on screen; null takes it off. */
export async function showPlan(planId: string | null): Promise<void> {
  if (usePlan.getState().planId === planId) return;
  request += 1;
  usePlan.setState({ ...NOTHING, planId });
  await watchPlan(planId);
  if (usePlan.getState().planId === planId) await loadPlan();
}

function takePatch({ plans, tasks, removed }: LivePatch): void {
  usePlan.setState((state) => {
    if (state.planId === null || state.status !== "ready") return state;
    const summary = plans.find((plan) => plan.id === state.planId);
    const { next } = state;
    const mine = tasks.filter((task) => task.planId === state.planId && (next === null || task.ordinal <= next));
    if (summary === undefined && mine.length === 0 && removed.tasks.length === 0) return state;
    return {
      plan: state.plan !== null && summary !== undefined ? { ...state.plan, ...summary } : state.plan,
      tasks: insertRows(removeRows(state.tasks, removed.tasks), mine, (a, b) => a.ordinal < b.ordinal),
    };
  });
}

/** Keeps the plan on screen live until the returned function is called. */
export function startPlan(): () => void {
  return keepLive({ patch: takePatch, reload: loadPlan });
}
