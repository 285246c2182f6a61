import { type MappedColumn, type MappedTable, UNIFIED_TABLES } from "../../../../shared/model/unified-mapping";
import type { Row } from "../columns";
import type { ReadableDatabase } from "../database";
import { belongsInto, expression, type LegacyColumns, legacyRows } from "./expressions";
import { DUAL_WRITE_PREFIX } from "./names";

/** Everything that is done to unified rows, made from the mapping for the columns that this database has. */

/** Marks the rows that follow a legacy one: what a program made in the unified schema itself has no such key. */
export const IS_COPY = (metadata: string): string =>
  `CASE WHEN typeof(${metadata}) = 'text' THEN CASE WHEN json_valid(${metadata})
    THEN json_type(${metadata}, '$.legacy') = 'object' ELSE 0 END ELSE 0 END`;

const COLUMNS = "SELECT name FROM pragma_table_info(?)";

export function legacyColumns(db: ReadableDatabase): LegacyColumns {
  const read = db.prepare<[string], Row>(COLUMNS);
  const of = (table: string) => new Set(read.all(table).map(({ name }) => String(name)));
  return { tasks: of("tasks"), runs: of("runs") };
}

const TASKS = UNIFIED_TABLES.filter(({ type }) => type === null);
const DETAILS = UNIFIED_TABLES.filter(({ type }) => type !== null);

const isCompared = ({ own }: MappedColumn): boolean => own !== true;

/**
 * Writes the rows of one table for those tasks (`t`) that `where` names, and touches none that is right already.
 * `limit` orders by id.
 */
export function upsert(table: MappedTable, columns: LegacyColumns, where: string): string {
  const { key, columns: mapped } = table;
  const names = mapped.map(({ column }) => column);
  const values = mapped.map(({ source }) => expression(source, columns));
  const compared = mapped.filter(isCompared).map(({ column }) => column);
  const belongs = table.type === null ? "l.id IS NOT NULL" : `l.id IS NOT NULL AND ${belongsInto(table, "l")}`;
  return `INSERT INTO ${table.table} (${[key, ...names].join(", ")})
    SELECT CAST(l.id AS TEXT), ${values.join(", ")} FROM ${legacyRows(columns, where)} l WHERE ${belongs}
    ON CONFLICT (${key}) DO UPDATE SET ${compared.map((name) => `${name} = excluded.${name}`).join(", ")}
      WHERE ${compared.map((name) => `${name} IS NOT excluded.${name}`).join(" OR ")}`;
}

/** Takes away details of a type that the task (an expression for its id) has no more. */
function removeStrays(id: string): string[] {
  return DETAILS.map(
    (table) => `DELETE FROM ${table.table} WHERE ${table.key} = ${id}
      AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = ${id} AND ${belongsInto(table, "t")});`,
  );
}

const remove = (row: string): string[] =>
  UNIFIED_TABLES.map(({ table, key }) => `DELETE FROM ${table} WHERE ${key} = ${row}.id;`);

/**
 * The triggers of dual write: present while the flag is on, so that it costs nothing while it is off. Each writes one
 * table and is no longer than it must be: SQLite pays for a trigger by its length.
 */
export function dualWriteTriggers(columns: LegacyColumns): string[] {
  const trigger = (name: string, event: string, body: readonly string[]) =>
    `CREATE TRIGGER ${DUAL_WRITE_PREFIX}${name} ${event}\nBEGIN\n${body.join("\n")}\nEND`;
  const write = (table: MappedTable, id: string) => `${upsert(table, columns, `t.id = ${id}`)};`;
  const runColumns = ["task_id", "run_number", "status", "started_at", "completed_at", "error_message", "result_data"];
  const watched = runColumns.filter((name) => columns.runs.has(name));
  const changed = watched.map((name) => `NEW.${name} IS NOT OLD.${name}`).join(" OR ");
  const ofRun = (row: "NEW" | "OLD") => [
    ...UNIFIED_TABLES.map((table) => write(table, `${row}.task_id`)),
    ...removeStrays(`${row}.task_id`),
  ];
  return [
    ...["INSERT", "UPDATE"].flatMap((verb) => [
      ...TASKS.map((table) =>
        trigger(`task_${verb.toLowerCase()}`, `AFTER ${verb} ON tasks`, [write(table, "NEW.id")]),
      ),
      ...DETAILS.map((table) =>
        trigger(`${table.type}_${verb.toLowerCase()}`, `AFTER ${verb} ON tasks WHEN ${belongsInto(table, "NEW")}`, [
          write(table, "NEW.id"),
        ]),
      ),
    ]),
    // An INSERT may replace a task of another type; and what was of another type while the flag was off is put right.
    trigger("stray_insert", "AFTER INSERT ON tasks", removeStrays("NEW.id")),
    trigger("stray_update", "AFTER UPDATE ON tasks", removeStrays("NEW.id")),
    trigger("task_renamed", "AFTER UPDATE OF id ON tasks WHEN NEW.id IS NOT OLD.id", remove("OLD")),
    trigger("task_deleted", "AFTER DELETE ON tasks", remove("OLD")),
    trigger("run_insert", "AFTER INSERT ON runs", ofRun("NEW")),
    trigger("run_update", `AFTER UPDATE OF ${watched.join(", ")} ON runs WHEN ${changed}`, ofRun("NEW")),
    trigger("run_moved", "AFTER UPDATE OF task_id ON runs WHEN NEW.task_id IS NOT OLD.task_id", ofRun("OLD")),
    trigger("run_deleted", "AFTER DELETE ON runs", ofRun("OLD")),
  ];
}

