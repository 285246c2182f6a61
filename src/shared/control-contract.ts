import { z } from "zod";
import type { ErrorBody } from "./errors";
import type { PlanFinding } from "./model/plan-definition";
import { TASK_STATUSES } from "./model/task";
import { priorityInput, type SkipReason, type TaskChangeName, taskChange } from "./model/task-change";
import { taskFilter } from "./model/task-filter";
import type { PlanSummary, RunnerInfo, TaskRow } from "./model/views";
import { operation } from "./operation";
import { reassignContract } from "./reassign-contract";

const id = z.string().min(1).max(200);
const reason = z.string().max(2_000).optional();
/** Where an act goes against what the console knows, somebody must be able to read why. */
const mandatoryReason = z.string().trim().min(1, "say why").max(2_000);
const task = { taskId: id, reason };
const plan = { planId: id, reason };
const MOST_SLOTS = 1_000;
const slotsInput = z.int().min(1).max(MOST_SLOTS);

/** Keys of a subtask in the plan's language, with their new values; null takes one away. docs/control.md lists them. */
export const taskEdit = z
  .record(z.string().min(1).max(100), z.json())
  .refine((edit) => Object.keys(edit).length > 0, "nothing is to be changed");
export type TaskEdit = z.output<typeof taskEdit>;

const workerIds = z.array(id).min(1).max(1_000);
const bulkRequest = z
  .strictObject({ change: taskChange, filter: taskFilter, reason })
  .refine(({ change, reason: why }) => change.act !== "tasks.forceState" || (why?.trim() ?? "") !== "", {
    path: ["reason"],
    message: "say why",
  });

/** What is to be previewed: an act with the input of its operation, or a change of all tasks that a filter matches. */
const previewed = z.discriminatedUnion("act", [
  z.strictObject({ act: z.literal("tasks"), change: taskChange, filter: taskFilter }),
  z.strictObject({ act: z.literal("tasks.retryFrom"), taskId: id }),
  z.strictObject({ act: z.literal("tasks.editAndRetry"), taskId: id, edit: taskEdit }),
  z.strictObject({ act: z.literal("plans.pause"), planId: id }),
  z.strictObject({ act: z.literal("plans.resume"), planId: id }),
  z.strictObject({ act: z.literal("plans.cancel"), planId: id }),
  z.strictObject({ act: z.literal("plans.retryFailed"), planId: id }),
  z.strictObject({ act: z.literal("workers.drain"), workerIds }),
  z.strictObject({ act: z.literal("workers.undrain"), workerIds }),
  z.strictObject({ act: z.literal("runner.setSlots"), slots: slotsInput }),
]);
export type Previewed = z.output<typeof previewed>;

/** A task that an act touches or leaves alone. */
export interface PreviewTask {
  readonly id: string;
  readonly title: string;
  readonly subtaskId: string | null;
  readonly planId: string | null;
  /** As shown now. */
  readonly state: string;
  /** What becomes of it at once; `state` when it is left alone. `held`: it stays queued and does not start. */
  readonly becomes: string;
}

/** Tasks of one status that are left alone for one reason. */
export interface SkipGroup {
  readonly reason: SkipReason | "runs_on" | "ended";
  readonly state: string;
  readonly message: string;
  readonly count: number;
  /** The first few. */
  readonly examples: readonly PreviewTask[];
}

export interface PreviewPlan {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  /** `executing` again, `paused`... */
  readonly becomes: string;
}

export interface PreviewWorker {
  readonly id: string;
  readonly role: string;
  /** What it works on, and will end. */
  readonly currentTaskTitle: string | null;
  /** `drained`, `takes tasks`, or null: it is left as it is. */
  readonly becomes: string | null;
}

/** What an act would do if it were done now. The act itself looks again. */
export interface ActPreview {
  readonly act: string;
  /** Why all of it would be refused; null: it would not. */
  readonly refusal: ErrorBody | null;
  /** Tasks that are meant. */
  readonly matched: number;
  /** Tasks that would be touched. */
  readonly count: number;
  /** The first of them. */
  readonly tasks: readonly PreviewTask[];
  /**
   * Tasks that are queued again with those that are retried, because how these ended had decided what became of them
   * (steps that run on failure or always, and what was not needed). The first of them.
   */
  readonly alsoQueued: { readonly count: number; readonly tasks: readonly PreviewTask[] };
  /** The most numerous first. */
  readonly skipped: readonly SkipGroup[];
  /** Plans that would change themselves, the first of them. */
  readonly plans: readonly PreviewPlan[];
  readonly workers: readonly PreviewWorker[];
  /** Of an edit. */
  readonly findings: readonly PlanFinding[];
}

