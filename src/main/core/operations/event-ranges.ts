import { setImmediate as nextTurn } from "node:timers/promises";
import type { LogOrder } from "../../../shared/model/log-views";
import { hasSpans, type NotedSpan, readNotedSpans } from "../store/event-spans";
import type { LogStream } from "../store/log-page";
import { EVENTS_OF_A_SPAN } from "../store/migrations/event-spans";
import type { Store } from "../store/open";

/** Places of the log that hold nothing of a range of time: after `from`, up to and with `to`. In order, far apart. */
export type Gap = readonly [from: number, to: number];

export interface TimeRange {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Spans read between two turns of the event loop: a millisecond or two. */
const SLICE = 512;

/** Where a range of time need not be looked for. A million events take a few milliseconds. */
export async function gapsOf(store: Store, range: TimeRange): Promise<Gap[]> {
  if ((range.since === undefined && range.until === undefined) || !hasSpans(store.read)) return [];
  const gaps: Gap[] = [];
  for (let from = 0; ; ) {
    const spans = readNotedSpans(store.read, from, SLICE);
    for (const span of spans) if (span.isTrue && !mayHold(span, range)) widen(gaps, span.span);
    const last = spans.at(-1);
    if (last === undefined || spans.length < SLICE) return gaps;
    from = last.span + 1;
    await nextTurn();
  }
}

type SpanTimes = Pick<NotedSpan, "minAt" | "maxAt">;

export function mayHold({ minAt, maxAt }: SpanTimes, { since, until }: TimeRange): boolean {
  if (minAt === null || maxAt === null) return false;
  return (since === undefined || maxAt >= since) && (until === undefined || minAt < until);
}

/** Adds a span behind those that are there. */
export function widen(gaps: Gap[], span: number): void {
  const [from, to] = [span * EVENTS_OF_A_SPAN, (span + 1) * EVENTS_OF_A_SPAN];
  const last = gaps.at(-1);
  if (last !== undefined && last[1] === from) gaps[gaps.length - 1] = [last[0], to];
  else gaps.push([from, to]);
}

/** The place to go on from instead of this one, with every gap that begins there left out. Pure. */
export function leap(gaps: readonly Gap[], from: number, order: LogOrder): number {
  let [low, high] = [0, gaps.length];
  // The first gap that does not end before the next place in question.
  const next = order === "newest" ? from - 1 : from + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle]?.[1] ?? 0) < next) low = middle + 1;
    else high = middle;
  }
  const gap = gaps[low];
  if (gap === undefined || next <= gap[0]) return from;
  return order === "newest" ? gap[0] + 1 : gap[1];
}

/** The same list without what lies in the gaps, as far as leaving it out saves reading. */
export function without(stream: LogStream, gaps: readonly Gap[], order: LogOrder): LogStream {
  if (gaps.length === 0) return stream;
  return { read: (from, limit) => stream.read(leap(gaps, from, order), limit) };
}
