import type { FoundRow } from "../../../../shared/model/doctor";
import { integer, integerOrNull, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement } from "../database";
import { columnsOf } from "../migrations/found";
import { sqliteCode } from "../sqlite-errors";
import { parseTime } from "../time";
import { type DoctorCheck, type ExamContext, ranges, type Slice } from "./check";

/* What is in the file: its pages, and whether columns hold what they should. */

const TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
const MOST_MESSAGES = 50;

function tablesOf(db: ReadableDatabase): string[] {
  return statement(db, TABLES)
    .all()
    .map((row) => text(row.name));
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const damage: DoctorCheck = {
  kind: "damage",
  severity: "problem",
  needs: [],
  fine: "Every page holds what SQLite wrote.",
  *find({ db }) {
    const tables = tablesOf(db);
    for (const [index, table] of tables.entries()) {
      yield { rows: damageOf(db, table), share: (index + 1) / tables.length, detail: table };
    }
  },
};

function damageOf(db: ReadableDatabase, table: string): FoundRow[] {
  const found = (words: string): FoundRow => ({
    entity: "row",
    id: table,
    planId: null,
    title: table,
    words,
    becomes: null,
  });
  try {
    // The name may be anything: such a text is no constant, and is not kept prepared.
    const answers = db
      .prepare(`PRAGMA integrity_check(${quoted(table)})`)
      .pluck()
      .all()
      .map(String);
    return answers
      .filter((answer) => answer !== "ok")
      .slice(0, MOST_MESSAGES)
      .map(found);
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    return [found(error instanceof Error ? error.message : String(error))];
  }
}

/** Attempts go on naming workers that were unregistered: that is as it should be. */
const EXPECTED = new Set(["runs>workers"]);

/** What is done about a row of a table that points to a row of another one which does not exist. */
const CURES: Readonly<Record<string, { readonly becomes: string; readonly sql: string }>> = {
  "runs>tasks": { becomes: "removed", sql: "DELETE FROM runs WHERE rowid = ?" },
  "plan_execution>execution_plans": { becomes: "removed", sql: "DELETE FROM plan_execution WHERE rowid = ?" },
  "workers>tasks": {
    becomes: "without a current task",
    sql: "UPDATE workers SET current_task_id = NULL WHERE rowid = ?",
  },
};

const VIOLATIONS = `SELECT "table" AS child, rowid AS place, parent FROM pragma_foreign_key_check`;

export const foreignKeys: DoctorCheck = {
  kind: "foreign_keys",
  severity: "warning",
  needs: ["tasks"],
  fine: "Every row points to rows that exist.",
  *find({ db }) {
    const tables = tablesOf(db);
    for (const [index, table] of tables.entries()) {
      yield { rows: violationsOf(db, table), share: (index + 1) / tables.length, detail: table };
    }
  },
  fix(tx, row) {
    const [child = "", place = "", parent = ""] = row.id.split(":");
    const cure = CURES[`${child}>${parent}`];
    const isSo = violationsOf(tx, child).some(({ id }) => id === row.id);
    if (cure === undefined || !isSo) return false;
    statement(tx, cure.sql).run(Number(place));
    return true;
  },
};

function violationsOf(db: ReadableDatabase, table: string): FoundRow[] {
  try {
    const rows = db.prepare<[], Record<string, unknown>>(`${VIOLATIONS}('${table.replaceAll("'", "''")}')`).all();
    return rows.flatMap((row) => {
      const [child, parent, place] = [text(row.child), text(row.parent), integerOrNull(row.place)];
      if (EXPECTED.has(`${child}>${parent}`)) return [];
      const becomes = place === null ? null : (CURES[`${child}>${parent}`]?.becomes ?? null);
      const id = `${child}:${place ?? ""}:${parent}`;
      const words = `It points to a row of ${parent} that does not exist.`;
      return [{ entity: "row" as const, id, planId: null, title: `${child}, row ${place ?? "?"}`, words, becomes }];
    });
  } catch (error) {
    // A parent table without the key that is pointed to: nothing can be said.
    if (sqliteCode(error) === null) throw error;
    return [];
  }
}

interface Watched {
  readonly table: string;
  readonly key: string;
  readonly json: readonly string[];
  readonly times: readonly string[];
}

const unified = (table: string, key: string, json: readonly string[], times: readonly string[]): Watched => ({
  table,
  key,
  json,
  times: ["created_at", ...times],
});

const WATCHED: readonly Watched[] = [
  {
    table: "tasks",
    key: "id",
    json: ["workflow", "payload", "tags", "generated_artifacts", "related_document_ids", "knowledge_fragments"],
    times: ["created_at", "updated_at", "due_date"],
  },
  { table: "runs", key: "id", json: ["result_data"], times: ["started_at", "completed_at"] },
  { table: "workers", key: "id", json: ["capabilities", "metadata"], times: ["last_heartbeat", "registered_at"] },
  { table: "planning_queue", key: "id", json: ["context_data"], times: ["created_at", "assigned_at", "completed_at"] },
  { table: "execution_plans", key: "id", json: ["plan_data", "generated_workflow"], times: ["generated_at"] },
  {
    table: "plan_execution",
    key: "id",
    json: ["active_subtasks", "completed_subtasks", "failed_subtasks", "blocked_subtasks", "execution_notes"],
    times: ["started_at", "updated_at", "completed_at"],
  },
  { table: "events", key: "event_id", json: ["payload", "metadata"], times: ["timestamp", "created_at"] },
  { table: "event_subscriptions", key: "subscription_id", json: ["callback_info"], times: ["created_at"] },
  unified(
    "unified_tasks",
    "id",
    ["input_data", "output_data", "task_metadata"],
    ["updated_at", "started_at", "completed_at"],
  ),
  unified(
    "unified_review_tasks",
    "task_id",
    ["review_result", "violations", "suggestions", "auto_fix_result"],
    ["reviewed_at"],
  ),
  unified(
    "unified_workflow_tasks",
    "task_id",
    ["phase_history", "workflow_config", "workflow_result"],
    ["workflow_started_at", "workflow_completed_at"],
  ),
  unified("unified_deployment_tasks", "task_id", ["deployment_config"], ["deployed_at", "validated_at"]),
];

const ENTITIES: Readonly<Record<string, FoundRow["entity"]>> = {
  tasks: "task",
  runs: "run",
  workers: "worker",
  execution_plans: "plan",
  events: "event",
};

const ROWS_A_STEP = 4_000;
const SHOWN = 60;

/** Reads every watched table once. `wrong`: whether a value of a column is none that belongs there. */
function* scan(
  { db }: ExamContext,
  columns: (watched: Watched) => readonly string[],
  filter: (column: string) => string,
  wrong: (value: unknown) => boolean,
  words: (column: string, shown: string) => string,
): Generator<Slice> {
  const tables = WATCHED.filter(({ table }) => columnsOf(db, table).length > 0);
  for (const [index, watched] of tables.entries()) {
    const found = new Set(columnsOf(db, watched.table));
    const looked = columns(watched).filter((column) => found.has(column));
    if (looked.length === 0 || !found.has(watched.key)) continue;
    const { table, key } = watched;
    const edges = statement(
      db,
      `SELECT coalesce(min(rowid), 1) AS low, coalesce(max(rowid), 0) AS high FROM ${table}`,
    ).get();
    const sql = `SELECT rowid AS place, ${key} AS key, ${looked.join(", ")} FROM ${table}
      WHERE rowid > ? AND rowid <= ? AND (${looked.map((column) => `(${filter(column)})`).join(" OR ")})`;
    for (const { after, to, share } of ranges(integer(edges?.low), integer(edges?.high), ROWS_A_STEP)) {
      const rows = statement(db, sql)
        .all(after, to)
        .flatMap((row) =>
          looked
            .filter((column) => row[column] !== null && wrong(row[column]))
            .map((column) => ({
              entity: ENTITIES[table] ?? ("row" as const),
              id: ENTITIES[table] === undefined ? `${table}:${integer(row.place)}` : text(row.key),
              planId: table === "execution_plans" ? text(row.key) : null,
              title: `${table} ${text(row.key)}`,
              words: words(column, text(row[column]).slice(0, SHOWN)),
              becomes: null,
            })),
        );
      yield { rows, share: (index + share) / tables.length, detail: `${table}, row ${to} of ${integer(edges?.high)}` };
    }
  }
}

export const json: DoctorCheck = {
  kind: "json",
  severity: "warning",
  needs: [],
  fine: "Every JSON column parses.",
  find: (context) =>
    scan(
      context,
      (watched) => watched.json,
      (column) => `${column} IS NOT NULL AND NOT json_valid(${column})`,
      (value) => !isJson(value),
      (column, shown) => `${column} is no JSON: ${shown}`,
    ),
};

function isJson(value: unknown): boolean {
  if (typeof value !== "string") return typeof value === "number";
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

const LOOKS_RIGHT = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]*[0-9]";

export const times: DoctorCheck = {
  kind: "times",
  severity: "warning",
  needs: [],
  fine: "Every time parses.",
  find: (context) =>
    scan(
      context,
      (watched) => watched.times,
      (column) => `${column} IS NOT NULL AND ${column} NOT GLOB '${LOOKS_RIGHT}'`,
      (value) => parseTime(textOrNull(value)) === null,
      (column, shown) => `${column} is no time: ${shown}`,
    ),
};
