import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type EventFigures,
  FIGURE_RANGES,
  type FigureRange,
  type FigureSpan,
  figuresOf,
  type KindCount,
} from "../../../shared/model/event-figures";
import type { EventFilter } from "../../../shared/model/log-views";
import { text } from "../store/columns";
import {
  type EventKindRow,
  lastEventPlace,
  readEventIdAt,
  readKindsAfter,
  readKindsBefore,
} from "../store/event-kinds";
import { placeBefore, searchEvents, topicOf } from "../store/event-rows";
import { readLogPage } from "../store/log-page";
import type { Store } from "../store/open";
import { parseTime } from "../store/time";
import { gapsOf, without } from "./event-ranges";
import { createEventTally, type EventTally } from "./event-tally";

/*
 * Events are counted here, in memory, while somebody looks, so that no writer pays for it: each is read once, from
 * the newest backwards as far as the range asks. What kinds cannot answer (one correlation, one task, a range of the
 * operator's own) is counted anew for each answer, up to a limit.
 */

/** Rows read between two turns of the event loop: a millisecond or two. */
const CHUNK = 500;
/** So many are read for one answer; the next one goes on. */
const ROWS_AN_ANSWER = 40_000;
/** With more events than this in a range, the older ones are left out, and the answer says so. */
const MOST_ROWS = 2_000_000;
/** Told later than this, an event is missing from the figures of a range that ended before. */
const SLACK_MS = 300_000;
/** Of a filter that kinds cannot answer. */
const MOST_MATCHES = 50_000;
const BARS_OF_A_SPAN = 96;

interface Ledger {
  readonly tally: EventTally;
  /** The last event counted, to tell whether places were given away again. */
  newest: { place: number; id: string | null };
  /** Everything from here on was read. */
  oldest: number;
  /** What lies before `oldest` is older than this; null: nothing lies before. */
  readBackTo: number | null;
  rows: number;
}

const ledgers = new WeakMap<Store, { ledger: Ledger; turn: Promise<unknown> }>();

export interface FiguresRequest extends EventFilter {
  readonly range: FigureRange;
}

/** Events by type over time and by who wrote them. Bounded: `isCounting` says that the next answer knows more. */
export async function getEventFigures(store: Store, request: FiguresRequest): Promise<EventFigures> {
  const { correlationId, entity, since, until } = request;
  const isByKind = [correlationId, entity, since, until].every((part) => part === undefined);
  return isByKind ? countKinds(store, request) : countMatches(store, request);
}

function spanOf(range: FigureRange, now: number): FigureSpan {
  const { ms, stepMs } = FIGURE_RANGES[range];
  // Bars stand still while time goes on: they begin at whole steps.
  const end = Math.floor(now / stepMs) * stepMs + stepMs;
  return { since: end - ms, stepMs, bars: ms / stepMs };
}

async function countKinds(store: Store, request: FiguresRequest): Promise<EventFigures> {
  let held = ledgers.get(store);
  if (held === undefined) {
    held = { ledger: openLedger(store), turn: Promise.resolve() };
    ledgers.set(store, held);
  }
  const mine = held;
  const answer = mine.turn.then(async () => {
    if (wasRenumbered(store, mine.ledger)) mine.ledger = openLedger(store);
    const { ledger } = mine;
    const span = spanOf(request.range, store.clock.now());
    const isCounting = await readOn(store, ledger, span.since - SLACK_MS);
    ledger.tally.forget(store.clock.now());
    const isCut = !isCounting && ledger.rows >= MOST_ROWS && (ledger.readBackTo ?? span.since) > span.since;
    const counts = ledger.tally.counts(span, { topic: topicOf(request), source: request.source });
    return figuresOf(counts, span, { isCounting, readBackTo: isCut ? ledger.readBackTo : null });
  });
  mine.turn = answer.catch(() => undefined);
  return answer;
}

