/** A worker's states, as upstream stores them in `workers.status`. */
export const WORKER_STATUSES = ["active", "idle", "offline", "error"] as const;

export type WorkerStatus = (typeof WORKER_STATUSES)[number];

/** How often a worker of ours beats, in milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 5_000;

/** A worker is not active after three missed heartbeats, whatever its status column says. */
export const HEARTBEAT_LIMIT_MS = 3 * HEARTBEAT_INTERVAL_MS;

/**
 * What a person is shown: `busy` and `idle` are live; `stale` has missed heartbeats while its process may
 * live; `dead` names a process of this machine that is gone; `offline` said goodbye.
 */
export const WORKER_STATES = ["busy", "idle", "stale", "dead", "offline", "error"] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

export interface WorkerVitals {
  readonly status: string;
  /** Age of the last heartbeat in milliseconds; null when there never was a readable one. */
  readonly heartbeatAgeMs: number | null;
  /** Whether the recorded process exists with the recorded start time; null on another host or unrecorded. */
  readonly processAlive: boolean | null;
  readonly hasTask: boolean;
}

/** Health as derived from heartbeat and process identity together: either alone misleads. */
export function workerState(vitals: WorkerVitals): WorkerState {
  if (vitals.status === "offline") return "offline";
  if (vitals.processAlive === false) return "dead";
  if (vitals.status === "error") return "error";
  if (vitals.heartbeatAgeMs === null || vitals.heartbeatAgeMs > HEARTBEAT_LIMIT_MS) return "stale";
  return vitals.hasTask ? "busy" : "idle";
}
