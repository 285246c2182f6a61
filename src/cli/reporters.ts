import type { PlanForecast } from "../shared/model/forecast";
import { allowedFailures } from "../shared/model/plan";
import type { PlanDetail, TaskRow } from "../shared/model/views";
import { type Failure, printFailures } from "./failures";
import { endsWords } from "./forecast-words";
import { createLiveScreen } from "./live-screen";
import type { Output, Outputs } from "./output";
import { countStates, describeCounts, detailOf, renderProgress } from "./progress";
import { lookOf } from "./style";
import { column, formatClock, formatDuration, plainText, plural } from "./text";
import type { TreeNode } from "./tree";

/** What a run looks like while it goes on. */
export interface Reporter {
  /** `joined`: the plan was launched before, and is followed from here on. */
  began(plan: PlanDetail, tasks: readonly TaskRow[], joined: boolean): void;
  /** `changed`: the tasks whose state or attempt is another than before, as they are now. */
  changed(plan: { readonly status: string }, tasks: readonly TaskRow[], changed: readonly TaskRow[]): void;
  /** When it will have ended, as far as is known now. */
  predicted(forecast: PlanForecast): void;
  /** One line for a person; null takes the last one back where that is possible. */
  notice(text: string | null): void;
  /** The watching ends before the plan does. */
  left(plan: { readonly planId: string; readonly title: string }): void;
  /** Nothing will change any more. */
  ended(summary: RunSummary, failures: readonly Failure[]): void;
}

interface RunSummary {
  readonly planId: string;
  readonly title: string;
  readonly status: string;
  readonly durationMs: number;
  readonly tasks: readonly TaskRow[];
}

/** The failures, then the outcome in one line. */
function conclude(out: Output, summary: RunSummary, failures: readonly Failure[]): void {
  const counts = countStates(summary.tasks);
  printFailures(out, failures, counts.get("failed") ?? 0);
  const look = lookOf(summary.status);
  const outcome = `${out.paint(look.tone, look.glyph)} ${out.paint("bold", plainText(summary.title))} ${look.word}`;
  out.line();
  const allowed = allowedFailures(summary.status, counts.get("failed") ?? 0);
  out.line(
    `${outcome}${allowed === null ? "" : `, ${allowed},`} in ${formatDuration(summary.durationMs)}: ${describeCounts(counts)}`,
  );
}

/** A view that is redrawn in place, for a terminal. */
export function createLiveReporter(outputs: Outputs, tree: readonly TreeNode[], now: () => number): Reporter {
  const { out } = outputs;
  let state = { title: "", status: "executing", since: now(), tasks: [] as readonly TaskRow[] };
  let notice: string | null = null;
  let forecast: PlanForecast | null = null;
  let endedAt: number | null = null;
  const render = () => {
    const { width, height } = out.size();
    return renderProgress(
      { ...state, tree, notice, outlook: forecast && endsWords(forecast, now()) },
      { now: endedAt ?? now(), width: width - 1, height: height - 1, paint: out.paint },
    );
  };
  let screen: ReturnType<typeof createLiveScreen> | null = null;
  return {
    began(plan, tasks) {
      state = { title: plan.title, status: plan.status, since: plan.startedAt ?? now(), tasks };
      screen = createLiveScreen(out, render);
    },
    changed(plan, tasks) {
      state = { ...state, status: plan.status, tasks };
      screen?.invalidate();
    },
    predicted(next) {
      forecast = next;
      screen?.invalidate();
    },
    left(plan) {
      notice = null;
      screen?.end();
      out.line(leftWords(plan));
    },
    notice(text) {
      notice = text;
      if (screen !== null) screen.invalidate();
      else if (text !== null) outputs.err.line(text);
    },
    ended(summary, failures) {
      state = { ...state, status: summary.status, tasks: summary.tasks };
      endedAt = state.since + summary.durationMs;
      notice = null;
      forecast = null;
      screen?.end();
      conclude(out, summary, failures);
    },
  };
}

