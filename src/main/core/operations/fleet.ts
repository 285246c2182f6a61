import { setImmediate as nextTurn } from "node:timers/promises";
import type { FleetOverview, FleetWorker } from "../../../shared/model/fleet-view";
import { HEARTBEAT_LIMIT_MS } from "../../../shared/model/worker";
import { databaseName } from "../fleet/fleet-access";
import type { FleetWatch, HeardWorker } from "../fleet/fleet-watch";
import { type FleetSlotRow, fleetQueueOf, readFleetSlots } from "../store/fleet-rows";
import type { Store } from "../store/open";
import { type Arrivals, countFleetWaiting, createArrivals, fleetQueues } from "./fleet-queues";
import { countFleetRates } from "./fleet-rates";

/** Rows read between two turns of the event loop. */
const SLICE = 200;
const MOST_WORKERS = 2_000;
/** The next count is due after twenty times what this one took: looking costs a twentieth at most. */
const REST = 20;

/** Hosts, queues and workers of the fleet as this database and those that are heard tell of them. */
export interface FleetView {
  overview(watch: FleetWatch | null): Promise<FleetOverview>;
}

export function createFleetView(store: Store): FleetView {
  const database = databaseName(store.file);
  const arrivals = createArrivals();
  let counted: { readonly answer: ReturnType<typeof count>; until: number } | null = null;
  return {
    async overview(watch) {
      if (counted === null || store.clock.monotonic() >= counted.until) {
        const begun = store.clock.monotonic();
        const counting = { answer: count(store, arrivals), until: Number.POSITIVE_INFINITY };
        const ended = (): void => {
          const took = store.clock.monotonic() - begun;
          counting.until = store.clock.monotonic() + (took < 20 ? 0 : REST * took);
        };
        counting.answer.then(ended, ended);
        counted = counting;
      }
      const { slots, waiting, rates } = await counted.answer;
      const workers = mergeWorkers(slots, watch?.workers() ?? [], {
        now: store.clock.now(),
        hearsAll: watch?.hearsAll() ?? false,
        database,
      });
      return {
        connection: watch?.connection() ?? null,
        queues: fleetQueues({ store, workers, waiting, rates, arrivals }),
        workers: workers.slice(0, MOST_WORKERS),
        totals: {
          hosts: new Set(workers.map(({ host }) => host)).size,
          workers: workers.length,
          slots: workers.reduce((sum, one) => sum + one.slots, 0),
          busy: workers.reduce((sum, one) => sum + one.busy, 0),
        },
        versions: versionsOf(workers),
        refused: watch?.refused() ?? [],
      };
    },
  };
}

async function count(store: Store, arrivals: Arrivals) {
  const slots: FleetSlotRow[] = [];
  for (let after: string | null = null; ; ) {
    const slice: FleetSlotRow[] = readFleetSlots(store.read, after, SLICE);
    slots.push(...slice);
    after = slice.at(-1)?.id ?? null;
    if (after === null || slice.length < SLICE) break;
    await nextTurn();
  }
  const waiting = await countFleetWaiting(store);
  arrivals.note({ at: store.clock.now(), waiting });
  return { slots, waiting, rates: await countFleetRates(store) };
}

interface Listening {
  readonly now: number;
  /** Who is not among the heard is not there, whatever its rows say. */
  readonly hearsAll: boolean;
  /** The name of this one in the fleet. */
  readonly database: string;
}

/** Each process once: by its slots in the database, and by what it says itself. Pure. */
export function mergeWorkers(
  slots: readonly FleetSlotRow[],
  heard: readonly HeardWorker[],
  at: Listening,
): FleetWorker[] {
  const byInstance = new Map<string, FleetSlotRow[]>();
  for (const row of slots) byInstance.set(row.instance, [...(byInstance.get(row.instance) ?? []), row]);
  const said = new Map(heard.map((one) => [one.beat.instance, one]));
  const workers = [...new Set([...byInstance.keys(), ...said.keys()])].flatMap((instance): FleetWorker[] => {
    const rows = byInstance.get(instance) ?? [];
    const own = said.get(instance);
    const [first] = rows;
    if (own !== undefined) return [saidWorker(own, rows, at.database)];
    return first === undefined ? [] : [writtenWorker(instance, rows, { first, ...at })];
  });
  const byPlace = (a: FleetWorker, b: FleetWorker): number =>
    compare(a.host, b.host) || compare(a.queue, b.queue) || compare(a.instance, b.instance);
  return workers.sort(byPlace);
}

function saidWorker({ beat, heardAt }: HeardWorker, rows: readonly FleetSlotRow[], ours: string): FleetWorker {
  const busy = rows.filter(({ isBusy }) => isBusy).length;
  const others = beat.held.filter(({ state, database }) => state === "running" && database !== ours);
  const isDrained = rows.length > 0 && rows.every((row) => row.isDrained);
  return {
    instance: beat.instance,
    host: beat.host,
    pid: beat.pid,
    queue: beat.queue,
    role: beat.role,
    capabilities: beat.capabilities,
    version: beat.version,
    slots: beat.slots,
    busy,
    elsewhere: others.length,
    state: beat.state === "open" && !isDrained ? "open" : "draining",
    heardAt,
    startedAt: beat.startedAt,
    workerId: rows[0]?.id ?? null,
  };
}

function writtenWorker(
  instance: string,
  rows: readonly FleetSlotRow[],
  { first, now, hearsAll }: Listening & { readonly first: FleetSlotRow },
): FleetWorker {
  const heardAt = rows.reduce<number | null>((last, { lastHeartbeat }) => later(last, lastHeartbeat), null);
  const isSilent = hearsAll || heardAt === null || now - heardAt > HEARTBEAT_LIMIT_MS;
  return {
    instance,
    host: first.host ?? "unknown",
    pid: first.pid,
    queue: fleetQueueOf(first.id) ?? "default",
    role: first.role,
    capabilities: first.capabilities.filter((word) => !word.startsWith("fleet:")),
    version: first.version,
    slots: rows.length,
    busy: rows.filter(({ isBusy }) => isBusy).length,
    elsewhere: 0,
    state: isSilent ? "silent" : rows.every(({ isDrained }) => isDrained) ? "draining" : "open",
    heardAt,
    startedAt: first.registeredAt,
    workerId: first.id,
  };
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function versionsOf(workers: readonly FleetWorker[]): FleetOverview["versions"] {
  const versions = new Map<string, number>();
  for (const { version } of workers) versions.set(version ?? "unknown", (versions.get(version ?? "unknown") ?? 0) + 1);
  return [...versions]
    .map(([version, count]) => ({ version, workers: count }))
    .sort((a, b) => b.workers - a.workers || compare(a.version, b.version));
}
