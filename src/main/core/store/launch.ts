import type { OnFailure, ParameterValue, When } from "../../../shared/model/plan-definition";
import { inOneGo, mapSteps } from "../plan/steps";
import { appendAudit } from "./audit";
import { integer } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent, appendEvents } from "./events";
import { insertionOf, insertTogether } from "./insert-together";
import { laneReader, noteGroups } from "./lanes";
import type { Writer } from "./plan-end";
import { noteSynthesis } from "./synthesis";
import type { TaskSpec } from "./task-spec";
import { formatTime } from "./time";

export interface NewTask {
  readonly id: string;
  readonly subtaskId: string;
  readonly title: string;
  readonly description: string;
  readonly priority: number;
  /** Subtask ids. */
  readonly dependencies: readonly string[];
  readonly spec: TaskSpec;
}

/** A plan ready to be written: every value filled in, every path absolute. */
export interface NewPlan {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly sourceName: string | null;
  readonly sourceText: string | null;
  readonly folder: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly correlationId: string;
  readonly concurrency: number | null;
  /** Concurrency groups with their limits; one that a task names and that is not here has the limit 1. */
  readonly groups: Readonly<Record<string, number>>;
  /** The subtask that gives the plan's final result; null: none. */
  readonly synthesis: string | null;
  readonly launchedBy: string;
  /** For the audit log. */
  readonly actor: string;
  /** In the plan's order. */
  readonly tasks: readonly NewTask[];
}

const INSERT_QUEUE = `INSERT INTO planning_queue (id, task_description, requestor, context_data, status, created_at, assigned_at, assigned_agent)
  VALUES (?, ?, ?, '{}', 'planned', ?, ?, 'hive-console')`;
