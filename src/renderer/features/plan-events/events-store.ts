import { create } from "zustand";
import type { EventRow } from "../../../shared/model/log-views";
import { call } from "../../api";
import { keepLive } from "../../sync";

interface EventsState {
  readonly planId: string | null;
  /** Shell glob over the type; empty: every type. */
  readonly topic: string;
  /** The latest first. */
  readonly rows: readonly EventRow[];
  /** Events that came while the list was scrolled; they wait for a click. */
  readonly waiting: readonly EventRow[];
  /** Where older ones begin; null: there are none. */
  readonly next: string | null;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  readonly moreError: unknown;
  readonly isScrolled: boolean;
  readonly cursor: string | null;
}

const NOTHING: EventsState = {
  planId: null,
  topic: "",
  rows: [],
  waiting: [],
  next: null,
  status: "loading",
  error: null,
  moreError: null,
  isScrolled: false,
  cursor: null,
};

export const useEvents = create<EventsState>()(() => NOTHING);

const PAGE = 100;
/** So many new ones are read at once; with more of them the list begins anew. */
const MOST_NEW = 500;
/** Between two looks for new ones: events of other programs are pushed by nobody. */
const LOOK_MS = 1_000;

let request = 0;
let isReadingMore = false;

const filterOf = (planId: string, topic: string) => ({
  entity: { kind: "plan" as const, id: planId },
  ...(topic === "" ? {} : { topic }),
});

async function load(): Promise<void> {
  const { planId, topic } = useEvents.getState();
  if (planId === null) return;
  request += 1;
  const mine = request;
  try {
    const page = await call("events.list", { ...filterOf(planId, topic), limit: PAGE });
    if (mine !== request) return;
    const first = { rows: page.rows, waiting: [], next: page.next, isScrolled: false };
    useEvents.setState({ ...first, status: "ready", error: null, moreError: null });
  } catch (error) {
    if (mine === request) useEvents.setState({ status: "failed", error });
  }
}

export function retryEvents(): void {
  useEvents.setState({ status: "loading", error: null });
  void load();
}

/** Reads what came since. */
async function readNew(): Promise<void> {
  const { planId, topic, rows, waiting, status } = useEvents.getState();
  if (planId === null || status !== "ready") return;
  const mine = request;
  const latest = waiting[0]?.cursor ?? rows[0]?.cursor;
  if (latest === undefined) {
    await load();
    return;
  }
  const page = await call("events.list", {
    ...filterOf(planId, topic),
    order: "oldest",
    after: latest,
    limit: MOST_NEW,
  });
  if (mine !== request || page.rows.length === 0) return;
  if (page.next !== null) {
    await load();
    return;
  }
  const fresh = page.rows.toReversed();
  useEvents.setState((state) =>
    state.isScrolled
      ? { waiting: [...fresh, ...state.waiting] }
      : { rows: [...fresh, ...state.waiting, ...state.rows], waiting: [] },
  );
}

export async function loadOlder(): Promise<void> {
  const { planId, topic, next } = useEvents.getState();
  if (planId === null || next === null || isReadingMore) return;
  isReadingMore = true;
  const mine = request;
  try {
    const page = await call("events.list", { ...filterOf(planId, topic), after: next, limit: PAGE });
    if (mine !== request) return;
    useEvents.setState((state) => ({ rows: [...state.rows, ...page.rows], next: page.next, moreError: null }));
  } catch (error) {
    if (mine === request) useEvents.setState({ moreError: error });
  } finally {
    isReadingMore = false;
  }
}

export function showWaiting(): void {
  useEvents.setState(({ rows, waiting }) => ({ rows: [...waiting, ...rows], waiting: [], isScrolled: false }));
}

export function setTopic(topic: string): void {
  if (topic === useEvents.getState().topic) return;
  useEvents.setState({ topic, rows: [], waiting: [], next: null, status: "loading", cursor: null });
  void load();
}

/** Shows a plan's events and keeps them live until the returned function is called. */
export function showEvents(planId: string): () => void {
  useEvents.setState({ ...NOTHING, planId, topic: useEvents.getState().topic });
  void load();
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking || document.hidden) return;
    isLooking = true;
    // The banner tells of trouble; the next look tries again.
    await readNew().catch(() => undefined);
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  const end = keepLive({ patch: () => undefined, reload: load });
  return () => {
    request += 1;
    clearInterval(timer);
    end();
    useEvents.setState({ planId: null, rows: [], waiting: [] });
  };
}
