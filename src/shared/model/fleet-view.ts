import type { Drain, DrainUnknown } from "./fleet-drain";

/** A queue of the fleet, as this database sees it. */
export interface FleetQueue {
  readonly name: string;
  /** Tasks that could start now, if a worker had room. */
  readonly waiting: number;
  /** The one that waits longest; `since`: null when nobody can tell. */
  readonly oldest: { readonly taskId: string; readonly title: string; readonly since: number | null } | null;
  /** Tasks of this database in the hands of its workers. */
  readonly running: number;
  /** Of its workers that take tasks. */
  readonly slots: number;
  readonly workers: number;
  readonly hosts: number;
  /** Tasks that became ready in a minute, of late; null: it was not watched for long enough. */
  readonly inPerMinute: number | null;
  /** Attempts that ended in a minute, of late. */
  readonly outPerMinute: number;
  /** The median of what its tasks took of late, in milliseconds. */
  readonly usualMs: number | null;
  /** How long it takes to be empty if nothing more comes, or why nobody can tell. */
  readonly drain: Drain | DrainUnknown;
  /** Slots that would empty it within `DRAIN_GOAL_MS`; null: nobody can tell, or no number would do. */
  readonly slotsForGoal: number | null;
}

/** What a hint on more workers aims at. */
export const DRAIN_GOAL_MS = 15 * 60_000;
/** Rates and durations are of so long. */
export const FLEET_WINDOW_MS = 5 * 60_000;

/** `silent`: it is written down as there, and not heard. */
export type FleetWorkerState = "open" | "draining" | "silent";

/** A process of the fleet that takes tasks. */
export interface FleetWorker {
  readonly instance: string;
  readonly host: string;
  readonly pid: number | null;
  readonly queue: string;
  readonly role: string;
  /** Without its queue's. */
  readonly capabilities: readonly string[];
  readonly version: string | null;
  readonly slots: number;
  /** Slots with a task of this database. */
  readonly busy: number;
  /** Tasks of other databases in its hands, as it says itself. */
  readonly elsewhere: number;
  readonly state: FleetWorkerState;
  readonly heardAt: number | null;
  readonly startedAt: number | null;
  /** Its rows in the list of workers: the first slot's. */
  readonly workerId: string | null;
}

/** A worker that is given nothing. */
export interface RefusedWorker {
  readonly instance: string;
  readonly host: string;
  readonly version: string;
  readonly reason: string;
}

/** The connection of whoever looks; workers and consoles have their own. */
export interface FleetConnection {
  /** Without its password. */
  readonly shown: string;
  /** Null while it stands. */
  readonly trouble: string | null;
  /** Of what seals; null: nothing is sealed. */
  readonly keyId: string | null;
}

export interface FleetOverview {
  /** Null: no Redis is set here, and what stands here is what the database knows. */
  readonly connection: FleetConnection | null;
  readonly queues: readonly FleetQueue[];
  /** By host, then queue. The first 2,000. */
  readonly workers: readonly FleetWorker[];
  /** How many there are. */
  readonly totals: { readonly hosts: number; readonly workers: number; readonly slots: number; readonly busy: number };
  readonly versions: readonly { readonly version: string; readonly workers: number }[];
  readonly refused: readonly RefusedWorker[];
}
