import { create } from "zustand";
import type { EventRow } from "../../../shared/model/log-views";
import { call } from "../../api";

/** So much of one correlation is drawn. */
const MOST = 3_000;
const PAGE = 1_000;
/** Between two looks at what belongs to it. */
const LOOK_MS = 2_000;

export type TraceScope = "task" | "correlation";

interface TraceState {
  /** What is drawn, or is about to be. */
  readonly key: string | null;
  /** In the order of their arrival. */
  readonly events: readonly EventRow[];
  /** There are more than are drawn. */
  readonly isCut: boolean;
  readonly isLoaded: boolean;
  readonly error: unknown;
}

const NOTHING: TraceState = { key: null, events: [], isCut: false, isLoaded: false, error: null };

export const useTrace = create<TraceState>()(() => NOTHING);

type Wanted = { readonly correlationId: string } | { readonly entity: { readonly kind: "task"; readonly id: string } };

/** Reads what belongs together, and what arrives of it, until the returned function is called. */
export function followTrace(wanted: Wanted): () => void {
  const key = JSON.stringify(wanted);
  if (useTrace.getState().key !== key) useTrace.setState({ ...NOTHING, key });
  let isOver = false;
  let isReading = false;
  const read = async (): Promise<void> => {
    if (isReading || document.hidden) return;
    isReading = true;
    try {
      for (;;) {
        const { events } = useTrace.getState();
        const after = events.at(-1)?.cursor;
        const limit = Math.min(PAGE, MOST - events.length);
        if (limit <= 0) return;
        const page = await call("events.list", {
          ...wanted,
          order: "oldest",
          limit,
          ...(after === undefined ? {} : { after }),
        });
        if (isOver) return;
        const all = [...events, ...page.rows];
        const isCut = all.length >= MOST && page.next !== null;
        if (page.rows.length > 0 || !useTrace.getState().isLoaded) {
          useTrace.setState({ events: all, isLoaded: true, error: null, isCut });
        }
        if (page.next === null || all.length >= MOST) return;
      }
    } catch (error) {
      if (!isOver) useTrace.setState({ error, isLoaded: true });
    } finally {
      isReading = false;
    }
  };
  void read();
  const timer = setInterval(() => void read(), LOOK_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
