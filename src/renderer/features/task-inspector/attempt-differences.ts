import type { RunRow } from "../../../shared/model/views";
import { formatClock, formatDate } from "../../time-format";
import { formatDuration } from "../../ui/format";
import { lookOf } from "../../ui/looks";

/** A line of a comparison: what it is about, and both sides. */
export interface Difference {
  readonly label: string;
  readonly first: string;
  readonly second: string;
  readonly isSame: boolean;
}

const NONE = "–";

function durationOf({ startedAt, completedAt }: RunRow, now: number): number | null {
  return startedAt === null ? null : (completedAt ?? now) - startedAt;
}

/** `5m 26s`, for the second with how much longer or shorter that is. */
function durationWords(run: RunRow, other: RunRow | null, now: number): string {
  const took = durationOf(run, now);
  if (took === null) return "not started";
  const words = run.completedAt === null ? `${formatDuration(took)} so far` : formatDuration(took);
  const before = other === null ? null : durationOf(other, now);
  if (before === null || before === took) return words;
  const by = formatDuration(Math.abs(took - before));
  return `${words} (${by} ${took > before ? "longer" : "shorter"})`;
}

function endWords({ exitCode, signal, status }: RunRow): string {
  if (signal !== null) return `signal ${signal}`;
  if (exitCode !== null) return `exit code ${exitCode}`;
  return status === "running" ? "still running" : NONE;
}

/** Two attempts of one task, line by line. `now`: milliseconds since the epoch, for one that still runs. Pure. */
export function compareRuns(first: RunRow, second: RunRow, now: number): readonly Difference[] {
  const started = ({ startedAt }: RunRow): string =>
    startedAt === null ? NONE : `${formatDate(startedAt)} ${formatClock(startedAt)}`;
  const both = (label: string, of: (run: RunRow) => string): Difference => {
    const sides = [of(first), of(second)] as const;
    return { label, first: sides[0], second: sides[1], isSame: sides[0] === sides[1] };
  };
  return [
    both("State", ({ status }) => lookOf("run", status).label),
    both("Started", started),
    {
      label: "Took",
      first: durationWords(first, null, now),
      second: durationWords(second, first, now),
      isSame: durationOf(first, now) === durationOf(second, now),
    },
    both("Worker", ({ workerId }) => workerId),
    both("Process", ({ pid }) => (pid === null ? NONE : `pid ${pid}`)),
    both("End", endWords),
    both("Error", ({ error }) => error ?? NONE),
  ];
}

/** The last lines of a log, so many at most, without what a cut left of the first. Pure. */
export function lastLines(text: string, isCut: boolean, most: number): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const whole = isCut && lines.length > 1 ? lines.slice(1) : lines;
  return whole.length === 1 && whole[0] === "" ? [] : whole.slice(-most);
}

/** Which of a log's lines the other log does not have. Times at their beginning do not count. Pure. */
export function ownLines(lines: readonly string[], others: readonly string[]): readonly boolean[] {
  const known = new Set(others.map(withoutTime));
  return lines.map((line) => !known.has(withoutTime(line)));
}

const withoutTime = (line: string): string => line.replace(/^\[?[\d:.,TZ+\- ]{8,30}\]?\s*/, "").trimEnd();
