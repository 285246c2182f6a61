import { isRunTerminal } from "./run";

/*
 * What became of each agent's attempts in a range of time, counted from the newest backwards.
 */

const COURSE_RANGES = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 } as const;
export type CourseRange = keyof typeof COURSE_RANGES;
export const COURSE_RANGE_NAMES = ["1h", "24h", "7d"] as const satisfies readonly CourseRange[];

export const COURSE_BARS = 24;
const MOST_ERRORS = 5;

/** An attempt, as the figures need it. */
export interface CourseRun {
  readonly runId: string;
  readonly taskId: string;
  readonly agent: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly error: string | null;
}

/** A stretch of the range. Times are milliseconds; null: nothing ended in it whose time is known. */
export interface CourseBar {
  readonly ended: number;
  readonly failed: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface CourseError {
  readonly runId: string;
  readonly taskId: string;
  readonly at: number;
  readonly message: string;
}

/** An agent's attempts in the range. What was cancelled counts for nothing. */
export interface AgentCourse {
  readonly agent: string;
  readonly running: number;
  readonly ended: number;
  readonly succeeded: number;
  /** Milliseconds of those that ended. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** From the oldest to the newest. */
  readonly bars: readonly CourseBar[];
  /** The latest first. */
  readonly errors: readonly CourseError[];
}

export interface AgentCourses {
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
  /** What ended before is not counted: there were too many attempts since. At most `since` when all were. */
  readonly countedSince: number;
  readonly agents: readonly AgentCourse[];
}

interface Tally {
  running: number;
  readonly bars: Array<{ ended: number; failed: number; readonly took: number[] }>;
  readonly errors: CourseError[];
}

export interface CourseFold {
  /** Takes an attempt in, in any order. */
  take(run: CourseRun): void;
  /** `countedSince`: how far back attempts were handed in. */
  result(countedSince: number): AgentCourses;
}

export function foldCourse(range: CourseRange, now: number): CourseFold {
  const since = now - COURSE_RANGES[range];
  const stepMs = COURSE_RANGES[range] / COURSE_BARS;
  const tallies = new Map<string, Tally>();
  const tallyOf = (agent: string): Tally => {
    const tally = tallies.get(agent) ?? {
      running: 0,
      bars: Array.from({ length: COURSE_BARS }, () => ({ ended: 0, failed: 0, took: [] })),
      errors: [],
    };
    tallies.set(agent, tally);
    return tally;
  };
  return {
    take({ runId, taskId, agent, status, startedAt, endedAt, error }) {
      if (!isRunTerminal(status)) {
        if (status === "running") tallyOf(agent).running += 1;
        return;
      }
      if (status === "cancelled" || endedAt === null || endedAt < since) return;
      const tally = tallyOf(agent);
      const bar = tally.bars[Math.min(COURSE_BARS - 1, Math.floor((endedAt - since) / stepMs))];
      if (bar === undefined) return;
      bar.ended += 1;
      if (startedAt !== null) bar.took.push(Math.max(0, endedAt - startedAt));
      if (status === "success") return;
      bar.failed += 1;
      tally.errors.push({ runId, taskId, at: endedAt, message: error ?? "It failed and said nothing" });
    },
    result: (countedSince) => ({
      since,
      until: now,
      stepMs,
      countedSince,
      agents: [...tallies].map(([agent, tally]) => courseOf(agent, tally)),
    }),
  };
}

function courseOf(agent: string, { running, bars, errors }: Tally): AgentCourse {
  const took = bars.flatMap((bar) => bar.took).sort((a, b) => a - b);
  const ended = bars.reduce((sum, bar) => sum + bar.ended, 0);
  return {
    agent,
    running,
    ended,
    succeeded: ended - bars.reduce((sum, bar) => sum + bar.failed, 0),
    p50: quantileOf(took, 0.5),
    p95: quantileOf(took, 0.95),
    bars: bars.map((bar) => {
      const sorted = bar.took.toSorted((a, b) => a - b);
      return { ended: bar.ended, failed: bar.failed, p50: quantileOf(sorted, 0.5), p95: quantileOf(sorted, 0.95) };
    }),
    errors: errors.toSorted((a, b) => b.at - a.at).slice(0, MOST_ERRORS),
  };
}

/** Of values in ascending order, the nearest rank; null: there are none. */
export function quantileOf(sorted: readonly number[], share: number): number | null {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}
