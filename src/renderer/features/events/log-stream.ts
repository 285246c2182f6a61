import { createStore, type StoreApi } from "zustand/vanilla";
import type { Page } from "../../../shared/contract";
import type { LogPage } from "../../../shared/model/log-views";

export interface LogStreamState<Row> {
  /** The latest first. */
  readonly rows: readonly Row[];
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** Where older ones begin; null: there are none. */
  readonly next: string | null;
  /** Rows of the log are being looked at, right now. */
  readonly isReading: boolean;
  readonly moreError: unknown;
  /** Newer ones than the first row were let go, because so many older ones were read. */
  readonly isCutAbove: boolean;
  /** Rows that were put before (or, negative, taken from before) the first one since the beginning. */
  readonly shift: number;
  /** Why nothing is added at the top: somebody wants it so, or reads further down. */
  readonly isPaused: boolean;
  readonly isScrolled: boolean;
  /** When the stream stopped; null: it flows. */
  readonly heldSince: number | null;
  /** What arrived since it stopped. */
  readonly waiting: number;
  readonly isMoreWaiting: boolean;
}

export interface LogStreamOptions<Row> {
  readonly read: (place: LogPage) => Promise<Page<Row>>;
  readonly cursorOf: (row: Row) => string;
  readonly now: () => number;
  readonly pageSize: number;
  /** The most rows held at once. */
  readonly most: number;
  /** Rows of the log that one request looks at. */
  readonly patience: number;
}

export interface LogStream<Row> {
  readonly store: StoreApi<LogStreamState<Row>>;
  /** From the newest on; what is shown stays until the answer is there. The stream flows again. */
  readonly load: () => Promise<void>;
  /** Older ones, at the end. */
  readonly older: () => Promise<void>;
  /** Newer ones that were let go, at the top. */
  readonly newer: () => Promise<void>;
  /** What arrived: shown where the stream flows, else counted. */
  readonly look: () => Promise<void>;
  readonly setPaused: (isPaused: boolean) => void;
  readonly setScrolled: (isScrolled: boolean) => void;
  /** A search that goes on is left off. */
  readonly stop: () => void;
  /** Answers that are under way are thrown away. */
  readonly close: () => void;
}

/** What waits is counted up to here: "999+". */
const MOST_WAITING = 999;
const LOOK_ROWS = 500;
/** As many as fill a screen: a search for few matches goes on until then. */
const SCREEN = 40;

