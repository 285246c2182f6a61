import type { WorkerRow } from "../../../shared/model/views";
import { HEARTBEAT_LIMIT_MS } from "../../../shared/model/worker";

/** Rows with changes taken in, in a lasting order: by role, then id. Nothing moves when a state changes. */
export function mergeWorkers(
  rows: readonly WorkerRow[],
  changed: readonly WorkerRow[],
  removed: readonly string[],
): readonly WorkerRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of changed) byId.set(row.id, row);
  for (const id of removed) byId.delete(id);
  return [...byId.values()].sort((a, b) => compare(a.role, b.role) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export interface Freshness {
  /** What is left of the time a heartbeat is good for: 1 just now, 0 at its limit and beyond. */
  readonly left: number;
  readonly tone: "completed" | "escalated" | "failed" | "cancelled";
  readonly word: "fresh" | "late" | "missed" | "none";
}

/** A heartbeat against its limit: good under half, late up to it, missed beyond. */
export function freshness(ageMs: number | null): Freshness {
  if (ageMs === null) return { left: 0, tone: "cancelled", word: "none" };
  const left = Math.min(1, Math.max(0, 1 - ageMs / HEARTBEAT_LIMIT_MS));
  if (left === 0) return { left, tone: "failed", word: "missed" };
  return left >= 0.5 ? { left, tone: "completed", word: "fresh" } : { left, tone: "escalated", word: "late" };
}

const STATE_ORDER = ["busy", "idle", "stale", "dead", "error", "offline"];

/** How many workers are in each state, known states first. */
export function countStates(rows: readonly WorkerRow[]): ReadonlyArray<readonly [string, number]> {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const rank = (state: string) => (STATE_ORDER.includes(state) ? STATE_ORDER.indexOf(state) : STATE_ORDER.length);
  return [...counts].sort(([a], [b]) => rank(a) - rank(b) || compare(a, b));
}

/** One sentence for a worker that is not well; null for one that is. */
export function trouble(worker: WorkerRow): string | null {
  const holds = worker.currentTaskId === null ? "" : " It still holds a task.";
  if (worker.state === "dead") return `Process ${worker.pid ?? ""} no longer exists on this computer.${holds}`;
  if (worker.state === "stale" && worker.lastHeartbeat === null) return `It has never sent a heartbeat.${holds}`;
  if (worker.state === "stale") return `No heartbeat for over ${HEARTBEAT_LIMIT_MS / 1_000} seconds.${holds}`;
  if (worker.state === "error") return `It reported an error and takes no tasks.${holds}`;
  return null;
}
