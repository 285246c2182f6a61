import { resolve } from "node:path";
import type { RunWork, TaskEdit, TaskWork } from "../../../shared/control-contract";
import { HiveError } from "../../../shared/errors";
import { isBuiltInAgent } from "../../../shared/model/agent-work";
import type { PlanFinding, SubtaskDefinition } from "../../../shared/model/plan-definition";
import { judge } from "../../../shared/model/task-change";
import type { TaskRow } from "../../../shared/model/views";
import { expandPlan } from "../plan/expand";
import { parsePlan } from "../plan/parse";
import { readSecrets } from "../runner/secrets";
import { json, jsonObject } from "../store/columns";
import type { ReadableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { settlePlan } from "../store/task-act";
import { noSuchTask, planOfOurs, refusal } from "../store/task-control";
import { applyEdit, type CheckedEdit, type EditableRow, readEditable, readRunSpec } from "../store/task-edit";
import { readScopedTask, type ScopedTask } from "../store/task-scope";
import { parseSpec, type TaskSpec } from "../store/task-spec";
import { workLine } from "../store/task-state";
import { operatorWriter } from "./source";
import { getTaskRows } from "./tasks";
import { lateAfter, oursOf, workLanguage } from "./work-language";

/** What an edit may name. A task's agent, place and dependencies are its plan's. */
const EDIT_KEYS = ["run", "http", "llm", "approval", "prompt", "env", "cwd", "timeout", "retries", "payload"];

/** The console and other programs know a task's place in its plan by these. */
const PLACE_KEYS = [
  "plan_id",
  "parent_plan_id",
  "subtask_id",
  "dependencies",
  "depends_on",
  "correlation_id",
  "managed_by",
];
const MOST_PAYLOAD = 2_000_000;

export interface EditRequest {
  readonly taskId: string;
  readonly edit: TaskEdit;
}

/** What a task runs, for editing. Throws `not_found`. */
export function getTaskWork(store: Store, { taskId }: { readonly taskId: string }): TaskWork {
  const task = taskToEdit(store.read, taskId, store.clock.now());
  const row = readEditable(store.read, task);
  const spec = parseSpec(row.spec);
  const payload: TaskEdit = row.payload === null ? {} : { payload: plainJson(json(row.payload) ?? row.payload) };
  return { taskId, agent: spec?.agent ?? null, work: { ...(spec ? workLanguage(spec) : {}), ...payload } };
}

function plainJson(value: unknown): TaskEdit[string] {
  return JSON.parse(JSON.stringify(value));
}

/** What an attempt ran, whatever its task runs by now. Throws `not_found`. */
export function getRunWork(store: Store, { runId }: { readonly runId: string }): RunWork {
  const found = readRunSpec(store.read, runId);
  if (!found) throw new HiveError("not_found", `There is no attempt ${runId}. It may have been deleted.`, { runId });
  const spec = parseSpec(found.spec);
  return {
    runId,
    command: spec && workLine(spec),
    spec: json(found.spec) ?? null,
    isOutdated: found.isOutdated,
  };
}

/**
 * Changes what a task runs and queues it again; a queued one is changed where it stands. Throws `invalid_plan` with
 * findings, `not_found`, `illegal_transition`, `not_allowed`; then nothing has changed.
 */
export async function editAndRetry(
  store: Store,
  {
    reason = null,
    actor,
    ...request
  }: EditRequest & { readonly reason?: string | null | undefined; readonly actor: string },
): Promise<{ task: TaskRow; findings: readonly PlanFinding[] }> {
  const { checked, findings } = await checkEdit(store, request);
  await store.write((tx) => {
    const writer = operatorWriter(store);
    const task = taskToEdit(tx, request.taskId, writer.now);
    requireEditable(task);
    applyEdit(tx, { taskId: task.taskId, reason, actor, writer }, task, checked);
    const planId = planOfOurs(task);
    if (planId !== null) settlePlan(tx, planId, writer);
  });
  const [task] = getTaskRows(store, [request.taskId]);
  if (!task) throw noSuchTask(request.taskId);
  return { task, findings };
}

/** Checks an edit as a plan is checked, and changes nothing. Throws as `editAndRetry`. */
export async function checkEdit(
  store: Store,
  { taskId, edit }: EditRequest,
): Promise<{ checked: CheckedEdit; findings: readonly PlanFinding[] }> {
  const task = taskToEdit(store.read, taskId, store.clock.now());
  requireEditable(task);
  const before = readEditable(store.read, task);
  const { payload, ...work } = edit;
  const findings: PlanFinding[] = unknownKeys(work, task);
  const checkedPayload = Object.hasOwn(edit, "payload") ? checkPayload(payload, before, findings, task) : undefined;
  const spec = parseSpec(before.spec);
  let edited: TaskSpec | undefined;
  if (Object.keys(work).length > 0 && findings.length === 0) {
    if (spec === null) {
      const why = "the console does not run it, so that only its payload can be edited";
      throw new HiveError("not_allowed", `Task "${task.title}" was left as it is: ${why}.`, { taskId });
    }
    const secrets = task.planId === null ? {} : await readSecrets(store.filesFolder, task.planId);
    edited = readEdited({ task, before, spec, work, secrets: Object.keys(secrets) }, findings);
  }
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
    throw new HiveError("invalid_plan", `Nothing was changed. ${errors[0]?.message}${more}`, { taskId, findings });
  }
  const known = { ...(spec ? workLanguage(spec) : {}), payload: json(before.payload) ?? before.payload };
  const was = Object.fromEntries(Object.entries(known).filter(([key]) => Object.hasOwn(edit, key)));
  return { checked: { before, spec: edited, payload: checkedPayload, was, is: edit }, findings };
}