const INSERT_PLAN = `INSERT INTO execution_plans (id, planning_task_id, plan_data, subtask_count, dependency_count, generated_at, status)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const INSERT_EXECUTION = `INSERT INTO plan_execution (id, plan_id, current_phase, progress_percent, active_subtasks, completed_subtasks,
    failed_subtasks, blocked_subtasks, execution_notes, started_at, updated_at)
  VALUES (?, ?, 'executing', 0, '[]', '[]', '[]', '[]', '[]', ?, ?)`;
const INSERT_CONSOLE_PLAN = `INSERT INTO console_plans (plan_id, title, description, source_name, source_text, folder, parameters,
    correlation_id, task_count, concurrency, conditional, launched_by, launched_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
// FAIL: where one fails the launch is undone as a whole, so SQLite need not be able to undo a statement alone. It reaches
// into triggers: none of these rows replaces another one there.
const TASKS = insertionOf(
  "INSERT OR FAIL INTO tasks (id, title, description, task_type, priority, status, payload, created_at, updated_at, max_retries)",
  "(?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?)",
);
const SPECS = insertionOf("INSERT INTO console_specs (seq, spec)", "(?, ?)");
const CONSOLE_TASKS = insertionOf(
  `INSERT OR FAIL INTO console_tasks (seq, task_id, plan_id, subtask_id, ordinal, agent, unmet, max_attempts, run_when, on_failure,
    lane)`,
  "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);

/** As `console_tasks.run_when` and `console_tasks.on_failure` have them. */
const RUN_WHEN: Readonly<Record<When, number>> = { success: 0, failure: 1, always: 2 };
const ON_FAILURE: Readonly<Record<OnFailure, number>> = { fail: 0, continue: 1, escalate: 2 };

/** Writes a plan with all its tasks; those without dependencies are ready at once. */
export function insertPlan(tx: WritableDatabase, plan: NewPlan, writer: Writer): void {
  insertPlanRows(tx, plan, { status: "executing", ...inOneGo(planText(plan, writer.now)) }, writer);
  beginExecution(tx, plan, writer);
  if (plan.synthesis !== null) noteSynthesis(tx, plan.id, plan.synthesis);
  const firstSeq = nextSeq(tx);
  const seqs = new Map(plan.tasks.map((task, ordinal) => [task.subtaskId, firstSeq + ordinal]));
  noteGroups(tx, plan);
  const laneOf = laneReader(tx, plan);
  const placed = plan.tasks.map((task, ordinal) => ({
    task,
    ordinal,
    seq: firstSeq + ordinal,
    lane: laneOf(task.spec),
  }));
  insertTasks(tx, plan, placed, writer);
  for (const task of plan.tasks) insertEdges(tx, task, seqs);
}

/** `seqs`: of the task and of all that it depends on. */
export function insertEdges(tx: WritableDatabase, task: NewTask, seqs: ReadonlyMap<string, number>): void {
  const insertEdge = statement(tx, "INSERT INTO console_edges (depends_on, task) VALUES (?, ?)");
  for (const dependency of new Set(task.dependencies)) {
    insertEdge.run(seqs.get(dependency), seqs.get(task.subtaskId));
  }
}

/** The first free `console_tasks.seq`. */
export function nextSeq(tx: WritableDatabase): number {
  return integer(statement(tx, "SELECT coalesce(max(seq), 0) + 1 AS seq FROM console_tasks").get()?.seq);
}

/** The plan without its tasks. Of a draft nothing runs. */
export function insertPlanRows(
  tx: WritableDatabase,
  plan: NewPlan,
  { status, data, dependencies }: PlanText & { readonly status: "draft" | "executing" },
  { now, newId }: Writer,
): void {
  const at = formatTime(now);
  const planningId = newId();
  statement(tx, INSERT_QUEUE).run(planningId, plan.description || plan.title, plan.launchedBy, at, at);
  statement(tx, INSERT_PLAN).run(plan.id, planningId, data, plan.tasks.length, dependencies, at, status);
  statement(tx, INSERT_CONSOLE_PLAN).run(
    plan.id,
    plan.title,
    plan.description,
    plan.sourceName,
    plan.sourceText,
    plan.folder,
    JSON.stringify(plan.parameters),
    plan.correlationId,
    plan.tasks.length,
    plan.concurrency,
    conditionalOf(plan),
    plan.launchedBy,
    now,
  );
}

/** Says that the plan executes. */
export function beginExecution(tx: WritableDatabase, plan: NewPlan, { now, source, newId }: Writer): void {
  const at = formatTime(now);
  statement(tx, INSERT_EXECUTION).run(newId(), plan.id, at, at);
  appendEvent(tx, {
    id: newId(),
    type: "plan.execution_started",
    at: now,
    source,
    correlationId: plan.correlationId,
    payload: { plan_id: plan.id, title: plan.title, subtask_count: plan.tasks.length, launched_by: plan.launchedBy },
  });
  appendAudit(tx, {
    at: now,
    actor: plan.actor,
    act: "plans.launch",
    entity: "plan",
    entityId: plan.id,
    reason: null,
    before: null,
    after: { status: "executing", title: plan.title, tasks: plan.tasks.length },
  });
}

/** As `console_plans.conditional` has it. */
function conditionalOf({ tasks }: NewPlan): number {
  if (tasks.some(({ spec }) => spec.when === "failure")) return 1;
  return tasks.some(({ spec }) => spec.when === "always") ? 2 : 0;
}

/** What of a plan takes the longer to write out the more tasks it has. */
export interface PlanText {
  /** The plan as the Python programs read it: JSON. */
  readonly data: string;
  readonly dependencies: number;
}

/** In steps: a large plan is megabytes of text. */
export function* planText(plan: NewPlan, now: number): Generator<undefined, PlanText> {
  const counts = yield* mapSteps(plan.tasks, (task) => new Set(task.dependencies).size);
  const subtasks = yield* mapSteps(plan.tasks, ({ subtaskId, title, description, priority, dependencies, spec }) =>
    JSON.stringify({
      id: subtaskId,
      title,
      description,
      task_type: spec.agent,
      assignee: spec.agent,
      priority,
      dependencies,
    }),
  );
  yield;
  const { id, title, description } = plan;
  const head = JSON.stringify({ plan_id: id, task_name: title, title, description, created_at: formatTime(now) });
  return {
    data: `${head.slice(0, -1)},"subtasks":[${subtasks.join(",")}]}`,
    dependencies: counts.reduce((sum, count) => sum + count, 0),
  };
}

export interface PlacedTask {
  readonly task: NewTask;
  readonly ordinal: number;
  readonly seq: number;
  /** Of `console_lanes`; null: none of its own. */
  readonly lane: number | null;
}

export function insertTasks(
  tx: WritableDatabase,
  plan: NewPlan,
  placed: readonly PlacedTask[],
  { now, source, newId }: Writer,
): void {
  const at = formatTime(now);
  insertTogether(tx, TASKS, placed, ({ task }) => {
    const { id, subtaskId, title, description, priority, dependencies, spec } = task;
    const payload = {
      parent_plan_id: plan.id,
      subtask_id: subtaskId,
      dependencies,
      correlation_id: plan.correlationId,
    };
    return [id, title, description, spec.agent, priority, JSON.stringify(payload), at, at, spec.retries.count];
  });
  insertTogether(tx, SPECS, placed, ({ task, seq }) => [seq, JSON.stringify(task.spec)]);
  insertTogether(tx, CONSOLE_TASKS, placed, ({ task, ordinal, seq, lane }) => {
    const { agent, retries, when, onFailure } = task.spec;
    const unmet = new Set(task.dependencies).size;
    const { id, subtaskId } = task;
    const ends = [retries.count + 1, RUN_WHEN[when], ON_FAILURE[onFailure]];
    return [seq, id, plan.id, subtaskId, ordinal, agent, unmet, ...ends, lane];
  });
  appendEvents(
    tx,
    placed.map(({ task }) => ({
      id: newId(),
      type: "task.created",
      at: now,
      source,
      correlationId: plan.correlationId,
      payload: { task_id: task.id, plan_id: plan.id, subtask_id: task.subtaskId, title: task.title },
    })),
  );
}
