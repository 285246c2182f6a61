import type { TaskRow } from "../shared/model/views";
import type { Output } from "./output";
import { formatCount, plainLine, plainText, truncate } from "./text";

/** A task that failed, with what an operator needs to see why. */
export interface Failure {
  readonly task: TaskRow;
  readonly error: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Null: the attempt wrote none. */
  readonly logPath: string | null;
  /** The log's last lines. */
  readonly lastLines: readonly string[];
}

/** How many failures are told in full. */
export const MOST_FAILURES = 10;
const MOST_LINES = 10;

/** The last lines of a log that a person would read: blank ends are dropped. */
export function lastLinesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n/).map((line) => line.slice(line.lastIndexOf("\r") + 1));
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  return lines.slice(-MOST_LINES);
}

export function printFailures(out: Output, failures: readonly Failure[], total: number): void {
  const { width } = out.size();
  for (const failure of failures) {
    const { task } = failure;
    const attempts = task.attempts > 1 ? ` (attempt ${task.attempts} of ${task.maxAttempts})` : "";
    out.line();
    out.line(
      `${out.paint("red", "✗")} ${out.paint("bold", plainText(task.subtaskId ?? task.id))} failed${attempts}: ${plainText(failure.error)}`,
    );
    for (const line of failure.lastLines) {
      const text = plainLine(line);
      out.line(`  ${out.paint("grey", "│")} ${out.isTty ? truncate(text, width - 5) : text}`);
    }
    if (failure.logPath !== null) out.line(`  log: ${failure.logPath}`);
  }
  const left = total - failures.length;
  if (left > 0) {
    out.line();
    out.line(`… and ${formatCount(left)} more failed.`);
  }
}
