import { setImmediate as nextTurn } from "node:timers/promises";
import { auditTimeAt, lastAuditPlace, measureActs } from "../store/audit-rows";
import { EVENTS_OF_A_SPAN } from "../store/migrations/event-spans";
import type { Store } from "../store/open";
import { type Gap, mayHold, type TimeRange, widen } from "./event-ranges";

/*
 * Acts are told in the order of their arrival, and the clock of whoever acts may be wrong. What a range of time cannot
 * hold is leapt over as among events. The audit log only grows: between which times its full spans lie is measured once,
 * by whoever asks first, and kept in memory.
 */

interface Measured {
  readonly spans: Array<{ readonly minAt: number | null; readonly maxAt: number | null }>;
  /** When its last act was, to tell whether it is still the same log. */
  lastAt: number | null;
}

const measured = new WeakMap<Store, Measured>();

/** Spans measured between two turns of the event loop: a millisecond or two. */
const SLICE = 16;

/** Where a range of time need not be looked for. The first time, a million acts take a tenth of a second, in slices. */
export async function gapsOfAudit(store: Store, range: TimeRange): Promise<Gap[]> {
  if (range.since === undefined && range.until === undefined) return [];
  const last = lastAuditPlace(store.read);
  if (last === 0) return [];
  const { spans } = await measure(store, Math.floor(last / EVENTS_OF_A_SPAN));
  const gaps: Gap[] = [];
  for (const [span, times] of spans.entries()) if (!mayHold(times, range)) widen(gaps, span);
  return gaps;
}

async function measure(store: Store, count: number): Promise<Measured> {
  const known = measured.get(store);
  const isSame = known !== undefined && auditTimeAt(store.read, endOf(known.spans.length)) === known.lastAt;
  const kept: Measured = isSame ? known : { spans: [], lastAt: null };
  measured.set(store, kept);
  while (kept.spans.length < count) {
    const from = endOf(kept.spans.length);
    kept.spans.push(measureActs(store.read, from, from + EVENTS_OF_A_SPAN));
    kept.lastAt = auditTimeAt(store.read, from + EVENTS_OF_A_SPAN);
    if (kept.spans.length % SLICE === 0) await nextTurn();
  }
  return kept;
}

const endOf = (spans: number): number => spans * EVENTS_OF_A_SPAN;