function openLedger(store: Store): Ledger {
  const place = lastEventPlace(store.read);
  return {
    tally: createEventTally(),
    newest: { place, id: place === 0 ? null : readEventIdAt(store.read, place) },
    oldest: place + 1,
    readBackTo: Number.POSITIVE_INFINITY,
    rows: 0,
  };
}

/** Events were deleted from the end, or the file was rewritten. */
function wasRenumbered(store: Store, { newest }: Ledger): boolean {
  return newest.place > 0 && readEventIdAt(store.read, newest.place) !== newest.id;
}

function take(store: Store, ledger: Ledger, rows: readonly EventKindRow[]): void {
  ledger.rows += rows.length;
  const now = store.clock.now();
  for (const { type, source, at } of rows) {
    // A clock that is a day ahead is none; its events are listed, and not counted.
    if (at !== null && at < now + FIGURE_RANGES["24h"].ms) ledger.tally.add({ type, source, at }, now);
  }
}

/** First what came since, then backwards. True: there is more to read. */
async function readOn(store: Store, ledger: Ledger, until: number): Promise<boolean> {
  let left = ROWS_AN_ANSWER;
  for (; left > 0; left -= CHUNK, await nextTurn()) {
    const rows = readKindsAfter(store.read, ledger.newest.place, CHUNK);
    take(store, ledger, rows);
    const last = rows.at(-1);
    if (last !== undefined) ledger.newest = { place: last.place, id: readEventIdAt(store.read, last.place) };
    if (rows.length < CHUNK) break;
  }
  const isOpen = (): boolean => ledger.readBackTo !== null && ledger.readBackTo > until && ledger.rows < MOST_ROWS;
  for (; left > 0 && isOpen(); left -= CHUNK, await nextTurn()) {
    const rows = readKindsBefore(store.read, ledger.oldest, CHUNK);
    take(store, ledger, rows);
    const last = rows.at(-1);
    if (last === undefined) {
      ledger.readBackTo = null;
      break;
    }
    ledger.oldest = last.place;
    const told = rows.flatMap(({ at }) => at ?? []);
    if (told.length > 0) ledger.readBackTo = Math.min(ledger.readBackTo ?? 0, Math.max(...told));
  }
  return left <= 0 && isOpen();
}

async function countMatches(store: Store, { range, ...filter }: FiguresRequest): Promise<EventFigures> {
  const span = spanOfFilter(filter, spanOf(range, store.clock.now()), store.clock.now());
  const since = Math.max(span.since, filter.since ?? span.since);
  const search = searchEvents(store.read, { ...filter, since }, "newest");
  const floor = placeBefore(store.read, since);
  const gaps = await gapsOf(store, { since, until: filter.until });
  const { rows, next } = await readLogPage({
    ...search,
    streams: search.streams.map((stream) => without(stream, gaps, "newest")),
    order: "newest",
    from: Number.MAX_SAFE_INTEGER,
    floor,
    limit: MOST_MATCHES,
    patience: MOST_MATCHES * 4,
  });
  const counts: KindCount[] = rows.flatMap((row) => {
    const at = parseTime(row.timestamp);
    const bar = at === null ? -1 : Math.floor((at - span.since) / span.stepMs);
    if (bar < 0 || bar >= span.bars) return [];
    return { type: text(row.event_type), source: text(row.source_agent), bar, count: 1 };
  });
  const oldest = rows.length === 0 ? null : parseTime(rows.at(-1)?.timestamp);
  const readBackTo = next === null ? null : (oldest ?? store.clock.now());
  return figuresOf(counts, span, { isCounting: false, readBackTo });
}

/** A range of the operator's own is divided into bars of its own. */
function spanOfFilter({ since, until }: EventFilter, usual: FigureSpan, now: number): FigureSpan {
  if (since === undefined && until === undefined) return usual;
  const end = until ?? now;
  const begin = since ?? end - usual.stepMs * usual.bars;
  const stepMs = Math.max(1_000, Math.ceil((end - begin) / BARS_OF_A_SPAN));
  return { since: begin, stepMs, bars: Math.max(1, Math.ceil((end - begin) / stepMs)) };
}
