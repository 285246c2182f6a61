import type { Cell, ResultColumn, Schema } from "../../../shared/model/explorer";
import { type Place, planPlace, tasksPlace } from "../../location";
import { tableNamed } from "./schema-store";

/** Where a value leads: a row of another table, a thing that the console shows, or both. */
export interface CellLink {
  readonly table: string;
  readonly column: string;
  readonly value: string;
  /** The task, plan or worker that it names. */
  readonly entity: { readonly place: Place; readonly label: string } | null;
}

/** Columns that name a thing, in databases that declare no foreign key for it. */
const KNOWN: Readonly<Record<string, readonly [string, string]>> = {
  task_id: ["tasks", "id"],
  parent_task_id: ["tasks", "id"],
  current_task_id: ["tasks", "id"],
  run_id: ["runs", "id"],
  worker_id: ["workers", "id"],
  assigned_worker: ["workers", "id"],
  plan_id: ["execution_plans", "id"],
};

/** A value of a column that names a row elsewhere; null for any other. */
export function linkOf(schema: Schema | null, { table, column }: ResultColumn, cell: Cell): CellLink | null {
  if (schema === null || column === null || table === null) return null;
  const value = typeof cell === "string" || typeof cell === "number" ? String(cell) : null;
  if (value === null || value === "") return null;
  const source = tableNamed(schema, table);
  const key = source?.foreignKeys.find(
    ({ columns, to }) => columns.length === 1 && columns[0] === column && to.length === 1,
  );
  const target: readonly [string, string] | undefined =
    key?.to[0] === undefined ? KNOWN[column] : [key.table, key.to[0]];
  const own = entityOf(table, column, value);
  if (target === undefined || (target[0] === table && target[1] === column)) {
    return own === null ? null : { table, column, value, entity: own };
  }
  if (tableNamed(schema, target[0]) === null) return null;
  return { table: target[0], column: target[1], value, entity: entityOf(target[0], target[1], value) };
}

/** The tasks that rows are, or speak of: of the first column that names some, each once. */
export function taskIdsOf(
  schema: Schema | null,
  columns: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
): string[] {
  for (const [at, column] of columns.entries()) {
    const ids = new Set<string>();
    for (const row of rows) {
      const link = linkOf(schema, column, row[at] ?? null);
      if (link !== null && link.table === "tasks" && link.column === "id") ids.add(link.value);
    }
    if (ids.size > 0) return [...ids];
  }
  return [];
}

function entityOf(table: string, column: string, value: string): CellLink["entity"] {
  if (column !== "id") return null;
  if (table === "tasks") return { place: tasksPlace("", { taskId: value }), label: "Open the task" };
  if (table === "workers") return { place: { view: "workers", workerId: value }, label: "Open the worker" };
  if (table === "execution_plans") return { place: planPlace(value), label: "Open the plan" };
  return null;
}