function taskToEdit(db: ReadableDatabase, taskId: string, now: number): ScopedTask {
  const task = readScopedTask(db, taskId, now);
  if (task) return task;
  throw noSuchTask(taskId);
}

function requireEditable(task: ScopedTask): void {
  if (task.facts.status === "queued" && !task.facts.live) return;
  const change = { act: "tasks.retry" } as const;
  const verdict = judge(change, task.facts);
  if (!verdict.touch) throw refusal(task, change, verdict);
}

function finding(task: ScopedTask, code: string, message: string): PlanFinding {
  return { severity: "error", code, message, line: null, column: null, subtaskId: task.subtaskId };
}

function unknownKeys(work: TaskEdit, task: ScopedTask): PlanFinding[] {
  return Object.keys(work)
    .filter((key) => !EDIT_KEYS.includes(key))
    .map((key) => {
      const known = EDIT_KEYS.join(", ");
      return finding(task, "unknown_key", `"${key}" of a task cannot be edited. Known are ${known}.`);
    });
}

function checkPayload(
  payload: TaskEdit[string] | undefined,
  before: EditableRow,
  findings: PlanFinding[],
  task: ScopedTask,
): string | null {
  if (payload !== null && (typeof payload !== "object" || Array.isArray(payload))) {
    findings.push(finding(task, "wrong_type", 'The payload must be a JSON object, {"key": "value"}.'));
    return null;
  }
  const [old, now] = [jsonObject(before.payload), payload ?? {}];
  for (const key of PLACE_KEYS) {
    if (JSON.stringify(old[key]) === JSON.stringify(now[key])) continue;
    findings.push(
      finding(task, "place_key", `"${key}" in the payload says where the task belongs: leave it as it is.`),
    );
  }
  const text = payload === null ? null : JSON.stringify(payload);
  if (text !== null && text.length > MOST_PAYLOAD) {
    findings.push(
      finding(task, "too_large", "The payload is larger than 2 MB: write the data to a file and pass its path."),
    );
  }
  return text;
}

interface Edited {
  readonly task: ScopedTask;
  readonly before: EditableRow;
  readonly spec: TaskSpec;
  readonly work: TaskEdit;
  readonly secrets: readonly string[];
}

/** Ids that a plan's own language may not say stand for nothing that an edit could refer to. */
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The edited task as the only work of a plan of its own, which the plan's reader then reads. */
function readEdited(edited: Edited, findings: PlanFinding[]): TaskSpec | undefined {
  const { task, before, spec, work, secrets } = edited;
  const values = parameterValues(before.parameters);
  const dependencies = before.dependencies.filter((id) => PLAIN_ID.test(id));
  const id = task.subtaskId !== null && PLAIN_ID.test(task.subtaskId) ? task.subtaskId : "edited";
  const whole = { ...workLanguage(spec), ...work };
  const given = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
  const plan = {
    title: "An edited task",
    parameters: Object.fromEntries([
      ...Object.entries(values).map(([name, value]) => [name, { type: typeof value }]),
      ...secrets.map((name) => [name, { type: "secret" }]),
    ]),
    subtasks: [
      ...dependencies.map((dependency) => ({ id: dependency, agent: "noop" })),
      { id, agent: spec.agent, ...(dependencies.length > 0 && { dependencies }), ...given },
    ],
  };
  const named = { id: spec.agent, type: spec.llm ? "llm" : "command", problem: null } as const;
  const agents = isBuiltInAgent(spec.agent) ? [] : [named];
  const parsed = parsePlan(JSON.stringify(plan), { fileName: "the edit", agents });
  findings.push(...parsed.findings.map((one) => ({ ...one, line: null, column: null })));
  if (parsed.definition === null) return undefined;
  const subtask = expandPlan(parsed.definition, values).subtasks.find((one) => one.id === id);
  return subtask && merged(spec, subtask, work, before.folder ?? "/");
}

function parameterValues(raw: string | null): Record<string, string | number | boolean> {
  const entries = Object.entries(jsonObject(raw));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number | boolean] =>
      ["string", "number", "boolean"].includes(typeof entry[1]),
    ),
  );
}

/** Only what the edit names is taken from it. */
function merged(spec: TaskSpec, subtask: SubtaskDefinition, work: TaskEdit, folder: string): TaskSpec {
  const names = (...keys: readonly string[]): boolean => keys.some((key) => Object.hasOwn(work, key));
  const late = lateAfter(subtask.late, spec.late);
  const { late: _late, ...rest } = spec;
  return {
    ...rest,
    ...(names("run") && { run: subtask.run }),
    ...(names("http") && subtask.http && { http: subtask.http }),
    ...(names("llm", "prompt") && subtask.llm && { llm: subtask.llm }),
    ...(names("prompt") && subtask.program && { program: subtask.program }),
    ...(names("approval") && subtask.approval && { approval: subtask.approval }),
    ...(names("run", "env") && { env: { ...oursOf(spec.env), ...subtask.env } }),
    ...(names("cwd") && { cwd: late?.cwd ? (subtask.cwd ?? ".") : resolve(folder, subtask.cwd ?? ".") }),
    ...(names("timeout") && { timeoutMs: subtask.timeoutMs }),
    ...(names("retries") && { retries: subtask.retries }),
    ...(late && { late }),
  };
}