/** Writes the unified rows of the tasks whose ids are beyond `$from`, up to `$to`. One statement a table. */
export function backfillStatements(columns: LegacyColumns): string[] {
  return UNIFIED_TABLES.map((table) => upsert(table, columns, "t.id > +$from AND t.id <= +$to"));
}

/** Takes away copies within the same bounds that have no task, or none of their type. */
export function orphanStatements(): string[] {
  const within = (key: string) => `${key} > +$from AND ${key} <= +$to`;
  return [
    // The copies of deleted tasks first in the tables of details, which do not say themselves whether they are copies.
    ...DETAILS.map(
      (table) => `DELETE FROM ${table.table} WHERE ${within(table.key)} AND ${isStray(table, table.table)}`,
    ),
    `DELETE FROM unified_tasks WHERE ${within("id")} AND ${IS_COPY("task_metadata")}
      AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = unified_tasks.id)`,
  ];
}

/** A row of details whose task is another one's copy or gone. Those of tasks made in the unified schema stay. */
function isStray(table: MappedTable, row: string): string {
  const copy = `EXISTS (SELECT 1 FROM unified_tasks u WHERE u.id = ${row}.${table.key} AND ${IS_COPY("u.task_metadata")})`;
  const task = `EXISTS (SELECT 1 FROM tasks t WHERE t.id = ${row}.${table.key} AND ${belongsInto(table, "t")})`;
  return `${copy} AND NOT ${task}`;
}

// A bare parameter would make SQLite plan these long statements anew at each binding, which takes longer than they do.

export interface ParityStatement {
  readonly table: string;
  /** Compared columns in the order of the statement's values, each `want_n`, `have_n` and `same_n`. */
  readonly columns: readonly string[];
  readonly sql: string;
}

/**
 * Rows of one table that are not what the mapping says, of the tasks within `$from` (beyond) and `$to`: with `here` 0
 * when the unified row is missing.
 */
export function parityStatements(columns: LegacyColumns): ParityStatement[] {
  return UNIFIED_TABLES.map((table) => {
    const compared = table.columns.filter(isCompared);
    const wanted = compared.map(({ source }, index) => `${expression(source, columns)} AS want_${index}`);
    const differs = compared.map(({ column }, index) => `u.${column} IS NOT w.want_${index}`);
    const belongs = table.type === null ? "l.id IS NOT NULL" : `l.id IS NOT NULL AND ${belongsInto(table, "l")}`;
    return {
      table: table.table,
      columns: compared.map(({ column }) => column),
      sql: `SELECT w.id AS id, u.${table.key} IS NOT NULL AS here,
          ${compared.map(({ column }, index) => `w.want_${index}, u.${column} AS have_${index}, (${differs[index]}) = 0 AS same_${index}`).join(", ")}
        FROM (SELECT CAST(l.id AS TEXT) AS id, ${wanted.join(", ")}
          FROM ${legacyRows(columns, "t.id > +$from AND t.id <= +$to")} l WHERE ${belongs}) w
          LEFT JOIN ${table.table} u ON u.${table.key} = w.id
        WHERE u.${table.key} IS NULL OR ${differs.join(" OR ")}
        ORDER BY w.id`,
    };
  });
}

export interface ExtraStatement {
  readonly table: string;
  readonly sql: string;
}

/** Copies within the bounds that no task stands behind. */
export function extraStatements(): ExtraStatement[] {
  return UNIFIED_TABLES.map((table) => {
    const { key } = table;
    const stray =
      table.type === null
        ? `${IS_COPY("u.task_metadata")} AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = u.id)`
        : isStray(table, "u");
    return {
      table: table.table,
      sql: `SELECT u.${key} AS id FROM ${table.table} u WHERE u.${key} > +$from AND u.${key} <= +$to AND ${stray} ORDER BY 1`,
    };
  });
}

/** The end of the next stretch of at most `$rows` ids beyond `$from`; null: none follows. */
export const stretchEnd = (table: "tasks" | "unified_tasks"): string =>
  `SELECT max(id) AS "end", count(*) AS n FROM (SELECT id FROM ${table} WHERE id > +$from ORDER BY id LIMIT $rows)`;
