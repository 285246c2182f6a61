import type { TaskStatus } from "./task";

/**
 * How legacy rows (`tasks` with its latest run) become rows of the unified schema. The triggers of dual write, the
 * backfill and the parity check are made from these tables alone; docs/unified-schema.md shows them to people.
 */

/** Upstream's unified statuses. A legacy status that nobody knows is carried over as it stands. */
export const UNIFIED_STATUSES = [
  "pending",
  "queued",
  "running",
  "review_pending",
  "review_approved",
  "review_rejected",
  "rework_needed",
  "completed",
  "failed",
  "cancelled",
] as const;
export type UnifiedStatus = (typeof UNIFIED_STATUSES)[number];

export const STATUS_MAPPING: Readonly<Record<TaskStatus, UnifiedStatus>> = {
  queued: "queued",
  assigned: "running",
  in_progress: "running",
  review_pending: "review_pending",
  approved: "review_approved",
  rejected: "review_rejected",
  rework_needed: "rework_needed",
  escalated: "review_pending",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

/** For a task that was made in the unified schema and has no legacy status. */
export const LEGACY_STATUS_OF: Readonly<Record<UnifiedStatus, TaskStatus>> = {
  pending: "queued",
  queued: "queued",
  running: "in_progress",
  review_pending: "review_pending",
  review_approved: "approved",
  review_rejected: "rejected",
  rework_needed: "rework_needed",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

/** Upstream's task types, the legacy names of each (whatever their case), and who does them unless the payload says. */
export const TYPE_MAPPING = [
  { type: "review", agent: "ai-reviewer", names: ["review", "code_review", "code-review", "pr_review", "ai-reviewer"] },
  { type: "plan", agent: "ai-planner", names: ["plan", "planning", "ai-planner"] },
  {
    type: "code",
    agent: "hive-coder",
    names: ["code", "coding", "implementation", "feature", "bugfix", "refactor", "hive-coder"],
  },
  { type: "deploy", agent: "ai-deployer", names: ["deploy", "deployment", "ai-deployer"] },
  { type: "test", agent: "qa-agent", names: ["test", "testing", "qa", "qa-agent"] },
  { type: "workflow", agent: "orchestrator", names: ["workflow", "orchestration", "orchestrate", "orchestrator"] },
] as const;
export type UnifiedType = (typeof TYPE_MAPPING)[number]["type"];

/** Unified priorities go from 1, the most urgent, to 10; legacy ones have no limits and rise with urgency. */
export const PRIORITY_MAPPING = { most: 1, least: 10, sum: 11, legacyDefault: 1 } as const;

/** Legacy columns that upstream's code had at one time or another: read where a database has them. */
export const OLDER_TASK_COLUMNS = [
  "assignee",
  "assigned_at",
  "started_at",
  "failure_reason",
  "retry_count",
  "worktree",
  "workspace_type",
  "depends_on",
] as const;

/** Kept word for word in `task_metadata`, so that the legacy row can be read from the unified one. */
export const KEPT_TASK_COLUMNS = [
  "title",
  "description",
  "task_type",
  "priority",
  "status",
  "current_phase",
  "workflow",
  "created_at",
  "updated_at",
  "assigned_worker",
  "due_date",
  "max_retries",
  "tags",
  "summary",
  "generated_artifacts",
  "related_document_ids",
  "knowledge_fragments",
  ...OLDER_TASK_COLUMNS,
] as const;

/** Where a value comes from. `payload` and `result` are JSON objects: anything else counts as an empty one. */
export type Source =
  | { readonly kind: "column"; readonly column: string; readonly as: "text" | "integer" }
  /** `run` columns: of the task's latest run. */
  | { readonly kind: "run"; readonly column: string; readonly as: "text" }
  | { readonly kind: "time"; readonly table: "task" | "run"; readonly column: string }
  | {
      readonly kind: "keys";
      readonly in: "payload" | "result";
      readonly keys: readonly string[];
      readonly as: "text" | "integer" | "json";
    }
  | { readonly kind: "first"; readonly of: readonly Source[] }
  | { readonly kind: "in"; readonly statuses: readonly TaskStatus[]; readonly take: Source }
  | { readonly kind: "literal"; readonly value: string | number | null }
  | { readonly kind: "rule"; readonly rule: Rule };

/** What takes more than one value; the statements know how. */
export type Rule =
  | "status"
  | "type"
  | "agent"
  | "priority"
  | "payload"
  | "legacy"
  | "result"
  | "workflow"
  | "attempts"
  | "phases";

export interface MappedColumn {
  readonly column: string;
  /** One line, as the documentation has it. */
  readonly meaning: string;
  readonly source: Source;
  /** True: set when the row is made, then left to whoever works with the unified schema; never compared. */
  readonly own?: true;
}

export interface MappedTable {
  readonly table: string;
  readonly key: "id" | "task_id";
  /** Only for tasks of this unified type; null: for all. */
  readonly type: UnifiedType | null;
  readonly columns: readonly MappedColumn[];
}

const column = (name: string, as: "text" | "integer" = "text"): Source => ({ kind: "column", column: name, as });
const time = (name: string, table: "task" | "run" = "task"): Source => ({ kind: "time", table, column: name });
const payload = (keys: readonly string[], as: "text" | "integer" | "json" = "text"): Source => ({
  kind: "keys",
  in: "payload",
  keys,
  as,
});
const result = (keys: readonly string[], as: "text" | "integer" | "json" = "text"): Source => ({
  kind: "keys",
  in: "result",
  keys,
  as,
});
const first = (...of: readonly Source[]): Source => ({ kind: "first", of });
const literal = (value: string | number | null): Source => ({ kind: "literal", value });
const rule = (name: Rule): Source => ({ kind: "rule", rule: name });

/** A task's time is never empty there: what no time can be read from counts from the beginning of 1970. */
const CREATED = first(time("created_at"), time("updated_at"), literal("1970-01-01 00:00:00.000"));
const OVER: readonly TaskStatus[] = ["completed", "failed", "cancelled"];
const ENDED: Source = { kind: "in", statuses: OVER, take: first(time("completed_at", "run"), time("updated_at")) };
const STARTED = first(time("started_at"), time("started_at", "run"));
const CORRELATION: MappedColumn = {
  column: "correlation_id",
  meaning: "`correlation_id` of the payload, else the task's id",
  source: first(payload(["correlation_id"]), column("id")),
};
const MADE: MappedColumn = {
  column: "created_at",
  meaning: "`created_at`, else `updated_at`, else 1970",
  source: CREATED,
};

export const UNIFIED_TABLES: readonly MappedTable[] = [
  {
    table: "unified_tasks",
    key: "id",
    type: null,
    columns: [
      CORRELATION,
      { column: "task_type", meaning: "by the table of types, else the legacy type", source: rule("type") },
      { column: "status", meaning: "by the table of statuses, else the legacy status", source: rule("status") },
      {
        column: "agent_type",
        meaning: "`agent_type` or `agent` of the payload, else by the table of types, else the legacy type",
        source: first(payload(["agent_type", "agent"]), rule("agent")),
      },
      { column: "priority", meaning: "11 less the legacy priority, within 1 and 10", source: rule("priority") },
      {
        column: "input_data",
        meaning: "the payload; what is no JSON object is kept as text under `raw`",
        source: rule("payload"),
      },
      {
        column: "output_data",
        meaning: "`result_data` of the latest run; what is no JSON object is kept as text under `raw`",
        source: rule("result"),
      },
      { column: "task_metadata", meaning: "under `legacy`: the other columns, word for word", source: rule("legacy") },
      MADE,
      {
        column: "updated_at",
        meaning: "`updated_at`, else `created_at`, else 1970",
        source: first(time("updated_at"), CREATED),
      },
      { column: "started_at", meaning: "`started_at`, else of the latest run", source: STARTED },
      {
        column: "completed_at",
        meaning: "once completed, failed or cancelled: of the latest run, else `updated_at`",
        source: ENDED,
      },
      {
        column: "error_message",
        meaning: "`failure_reason`, else of the latest run",
        source: first(column("failure_reason"), { kind: "run", column: "error_message", as: "text" }),
      },
      {
        column: "retry_count",
        meaning: "`retry_count`, else the latest run's number less one",
        source: rule("attempts"),
      },
      { column: "max_retries", meaning: "`max_retries`", source: column("max_retries", "integer") },
    ],
  },
  {
    table: "unified_review_tasks",
    key: "task_id",
    type: "review",
    columns: [
      CORRELATION,
      {
        column: "code_path",
        meaning: "`code_path`, `path` or `file` of the payload, else empty",
        source: first(payload(["code_path", "path", "file"]), literal("")),
      },
      { column: "pr_id", meaning: "`pr_id` or `pr` of the payload", source: payload(["pr_id", "pr"]) },
      {
        column: "review_score",
        meaning: "`review_score`, `overall_score` or `score` of the result",
        source: result(["review_score", "overall_score", "score"], "integer"),
      },
      { column: "review_result", meaning: "as `output_data`", source: rule("result") },
      { column: "violations", meaning: "`violations` of the result", source: result(["violations"], "json") },
      { column: "suggestions", meaning: "`suggestions` of the result", source: result(["suggestions"], "json") },
      {
        column: "auto_fix_enabled",
        meaning: "`auto_fix_enabled` of the payload, else 1",
        source: first(payload(["auto_fix_enabled"], "integer"), literal(1)),
      },
      { column: "auto_fix_attempts", meaning: "0 at first", source: literal(0), own: true },
      { column: "auto_fix_result", meaning: "nothing at first", source: literal(null), own: true },
      MADE,
      {
        column: "reviewed_at",
        meaning: "once approved, rejected, in need of rework or completed: `updated_at`",
        source: {
          kind: "in",
          statuses: ["approved", "rejected", "rework_needed", "completed"],
          take: time("updated_at"),
        },
      },
    ],
  },
  {
    table: "unified_workflow_tasks",
    key: "task_id",
    type: "workflow",
    columns: [
      CORRELATION,
      {
        column: "workflow_type",
        meaning: "`workflow_type` or `workflow_name` of the payload, else the legacy type",
        source: first(payload(["workflow_type", "workflow_name"]), column("task_type"), literal("")),
      },
      {
        column: "current_phase",
        meaning: "`current_phase`",
        source: first(column("current_phase"), literal("start")),
      },
      {
        column: "total_phases",
        meaning: "`total_phases` of the payload, else how many `phases` the workflow lists, else 0",
        source: first(payload(["total_phases"], "integer"), rule("phases"), literal(0)),
      },
      {
        column: "phases_completed",
        meaning: "`phases_completed` of the payload, else 0",
        source: first(payload(["phases_completed"], "integer"), literal(0)),
      },
      { column: "phase_history", meaning: "nothing at first", source: literal(null), own: true },
      {
        column: "workflow_config",
        meaning: "`workflow`; what is no JSON object is kept as text under `raw`",
        source: rule("workflow"),
      },
      { column: "workflow_result", meaning: "as `output_data`", source: rule("result") },
      MADE,
      { column: "workflow_started_at", meaning: "as `started_at`", source: STARTED },
      { column: "workflow_completed_at", meaning: "as `completed_at`", source: ENDED },
    ],
  },
  {
    table: "unified_deployment_tasks",
    key: "task_id",
    type: "deploy",
    columns: [
      CORRELATION,
      {
        column: "service_name",
        meaning: "`service_name`, `service` or `app` of the payload, else the title",
        source: first(payload(["service_name", "service", "app"]), column("title"), literal("")),
      },
      {
        column: "environment",
        meaning: "`environment`, `env` or `target` of the payload, else `unknown`",
        source: first(payload(["environment", "env", "target"]), literal("unknown")),
      },
      {
        column: "commit_sha",
        meaning: "`commit_sha` or `commit` of the payload",
        source: payload(["commit_sha", "commit"]),
      },
      {
        column: "strategy",
        meaning: "`strategy` or `deployment_strategy` of the payload, else `unknown`",
        source: first(payload(["strategy", "deployment_strategy"]), literal("unknown")),
      },
      {
        column: "deployment_config",
        meaning: "`deployment_config` or `config` of the payload",
        source: payload(["deployment_config", "config"], "json"),
      },
      {
        column: "deployment_url",
        meaning: "`deployment_url` or `url` of the result, else `deployment_url` of the payload",
        source: first(result(["deployment_url", "url"]), payload(["deployment_url"])),
      },
      { column: "deployment_status", meaning: "as the unified `status`", source: rule("status") },
      { column: "deployment_logs", meaning: "nothing at first", source: literal(null), own: true },
      {
        column: "health_check_url",
        meaning: "`health_check_url` of the payload",
        source: payload(["health_check_url"]),
      },
      { column: "health_status", meaning: "`health_status` of the result", source: result(["health_status"]) },
      MADE,
      {
        column: "deployed_at",
        meaning: "once completed: as `completed_at`",
        source: { kind: "in", statuses: ["completed"], take: ENDED },
      },
      { column: "validated_at", meaning: "nothing at first", source: literal(null), own: true },
    ],
  },
];
