import { z } from "zod";
import { agentContract } from "./agent-contract";
import { backupContract } from "./backup-contract";
import { boardContract } from "./board-contract";
import { boardImportContract } from "./board-import-contract";
import { bundleContract } from "./bundle-contract";
import { controlContract } from "./control-contract";
import { databaseContract } from "./database-contract";
import { doctorContract } from "./doctor-contract";
import { explorerContract } from "./explorer-contract";
import { fleetContract } from "./fleet-contract";
import { type HeldOutcome, heldContract } from "./held-contract";
import { historyContract } from "./history-contract";
import { hiveContract } from "./hive-contract";
import { insightContract } from "./insight-contract";
import { launchContract } from "./launch-contract";
import { logContract } from "./log-contract";
import { logViewContract } from "./log-view-contract";
import { migrationContract } from "./migration-contract";
import type { PlanForecast } from "./model/forecast";
import type { PlanGraph, PlanGraphStates } from "./model/plan-graph";
import { CANCEL_MODES } from "./model/task-change";
import type { BoardPatch } from "./model/task-lists";
import type {
  AppInfo,
  LogChunk,
  PlanDetail,
  PlanPreview,
  PlanSummary,
  RunnerInfo,
  SamplePlan,
  TaskDetail,
  TaskRow,
  WorkerRow,
} from "./model/views";
import { type Operation, operation } from "./operation";
import { overviewContract } from "./overview-contract";
import type { Page } from "./page";
import { paletteContract } from "./palette-contract";
import { planningContract } from "./planning-contract";
import { retentionContract } from "./retention-contract";
import { savedQueryContract } from "./saved-query-contract";
import { scheduleContract } from "./schedule-contract";
import { boardWatch, searchContract } from "./search-contract";
import { settingsContract } from "./settings-contract";
import { subscriptionContract } from "./subscription-contract";
import { timelineContract } from "./timeline-contract";
import { workerContract } from "./worker-contract";

export type { Operation } from "./operation";
export type { Page } from "./page";

const id = z.string().min(1).max(200);
const reason = z.string().max(2_000).optional();
const nothing = z.strictObject({});
const parameterValue = z.union([z.string().max(100_000), z.number(), z.boolean()]);

/**
 * Every operation between the window and main. Adding one is an entry here and a handler in main: parsing,
 * types on both sides and error envelopes follow from the entry.
 */
export const contract = {
  /** Versions, runtime, the open database and the runner's state. */
  "app.info": operation<AppInfo>()(nothing),
  /** The answer to the `closing` push: what to do with running tasks when the window closes. */
  "app.close": operation<null>()(z.strictObject({ choice: z.enum(["leave_running", "cancel_tasks", "stay"]) })),
  /** Draws the page larger, smaller or as designed; answers the factor, 1 for as designed. */
  "app.zoom": operation<number>()(z.strictObject({ change: z.enum(["in", "out", "reset"]) })),
  /** Names what is on screen. Main pushes patches only for that, and starts with a fresh revision. */
  "live.subscribe": operation<{ readonly revision: number }>()(
    z.strictObject({ planId: id.nullable(), runId: id.nullable(), board: boardWatch.nullable().default(null) }),
  ),

  /** Plans, newest first, by keyset. */
  "plans.list": operation<Page<PlanSummary>>()(
    z.strictObject({ after: z.string().max(200).optional(), limit: z.int().min(1).max(500).default(100) }),
  ),
  "plans.get": operation<PlanDetail>()(z.strictObject({ planId: id })),
  /** All tasks of a plan and what each waits for. `not_allowed` for more tasks than a graph is drawn of. */
  "plans.graph": operation<PlanGraph>()(z.strictObject({ planId: id })),
  /** Where every task of a plan stands; what changes later comes with the patches. */
  "plans.graphStates": operation<PlanGraphStates>()(z.strictObject({ planId: id })),
  "plans.samples": operation<readonly SamplePlan[]>()(nothing),
  /** Reads and validates a sample plan for launch. */
  "plans.openSample": operation<PlanPreview>()(z.strictObject({ name: id })),
  /** Asks for a plan file with the system's dialog; null when the operator thinks better of it. */
  "plans.chooseFile": operation<PlanPreview | null>()(nothing),
  /** Reads and validates an opened plan file or sample again. */
  "plans.reload": operation<PlanPreview>()(z.strictObject({ sourceId: id })),
  /** Asks for a folder with the system's dialog, for a `folder` parameter. */
  "plans.chooseFolder": operation<string | null>()(z.strictObject({ current: z.string().max(4_096).optional() })),
  /**
   * Writes the plan's rows; its ready tasks start at once, of one that is launched paused when it is resumed. `invalid_plan`
   * changes nothing.
   */
  "plans.launch": operation<{ readonly planId: string }>()(
    z.strictObject({
      sourceId: id,
      parameters: z.record(z.string().max(200), parameterValue),
      paused: z.boolean().default(false),
    }),
  ),
  /**
   * Cancels everything of a plan that has not ended; running tasks are stopped. `cleaning`: steps with `when: always` that
   * run then; asked again, they are cancelled as well.
   */
  "plans.cancel": operation<{ readonly cancelled: number; readonly stopping: number; readonly cleaning: number }>()(
    z.strictObject({ planId: id, reason }),
  ),

  /** A plan's tasks in the plan's order. `after`: the last row's ordinal. */
  "tasks.list": operation<Page<TaskRow>>()(
    z.strictObject({
      planId: id,
      after: z.int().min(-1).default(-1),
      limit: z.int().min(1).max(1_000).default(500),
    }),
  ),
  "tasks.get": operation<TaskDetail>()(z.strictObject({ taskId: id })),
  /** A new attempt for a failed, cancelled or escalated task, or one that needs rework. */
  "tasks.retry": operation<{ readonly task: TaskRow }>()(z.strictObject({ taskId: id, reason })),
  /** Cancels a task; a running one is stopped with its whole process group, or let to its end and not retried. */
  "tasks.cancel": operation<{ readonly task: TaskRow }>()(
    z.strictObject({ taskId: id, reason, mode: z.enum(CANCEL_MODES).default("kill") }),
  ),

  /** Passes a task that waits for a review: a gate completes. */
  "tasks.approve": operation<{ readonly task: TaskRow }>()(z.strictObject({ taskId: id, reason })),
  /** Refuses a task that waits for a review: a gate fails, and what depends on it is blocked. */
  "tasks.reject": operation<{ readonly task: TaskRow }>()(z.strictObject({ taskId: id, reason })),
  /** Asks for changes before the review: the task needs rework until it is retried. */
  "tasks.sendBack": operation<{ readonly task: TaskRow }>()(z.strictObject({ taskId: id, reason })),

  /** A piece of an attempt's log. Without `from`: its end. */
  "runs.readLog": operation<LogChunk>()(
    z.strictObject({
      runId: id,
      from: z.int().min(0).optional(),
      maxBytes: z.int().min(1).max(1_048_576).default(262_144),
    }),
  ),

  "workers.list": operation<readonly WorkerRow[]>()(nothing),

  ...hiveContract,
  ...boardContract,
  ...boardImportContract,
  ...logContract,
  ...historyContract,
  ...bundleContract,
  ...logViewContract,
  ...launchContract,
  ...controlContract,
  ...agentContract,
  ...scheduleContract,
  ...insightContract,
  ...overviewContract,
  ...timelineContract,
  ...searchContract,
  ...explorerContract,
  ...fleetContract,
  ...savedQueryContract,
  ...paletteContract,
  ...heldContract,
  ...backupContract,
  ...doctorContract,
  ...retentionContract,
  ...databaseContract,
  ...settingsContract,
  ...subscriptionContract,
  ...workerContract,
  ...migrationContract,
  ...planningContract,
} as const;

