import type { WorkerRow } from "../../../shared/model/views";
import { HEARTBEAT_LIMIT_MS, type ProcessStanding } from "../../../shared/model/worker";
import type { PoolStanding, WorkerPool } from "../../../shared/model/workers";
import { plural } from "../../ui/format";

/** Rows with changes taken in, in the order in which they are read: nothing moves but what signs off. */
export function mergeWorkers(
  rows: readonly WorkerRow[],
  changed: readonly WorkerRow[],
  removed: readonly string[],
): readonly WorkerRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of changed) byId.set(row.id, keep(byId.get(row.id), row));
  for (const id of removed) byId.delete(id);
  return [...byId.values()].sort(inOrder);
}

/** The row that is there already where nothing of it changed, so that it is not drawn anew. */
function keep(before: WorkerRow | undefined, now: WorkerRow): WorkerRow {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

/** Rows as just read, with the identity of those that did not change. */
export function keepRows(before: readonly WorkerRow[], now: readonly WorkerRow[]): readonly WorkerRow[] {
  const byId = new Map(before.map((row) => [row.id, row]));
  const rows = now.map((row) => keep(byId.get(row.id), row));
  return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows;
}

export function isBehind(row: WorkerRow, last: WorkerRow | undefined): boolean {
  return last !== undefined && inOrder(row, last) > 0;
}

/** Those that signed off last, else by role and id. */
function inOrder(a: WorkerRow, b: WorkerRow): number {
  const isOff = ({ status }: WorkerRow): number => Number(status === "offline");
  return isOff(a) - isOff(b) || compare(a.role, b.role) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A live slot of the console that starts the tasks. */
export const isPoolSlot = ({ id, state }: WorkerRow): boolean =>
  /^local-\d+$/.test(id) && (state === "busy" || state === "idle");

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

const STATE_ORDER = ["busy", "idle", "stale", "zombie", "dead", "error", "offline"];

/** States and how many workers are in each, known states first. */
export function orderStates(states: Readonly<Record<string, number>>): ReadonlyArray<readonly [string, number]> {
  const rank = (state: string) => (STATE_ORDER.includes(state) ? STATE_ORDER.indexOf(state) : STATE_ORDER.length);
  return Object.entries(states).sort(([a], [b]) => rank(a) - rank(b) || compare(a, b));
}

/** Why a process cannot be the recorded one, or is not at work; null: nothing speaks against it. */
const PROCESS_TROUBLE: Readonly<Partial<Record<ProcessStanding, (pid: number | null) => string>>> = {
  gone: (pid) => `Process ${pid ?? ""} no longer exists on this computer.`,
  reused: (pid) => `Process ${pid ?? ""} is another one by now: the worker's own has ended.`,
  rebooted: () => "This computer was started anew since: the worker's process has ended.",
  zombie: (pid) => `Process ${pid ?? ""} has ended, and its parent has not taken notice: it does nothing any more.`,
};

/** One sentence for a worker that is not well; null for one that is. */
export function trouble(worker: WorkerRow): string | null {
  const holds = worker.currentTaskId === null ? "" : " It still holds a task.";
  const { state, process, pid } = worker;
  if (state === "dead" || state === "zombie") {
    const words = PROCESS_TROUBLE[process] ?? PROCESS_TROUBLE.gone;
    return `${words?.(pid) ?? ""}${holds}`;
  }
  if (state === "stale" && worker.lastHeartbeat === null) return `It has never sent a heartbeat.${holds}`;
  if (state === "stale") {
    const stopped = process === "stopped" ? ` Its process ${pid ?? ""} exists and is stopped.` : "";
    const far = process === "elsewhere" ? ` It is on ${worker.host ?? "another computer"}, out of sight.` : "";
    return `No heartbeat for over ${HEARTBEAT_LIMIT_MS / 1_000} seconds.${stopped}${far}${holds}`;
  }
  if (state === "error") return `It reported an error and takes no tasks.${holds}`;
  return null;
}

/** Why the pool is empty, or does nothing; null: it works. */
export function poolWords({ standing, executing, paused, ready }: WorkerPool): string | null {
  const words: Readonly<Record<PoolStanding, string | null>> = {
    observing: "This window only looks: it starts no tasks, and nobody else does.",
    nobody_starts: "Nobody starts the tasks of this database just now.",
    paused: `Paused: no worker is expected. ${
      paused === 1 ? "The plan that runs is paused" : `All ${plural(paused, "plan")} that run are paused`
    }.`,
    nothing_runs: "No plan runs: no worker is expected to do anything.",
    nothing_ready: `${plural(executing, "plan")} ${
      executing === 1 ? "runs" : "run"
    }, and nothing is ready: tasks wait for a review, a retry time or another program.`,
    drained: `Drained: the pool takes no tasks, and ${plural(ready, "task")} could start.`,
    working: null,
  };
  return words[standing];
}
