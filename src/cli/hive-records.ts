import type { HiveTask, HiveWorker } from "../shared/model/hive-records";
import type { WorkerRow } from "../shared/model/views";
import type { Output } from "./output";
import { lookOf } from "./style";
import { column, formatDate, formatElapsed, plainText, truncate } from "./text";
import { isLive, stateWords } from "./worker-table";

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** A task for scripts: names as the columns have them, JSON as JSON. */
export function taskJson(task: HiveTask): Readonly<Record<string, unknown>> {
  return {
    task_id: task.id,
    title: task.title,
    description: task.description,
    task_type: task.taskType,
    priority: task.priority,
    status: task.status,
    status_reason: task.statusReason,
    current_phase: task.currentPhase,
    assigned_worker: task.assignedWorker,
    plan_id: task.planId,
    subtask_id: task.subtaskId,
    dependencies: task.dependencies,
    workflow: task.workflow,
    payload: task.payload,
    tags: task.tags,
    max_retries: task.maxRetries,
    due_date: time(task.dueDate),
    summary: task.summary,
    generated_artifacts: task.generatedArtifacts,
    related_document_ids: task.relatedDocumentIds,
    knowledge_fragments: task.knowledgeFragments,
    created_at: time(task.createdAt),
    updated_at: time(task.updatedAt),
    unreadable: task.unreadable,
    extra: task.extra,
  };
}

export function workerJson(worker: HiveWorker): Readonly<Record<string, unknown>> {
  return {
    worker_id: worker.id,
    role: worker.role,
    status: worker.status,
    active: worker.active,
    last_heartbeat: time(worker.lastHeartbeat),
    capabilities: worker.capabilities,
    current_task_id: worker.currentTaskId,
    metadata: worker.metadata,
    registered_at: time(worker.registeredAt),
    unreadable: worker.unreadable,
  };
}

const STATUS_WIDTH = 16;

export function printTasks(out: Output, tasks: readonly HiveTask[]): void {
  const idWidth = Math.max(2, ...tasks.map((task) => task.id.length));
  const typeWidth = Math.min(20, Math.max(4, ...tasks.map((task) => task.taskType.length)));
  const head = `${column("ID", idWidth)}  ${column("STATUS", STATUS_WIDTH)}  ${column("PRIO", 4)}  ${column("TYPE", typeWidth)}  TITLE`;
  out.line(out.paint("grey", head));
  for (const task of tasks) {
    const look = lookOf(task.status);
    const status = out.paint(look.tone, column(plainText(`${look.glyph} ${look.word}`), STATUS_WIDTH));
    const left = `${column(plainText(task.id), idWidth)}  ${status}  ${String(task.priority).padStart(4)}`;
    const room = out.isTty ? out.size().width - idWidth - STATUS_WIDTH - typeWidth - 12 : Number.POSITIVE_INFINITY;
    const title = truncate(plainText(task.title), Math.max(12, room));
    out.line(`${left}  ${column(plainText(task.taskType), typeWidth)}  ${title}`);
  }
}

export function printTask(out: Output, task: HiveTask): void {
  const look = lookOf(task.status);
  out.line(`${out.paint(look.tone, look.glyph)} ${out.paint("bold", plainText(task.title))}  ${plainText(look.word)}`);
  const field = fieldsTo(out);
  field("id", task.id);
  field("about", task.description);
  field("type", task.taskType);
  field("priority", String(task.priority));
  field("reason", task.statusReason);
  field("phase", task.currentPhase);
  field("worker", task.assignedWorker);
  field("plan", task.planId === null ? null : `${task.planId}${task.subtaskId === null ? "" : `, ${task.subtaskId}`}`);
  field("waits for", task.dependencies.join(", "));
  field("tags", task.tags.join(", "));
  field("retries", String(task.maxRetries));
  field("created", task.createdAt === null ? null : formatDate(task.createdAt));
  field("updated", task.updatedAt === null ? null : formatDate(task.updatedAt));
  field("payload", task.payload === null ? null : JSON.stringify(task.payload));
  field("workflow", task.workflow === null ? null : JSON.stringify(task.workflow));
  field("summary", task.summary);
  for (const [name, value] of Object.entries(task.extra)) field(name, String(value));
  for (const [name, raw] of Object.entries(task.unreadable)) field(name, `does not parse: ${raw}`);
}

function beatOf({ lastHeartbeat }: HiveWorker, now: number): string {
  return lastHeartbeat === null ? "never" : `${formatElapsed(now - lastHeartbeat)} ago`;
}

/** `now`: milliseconds since the epoch. */
export function printWorker(out: Output, worker: HiveWorker, row: WorkerRow, now: number): void {
  out.line(
    `${out.paint("bold", plainText(worker.id))}  ${out.paint(isLive(row.state) ? "green" : "grey", stateWords(row))}`,
  );
  const field = fieldsTo(out);
  field("role", worker.role);
  field("status", worker.status);
  field("beat", beatOf(worker, now));
  field("task", worker.currentTaskId);
  field("can", worker.capabilities.join(", "));
  field("metadata", JSON.stringify(worker.metadata));
  field("registered", worker.registeredAt === null ? null : formatDate(worker.registeredAt));
  for (const [name, raw] of Object.entries(worker.unreadable)) field(name, `does not parse: ${raw}`);
}

/** Prints a named line; nothing for what is empty. */
function fieldsTo(out: Output): (name: string, value: string | null) => void {
  return (name, value) => {
    if (value !== null && value !== "") out.line(`  ${out.paint("grey", column(name, 10))}  ${plainText(value)}`);
  };
}
