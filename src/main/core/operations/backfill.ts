import { HiveError, toErrorBody } from "../../../shared/errors";
import type { BackfillRow } from "../../../shared/model/unified-migration";
import { isAlive, ownIdentity } from "../process-identity";
import type { Store } from "../store/open";
import {
  type BackfillRecord,
  backfillBatch,
  endBackfill,
  insertBackfill,
  latestBackfill,
  readBackfill,
  requestBackfillAbort,
  takeOverBackfill,
} from "../store/unified/backfill";
import { schemaStanding } from "../store/unified/schema";
import { createPace } from "../store/unified/stretches";
import { operatorWriter } from "./source";

/** Backfills that this process works on, by database. */
const working = new WeakMap<Store, Set<string>>();

export interface StartedBackfill {
  readonly row: BackfillRow;
  /** It goes on where another process had come to. */
  readonly resumed: boolean;
  /** Its last word; null when the database was closed meanwhile. Never rejects. */
  readonly ended: Promise<BackfillRow | null>;
}

export interface BackfillRequest {
  readonly actor: string;
  readonly reason: string;
  /** From the beginning, also where an earlier one ended before it was done. Default false. */
  readonly afresh?: boolean | undefined;
  readonly onProgress?: ((row: BackfillRow) => void) | undefined;
}

/**
 * Begins to copy every legacy task into the unified tables, or goes on with one that ended before it was done. Answers when
 * it is on record; the work goes on by itself. Throws `not_allowed` while another one runs, and without the tables.
 */
export async function startBackfill(
  store: Store,
  { actor, reason, afresh = false, onProgress }: BackfillRequest,
): Promise<StartedBackfill> {
  const { present, missing } = schemaStanding(store.read);
  if (!present) {
    throw new HiveError(
      "not_allowed",
      `The unified tables are not there (${missing.join(", ")}): make them with: hive migration up`,
      { missing },
    );
  }
  const process = ownIdentity();
  const newId = store.newId();
  const { id, resumed } = await store.write((tx) => {
    const last = latestBackfill(tx);
    const act = { actor, reason, writer: operatorWriter(store) };
    if (last !== null && stateOf(store, last) === "running") {
      throw new HiveError(
        "not_allowed",
        `A backfill is running already (process ${last.process.pid} on ${last.process.host}, ${last.seen} of ${last.total} tasks).`,
        { id: last.id, pid: last.process.pid },
      );
    }
    if (last === null || last.state === "done" || afresh) {
      if (last?.state === "running") endBackfill(tx, { id: last.id, state: "aborted", error: null }, act.writer);
      insertBackfill(tx, { id: newId, process, act });
      return { id: newId, resumed: false };
    }
    takeOverBackfill(tx, { last, process, act });
    return { id: last.id, resumed: true };
  });
  const jobs = working.get(store) ?? new Set();
  working.set(store, jobs.add(id));
  const ended = work(store, id, onProgress)
    .catch(() => undefined)
    .then(() => {
      jobs.delete(id);
      return lastWord(store, id);
    });
  return { row: rowOf(store, id), resumed, ended };
}

async function work(store: Store, id: string, onProgress: BackfillRequest["onProgress"]): Promise<void> {
  const process = ownIdentity();
  const pace = createPace(store.clock);
  try {
    while (await store.write((tx) => backfillBatch(tx, { id, process, pace, writer: operatorWriter(store) }))) {
      onProgress?.(rowOf(store, id));
    }
  } catch (error) {
    // Closing the database interrupts it; the next one goes on. A full disk, say, is told of.
    if (error instanceof HiveError && error.code === "shutting_down") return;
    const failed = { id, state: "failed", error: toErrorBody(error).message } as const;
    await store.write((tx) => endBackfill(tx, failed, operatorWriter(store)));
  }
}

/** Asks the latest backfill to end after its present batch. Null: there never was one. */
export async function abortBackfill(
  store: Store,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<BackfillRow | null> {
  const last = latestBackfill(store.read);
  if (last === null) return null;
  await store.write((tx) => {
    const writer = operatorWriter(store);
    if (!requestBackfillAbort(tx, last.id, { actor, reason, writer })) return;
    // Nobody is left to hear of it.
    if (stateOf(store, last) === "interrupted") endBackfill(tx, { id: last.id, state: "aborted", error: null }, writer);
  });
  return rowOf(store, last.id);
}

function lastWord(store: Store, id: string): BackfillRow | null {
  return store.read.open ? rowOf(store, id) : null;
}

function rowOf(store: Store, id: string): BackfillRow {
  const record = readBackfill(store.read, id);
  if (record) return shownBackfill(store, record);
  throw new HiveError("not_found", `There is no backfill ${id} in ${store.file}.`, { id });
}

export function shownBackfill(store: Store, record: BackfillRecord): BackfillRow {
  const { process: _process, ...row } = record;
  return { ...row, state: stateOf(store, record) };
}

function stateOf(store: Store, { id, state, process: worker }: BackfillRecord): BackfillRow["state"] {
  if (state !== "running") return state;
  const own = ownIdentity();
  const isOwn = worker.pid === own.pid && worker.host === own.host && worker.pidStart === own.pidStart;
  if (isOwn) return working.get(store)?.has(id) ? "running" : "interrupted";
  return isAlive(worker) === false ? "interrupted" : "running";
}