/** States that a task passes on its way to a slot: no news in a log. */
const QUIET_STATES = new Set(["waiting", "queued", "assigned"]);

/** The longest that is told has as many letters. */
const STATE_WIDTH = "review_pending".length;

/** One line per change of state: time, state, subtask, detail. For pipes and files. */
export function createLineReporter(outputs: Outputs, now: () => number): Reporter {
  const { out, err } = outputs;
  const line = (task: TaskRow) => {
    const attempt = task.attempts > 1 ? `attempt ${task.attempts} of ${task.maxAttempts}` : "";
    const parts = [attempt, detailOf(task, now())].filter((part) => part !== "");
    const state = out.paint(lookOf(task.state).tone, column(task.state, STATE_WIDTH));
    const name = column(plainText(task.subtaskId ?? task.id), 24);
    out.line(`${formatClock(now())}  ${state}  ${name}  ${parts.join(": ")}`.trimEnd());
  };
  return {
    began(plan, tasks, joined) {
      out.line(
        `${formatClock(now())}  ${column(joined ? "watching" : "launched", STATE_WIDTH)}  ${plainText(plan.title)} (${plural(tasks.length, "task")}, plan ${plan.id})`,
      );
    },
    changed(_plan, _tasks, changed) {
      for (const task of changed) if (!QUIET_STATES.has(task.state)) line(task);
    },
    predicted() {
      // A log is read later.
    },
    left(plan) {
      out.line(leftWords(plan));
    },
    notice(text) {
      if (text !== null) err.line(text);
    },
    ended(summary, failures) {
      conclude(out, summary, failures);
    },
  };
}

const timeOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function leftWords({ planId, title }: { readonly planId: string; readonly title: string }): string {
  return `${plainText(title)} goes on. Follow it again with: hive plan watch ${planId}`;
}

/** One JSON object a line; the last is the summary. Times are ISO 8601, UTC. */
export function createJsonReporter(
  outputs: Outputs,
  now: () => number,
  { forecasts = false }: { readonly forecasts?: boolean } = {},
): Reporter {
  const { out, err } = outputs;
  const emit = (record: Readonly<Record<string, unknown>>) => out.line(JSON.stringify(record));
  const at = () => new Date(now()).toISOString();
  return {
    began(plan, tasks) {
      emit({ type: "plan", plan_id: plan.id, title: plan.title, status: plan.status, tasks: tasks.length, at: at() });
    },
    changed(_plan, _tasks, changed) {
      for (const task of changed) {
        emit({
          type: "task",
          subtask_id: task.subtaskId,
          task_id: task.id,
          run_id: task.runId,
          state: task.state,
          attempt: task.attempts,
          reason: task.reason,
          at: at(),
        });
      }
    },
    predicted(forecast) {
      if (!forecasts) return;
      emit({
        type: "forecast",
        plan_id: forecast.planId,
        kind: forecast.kind,
        finish_p50: timeOf(forecast.finishP50),
        finish_p90: timeOf(forecast.finishP90),
        past_runs: forecast.basis.pastRuns,
        remaining: forecast.remaining,
        at: timeOf(forecast.at),
      });
    },
    left(plan) {
      emit({ type: "left", plan_id: plan.planId, at: at() });
    },
    notice(text) {
      if (text !== null) err.line(text);
    },
    ended(summary, failures) {
      for (const failure of failures) {
        emit({
          type: "failure",
          subtask_id: failure.task.subtaskId,
          task_id: failure.task.id,
          run_id: failure.task.runId,
          attempt: failure.task.attempts,
          error: failure.error,
          exit_code: failure.exitCode,
          signal: failure.signal,
          log_path: failure.logPath,
        });
      }
      emit({
        type: "summary",
        plan_id: summary.planId,
        status: summary.status,
        tasks: Object.fromEntries(countStates(summary.tasks)),
        duration_ms: summary.durationMs,
      });
    },
  };
}
