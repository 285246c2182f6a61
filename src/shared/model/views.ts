import type { BundleManifest } from "./bundle";
import type { ParameterDefinition, ParameterValue, PlanFinding } from "./plan-definition";
import type { PlanOrigin } from "./plan-origin";
import type { TaskState } from "./task";
import type { ProcessStanding, WorkerState } from "./worker";

/**
 * What the views show: rows as core reads them, plain JSON. Times are milliseconds since the epoch, UTC; a
 * time that does not parse is null. States that nobody knows come as they stand in the database.
 */

export type StateCounts = Readonly<Record<string, number>>;

export interface PlanSummary {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  /** What it was launched from: a file's name or a sample's. Null for a foreign plan. */
  readonly sourceName: string | null;
  readonly launchedBy: string | null;
  readonly createdAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly taskCount: number;
  /** Tasks by state as shown (`waiting` apart from `queued`). Sums up to `taskCount`. */
  readonly counts: StateCounts;
  /** An operator asked to cancel it, and tasks are still stopping or cleaning up. */
  readonly cancelRequested: boolean;
  /** All else has stopped, and what runs always does: cancelled again, it does without. */
  readonly cleaning: boolean;
  /** An operator paused it: what runs goes on, nothing else starts. */
  readonly paused: boolean;
}

export interface PlanDetail extends PlanSummary {
  readonly description: string;
  readonly correlationId: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The plan's text as launched; null for a foreign plan. */
  readonly definitionText: string | null;
  readonly folder: string | null;
}

export interface TaskRow {
  readonly id: string;
  readonly planId: string | null;
  /** The id in its plan; null outside one. */
  readonly subtaskId: string | null;
  /** Place in its plan, from 0. */
  readonly ordinal: number;
  readonly title: string;
  /** The upstream status as it stands. */
  readonly status: string;
  /** What a person is shown: the status, or one of the derived states. */
  readonly state: TaskState | (string & {});
  readonly agent: string;
  readonly priority: number;
  /** Attempts begun. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly workerId: string | null;
  /** The latest attempt. */
  readonly runId: string | null;
  readonly createdAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Not before this time (waiting for a retry). */
  readonly notBefore: number | null;
  /** One line: why it failed, or what it waits for. */
  readonly reason: string | null;
}

export interface TaskLink {
  readonly id: string;
  readonly subtaskId: string | null;
  readonly title: string;
  readonly state: TaskState | (string & {});
}

export interface RunRow {
  readonly id: string;
  readonly taskId: string;
  /** 1 for the first attempt. */
  readonly number: number;
  readonly status: string;
  readonly workerId: string;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | null;
  readonly pid: number | null;
  readonly hasLog: boolean;
}

export interface TaskDetail extends TaskRow {
  readonly description: string;
  /** What it runs, requests or asks, as a person would type it; null when it does nothing. */
  readonly command: string | null;
  readonly cwd: string | null;
  readonly timeoutMs: number | null;
  readonly dependencies: readonly TaskLink[];
  readonly dependents: readonly TaskLink[];
  /** Latest first. */
  readonly runs: readonly RunRow[];
  /** The result of the latest successful attempt, parsed; `raw` when it does not parse. */
  readonly result: unknown;
}

export interface WorkerRow {
  readonly id: string;
  readonly role: string;
  readonly status: string;
  readonly state: WorkerState | (string & {});
  readonly capabilities: readonly string[];
  readonly lastHeartbeat: number | null;
  readonly registeredAt: number | null;
  readonly pid: number | null;
  readonly host: string | null;
  /** On this machine and of this boot. */
  readonly isLocal: boolean;
  readonly currentTaskId: string | null;
  readonly currentTaskTitle: string | null;
  /** It is given no more tasks. */
  readonly drained: boolean;
  /** Of the recorded process, as this machine has it. */
  readonly process: ProcessStanding;
  /** `window`, `cli` or `worker`; null: not a program of the console's. */
  readonly program: string | null;
  /** Which of its program's slots it is; null: unknown. */
  readonly slot: number | null;
  /** Of its current task; each null where that is unknown. */
  readonly currentPlanId: string | null;
  readonly currentAgent: string | null;
  readonly currentStartedAt: number | null;
}

/** A plan's text before launch: of a file, a sample, an earlier run, or new. */
export interface PlanPreview {
  /** Names the text held by main for `plans.launch`. */
  readonly sourceId: string;
  readonly sourceName: string;
  readonly origin: PlanOrigin;
  /** The folder that its relative paths stand on, for people to read. */
  readonly folder: string;
  /** Whether saving writes into the file that it came from. */
  readonly isSavable: boolean;
  /** The text is not what its file says, or is in no file. */
  readonly isEdited: boolean;
  readonly text: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly ParameterDefinition[];
  readonly subtasks: readonly PreviewSubtask[];
  readonly findings: readonly PlanFinding[];
}

export interface PreviewSubtask {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly dependencies: readonly string[];
}

export interface SamplePlan {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly taskCount: number;
}

export interface LogChunk {
  /** Byte offset of `text` in the log. */
  readonly from: number;
  readonly to: number;
  /** Bytes in the log now. */
  readonly size: number;
  /** UTF-8, cut only at character ends; bytes that are no UTF-8 become U+FFFD. */
  readonly text: string;
  /** The run has ended and nothing will be added. */
  readonly ended: boolean;
}

export interface DatabaseInfo {
  readonly file: string;
  readonly name: string;
  readonly mode: "operate" | "observe";
  readonly sqliteVersion: string;
  /** 0: the console has added nothing to it. */
  readonly schemaVersion: number;
  readonly walBytes: number;
  /** What the operator should know of how it was opened: a backup was made, or this is a copy. Null: nothing. */
  readonly notice: string | null;
  /** It is an incident bundle: the slice of another database, to look at. */
  readonly bundle?: BundleManifest;
}

export interface RunnerInfo {
  readonly slots: number;
  /** Attempts under way, wherever. */
  readonly running: number;
  /** Of its slots those with an attempt: what runs at workers of a fleet takes none. */
  readonly busySlots: number;
  /** This process starts the tasks; otherwise another one does, named in `dispatcher`. */
  readonly dispatching: boolean;
  readonly dispatcher: { readonly pid: number; readonly host: string; readonly program: string } | null;
  /** Why it does not start tasks right now; null when it does. */
  readonly pausedReason: string | null;
  /** The fleet that this process gives tasks to. Null or absent: there is none, or another process starts the tasks. */
  readonly fleet?: FleetStanding | null;
}

/** How a fleet stands, as whoever starts the tasks sees it. */
export interface FleetStanding {
  /** The address without its secrets; null: what is set cannot be read. */
  readonly redis: string | null;
  /** Why nothing gets through; null while all does. What runs runs on. */
  readonly trouble: string | null;
  readonly workers: number;
  /** Workers that are given nothing, and why. */
  readonly refused: readonly {
    readonly instance: string;
    readonly host: string;
    readonly version: string;
    readonly reason: string;
  }[];
  /** Attempts that workers have. */
  readonly out: number;
}

export interface AppInfo {
  readonly version: string;
  /** `official`: the electron release the project names; `fallback`: the older one for machines without it. */
  readonly runtime: "official" | "fallback";
  readonly versions: {
    readonly electron: string;
    readonly chrome: string;
    readonly node: string;
    readonly sqlite: string;
  };
  readonly database: DatabaseInfo;
  readonly runner: RunnerInfo;
  readonly platform: string;
  /** The folder that a relative `folder` parameter is resolved against in the window. */
  readonly homeFolder: string;
}
