import { create } from "zustand";
import type { LivePatch, Page } from "../../../shared/contract";
import type { PlanSummary } from "../../../shared/model/views";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { appendRows, EMPTY, insertRows, type RowSet, removeRows, rowSet, updateRows } from "./row-set";

const PAGE = 100;
const MOST = 500;

interface PlansState {
  readonly rows: RowSet<PlanSummary>;
  /** Plans that came while the list was scrolled; they wait for a click. */
  readonly waiting: readonly PlanSummary[];
  /** Where the next page begins; null: everything is here. */
  readonly next: string | null;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  readonly loadingMore: boolean;
  /** Why the next page could not be read; null: it could, or nobody asked. */
  readonly moreError: unknown;
  /** The row the keys are on. */
  readonly cursor: string | null;
  /** Pixels; survives leaving the list. */
  readonly scroll: number;
}

export const usePlans = create<PlansState>()(() => ({
  rows: EMPTY,
  waiting: [],
  next: null,
  status: "loading",
  error: null,
  loadingMore: false,
  moreError: null,
  cursor: null,
  scroll: 0,
}));

let request = 0;

/** The first page of plans, and further ones until `count` are here. */
async function readPlans(count: number): Promise<Page<PlanSummary>> {
  let page = await call("plans.list", { limit: Math.min(MOST, Math.max(PAGE, count)) });
  const rows = [...page.rows];
  while (page.next !== null && rows.length < count) {
    page = await call("plans.list", { after: page.next, limit: Math.min(MOST, count - rows.length) });
    rows.push(...page.rows);
  }
  return { rows, next: page.next };
}

/**
 * Reads the list from its top, as far as it was shown. What is shown stays until the answer is there, also when
 * reading fails: then this throws.
 */
export async function loadPlans(): Promise<void> {
  request += 1;
  const mine = request;
  const shown = usePlans.getState().rows.order.length;
  try {
    const { rows, next } = await readPlans(shown);
    if (mine !== request) return;
    usePlans.setState({
      rows: rowSet(rows),
      waiting: [],
      next,
      status: "ready",
      error: null,
      moreError: null,
    });
  } catch (error) {
    if (mine !== request) return;
    if (usePlans.getState().status === "ready") throw error;
    usePlans.setState({ status: "failed", error });
  }
}

export async function loadMorePlans(): Promise<void> {
  const { next, loadingMore } = usePlans.getState();
  if (next === null || loadingMore) return;
  usePlans.setState({ loadingMore: true, moreError: null });
  const mine = request;
  try {
    const page = await call("plans.list", { after: next, limit: PAGE });
    if (mine !== request) return;
    usePlans.setState((state) => ({ rows: appendRows(state.rows, page.rows), next: page.next }));
  } catch (error) {
    if (mine === request) usePlans.setState({ moreError: error });
  } finally {
    usePlans.setState({ loadingMore: false });
  }
}

const time = (plan: PlanSummary): number => plan.createdAt ?? 0;
const isNewer = (a: PlanSummary, b: PlanSummary): boolean => time(a) > time(b) || (time(a) === time(b) && a.id > b.id);

/** Shows the plans that came while the list was scrolled. */
export function showWaitingPlans(): void {
  usePlans.setState(({ rows, waiting }) => ({ rows: insertRows(rows, waiting, isNewer), waiting: [], scroll: 0 }));
}

/** Belongs to a page that was not read yet. */
function isFurtherDown(plan: PlanSummary, { rows, next }: PlansState): boolean {
  const last = rows.byId[rows.order.at(-1) ?? ""];
  return next !== null && last !== undefined && isNewer(last, plan);
}

function takePatch({ plans, removed }: LivePatch): void {
  if (plans.length === 0 && removed.plans.length === 0) return;
  usePlans.setState((state) => {
    if (state.status !== "ready") return state;
    const gone = new Set(removed.plans);
    const fresh = plans.filter((plan) => !Object.hasOwn(state.rows.byId, plan.id) && !isFurtherDown(plan, state));
    const rows = updateRows(removeRows(state.rows, removed.plans), plans);
    const rest = state.waiting.filter((plan) => !gone.has(plan.id) && !fresh.some((other) => other.id === plan.id));
    if (state.scroll > 0) return { rows, waiting: [...rest, ...fresh] };
    return { rows: insertRows(rows, fresh, isNewer), waiting: rest };
  });
}

/** Keeps the list live until the returned function is called. */
export function startPlans(): () => void {
  void loadPlans();
  return keepLive({ patch: takePatch, reload: loadPlans });
}
