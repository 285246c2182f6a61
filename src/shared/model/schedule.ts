import type { ParameterValue } from "./plan-definition";

/** When a schedule's plan is due. Times and durations are milliseconds. */
export type Timing =
  | {
      readonly kind: "cron";
      /** Five fields (minute, hour, day, month, weekday), six with seconds in front, or `@daily` and the like. */
      readonly expression: string;
      /** IANA name; the clock on the wall there decides. */
      readonly timezone: string;
    }
  | {
      readonly kind: "interval";
      readonly everyMs: number;
      /** The first due time; the others are whole intervals from it. */
      readonly from: number;
    };

/**
 * What happens when a plan is due while one of the same schedule still runs.
 * `skip`: it is not launched. `queue`: it is launched when that one has ended; one waits at most. `allow`: both run.
 * `replace`: the one that runs is cancelled, then it is launched.
 */
export const OVERLAP_POLICIES = ["skip", "queue", "allow", "replace"] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** What happens to times that passed while nobody dispatched: nothing, or one launch for all of them. */
export const MISSED_POLICIES = ["skip", "run_once"] as const;
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

/** A due time found later than this is a missed one. */
export const MISSED_AFTER_MS = 60_000;

/** More than this are refused. */
export const MOST_SCHEDULES = 1_000;

/** `claimed`: is being launched. `waiting`: for the plan before it. `missed`: with those before it, nobody was there. */
const LAUNCH_OUTCOMES = ["claimed", "waiting", "launched", "skipped", "missed", "failed"] as const;
export type LaunchOutcome = (typeof LAUNCH_OUTCOMES)[number];

/** What became of one due time, or of one launch by hand. */
export interface ScheduleLaunch {
  readonly id: string;
  readonly dueAt: number;
  readonly cause: "time" | "operator";
  readonly outcome: LaunchOutcome | (string & {});
  readonly planId: string | null;
  /** How that plan stands; null when there is none, or it was deleted. */
  readonly planStatus: string | null;
  /** Why it was not launched. */
  readonly reason: string | null;
  readonly decidedAt: number | null;
}

export interface ScheduleRow {
  readonly id: string;
  /** Unique in the database. */
  readonly name: string;
  readonly timing: Timing;
  /** Absolute; read at each launch. */
  readonly planFile: string;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly pausedAt: number | null;
  readonly pauseReason: string | null;
  /** Null: paused, or never again. */
  readonly nextAt: number | null;
  /** The latest of its launches that is decided. */
  readonly last: ScheduleLaunch | null;
  /** Plans of it that run now. */
  readonly running: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface ScheduleDetail extends ScheduleRow {
  /** As given at its making; the plan's defaults fill in the rest at each launch. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Names of the secrets that are kept for its launches. */
  readonly secrets: readonly string[];
  /** At most five, the soonest first; as if it were not paused. */
  readonly next: readonly number[];
  /** At most fifty, the latest first. */
  readonly launches: readonly ScheduleLaunch[];
  /** Why the plan file cannot be launched as it is now; null: it can. */
  readonly planProblem: string | null;
}
