import { create } from "zustand";
import type { Planner, PlanningDetail, PlanningRequest, PlanningStatus } from "../../../shared/model/planning";
import { call } from "../../api";
import { keepLive } from "../../sync";

/** Requests of other programs, and what becomes of them, are looked for at this pace. */
const LOOK_MS = 2_000;
const PAGE = 100;

interface PlanningState {
  readonly rows: readonly PlanningRequest[];
  /** Null: these are all. */
  readonly next: string | null;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  readonly detail: PlanningDetail | null;
  readonly detailError: unknown;
  /** Null: they are being asked. */
  readonly planners: readonly Planner[] | null;
  /** Requests that agents plan at this window's wish. */
  readonly asked: ReadonlySet<string>;
}

export const usePlanning = create<PlanningState>()(() => ({
  rows: [],
  next: null,
  status: "loading",
  error: null,
  detail: null,
  detailError: null,
  planners: null,
  asked: new Set(),
}));

let filter: PlanningStatus | null = null;
let wanted: string | null = null;
let listing = 0;
let reading = 0;

async function loadRows(): Promise<void> {
  listing += 1;
  const mine = listing;
  try {
    const { rows: shown } = usePlanning.getState();
    // As many as are on screen; the operation answers five hundred at most.
    const limit = Math.min(500, Math.max(PAGE, shown.length));
    const page = await call("planning.list", { limit, ...(filter === null ? {} : { status: filter }) });
    if (mine === listing) usePlanning.setState({ ...page, status: "ready", error: null });
  } catch (error) {
    if (mine === listing) usePlanning.setState({ error, status: "failed" });
  }
}

export async function loadMoreRequests(): Promise<void> {
  const { next } = usePlanning.getState();
  if (next === null) return;
  const mine = listing;
  try {
    const page = await call("planning.list", {
      limit: PAGE,
      after: next,
      ...(filter === null ? {} : { status: filter }),
    });
    if (mine !== listing) return;
    usePlanning.setState(({ rows }) => ({ rows: [...rows, ...page.rows], next: page.next }));
  } catch (error) {
    if (mine === listing) usePlanning.setState({ error });
  }
}

/** Lists the requests of one state; null: all. */
export function filterRequests(status: PlanningStatus | null): void {
  if (status === filter && usePlanning.getState().status !== "failed") return;
  filter = status;
  usePlanning.setState({ rows: [], next: null, status: "loading" });
  void loadRows();
}

/** Reads what the panel shows; null: nothing. */
export async function showRequest(requestId: string | null): Promise<void> {
  reading += 1;
  const mine = reading;
  wanted = requestId;
  if (requestId === null) {
    usePlanning.setState({ detail: null, detailError: null });
    return;
  }
  try {
    const detail = await call("planning.get", { requestId });
    if (mine === reading) usePlanning.setState({ detail, detailError: null });
  } catch (detailError) {
    if (mine === reading) usePlanning.setState({ detail: null, detailError });
  }
}

/** Takes in what an act has answered. */
export function takeDetail(detail: PlanningDetail): void {
  if (detail.id === wanted) {
    reading += 1;
    usePlanning.setState({ detail, detailError: null });
  }
  void loadRows();
}

export async function refreshPlanning(): Promise<void> {
  await loadRows();
  const { rows, detail } = usePlanning.getState();
  const row = rows.find(({ id }) => id === wanted);
  // A plan of thousands of subtasks is not read again while nothing has happened to its request.
  const isSame =
    row !== undefined && detail !== null && row.status === detail.status && row.assignedAt === detail.assignedAt;
  if (wanted !== null && !(isSame && row.plans === detail.plans)) await showRequest(wanted);
}

export async function askPlanners(): Promise<void> {
  try {
    usePlanning.setState({ planners: await call("planning.planners", {}) });
  } catch {
    usePlanning.setState({ planners: [] });
  }
}

/** Keeps the queue fresh until the returned function is called. */
export function startPlanning(): () => void {
  void refreshPlanning();
  void askPlanners();
  const timer = setInterval(() => {
    if (!document.hidden) void refreshPlanning();
  }, LOOK_MS);
  let soon: ReturnType<typeof setTimeout> | null = null;
  const end = keepLive({
    // A launched plan that ends ends its request.
    patch({ plans }) {
      if (plans.length === 0 || soon !== null) return;
      soon = setTimeout(() => {
        soon = null;
        void loadRows();
        if (wanted !== null) void showRequest(wanted);
      }, 500);
    },
    reload: () => refreshPlanning(),
  });
  return () => {
    clearInterval(timer);
    if (soon !== null) clearTimeout(soon);
    end();
  };
}
