import { setImmediate as nextTurn } from "node:timers/promises";
import { THROUGHPUT_RANGES, type Throughput, type ThroughputRange } from "../../../shared/model/overview";
import { isRunTerminal } from "../../../shared/model/run";
import type { Store } from "../store/open";
import {
  hasRuns,
  lastRunPlace,
  type RunSpan,
  readRunIdAt,
  readSpans,
  readSpansAfter,
  readSpansBefore,
} from "../store/run-ends";
import { createTally, type Tally } from "./run-tally";

/*
 * What attempts came to is counted here, in memory, while somebody looks, so that no attempt pays for it: every row
 * is read once, from the newest backwards as far as the range asks, and those that had not ended then are read
 * again. That also counts what other programs write, and works on a database that may not be written to.
 */

/** Rows read between two turns of the event loop: a millisecond or two. */
const CHUNK = 300;
/** With more attempts than this in a range, the older ones are left out and the chart says so. */
const MOST_ROWS = 400_000;
/** Attempts that seem to run, kept to be looked at again; programs that died leave such rows behind. */
const MOST_OPEN = 2_000;
/** An attempt that began so long before the range may still have ended within it. */
const LONGEST_ATTEMPT_MS = 3 * 3_600_000;

interface Ledger {
  readonly tally: Tally;
  /** The last attempt counted, to tell whether places were given away again. */
  newest: { place: number; id: string | null };
  /** Everything from here on was read. */
  oldest: number;
  /** When what lies before `oldest` began at the latest; null: nothing lies before. */
  readBackTo: number | null;
  rows: number;
  readonly open: Set<string>;
}

const ledgers = new WeakMap<Store, { ledger: Ledger; turn: Promise<unknown> }>();

/** Attempts that ended within the range, counted by bars. Reads in slices; the first time takes the longest. */
export async function getThroughput(store: Store, { range }: { readonly range: ThroughputRange }): Promise<Throughput> {
  let held = ledgers.get(store);
  if (held === undefined) {
    held = { ledger: openLedger(store), turn: Promise.resolve() };
    ledgers.set(store, held);
  }
  const mine = held;
  const answer = mine.turn.then(async () => {
    if (!hasRuns(store.read)) return summarise(mine.ledger, range, store.clock.now());
    if (wasRenumbered(store, mine.ledger)) mine.ledger = openLedger(store);
    await readNew(store, mine.ledger);
    await readBack(store, mine.ledger, store.clock.now() - THROUGHPUT_RANGES[range].ms - LONGEST_ATTEMPT_MS);
    return summarise(mine.ledger, range, store.clock.now());
  });
  mine.turn = answer.catch(() => undefined);
  return answer;
}

function openLedger(store: Store): Ledger {
  const place = hasRuns(store.read) ? lastRunPlace(store.read) : 0;
  return {
    tally: createTally(),
    newest: { place, id: readNewestId(store, place) },
    oldest: place + 1,
    readBackTo: Number.POSITIVE_INFINITY,
    rows: 0,
    open: new Set(),
  };
}

const readNewestId = (store: Store, place: number): string | null =>
  place === 0 ? null : readRunIdAt(store.read, place);

/** Attempts were deleted from the end, or the file was rewritten. */
function wasRenumbered(store: Store, { newest }: Ledger): boolean {
  return newest.place > 0 && readRunIdAt(store.read, newest.place) !== newest.id;
}

function take(ledger: Ledger, span: RunSpan): void {
  ledger.rows += 1;
  if (isRunTerminal(span.status)) ledger.tally.add(span);
  else if (ledger.open.size < MOST_OPEN) ledger.open.add(span.id);
}

async function readNew(store: Store, ledger: Ledger): Promise<void> {
  const open = [...ledger.open];
  for (let at = 0; at < open.length; at += CHUNK) {
    const ids = open.slice(at, at + CHUNK);
    const found = new Map(readSpans(store.read, ids).map((span) => [span.id, span]));
    for (const id of ids) {
      const span = found.get(id);
      if (span !== undefined && !isRunTerminal(span.status)) continue;
      ledger.open.delete(id);
      if (span !== undefined) ledger.tally.add(span);
    }
    await nextTurn();
  }
  for (;;) {
    const spans = readSpansAfter(store.read, ledger.newest.place, CHUNK);
    for (const span of spans) take(ledger, span);
    const last = spans.at(-1);
    if (last !== undefined) ledger.newest = { place: last.place, id: last.id };
    if (spans.length < CHUNK) return;
    await nextTurn();
  }
}

async function readBack(store: Store, ledger: Ledger, until: number): Promise<void> {
  while (ledger.readBackTo !== null && ledger.readBackTo > until && ledger.rows < MOST_ROWS) {
    const spans = readSpansBefore(store.read, ledger.oldest, CHUNK);
    for (const span of spans) take(ledger, span);
    const last = spans.at(-1);
    if (last === undefined) {
      ledger.readBackTo = null;
      return;
    }
    ledger.oldest = last.place;
    const begun = spans.flatMap(({ startedAt }) => startedAt ?? []);
    if (begun.length > 0) ledger.readBackTo = Math.min(ledger.readBackTo, Math.max(...begun));
    await nextTurn();
  }
}

function summarise({ tally, readBackTo }: Ledger, range: ThroughputRange, now: number): Throughput {
  const { ms, stepMs } = THROUGHPUT_RANGES[range];
  // Bars stand still while time goes on: they begin at whole steps.
  const end = Math.floor(now / stepMs) * stepMs + stepMs;
  const since = end - ms;
  const bars = tally.bars(since, stepMs, ms / stepMs);
  const isCut = readBackTo !== null && readBackTo > since;
  return {
    range,
    since,
    stepMs,
    completed: bars.completed,
    failed: bars.failed,
    durationP50: tally.duration(since, 0.5),
    durationP95: tally.duration(since, 0.95),
    readBackTo: isCut && Number.isFinite(readBackTo) ? readBackTo : null,
  };
}