/** A log as it flows: live at the top, of any length, at rest while one reads in it. */
export function createLogStream<Row>(options: LogStreamOptions<Row>): LogStream<Row> {
  const { read, cursorOf, now, pageSize, most, patience } = options;
  const store = createStore<LogStreamState<Row>>(() => ({
    rows: [],
    status: "loading",
    error: null,
    next: null,
    isReading: true,
    moreError: null,
    isCutAbove: false,
    shift: 0,
    isPaused: false,
    isScrolled: false,
    heldSince: null,
    waiting: 0,
    isMoreWaiting: false,
  }));
  const set = store.setState;
  let generation = 0;
  /** Everything up to here was shown or counted. */
  let seen: string | null = null;
  let isLooking = false;
  let isStopped = false;

  const held = ({ isPaused, isScrolled, isCutAbove }: LogStreamState<Row>): boolean =>
    isPaused || isScrolled || isCutAbove;
  /** Notes since when the stream rests, and forgets what waited once it flows again. */
  const settle = (change: Partial<LogStreamState<Row>>): void =>
    set((state) => {
      const next = { ...state, ...change };
      if (!held(next)) return { ...change, heldSince: null, waiting: 0, isMoreWaiting: false };
      return { ...change, heldSince: next.heldSince ?? now() };
    });

  async function load(): Promise<void> {
    generation += 1;
    const mine = generation;
    isStopped = false;
    set({ isReading: true });
    try {
      let rows: readonly Row[] = [];
      let next: string | null = null;
      for (let isFirst = true; ; isFirst = false) {
        const page: Page<Row> = await read({
          limit: pageSize - rows.length,
          patience,
          ...(next === null ? {} : { after: next }),
        });
        if (mine !== generation) return;
        rows = [...rows, ...page.rows];
        next = page.next;
        if (isFirst) seen = page.rows[0] === undefined ? (page.next ?? "0") : cursorOf(page.rows[0]);
        const isDone = next === null || rows.length >= SCREEN || isStopped;
        settle({
          rows,
          next,
          status: "ready",
          error: null,
          moreError: null,
          isReading: !isDone,
          isCutAbove: false,
          isScrolled: false,
          isPaused: false,
        });
        if (isDone) return;
      }
    } catch (error) {
      if (mine !== generation) return;
      const isShown = store.getState().status === "ready";
      set(isShown ? { moreError: error, isReading: false } : { status: "failed", error, isReading: false });
    }
  }

  async function older(): Promise<void> {
    const { next: first, isReading, status } = store.getState();
    if (first === null || isReading || status !== "ready") return;
    const mine = generation;
    isStopped = false;
    set({ isReading: true, moreError: null });
    try {
      let next: string | null = first;
      let found = 0;
      while (next !== null && found < pageSize && !isStopped) {
        const page: Page<Row> = await read({ limit: pageSize - found, patience, after: next });
        if (mine !== generation) return;
        next = page.next;
        found += page.rows.length;
        set((state) => {
          const all = [...state.rows, ...page.rows];
          const gone = Math.max(0, all.length - most);
          return { rows: all.slice(gone), next, isCutAbove: state.isCutAbove || gone > 0, shift: state.shift - gone };
        });
      }
      settle({ isReading: false });
    } catch (error) {
      if (mine === generation) set({ moreError: error, isReading: false });
    }
  }

  async function newer(): Promise<void> {
    const { rows, isReading, isCutAbove } = store.getState();
    const [top] = rows;
    if (!isCutAbove || isReading || top === undefined) return;
    const mine = generation;
    set({ isReading: true, moreError: null });
    try {
      const page = await read({ order: "oldest", after: cursorOf(top), limit: pageSize, patience });
      if (mine !== generation) return;
      set((state) => {
        const all = [...page.rows.toReversed(), ...state.rows];
        const kept = all.slice(0, most);
        const last = kept.at(-1);
        return {
          rows: kept,
          next: kept.length < all.length && last !== undefined ? cursorOf(last) : state.next,
          shift: state.shift + page.rows.length,
        };
      });
      const isWhole = page.next === null;
      if (isWhole) seen = page.rows.length === 0 ? seen : cursorOf(page.rows.at(-1) ?? top);
      settle({ isReading: false, isCutAbove: !isWhole });
    } catch (error) {
      if (mine === generation) set({ moreError: error, isReading: false });
    }
  }

  async function look(): Promise<void> {
    const { status, isMoreWaiting } = store.getState();
    if (isLooking || seen === null || status !== "ready" || isMoreWaiting) return;
    isLooking = true;
    const mine = generation;
    try {
      const page = await read({ order: "oldest", after: seen, limit: LOOK_ROWS, patience });
      if (mine !== generation) return;
      const last = page.rows.at(-1);
      if (page.next !== null && !held(store.getState()) && page.rows.length > 0) {
        // More than a screen could tell apart: the newest are shown.
        await load();
        return;
      }
      seen = page.next ?? (last === undefined ? seen : cursorOf(last));
      if (page.rows.length === 0) return;
      set((state) => {
        if (!held(state))
          return {
            rows: [...page.rows.toReversed(), ...state.rows].slice(0, most),
            ...cutEnd(state, page.rows.length),
          };
        const waiting = state.waiting + page.rows.length;
        return {
          waiting: Math.min(waiting, MOST_WAITING),
          isMoreWaiting: waiting > MOST_WAITING || page.next !== null,
        };
      });
    } finally {
      isLooking = false;
    }
  }

  /** What is let go at the end is read again from there. */
  function cutEnd({ rows, next }: LogStreamState<Row>, added: number): Pick<LogStreamState<Row>, "next"> {
    const last = rows[most - added - 1];
    return { next: rows.length + added > most && last !== undefined ? cursorOf(last) : next };
  }

  return {
    store,
    load,
    older,
    newer,
    look,
    setPaused: (isPaused) => {
      const { waiting, isScrolled, isCutAbove } = store.getState();
      if (!isPaused && (waiting > 0 || isScrolled || isCutAbove)) void load();
      else settle({ isPaused });
    },
    setScrolled: (isScrolled) => {
      const state = store.getState();
      if (isScrolled === state.isScrolled) return;
      if (!isScrolled && state.waiting > 0 && !state.isPaused && !state.isCutAbove) void load();
      else settle({ isScrolled });
    },
    stop: () => {
      isStopped = true;
    },
    close: () => {
      generation += 1;
      isStopped = true;
    },
  };
}
