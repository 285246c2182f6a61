/**
 * Rows of the Hive tables as the operations give them: camelCase, JSON parsed, times in milliseconds since the
 * epoch (null when there is none that can be read). What other programs wrote is never corrected.
 */

/** Columns whose JSON does not parse (or is no list where one belongs), by column name, with the text as it stands. */
export type Unreadable = Readonly<Record<string, string>>;

export interface HiveTask {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly taskType: string;
  /** The higher, the sooner. */
  readonly priority: number;
  /** As it stands, also when nobody knows it. */
  readonly status: string;
  readonly currentPhase: string;
  /** Parsed; null: none. */
  readonly workflow: unknown;
  /** Parsed; null: none. */
  readonly payload: unknown;
  readonly assignedWorker: string | null;
  readonly dueDate: number | null;
  readonly maxRetries: number;
  /** The plan that it belongs to; null: none. */
  readonly planId: string | null;
  /** Its id in that plan. */
  readonly subtaskId: string | null;
  /** As its payload names them: subtask ids or task ids. */
  readonly dependencies: readonly string[];
  readonly tags: readonly string[];
  readonly summary: string | null;
  /** Parsed; null: none. */
  readonly generatedArtifacts: unknown;
  /** Parsed; null: none. */
  readonly relatedDocumentIds: unknown;
  /** Parsed; null: none. */
  readonly knowledgeFragments: unknown;
  /** Why it failed or was cancelled, as far as it is known. */
  readonly statusReason: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly unreadable: Unreadable;
  /** Columns that only some databases have, under their own names; without the empty ones. */
  readonly extra: Readonly<Record<string, string | number>>;
}

export interface HiveWorker {
  readonly id: string;
  readonly role: string;
  /** As it stands; see `active`. */
  readonly status: string;
  /** Its status says so and it has beaten within the limit. */
  readonly active: boolean;
  readonly lastHeartbeat: number | null;
  readonly capabilities: readonly string[];
  readonly currentTaskId: string | null;
  /** Parsed; an empty object when there is none. */
  readonly metadata: unknown;
  readonly registeredAt: number | null;
  readonly unreadable: Unreadable;
}

/** What `createTask` takes. Defaults are upstream's. */
export interface CreateTaskInput {
  readonly title: string;
  /** What kind of work it is: workers and lists choose by it. */
  readonly taskType: string;
  /** Default "". */
  readonly description?: string | undefined;
  /** A state machine for its phases, as JSON. Default none. */
  readonly workflow?: Readonly<Record<string, unknown>> | null | undefined;
  /** Data for whoever works on it, as JSON, up to 2 MB. Default none. */
  readonly payload?: Readonly<Record<string, unknown>> | null | undefined;
  /** Default 1. */
  readonly priority?: number | undefined;
  /** Default none. */
  readonly tags?: readonly string[] | undefined;
  /** Default 3. */
  readonly maxRetries?: number | undefined;
  /** Default "start". */
  readonly currentPhase?: string | undefined;
}

/**
 * What `updateTaskStatus` notes beside the status. Names in snake_case are taken too; where both are given the
 * camelCase one counts. Those after `currentPhase` are kept where the database has such a column. All of it, keys
 * that are not named here included, goes into the event.
 */
export interface TaskStatusMetadata {
  /** Null takes the worker off. */
  readonly assignedWorker?: string | null | undefined;
  readonly currentPhase?: string | undefined;
  readonly assignee?: string | null | undefined;
  readonly assignedAt?: string | null | undefined;
  readonly startedAt?: string | null | undefined;
  /** Also shown as the reason. */
  readonly failureReason?: string | null | undefined;
  readonly retryCount?: number | undefined;
  readonly worktree?: string | null | undefined;
  readonly workspaceType?: string | null | undefined;
  readonly [key: string]: unknown;
}

export interface QueuedTasksInput {
  /** At most so many. Default 10. */
  readonly limit?: number | undefined;
  /** Only of this type. Default: all. */
  readonly taskType?: string | undefined;
}

export interface RegisterWorkerInput {
  readonly workerId: string;
  readonly role: string;
  /** Default none. */
  readonly capabilities?: readonly string[] | undefined;
  /** Anything else worth knowing, as JSON. Default none. */
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}
