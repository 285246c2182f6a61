import type { WorkerRow } from "./views";

/** How many workers there are, by state as shown, and by role. */
export interface WorkerCounts {
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
  readonly drained: number;
  /** The roles with the most workers; `live`: those that are busy or idle. */
  readonly roles: readonly { readonly role: string; readonly total: number; readonly live: number }[];
}

/** What a worker's attempts came to of late. */
export interface WorkerStats {
  readonly workerId: string;
  /** Attempts that ended in the last hour, cancelled ones left out. */
  readonly perHour: number;
  /** The same in twelve bars of five minutes, the latest last. */
  readonly bars: readonly number[];
  /** Attempts of the last 24 hours that ended, and how many of them succeeded. */
  readonly ended: number;
  readonly succeeded: number;
  readonly lastError: WorkerError | null;
}

export interface WorkerError {
  readonly runId: string;
  readonly taskId: string;
  readonly at: number | null;
  readonly message: string;
}

/** How far back attempts are counted, in milliseconds. */
export const WORKER_STATS_MS = 24 * 3_600_000;

/** A task in a worker's hands. */
export interface HeldTaskRow {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly planId: string | null;
  readonly agent: string;
  readonly attempt: number | null;
  readonly startedAt: number | null;
  /** The process of the attempt, on this machine: it lives, it does not, or nobody knows (null). */
  readonly processAlive: boolean | null;
}

/** Heartbeats are shown in bars of half a minute, for half an hour. */
export const HEARTBEAT_BAR_MS = 30_000;
export const HEARTBEAT_BARS = 60;

export interface WorkerDetail {
  readonly worker: WorkerRow;
  /** The share of heartbeats that were heard in each bar, the latest last; null: nobody listened. */
  readonly beats: readonly (number | null)[];
  /** Raw, as registered; parsed where it is JSON. */
  readonly metadata: unknown;
  readonly stats: WorkerStats;
  /** The latest first. */
  readonly errors: readonly WorkerError[];
  /** Of the successful attempts of the last 24 hours, in milliseconds; null without any. */
  readonly usualMs: number | null;
  readonly held: readonly HeldTaskRow[];
  /** Live workers of the same process, with this one: its slots. Null: no process is known. */
  readonly slots: { readonly total: number; readonly busy: number } | null;
  /** Since when it is given no more tasks, and why. */
  readonly drain: { readonly at: number; readonly actor: string; readonly reason: string | null } | null;
}

/** One change of a worker's state, as events and the audit log tell it. */
export interface WorkerChange {
  readonly at: number | null;
  /** What it became: a status, `registered`, `drained`, `undrained`, `unregistered`, `rescued`, `restarted`, or what an event says. */
  readonly became: string;
  readonly by: string;
  readonly reason: string | null;
}

/** Why there are the workers that there are. */
export const POOL_STANDINGS = [
  "observing",
  "nobody_starts",
  "paused",
  "nothing_runs",
  "nothing_ready",
  "drained",
  "working",
] as const;
export type PoolStanding = (typeof POOL_STANDINGS)[number];

export interface PoolSlot {
  readonly worker: WorkerRow;
  /** From 1. */
  readonly slot: number;
}

/** This database's local pool: the slots of the console that starts its tasks. */
export interface WorkerPool {
  readonly standing: PoolStanding;
  /** Plans that execute, and how many of them are paused. Up to 1,000. */
  readonly executing: number;
  readonly paused: number;
  /** Tasks that could start now. Up to 1,000. */
  readonly ready: number;
  /** Tasks at once, as set; null: nobody starts tasks, and nobody set it. */
  readonly slots: number | null;
  /** The first 200. */
  readonly workers: readonly PoolSlot[];
  /** Concurrency groups by name; `waiting`: ready tasks that their group has no room for, up to 200. */
  readonly groups: readonly {
    readonly name: string;
    readonly capacity: number;
    readonly running: number;
    readonly waiting: number;
  }[];
  readonly machine: {
    readonly cores: number /** Over the last minute; null where the system does not tell. */;
    readonly load: number | null;
  };
}

/** What rescuing, restarting or unregistering a worker would do. */
export interface WorkerActPreview {
  readonly worker: WorkerRow;
  /** Why it would be refused; null: it would not. */
  readonly refusal: string | null;
  /** What it holds. */
  readonly held: readonly HeldTaskRow[];
}

export interface RestartReport {
  readonly workerId: string;
  /** Tasks whose attempt is stopped; they begin anew when it has ended. */
  readonly restarted: readonly string[];
}

export interface RescueReport {
  readonly workerId: string;
  /** Tasks that are queued again. */
  readonly rescued: readonly string[];
  /** Tasks that somebody else had settled meanwhile, or that have no attempts left. */
  readonly left: readonly string[];
}
