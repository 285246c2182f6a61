import { setImmediate as nextTurn } from "node:timers/promises";
import { isRunTerminal } from "../../../shared/model/run";
import { WORKER_STATS_MS, type WorkerError, type WorkerStats } from "../../../shared/model/workers";
import type { Store } from "../store/open";
import { hasRuns, lastRunPlace, readRunIdAt } from "../store/run-ends";
import { readWorkerRuns, readWorkerRunsAfter, readWorkerRunsBefore, type WorkerRun } from "../store/worker-runs";

/*
 * What each worker's attempts came to is counted here, in memory, while somebody looks: an index of attempts by
 * worker would be paid for by every claim. Rows are read once, from the newest backwards, in slices.
 */

const CHUNK = 300;
/** More attempts than this are not read back; the figures then stand for a shorter time. */
const MOST_ROWS = 60_000;
const MOST_OPEN = 2_000;
const HOUR_MS = 3_600_000;
const BAR_MS = 300_000;
const BARS = HOUR_MS / BAR_MS;
const MOST_ERRORS = 5;

interface End {
  readonly at: number;
  readonly ok: boolean;
  readonly ms: number | null;
}

interface Record {
  ends: End[];
  /** The latest first. */
  errors: WorkerError[];
}

interface Ledger {
  readonly workers: Map<string, Record>;
  newest: { place: number; id: string | null };
  oldest: number;
  isReadBack: boolean;
  rows: number;
  readonly open: Set<string>;
}

export interface WorkerFigures extends WorkerStats {
  readonly errors: readonly WorkerError[];
  readonly usualMs: number | null;
}

const ledgers = new WeakMap<Store, { ledger: Ledger; turn: Promise<unknown> }>();

/** What these workers' attempts came to in the last hour and the last 24. Reads in slices; the first time takes longest. */
export function getWorkerFigures(store: Store, workerIds: readonly string[]): Promise<WorkerFigures[]> {
  const held = ledgers.get(store) ?? { ledger: openLedger(store), turn: Promise.resolve() };
  ledgers.set(store, held);
  const answer = held.turn.then(async () => {
    if (hasRuns(store.read)) {
      if (wasRenumbered(store, held.ledger)) held.ledger = openLedger(store);
      await readNew(store, held.ledger);
      await readBack(store, held.ledger);
    }
    const now = store.clock.now();
    return workerIds.map((id) => figures(id, held.ledger.workers.get(id), now));
  });
  held.turn = answer.catch(() => undefined);
  return answer;
}

export async function getWorkerStats(
  store: Store,
  { workerIds }: { readonly workerIds: readonly string[] },
): Promise<WorkerStats[]> {
  const found = await getWorkerFigures(store, workerIds);
  return found.map(({ errors: _errors, usualMs: _usualMs, ...stats }) => stats);
}

function openLedger(store: Store): Ledger {
  const place = hasRuns(store.read) ? lastRunPlace(store.read) : 0;
  return {
    workers: new Map(),
    newest: { place, id: place === 0 ? null : readRunIdAt(store.read, place) },
    oldest: place + 1,
    isReadBack: false,
    rows: 0,
    open: new Set(),
  };
}

/** Attempts were deleted from the end, or the file was rewritten. */
function wasRenumbered(store: Store, { newest }: Ledger): boolean {
  return newest.place > 0 && readRunIdAt(store.read, newest.place) !== newest.id;
}

function take(ledger: Ledger, run: WorkerRun, isNew: boolean): void {
  ledger.rows += 1;
  if (isRunTerminal(run.status)) count(ledger, run, isNew);
  else if (ledger.open.size < MOST_OPEN) ledger.open.add(run.id);
}

function count({ workers }: Ledger, run: WorkerRun, isNew: boolean): void {
  const ok = run.status === "success";
  const at = run.completedAt;
  if (at === null || (!ok && run.status !== "failure" && run.status !== "timeout")) return;
  const record = workers.get(run.workerId) ?? { ends: [], errors: [] };
  workers.set(run.workerId, record);
  record.ends.push({ at, ok, ms: ok && run.startedAt !== null ? Math.max(0, at - run.startedAt) : null });
  if (ok) return;
  const error = { runId: run.id, taskId: run.taskId, at, message: run.error ?? "It failed and said nothing" };
  const errors = isNew ? [error, ...record.errors] : [...record.errors, error];
  record.errors = errors.sort((a, b) => (b.at ?? 0) - (a.at ?? 0)).slice(0, MOST_ERRORS);
}

async function readNew(store: Store, ledger: Ledger): Promise<void> {
  const open = [...ledger.open];
  for (let at = 0; at < open.length; at += CHUNK) {
    const ids = open.slice(at, at + CHUNK);
    const found = new Map(readWorkerRuns(store.read, ids).map((run) => [run.id, run]));
    for (const id of ids) {
      const run = found.get(id);
      if (run !== undefined && !isRunTerminal(run.status)) continue;
      ledger.open.delete(id);
      if (run !== undefined) count(ledger, run, true);
    }
    await nextTurn();
  }
  for (;;) {
    const runs = readWorkerRunsAfter(store.read, ledger.newest.place, CHUNK);
    for (const run of runs) take(ledger, run, true);
    const last = runs.at(-1);
    if (last !== undefined) ledger.newest = { place: last.place, id: last.id };
    if (runs.length < CHUNK) return;
    await nextTurn();
  }
}

async function readBack(store: Store, ledger: Ledger): Promise<void> {
  const until = store.clock.now() - WORKER_STATS_MS;
  while (!ledger.isReadBack && ledger.rows < MOST_ROWS) {
    const runs = readWorkerRunsBefore(store.read, ledger.oldest, CHUNK);
    for (const run of runs) take(ledger, run, false);
    const last = runs.at(-1);
    if (last === undefined) {
      ledger.isReadBack = true;
      return;
    }
    ledger.oldest = last.place;
    // Attempts begin in order: once a whole slice began before the time in question, nothing of interest is left.
    ledger.isReadBack = runs.every(({ startedAt }) => startedAt !== null && startedAt < until);
    await nextTurn();
  }
}

function figures(workerId: string, record: Record | undefined, now: number): WorkerFigures {
  const bars = Array.from({ length: BARS }, () => 0);
  if (record === undefined) {
    return { workerId, perHour: 0, bars, ended: 0, succeeded: 0, lastError: null, errors: [], usualMs: null };
  }
  record.ends = record.ends.filter(({ at }) => at > now - WORKER_STATS_MS);
  const recent = record.ends.filter(({ at }) => at > now - HOUR_MS);
  for (const { at } of recent) {
    const bar = BARS - 1 - Math.floor(Math.max(0, now - at) / BAR_MS);
    bars[bar] = (bars[bar] ?? 0) + 1;
  }
  const durations = record.ends.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
  return {
    workerId,
    perHour: recent.length,
    bars,
    ended: record.ends.length,
    succeeded: record.ends.filter(({ ok }) => ok).length,
    lastError: record.errors[0] ?? null,
    errors: record.errors,
    usualMs: durations[Math.floor(durations.length / 2)] ?? null,
  };
}
