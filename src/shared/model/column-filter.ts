import type { ColumnFilter, FilterOperator } from "./explorer";

const SIGNS: ReadonlyArray<readonly [string, FilterOperator]> = [
  ["<=", "<="],
  [">=", ">="],
  ["!=", "!="],
  ["<>", "!="],
  ["=", "="],
  ["<", "<"],
  [">", ">"],
];

/**
 * What is typed above a column: `= x`, `!= x`, `< 5`, `null`, `not null`, `*.log` (with `*` or `?`, as a pattern), or words
 * that it contains. Null for nothing.
 */
export function parseColumnFilter(column: string, typed: string): ColumnFilter | null {
  const text = typed.trim();
  if (text === "") return null;
  if (/^null$/i.test(text)) return { column, operator: "null", value: "" };
  if (/^not null$/i.test(text)) return { column, operator: "notNull", value: "" };
  for (const [sign, operator] of SIGNS) {
    if (text.startsWith(sign)) return { column, operator, value: text.slice(sign.length).trim() };
  }
  if (/[*?]/.test(text)) return { column, operator: "glob", value: text };
  return { column, operator: "contains", value: text };
}

/** The filter as it would be typed. */
export function formatColumnFilter({ operator, value }: ColumnFilter): string {
  if (operator === "null") return "null";
  if (operator === "notNull") return "not null";
  return operator === "contains" || operator === "glob" ? value : `${operator} ${value}`;
}
