/** A worker's states, as upstream stores them in `workers.status`. */
export const WORKER_STATUSES = ["active", "idle", "offline", "error"] as const;

export type WorkerStatus = (typeof WORKER_STATUSES)[number];

/** How often a worker of ours beats, in milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 5_000;

/** A worker is not active after three missed heartbeats, whatever its status column says. */
export const HEARTBEAT_LIMIT_MS = 3 * HEARTBEAT_INTERVAL_MS;

/**
 * What a person is shown: `busy` and `idle` are live; `stale` has missed heartbeats while its process may
 * live; `dead` names a process of this machine that is gone, `zombie` one that has ended and that its parent has not
 * taken notice of; `offline` said goodbye.
 */
export const WORKER_STATES = ["busy", "idle", "stale", "zombie", "dead", "error", "offline"] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

/** States in which nobody can count on a worker, although it did not say goodbye. */
export const UNWELL_WORKER_STATES: readonly string[] = ["stale", "zombie", "dead", "error"];

/**
 * What is known of a recorded process. `unverified`: its pid exists, and nothing was recorded to tell it from another
 * one by. `reused`: its pid belongs to another process by now. `rebooted`: it was of an earlier boot. `elsewhere`: it
 * is of another machine.
 */
export type ProcessStanding =
  | "running"
  | "stopped"
  | "unverified"
  | "zombie"
  | "gone"
  | "reused"
  | "rebooted"
  | "elsewhere"
  | "unrecorded";

export interface WorkerVitals {
  readonly status: string;
  /** Age of the last heartbeat in milliseconds; null when there never was a readable one. */
  readonly heartbeatAgeMs: number | null;
  /** Whether the recorded process exists with the recorded start time; null on another host or unrecorded. */
  readonly processAlive: boolean | null;
  /** The process has ended, and its parent has not taken notice of it. Default: false. */
  readonly isZombie?: boolean;
  readonly hasTask: boolean;
}

/** Health as derived from heartbeat and process identity together: either alone misleads. */
export function workerState(vitals: WorkerVitals): WorkerState {
  if (vitals.status === "offline") return "offline";
  if (vitals.processAlive === false) return vitals.isZombie === true ? "zombie" : "dead";
  if (vitals.status === "error") return "error";
  if (vitals.heartbeatAgeMs === null || vitals.heartbeatAgeMs > HEARTBEAT_LIMIT_MS) return "stale";
  return vitals.hasTask ? "busy" : "idle";
}

/** What a worker holds, as the Python model does. Times are milliseconds since the epoch. */
export interface WorkerFields {
  readonly id: string;
  readonly role: string;
  readonly status: WorkerStatus;
  readonly lastHeartbeat: number;
  readonly capabilities: readonly string[];
  readonly currentTaskId: string | null;
  readonly metadata: unknown;
  /** Why it is in its state. */
  readonly statusReason: string | null;
  readonly registeredAt: number;
}

/** A process that executes tasks. Immutable: each method that changes it gives a new worker. */
export class Worker {
  constructor(readonly fields: WorkerFields) {}

  /** Says that it is active *and* has beaten within the limit: the column alone proves nothing. */
  isActive(at = Date.now()): boolean {
    return this.fields.status === "active" && this.isFresh(at);
  }

  /** Could take a task now. */
  isAvailable(at = Date.now()): boolean {
    const { status, currentTaskId } = this.fields;
    return (status === "active" || status === "idle") && currentTaskId === null && this.isFresh(at);
  }

  hasCapability(capability: string): boolean {
    return this.fields.capabilities.includes(capability);
  }

  updateHeartbeat(at = Date.now()): Worker {
    return new Worker({ ...this.fields, lastHeartbeat: at });
  }

  assignTask(taskId: string, at = Date.now()): Worker {
    return new Worker({
      ...this.fields,
      currentTaskId: taskId,
      status: "active",
      statusReason: null,
      lastHeartbeat: at,
    });
  }

  completeTask(at = Date.now()): Worker {
    return new Worker({ ...this.fields, currentTaskId: null, status: "idle", statusReason: null, lastHeartbeat: at });
  }

  markOffline(reason: string | null = null): Worker {
    return new Worker({ ...this.fields, status: "offline", statusReason: reason });
  }

  markError(errorMessage: string): Worker {
    return new Worker({ ...this.fields, status: "error", statusReason: errorMessage });
  }

  private isFresh(at: number): boolean {
    return at - this.fields.lastHeartbeat <= HEARTBEAT_LIMIT_MS;
  }
}
