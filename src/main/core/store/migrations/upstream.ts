/**
 * The upstream tables with their exact columns and defaults, so that the Python programs can use a database
 * that was made here. Columns are data because a database made elsewhere may lack some of them.
 */
export interface UpstreamTable {
  readonly name: string;
  readonly columns: ReadonlyArray<readonly [name: string, definition: string]>;
  readonly constraints: readonly string[];
}

export const UPSTREAM_TABLES: readonly UpstreamTable[] = [
  {
    name: "tasks",
    columns: [
      ["id", "TEXT PRIMARY KEY"],
      ["title", "TEXT NOT NULL"],
      ["description", "TEXT"],
      ["task_type", "TEXT NOT NULL"],
      ["priority", "INTEGER DEFAULT 1"],
      ["status", "TEXT NOT NULL DEFAULT 'queued'"],
      ["current_phase", "TEXT NOT NULL DEFAULT 'start'"],
      ["workflow", "TEXT"],
      ["payload", "TEXT"],
      ["created_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["updated_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["assigned_worker", "TEXT"],
      ["due_date", "TIMESTAMP"],
      ["max_retries", "INTEGER DEFAULT 3"],
      ["tags", "TEXT"],
      ["summary", "TEXT"],
      ["generated_artifacts", "TEXT"],
      ["related_document_ids", "TEXT"],
      ["knowledge_fragments", "TEXT"],
    ],
    constraints: [],
  },
  {
    name: "workers",
    columns: [
      ["id", "TEXT PRIMARY KEY"],
      ["role", "TEXT NOT NULL"],
      ["status", "TEXT NOT NULL DEFAULT 'active'"],
      ["last_heartbeat", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["capabilities", "TEXT"],
      ["current_task_id", "TEXT"],
      ["metadata", "TEXT"],
      ["registered_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
    ],
    constraints: ["FOREIGN KEY (current_task_id) REFERENCES tasks (id)"],
  },
  {
    name: "runs",
    columns: [
      ["id", "TEXT PRIMARY KEY"],
      ["task_id", "TEXT NOT NULL"],
      ["worker_id", "TEXT NOT NULL"],
      ["run_number", "INTEGER NOT NULL"],
      ["status", "TEXT NOT NULL DEFAULT 'pending'"],
      ["phase", "TEXT"],
      ["started_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["completed_at", "TIMESTAMP"],
      ["result_data", "TEXT"],
      ["error_message", "TEXT"],
      ["output_log", "TEXT"],
      ["transcript", "TEXT"],
    ],
    constraints: [
      "FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE",
      "FOREIGN KEY (worker_id) REFERENCES workers (id)",
      "UNIQUE(task_id, run_number)",
    ],
  },
  {
    name: "planning_queue",
    columns: [
      ["id", "TEXT PRIMARY KEY"],
      ["task_description", "TEXT NOT NULL"],
      ["priority", "INTEGER DEFAULT 50"],
      ["requestor", "TEXT"],
      ["context_data", "TEXT"],
      ["status", "TEXT DEFAULT 'pending'"],
      ["complexity_estimate", "TEXT"],
      ["created_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["assigned_at", "TIMESTAMP NULL"],
      ["completed_at", "TIMESTAMP NULL"],
      ["assigned_agent", "TEXT"],
    ],
    constraints: [],
  },
  {
    name: "execution_plans",
    columns: [
      ["id", "TEXT PRIMARY KEY"],
      ["planning_task_id", "TEXT NOT NULL"],
      ["plan_data", "TEXT NOT NULL"],
      ["estimated_duration", "INTEGER"],
      ["estimated_complexity", "TEXT DEFAULT 'medium'"],
      ["generated_workflow", "TEXT"],
      ["subtask_count", "INTEGER DEFAULT 0"],
      ["dependency_count", "INTEGER DEFAULT 0"],
      ["generated_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["status", "TEXT DEFAULT 'draft'"],
    ],
    constraints: ["FOREIGN KEY (planning_task_id) REFERENCES planning_queue (id) ON DELETE CASCADE"],
  },
  {
    name: "plan_execution",
    columns: [
      ["id", "TEXT PRIMARY KEY"],
      ["plan_id", "TEXT NOT NULL"],
      ["current_phase", "TEXT"],
      ["progress_percent", "INTEGER DEFAULT 0"],
      ["active_subtasks", "TEXT"],
      ["completed_subtasks", "TEXT"],
      ["failed_subtasks", "TEXT"],
      ["blocked_subtasks", "TEXT"],
      ["execution_notes", "TEXT"],
      ["started_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["updated_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["completed_at", "TIMESTAMP NULL"],
    ],
    constraints: ["FOREIGN KEY (plan_id) REFERENCES execution_plans (id) ON DELETE CASCADE"],
  },
  {
    name: "events",
    columns: [
      ["event_id", "TEXT PRIMARY KEY"],
      ["event_type", "TEXT NOT NULL"],
      ["timestamp", "TEXT NOT NULL"],
      ["source_agent", "TEXT NOT NULL"],
      ["correlation_id", "TEXT"],
      ["payload", "TEXT NOT NULL"],
      ["metadata", "TEXT NOT NULL"],
      ["created_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
    ],
    constraints: [],
  },
  {
    name: "event_subscriptions",
    columns: [
      ["subscription_id", "TEXT PRIMARY KEY"],
      ["event_pattern", "TEXT NOT NULL"],
      ["subscriber_agent", "TEXT NOT NULL"],
      ["callback_info", "TEXT"],
      ["created_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
      ["active", "INTEGER DEFAULT 1"],
    ],
    constraints: [],
  },
  {
    name: "unified_tasks",
    columns: [
      ["id", "VARCHAR NOT NULL"],
      ["correlation_id", "VARCHAR NOT NULL"],
      ["task_type", "VARCHAR NOT NULL"],
      ["status", "VARCHAR NOT NULL"],
      ["agent_type", "VARCHAR NOT NULL"],
      ["priority", "INTEGER"],
      ["input_data", "JSON NOT NULL"],
      ["output_data", "JSON"],
      ["task_metadata", "JSON"],
      ["created_at", "DATETIME NOT NULL"],
      ["updated_at", "DATETIME NOT NULL"],
      ["started_at", "DATETIME"],
      ["completed_at", "DATETIME"],
      ["error_message", "TEXT"],
      ["retry_count", "INTEGER"],
      ["max_retries", "INTEGER"],
    ],
    constraints: ["PRIMARY KEY (id)"],
  },
  {
    name: "unified_review_tasks",
    columns: [
      ["task_id", "VARCHAR NOT NULL"],
      ["correlation_id", "VARCHAR NOT NULL"],
      ["code_path", "VARCHAR NOT NULL"],
      ["pr_id", "VARCHAR"],
      ["review_score", "INTEGER"],
      ["review_result", "JSON"],
      ["violations", "JSON"],
      ["suggestions", "JSON"],
      ["auto_fix_enabled", "INTEGER"],
      ["auto_fix_attempts", "INTEGER"],
      ["auto_fix_result", "JSON"],
      ["created_at", "DATETIME NOT NULL"],
      ["reviewed_at", "DATETIME"],
    ],
    constraints: ["PRIMARY KEY (task_id)"],
  },
  {
    name: "unified_workflow_tasks",
    columns: [
      ["task_id", "VARCHAR NOT NULL"],
      ["correlation_id", "VARCHAR NOT NULL"],
      ["workflow_type", "VARCHAR NOT NULL"],
      ["current_phase", "VARCHAR NOT NULL"],
      ["total_phases", "INTEGER NOT NULL"],
      ["phases_completed", "INTEGER"],
      ["phase_history", "JSON"],
      ["workflow_config", "JSON"],
      ["workflow_result", "JSON"],
      ["created_at", "DATETIME NOT NULL"],
      ["workflow_started_at", "DATETIME"],
      ["workflow_completed_at", "DATETIME"],
    ],
    constraints: ["PRIMARY KEY (task_id)"],
  },
  {
    name: "unified_deployment_tasks",
    columns: [
      ["task_id", "VARCHAR NOT NULL"],
      ["correlation_id", "VARCHAR NOT NULL"],
      ["service_name", "VARCHAR NOT NULL"],
      ["environment", "VARCHAR NOT NULL"],
      ["commit_sha", "VARCHAR"],
      ["strategy", "VARCHAR NOT NULL"],
      ["deployment_config", "JSON"],
      ["deployment_url", "VARCHAR"],
      ["deployment_status", "VARCHAR"],
      ["deployment_logs", "TEXT"],
      ["health_check_url", "VARCHAR"],
      ["health_status", "VARCHAR"],
      ["created_at", "DATETIME NOT NULL"],
      ["deployed_at", "DATETIME"],
      ["validated_at", "DATETIME"],
    ],
    constraints: ["PRIMARY KEY (task_id)"],
  },
  {
    name: "alembic_version",
    columns: [["version_num", "VARCHAR(32) NOT NULL"]],
    constraints: ["CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"],
  },
];

/** The only upstream index that a statement of ours needs; every further one slows each write. */
const PLAN_EXECUTION_INDEX = "idx_plan_execution_plan_id";

/** What a database has of upstream's. */
export interface FoundUpstream {
  /** A table's columns by its name. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly indexes: ReadonlySet<string>;
}

/** One step from the tables found to the upstream ones. */
export interface UpstreamAddition {
  readonly kind: "table" | "column" | "index";
  /** A column's is `table.column`. */
  readonly name: string;
  readonly sql: string;
}

/** What is missing: tables are made, columns added, and nothing else is touched. */
export function upstreamAdditions({ columns, indexes }: FoundUpstream): UpstreamAddition[] {
  const additions: UpstreamAddition[] = [];
  for (const table of UPSTREAM_TABLES) {
    const found = columns.get(table.name);
    if (!found) {
      const lines = [...table.columns.map(([name, definition]) => `${name} ${definition}`), ...table.constraints];
      const sql = `CREATE TABLE ${table.name} (\n  ${lines.join(",\n  ")}\n)`;
      additions.push({ kind: "table", name: table.name, sql });
      continue;
    }
    for (const [name, definition] of table.columns) {
      if (found.has(name)) continue;
      const sql = `ALTER TABLE ${table.name} ADD COLUMN ${name} ${addable(definition)}`;
      additions.push({ kind: "column", name: `${table.name}.${name}`, sql });
    }
  }
  if (!indexes.has(PLAN_EXECUTION_INDEX)) {
    const sql = `CREATE INDEX ${PLAN_EXECUTION_INDEX} ON plan_execution (plan_id)`;
    additions.push({ kind: "index", name: PLAN_EXECUTION_INDEX, sql });
  }
  return additions;
}

/** SQLite adds neither a key nor a NOT NULL column without a default, nor one that defaults to the time. */
function addable(definition: string): string {
  return definition
    .replace(/ PRIMARY KEY/, "")
    .replace(/ DEFAULT CURRENT_TIMESTAMP/, "")
    .replace(/ NOT NULL(?! DEFAULT)/, "");
}

/** Columns that every row of such a table must have: what lacks them is another program's table of the same name. */
function isEssential([name, definition]: UpstreamTable["columns"][number], { constraints }: UpstreamTable): boolean {
  if (/ PRIMARY KEY| NOT NULL(?! DEFAULT)/.test(definition)) return true;
  return constraints.some((constraint) => constraint.includes(`PRIMARY KEY (${name})`));
}

/**
 * Why the tables found are not those of a Hive database; null when they are. Of Hive's tables any may be absent,
 * but not all.
 */
export function whyNotHive({ columns }: FoundUpstream): string | null {
  const known = UPSTREAM_TABLES.filter(({ name }) => name !== "alembic_version" && columns.has(name));
  if (known.length === 0) return "it has none of Hive's tables";
  for (const table of known) {
    const found = columns.get(table.name);
    const lacking = table.columns.find((column) => isEssential(column, table) && !found?.has(column[0]));
    if (lacking) return `its table ${table.name} has no column ${lacking[0]}`;
  }
  return null;
}
