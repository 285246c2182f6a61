import {
  LATENCY_BOUNDS_MS,
  type ModeStats,
  WRITE_MODES,
  type WriteMode,
  type WriteStats,
} from "../../../shared/model/metrics";
import { integer, type Row, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/*
 * What the consoles of a database wrote, by minute: each process adds its part once a minute, in a transaction that it
 * makes anyway.
 */

export const MINUTE_MS = 60_000;
const KEPT_MS = 7 * 24 * 60 * MINUTE_MS;

const BUCKETS = LATENCY_BOUNDS_MS.map((_, at) => `b${at}`);
const COUNTED = ["writes", "sum_ms", "commits", "rollbacks", ...BUCKETS];
const ADD = `INSERT INTO console_write_figures (minute, mode, ${COUNTED.join(", ")})
  VALUES ($minute, $mode, ${COUNTED.map((name) => `$${name}`).join(", ")})
  ON CONFLICT (minute, mode) DO UPDATE SET ${COUNTED.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;
const FORGET = "DELETE FROM console_write_figures WHERE minute < ?";

/** Adds what a process wrote since it was here last. */
export function addWriteFigures(tx: WritableDatabase, stats: WriteStats, now: number): void {
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  for (const mode of WRITE_MODES) {
    const { latency, commits, rollbacks } = stats[mode];
    if (latency.count === 0 && rollbacks === 0) continue;
    const buckets = Object.fromEntries(BUCKETS.map((name, at) => [name, latency.counts[at] ?? 0]));
    const counted = { writes: latency.count, sum_ms: Math.round(latency.sumMs * 1_000) / 1_000, commits, rollbacks };
    statement(tx, ADD).run({ minute, mode, ...counted, ...buckets });
  }
  statement(tx, FORGET).run(minute - KEPT_MS);
}

/** A stretch of time. */
export interface WriteFigureRow extends ModeStats {
  /** Where it begins. */
  readonly at: number;
  readonly mode: WriteMode;
}

const SUMS = `SELECT (minute - $since) / $step AS stretch, mode,
    ${COUNTED.map((name) => `sum(${name}) AS ${name}`).join(", ")}
  FROM console_write_figures WHERE minute >= $since GROUP BY 1, 2 ORDER BY 1, 2`;

/** Sums by stretches of `stepMs` from `since` on, at most a week back. Modes that nobody knows are left out. */
export function readWriteFigures(db: ReadableDatabase, since: number, stepMs: number): WriteFigureRow[] {
  return statement(db, SUMS)
    .all({ since, step: stepMs })
    .flatMap((row) => {
      const mode = WRITE_MODES.find((one) => one === text(row.mode));
      return mode === undefined ? [] : [{ at: since + integer(row.stretch) * stepMs, mode, ...decode(row) }];
    });
}

function decode(row: Row): ModeStats {
  return {
    latency: {
      counts: BUCKETS.map((name) => integer(row[name])),
      sumMs: Number(row.sum_ms),
      count: integer(row.writes),
    },
    commits: integer(row.commits),
    rollbacks: integer(row.rollbacks),
  };
}
