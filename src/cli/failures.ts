import { readLog } from "../main/core/operations/runs";
import { getTask } from "../main/core/operations/tasks";
import { attemptFiles } from "../main/core/runner/task-files";
import type { Store } from "../main/core/store/open";
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
const MOST_FAILURES = 10;
const MOST_LINES = 10;
const TAIL_BYTES = 16_384;

/** The first failures among a plan's tasks, with the ends of their logs. */
export async function collectFailures(store: Store, planId: string, tasks: readonly TaskRow[]): Promise<Failure[]> {
  const failed = tasks.filter((task) => task.state === "failed").slice(0, MOST_FAILURES);
  return Promise.all(failed.map((task) => readFailure(store, planId, task)));
}

async function readFailure(store: Store, planId: string, task: TaskRow): Promise<Failure> {
  const run = getTask(store, { taskId: task.id }).runs.find((candidate) => candidate.id === task.runId);
  const failure = {
    task,
    error: run?.error ?? task.reason ?? "it left no reason",
    exitCode: run?.exitCode ?? null,
    signal: run?.signal ?? null,
  };
  if (!run?.hasLog) return { ...failure, logPath: null, lastLines: [] };
  const tail = await readLog(store, { runId: run.id, maxBytes: TAIL_BYTES });
  const logPath = attemptFiles(store.filesFolder, planId, run.id).log;
  return { ...failure, logPath, lastLines: lastLinesOf(tail.text) };
}

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
