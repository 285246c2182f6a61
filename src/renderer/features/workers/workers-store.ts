import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { WorkerRow } from "../../../shared/model/views";
import { WORKER_STATES, type WorkerState } from "../../../shared/model/worker";
import type { WorkerCounts, WorkerPool, WorkerStats } from "../../../shared/model/workers";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { isBehind, keepRows, mergeWorkers } from "./worker-health";

const PAGE = 200;
const MOST_A_CALL = 500;
/** A worker that falls silent, or whose process is gone, writes nothing that would be pushed: it is looked up. */
const LOOK_MS = 2_000;
/** With very many rows the look costs more, and is taken less often. */
const MANY = 1_000;
const LOOK_AT_MANY_MS = 10_000;
const STATS_MS = 5_000;

export interface WorkerFilter {
  /** Null: all. */
  readonly state: string | null;
  readonly text: string;
  /** So many are read at once at the least. */
  readonly least: number;
}

interface WorkersState {
  readonly workers: readonly WorkerRow[];
  /** Where the next page begins; null: everything is here. */
  readonly next: string | null;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  readonly moreError: unknown;
  readonly filter: WorkerFilter;
  readonly counts: WorkerCounts | null;
  readonly stats: ReadonlyMap<string, WorkerStats>;
  readonly pool: WorkerPool | null;
  /** The row the keys are on. */
  readonly cursor: string | null;
}

export const useWorkers = create<WorkersState>()(() => ({
  workers: [],
  next: null,
  status: "loading",
  error: null,
  moreError: null,
  filter: { state: null, text: "", least: 0 },
  counts: null,
  stats: new Map(),
  pool: null,
  cursor: null,
}));

let request = 0;
let isLoadingMore = false;

const isState = (state: string | null): state is WorkerState => WORKER_STATES.some((known) => known === state);

function searchOf({ state, text }: Omit<WorkerFilter, "least">) {
  return { states: isState(state) ? [state] : [], text };
}

/** The list from its top, as far as it was shown. */
async function readWorkers(filter: WorkerFilter, shown: number) {
  const search = searchOf(filter);
  const count = Math.max(filter.least, shown);
  const rows: WorkerRow[] = [];
  for (let after: string | undefined; ; ) {
    const limit = Math.min(MOST_A_CALL, Math.max(PAGE, count) - rows.length);
    const page = await call("workers.page", { ...search, limit, ...(after === undefined ? {} : { after }) });
    rows.push(...page.rows);
    if (page.next === null || rows.length >= Math.max(PAGE, count)) return { rows, next: page.next };
    after = page.next;
  }
}

export async function loadWorkers(): Promise<void> {
  request += 1;
  const mine = request;
  const { filter, workers, status } = useWorkers.getState();
  try {
    const { rows, next } = await readWorkers(filter, workers.length);
    if (mine !== request) return;
    useWorkers.setState((state) => ({
      workers: keepRows(state.workers, rows),
      next,
      status: "ready",
      error: null,
      moreError: null,
    }));
  } catch (error) {
    if (mine !== request) return;
    if (status === "ready") throw error;
    useWorkers.setState({ status: "failed", error });
  }
}

export async function loadMoreWorkers(): Promise<void> {
  const { next, filter } = useWorkers.getState();
  if (next === null || isLoadingMore) return;
  isLoadingMore = true;
  const mine = request;
  try {
    const page = await call("workers.page", { ...searchOf(filter), after: next, limit: PAGE });
    if (mine !== request) return;
    useWorkers.setState((state) => ({ workers: [...state.workers, ...page.rows], next: page.next, moreError: null }));
    void loadStats();
  } catch (moreError) {
    if (mine === request) useWorkers.setState({ moreError });
  } finally {
    isLoadingMore = false;
  }
}

/** What is shown from now on; what was shown stays until that is there. */
export function filterWorkers(filter: WorkerFilter): void {
  const { state, text, least } = useWorkers.getState().filter;
  if (filter.state === state && filter.text === text) {
    if (filter.least === least) return;
    useWorkers.setState({ filter });
    void loadWorkers();
    return;
  }
  useWorkers.setState({ filter, workers: [], next: null, status: "loading" });
  void loadWorkers();
}

async function loadCounts(): Promise<void> {
  const [counts, pool] = await Promise.all([call("workers.counts", {}), call("workers.pool", {})]);
  useWorkers.setState({ counts, pool });
}

async function loadStats(): Promise<void> {
  const ids = useWorkers.getState().workers.map(({ id }) => id);
  const found = new Map<string, WorkerStats>();
  for (let at = 0; at < ids.length; at += MOST_A_CALL) {
    for (const stats of await call("workers.stats", { workerIds: ids.slice(at, at + MOST_A_CALL) })) {
      const before = useWorkers.getState().stats.get(stats.workerId);
      found.set(stats.workerId, JSON.stringify(before) === JSON.stringify(stats) && before ? before : stats);
    }
  }
  useWorkers.setState({ stats: found });
}

/** Everything of the view again. */
export async function refreshWorkers(): Promise<void> {
  await Promise.all([loadWorkers(), loadCounts()]);
}

function takePatch({ workers, removed }: LivePatch): void {
  if (workers.length === 0 && removed.workers.length === 0) return;
  useWorkers.setState((state) => {
    if (state.status !== "ready") return state;
    const shown = new Set(state.workers.map(({ id }) => id));
    const last = state.workers.at(-1);
    const isAll = state.filter.state === null && state.filter.text === "";
    const fitting = workers.filter(
      (row) => shown.has(row.id) || (isAll && (state.next === null || !isBehind(row, last))),
    );
    return { workers: mergeWorkers(state.workers, fitting, removed.workers) };
  });
}

function quietly(work: () => Promise<unknown>): void {
  // The next look does it; what keeps it from that is told by the banner of what cannot be read.
  work().catch(() => undefined);
}

/** Keeps the workers live until the returned function is called. */
export function startWorkers(): () => void {
  quietly(loadWorkers);
  quietly(loadCounts);
  quietly(loadStats);
  let looked = 0;
  const timer = setInterval(() => {
    if (document.hidden) return;
    quietly(loadCounts);
    const pause = useWorkers.getState().workers.length > MANY ? LOOK_AT_MANY_MS : 0;
    if (Date.now() - looked < pause) return;
    looked = Date.now();
    quietly(loadWorkers);
  }, LOOK_MS);
  const stats = setInterval(() => {
    if (!document.hidden) quietly(loadStats);
  }, STATS_MS);
  const end = keepLive({ patch: takePatch, reload: refreshWorkers });
  // Figures are asked for the rows that are there.
  const unsubscribe = useWorkers.subscribe((state, before) => {
    if (before.status === "loading" && state.status === "ready") quietly(loadStats);
  });
  return () => {
    clearInterval(timer);
    clearInterval(stats);
    unsubscribe();
    end();
  };
}
