import type { ColumnFilter, SchemaColumn } from "../../shared/model/explorer";
import { quoteName } from "../../shared/model/sql-text";
import { columnOf, type TableSource } from "./table-source";

export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number | bigint)[];
}

/** What of a table is asked for: all conditions hold at once. */
export function conditionsOf(table: TableSource, filters: readonly ColumnFilter[]): Condition[] {
  return filters.map((filter) => conditionOf(columnOf(table, filter.column), filter));
}

function conditionOf(column: SchemaColumn, { operator, value }: ColumnFilter): Condition {
  const name = quoteName(column.name);
  if (operator === "null") return { sql: `${name} IS NULL`, values: [] };
  if (operator === "notNull") return { sql: `${name} IS NOT NULL`, values: [] };
  if (operator === "glob") return { sql: `${name} GLOB ?`, values: [value] };
  if (operator === "contains") {
    return { sql: `${name} LIKE ? ESCAPE '\\'`, values: [`%${value.replaceAll(/[\\%_]/g, "\\$&")}%`] };
  }
  const number = numberOf(value);
  if (number === null || !isUntyped(column.type)) return { sql: `${name} ${operator} ?`, values: [value] };
  // A column without a type keeps what it was given: 5 and '5' are two values there. Only numbers have an order with one.
  if (operator === "=") return { sql: `(${name} = ? OR ${name} = ?)`, values: [value, number] };
  if (operator === "!=") return { sql: `(${name} != ? AND ${name} != ?)`, values: [value, number] };
  return { sql: `${name} ${operator} ?`, values: [number] };
}

/** SQLite gives a column no affinity that would make text a number when it declares none. */
const isUntyped = (type: string): boolean => type === "" || /blob/i.test(type);

function numberOf(value: string): number | bigint | null {
  if (/^-?\d{1,18}$/.test(value)) return BigInt(value);
  return /^-?\d*\.?\d+(e[+-]?\d+)?$/i.test(value) ? Number(value) : null;
}
