import { setImmediate as nextTurn } from "node:timers/promises";
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_LIMIT_MS } from "../../../shared/model/worker";
import { HEARTBEAT_BAR_MS, HEARTBEAT_BARS } from "../../../shared/model/workers";
import type { Store } from "../store/open";
import { readBeatsAfter } from "../store/workers";

/*
 * A database keeps a worker's last heartbeat, not those before it: which came is noted here, in memory, while a window
 * has the database open.
 */

const SLICE = 500;
/** Of more workers, what is noted of the first is enough. */
const MOST_WORKERS = 2_000;

interface Ear {
  /** Looks in each bar, and beats heard of each worker in it: by the number of the bar since the epoch. */
  readonly looks: Map<number, number>;
  readonly heard: Map<string, Map<number, number>>;
  readonly last: Map<string, number>;
}

const ears = new WeakMap<Store, Ear>();

const barAt = (at: number): number => Math.floor(at / HEARTBEAT_BAR_MS);

/** Listens from now on, once for each store. */
export function listenForBeats(store: Store, everyMs = HEARTBEAT_INTERVAL_MS): void {
  if (ears.has(store)) return;
  ears.set(store, { looks: new Map(), heard: new Map(), last: new Map() });
  const look = (): void => {
    // It was closed: there is nothing more to hear.
    hearBeats(store).catch(() => clearInterval(timer));
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  look();
}

/** One look at everybody's last heartbeat: one that changed was heard now, whatever the worker's clock says. */
export async function hearBeats(store: Store): Promise<void> {
  const ear = ears.get(store);
  if (ear === undefined) return;
  const bar = barAt(store.clock.now());
  ear.looks.set(bar, (ear.looks.get(bar) ?? 0) + 1);
  const seen = new Set<string>();
  for (let after = ""; seen.size < MOST_WORKERS; await nextTurn()) {
    const rows = readBeatsAfter(store.read, after, SLICE);
    for (const { id, lastHeartbeat } of rows) {
      seen.add(id);
      hear(ear, id, lastHeartbeat, bar);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < SLICE) break;
    after = last.id;
  }
  for (const id of ear.heard.keys()) if (!seen.has(id)) ear.heard.delete(id);
  for (const id of ear.last.keys()) if (!seen.has(id)) ear.last.delete(id);
  forget(ear.looks, bar);
}

function hear({ heard, last }: Ear, id: string, beat: number | null, bar: number): void {
  if (beat === null) return;
  const before = last.get(id);
  last.set(id, beat);
  if (before === undefined || before === beat) return;
  const bars = heard.get(id) ?? new Map<number, number>();
  heard.set(id, bars);
  bars.set(bar, (bars.get(bar) ?? 0) + 1);
  forget(bars, bar);
}

function forget(bars: Map<number, number>, now: number): void {
  for (const bar of bars.keys()) if (bar <= now - HEARTBEAT_BARS) bars.delete(bar);
}

interface Beating {
  readonly id: string;
  readonly lastHeartbeat: number | null;
  readonly registeredAt: number | null;
}

/**
 * The heartbeats of a worker in bars, the latest last: of those that could be heard, how many were (0 to 1). Null:
 * nobody knows. After the last heartbeat there was none, for certain, also where nobody listened.
 */
export function heartbeatBars(store: Store, { id, lastHeartbeat, registeredAt }: Beating): (number | null)[] {
  const ear = ears.get(store);
  const now = store.clock.now();
  const current = barAt(now);
  const isFresh = lastHeartbeat !== null && now - lastHeartbeat <= HEARTBEAT_LIMIT_MS;
  return Array.from({ length: HEARTBEAT_BARS }, (_, index) => {
    const bar = current - (HEARTBEAT_BARS - 1) + index;
    const looks = ear?.looks.get(bar) ?? 0;
    const heard = ear?.heard.get(id)?.get(bar) ?? 0;
    if (heard > 0) return Math.min(1, heard / Math.max(1, looks));
    if (lastHeartbeat === null) return null;
    const [beat, registered] = [barAt(lastHeartbeat), registeredAt === null ? null : barAt(registeredAt)];
    if (bar === beat) return 1;
    if (bar > beat) return bar === current && isFresh ? null : 0;
    return registered !== null && bar < registered ? null : looks > 1 ? 0 : null;
  });
}