type Contract = typeof contract;
export type OperationName = keyof Contract;
export type OperationInput<Name extends OperationName> = z.input<Contract[Name]["input"]>;
export type ParsedInput<Name extends OperationName> = z.output<Contract[Name]["input"]>;
export type OperationOutput<Name extends OperationName> =
  Contract[Name] extends Operation<z.ZodType, infer Output> ? Output : never;

/** A handler gets parsed input and answers or throws; register makes the envelope. */
export type Handler<Name extends OperationName> = (
  input: ParsedInput<Name>,
) => Promise<OperationOutput<Name>> | OperationOutput<Name>;

/** Every operation has exactly one handler. */
export type Handlers = { readonly [Name in OperationName]: Handler<Name> };

/**
 * Main to window. `patch` carries the latest value of what changed, coalesced, at most ten times a second; a
 * hole in `revision` means that something was missed and the window asks for everything again.
 */
export interface PushMessages {
  readonly patch: LivePatch;
  /** The subscribed run's log grew, or ended. */
  readonly log: { readonly runId: string; readonly size: number; readonly ended: boolean };
  /** The subscribed plan's forecast, made again after changes, at most once a second. */
  readonly forecast: PlanForecast;
  /** The window is about to close while tasks run: ask, then answer with `app.close`. */
  readonly closing: { readonly running: number };
  /** How an act that was held went. */
  readonly held: HeldOutcome;
  /** The window cannot be told the truth any more: what happened and what to do. Null: it can again. */
  readonly trouble: { readonly message: string } | null;
  /** A command of the application menu. */
  readonly command: {
    readonly name: "launch" | "about" | "shortcuts" | "guide" | "openDatabase" | "newDatabase" | "settings";
  };
  /** There is news, or somebody has seen some: how many nobody has. */
  readonly notifications: { readonly unseen: number };
}

export interface LivePatch {
  readonly revision: number;
  readonly plans: readonly PlanSummary[];
  /** Tasks of the subscribed plan. */
  readonly tasks: readonly TaskRow[];
  readonly workers: readonly WorkerRow[];
  /** Null: no such list is on screen. */
  readonly board: BoardPatch | null;
  readonly removed: {
    readonly plans: readonly string[];
    readonly tasks: readonly string[];
    readonly workers: readonly string[];
  };
  readonly runner: RunnerInfo;
}

export type PushName = keyof PushMessages;
