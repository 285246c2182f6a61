import { setImmediate as nextTurn } from "node:timers/promises";
import { dropSpans, type EventSpan, measureSpan, readFullSpans, readNotedSpans, saveSpans } from "../store/event-spans";
import type { Store } from "../store/open";

/** Notes the times of events that have arrived, and takes back what is true no more. One look at a time. */
interface EventSpanKeeper {
  look(): Promise<void>;
  close(): void;
}

/** Spans measured between two writes, one a turn of the event loop. */
const BATCH = 64;
/** Spans of one look: a million events. */
const MOST = 1_024;
/** Notes that a look makes sure of, in turn. */
const PROVED = 256;

export function createEventSpanKeeper(store: Store): EventSpanKeeper {
  let isLooking = false;
  let isClosed = false;
  /** Everything before was seen to. */
  let next = 0;
  let proved = 0;

  /** Spans whose events are others by now, or gone, from where the last look ended. */
  const prove = async (): Promise<void> => {
    const spans = readNotedSpans(store.read, proved, PROVED);
    const last = spans.at(-1);
    proved = last === undefined || spans.length < PROVED ? 0 : last.span + 1;
    const wrong = spans.filter(({ isTrue }) => !isTrue).map(({ span }) => span);
    if (wrong.length === 0) return;
    await store.write((tx) => dropSpans(tx, wrong));
    next = Math.min(next, wrong[0] ?? next);
  };

  const note = async (): Promise<void> => {
    const full = readFullSpans(store.read);
    if (full === null || full.last < next - 1) {
      // The newest events were deleted, and their places are given away again.
      next = full === null ? 0 : full.last + 1;
      return;
    }
    next = Math.max(next, full.first);
    for (let left = MOST; left > 0 && next <= full.last && !isClosed; ) {
      const upTo = Math.min(next + BATCH, full.last + 1);
      const known = new Set(readNotedSpans(store.read, next, upTo - next).map(({ span }) => span));
      const found: EventSpan[] = [];
      for (let span = next; span < upTo && !isClosed; span += 1) {
        if (known.has(span)) continue;
        const measured = measureSpan(store.read, span);
        if (measured !== null) found.push(measured);
        await nextTurn();
      }
      if (isClosed) return;
      if (found.length > 0) await store.write((tx) => saveSpans(tx, found));
      left -= upTo - next;
      next = upTo;
    }
  };

  return {
    async look() {
      if (isLooking || isClosed) return;
      isLooking = true;
      try {
        await prove();
        await note();
      } finally {
        isLooking = false;
      }
    },
    close() {
      isClosed = true;
    },
  };
}