/** What an act on many tasks did. `done` and the counts of `skipped` and `failed` sum up to those it came to. */
export interface ActReport {
  readonly done: number;
  readonly skipped: readonly SkipGroup[];
  readonly failed: readonly { readonly message: string; readonly count: number; readonly taskIds: readonly string[] }[];
}

/** `interrupted`: the process that did it is gone. What it did stands; doing it again does the rest. */
const JOB_STATES = ["running", "done", "aborted", "failed", "interrupted"] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface BulkJob {
  readonly id: string;
  readonly act: TaskChangeName | (string & {});
  readonly state: JobState;
  readonly actor: string;
  readonly reason: string | null;
  /** Tasks that match; null while they are still being counted. */
  readonly total: number | null;
  /** How many of them it came to. */
  readonly seen: number;
  readonly abortRequested: boolean;
  readonly report: ActReport;
  /** Why it failed as a whole. */
  readonly error: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** What a task runs, in the plan's language: what `tasks.editAndRetry` takes, filled in. */
export interface TaskWork {
  readonly taskId: string;
  /** Null: no task of a plan that the console runs. Only its payload can be edited. */
  readonly agent: string | null;
  readonly work: TaskEdit;
}

export interface RunWork {
  readonly runId: string;
  /** In one line; null: nothing, or unknown. */
  readonly command: string | null;
  /** JSON, as in the database; null: unknown. */
  readonly spec: unknown;
  /** The task was edited since. */
  readonly isOutdated: boolean;
}

/** What operators do to plans, tasks and workers. docs/control.md says what each does in which state. */
export const controlContract = {
  /** Nothing of the plan starts any more; what runs goes on. */
  "plans.pause": operation<{ readonly plan: PlanSummary }>()(z.strictObject(plan)),
  "plans.resume": operation<{ readonly plan: PlanSummary }>()(z.strictObject(plan)),
  /** Retries every task of the plan that failed, was cancelled or escalated. */
  "plans.retryFailed": operation<ActReport>()(z.strictObject(plan)),

  /** A new attempt for a task and for everything that depends on it, completed or not. */
  "tasks.retryFrom": operation<ActReport>()(z.strictObject(task)),
  /** Changes what a task runs and retries it. `invalid_plan` with findings changes nothing. */
  "tasks.editAndRetry": operation<{ readonly task: TaskRow; readonly findings: readonly PlanFinding[] }>()(
    z.strictObject({ ...task, edit: taskEdit }),
  ),
  "tasks.work": operation<TaskWork>()(z.strictObject({ taskId: id })),
  "runs.work": operation<RunWork>()(z.strictObject({ runId: id })),
  "tasks.setPriority": operation<{ readonly task: TaskRow }>()(z.strictObject({ ...task, priority: priorityInput })),
  /** Writes a state against the rules. Refused while a process works on the task. */
  "tasks.forceState": operation<{ readonly task: TaskRow }>()(
    z.strictObject({ taskId: id, status: z.enum(TASK_STATUSES), reason: mandatoryReason }),
  ),

  /** The workers take no new tasks; those that they have, they end. Lasts until `workers.undrain`. */
  "workers.drain": operation<{ readonly drained: readonly string[] }>()(z.strictObject({ workerIds, reason })),
  "workers.undrain": operation<{ readonly undrained: readonly string[] }>()(z.strictObject({ workerIds, reason })),
  /** How many tasks run at once, from now on, whichever console starts them; the database remembers it. */
  "runner.setSlots": operation<{ readonly slots: number; readonly runner: RunnerInfo | null }>()(
    z.strictObject({ slots: slotsInput, reason }),
  ),

  "acts.preview": operation<ActPreview>()(
    z.strictObject({ of: previewed, limit: z.int().min(0).max(1_000).default(200) }),
  ),

  /** Does something to every task that a filter matches, in slices; answers at once. */
  "bulk.start": operation<{ readonly jobId: string }>()(bulkRequest),
  "bulk.status": operation<BulkJob>()(z.strictObject({ jobId: id })),
  /** The slice that is being written is the last. */
  "bulk.abort": operation<BulkJob>()(z.strictObject({ jobId: id, reason })),
  /** The latest first. */
  "bulk.list": operation<readonly BulkJob[]>()(z.strictObject({ limit: z.int().min(1).max(100).default(20) })),

  ...reassignContract,
} as const;
