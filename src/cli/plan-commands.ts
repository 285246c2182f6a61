import { knownAgents } from "../main/core/operations/agents";
import { getPlan, listPlans } from "../main/core/operations/plans";
import { parsePlan } from "../main/core/plan/parse";
import type { PlanDetail, PlanSummary, TaskRow } from "../shared/model/views";
import { openToRead } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { hasErrors, printFindings } from "./findings";
import { planNamed } from "./named";
import type { Output, Outputs } from "./output";
import { readPlanFile } from "./plan-file";
import { readAllTasks } from "./plan-source";
import { renderTasks } from "./progress";
import { scriptRecord } from "./script-record";
import { lookOf } from "./style";
import { column, formatCount, formatDate, formatDuration, plainText, plural, truncate } from "./text";

/** Says all that is wrong with a plan file, or what is in it. The database says which agents of its own it may name. */
export async function validatePlan(
  path: string,
  { databaseFile, json }: { readonly databaseFile: string; readonly json: boolean },
  { out }: Outputs,
): Promise<ExitCode> {
  const file = await readPlanFile(path);
  const { definition, findings } = parsePlan(file.text, {
    fileName: file.path,
    agents: await knownAgents(databaseFile),
  });
  const isValid = definition !== null && !hasErrors(findings);
  if (json) {
    out.line(scriptRecord({ file: file.path, valid: isValid, findings }));
    return isValid ? EXIT.ok : EXIT.usage;
  }
  printFindings(out, findings, file);
  if (!isValid) {
    const errors = findings.filter((finding) => finding.severity === "error").length;
    out.line(`${out.paint("red", "✗")} ${path}: ${plural(errors, "error")}`);
    return EXIT.usage;
  }
  const parts = [plural(definition.subtasks.length, "subtask"), plural(definition.parameters.length, "parameter")];
  out.line(`${out.paint("green", "✓")} ${path}: ${plainText(definition.title)}, ${parts.join(", ")}`);
  return EXIT.ok;
}

export interface ListOptions {
  readonly databaseFile: string;
  readonly json: boolean;
  readonly limit: number;
}

/** The latest plans, newest first. */
export async function listRecentPlans(options: ListOptions, { out, err }: Outputs): Promise<ExitCode> {
  const core = await openToRead(options.databaseFile, err);
  try {
    const { rows, next } = listPlans(core.store, { limit: options.limit });
    if (options.json) {
      for (const plan of rows) out.line(JSON.stringify(planRecord(plan)));
      return EXIT.ok;
    }
    if (rows.length === 0) out.line(`No plans yet in ${core.store.file}. Launch one with: hive run PLAN`);
    else printPlans(out, rows);
    if (next !== null) err.line(`There are more: the latest ${formatCount(rows.length)} are shown (--limit N).`);
    return EXIT.ok;
  } finally {
    await core.close();
  }
}

function printPlans(out: Output, plans: readonly PlanSummary[]): void {
  const words = plans.map((plan) => lookOf(standing(plan)).word);
  const wordWidth = Math.max(6, ...words.map((word) => word.length));
  const head = `${column("ID", 36)}  ${column("STATUS", wordWidth + 2)}  ${column("DONE", 11)}  ${column("LAUNCHED", 16)}  ${column("TOOK", 7)}  TITLE`;
  out.line(out.paint("grey", head));
  for (const plan of plans) {
    const look = lookOf(standing(plan));
    const done = `${formatCount(plan.counts.completed ?? 0)}/${formatCount(plan.taskCount)}`;
    const launched = plan.createdAt === null ? "" : formatDate(plan.createdAt);
    const left = `${column(plan.id, 36)}  ${out.paint(look.tone, column(`${look.glyph} ${look.word}`, wordWidth + 2))}`;
    const right = `${column(done, 11)}  ${column(launched, 16)}  ${column(tookOf(plan), 7)}`;
    const room = out.isTty ? out.size().width - 36 - wordWidth - 46 : Number.POSITIVE_INFINITY;
    out.line(`${left}  ${right}  ${truncate(plainText(plan.title), Math.max(12, room))}`);
  }
}

/** As a person sees it: a paused plan is executing only by name. */
function standing({ status, paused }: PlanSummary): string {
  return paused ? "paused" : status;
}

function tookOf(plan: PlanSummary): string {
  if (plan.startedAt === null || plan.finishedAt === null) return "";
  return formatDuration(plan.finishedAt - plan.startedAt);
}

export interface ShowOptions {
  readonly databaseFile: string;
  readonly json: boolean;
}

/** One plan with its tasks. */
export async function showPlan(name: string, options: ShowOptions, { out, err }: Outputs): Promise<ExitCode> {
  const core = await openToRead(options.databaseFile, err);
  try {
    const planId = planNamed(core.store, name);
    const plan = getPlan(core.store, { planId });
    const tasks = readAllTasks(core.store, planId);
    if (options.json) out.line(JSON.stringify({ ...planRecord(plan), tasks: tasks.map(taskRecord) }));
    else printPlan(out, plan, tasks, core.store.clock.now());
    return EXIT.ok;
  } finally {
    await core.close();
  }
}

function printPlan(out: Output, plan: PlanDetail, tasks: readonly TaskRow[], now: number): void {
  const look = lookOf(standing(plan));
  out.line(`${out.paint(look.tone, look.glyph)} ${out.paint("bold", plainText(plan.title))}  ${look.word}`);
  const field = (name: string, value: string | null) => {
    if (value !== null && value !== "") out.line(`  ${out.paint("grey", column(name, 10))}  ${plainText(value)}`);
  };
  field("id", plan.id);
  field("about", plan.description);
  field(
    "source",
    plan.sourceName === null ? null : `${plan.sourceName}${plan.folder === null ? "" : ` in ${plan.folder}`}`,
  );
  field(
    "launched",
    plan.createdAt === null
      ? null
      : `${formatDate(plan.createdAt)}${plan.launchedBy === null ? "" : ` by ${plan.launchedBy}`}`,
  );
  field("took", tookOf(plan));
  for (const [name, value] of Object.entries(plan.parameters)) field("parameter", `${name}=${value}`);
  out.line();
  const width = out.isTty ? out.size().width - 1 : 1_000;
  for (const line of renderTasks(tasks, { now, width, height: tasks.length, paint: out.paint })) out.line(line);
}

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function planRecord(plan: PlanSummary): Readonly<Record<string, unknown>> {
  return {
    plan_id: plan.id,
    title: plan.title,
    status: plan.status,
    paused: plan.paused,
    source: plan.sourceName,
    launched_by: plan.launchedBy,
    created_at: time(plan.createdAt),
    started_at: time(plan.startedAt),
    finished_at: time(plan.finishedAt),
    task_count: plan.taskCount,
    counts: plan.counts,
  };
}

function taskRecord(task: TaskRow): Readonly<Record<string, unknown>> {
  return {
    task_id: task.id,
    subtask_id: task.subtaskId,
    title: task.title,
    state: task.state,
    attempt: task.attempts,
    max_attempts: task.maxAttempts,
    run_id: task.runId,
    started_at: time(task.startedAt),
    finished_at: time(task.finishedAt),
    reason: task.reason,
  };
}
