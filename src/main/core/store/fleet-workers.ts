import { integer, jsonObject, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { occupyAgain } from "./external-workers";
import { type NewWorker, upsertWorkers } from "./workers";

/** Written as the program of workers of the fleet. */
export const FLEET_PROGRAM = "fleet";

/** All ids of the fleet's workers lie between these texts: ";" is what comes behind ":". */
const FLEET_IDS = ["fleet:", "fleet;"] as const;

export function isFleetWorker(workerId: string): boolean {
  return workerId >= FLEET_IDS[0] && workerId < FLEET_IDS[1];
}

/** A process of the fleet that takes tasks; each of its slots has a row of its own. */
export interface FleetProcess {
  /** Of this process alone. */
  readonly instance: string;
  readonly queue: string;
  readonly role: string;
  /** Its queue's among them. */
  readonly capabilities: readonly string[];
  readonly slots: number;
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  readonly pidStart: string | null;
  readonly bootId: string | null;
}

interface FleetRow {
  readonly id: string;
  readonly instance: string;
  readonly isOffline: boolean;
}

const ROWS = "SELECT id, status, metadata FROM workers WHERE id >= ? AND id < ? ORDER BY id";

/** The rows of the fleet's workers, of processes that are gone, too. */
function listFleetRows(db: ReadableDatabase): FleetRow[] {
  return statement(db, ROWS)
    .all(...FLEET_IDS)
    .map(({ id, status, metadata }) => ({
      id: text(id),
      instance: String(jsonObject(metadata).instance ?? ""),
      isOffline: status === "offline",
    }));
}

/** The process that a worker's row stands for; null: it is no row of the fleet. */
export function instanceOf(db: ReadableDatabase, workerId: string): string | null {
  const row = statement(db, "SELECT metadata FROM workers WHERE id = ?").get(workerId);
  const { instance } = jsonObject(row?.metadata);
  return typeof instance === "string" ? instance : null;
}

const LIVE_RUN = `SELECT 1 FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id
  WHERE cr.live IS NOT NULL AND r.worker_id = ? LIMIT 1`;

/**
 * Registers a process: the rows that it has already, else the first ids that nobody uses. Attempts that its rows still
 * have stay with them. Answers the ids, and which of them were not there before, or offline.
 */
export function registerFleetProcess(
  tx: WritableDatabase,
  process: FleetProcess,
  now: number,
): { readonly ids: readonly string[]; readonly joined: readonly string[] } {
  const rows = new Map(listFleetRows(tx).map((row) => [row.id, row]));
  const ids = [...rows.values()].filter(({ instance }) => instance === process.instance).map(({ id }) => id);
  for (let number = 1; ids.length < process.slots; number += 1) {
    const id = `${FLEET_IDS[0]}${process.queue}@${process.host}-${number}`;
    const known = rows.get(id);
    if (known === undefined || (known.isOffline && statement(tx, LIVE_RUN).get(id) === undefined && !ids.includes(id)))
      ids.push(id);
  }
  const joined = ids.filter((id) => rows.get(id)?.instance !== process.instance || rows.get(id)?.isOffline);
  const { instance, queue, version, slots, host, pid, pidStart, bootId, role, capabilities } = process;
  const workers = joined.map((id): NewWorker => {
    const slot = ids.indexOf(id);
    const identity = { pid, pidStart, host, bootId, program: FLEET_PROGRAM, slot };
    return { id, role, capabilities, ...identity, more: { instance, queue, version, slots } };
  });
  upsertWorkers(tx, workers, now);
  for (const id of joined) occupyAgain(tx, id);
  return { ids, joined };
}

/** How many of these rows are there and not offline. */
export function countStanding(db: ReadableDatabase, ids: readonly string[]): number {
  const sql = `SELECT count(*) AS n FROM json_each(?) g CROSS JOIN workers w ON w.id = g.value
    WHERE +w.status IS NOT 'offline'`;
  return integer(statement(db, sql).get(JSON.stringify(ids))?.n);
}

/** Rows of processes that nobody has heard of, although they did not say goodbye. */
export function listUnheard(db: ReadableDatabase, heard: ReadonlySet<string>): FleetRow[] {
  return listFleetRows(db).filter(({ instance, isOffline }) => !isOffline && !heard.has(instance));
}
