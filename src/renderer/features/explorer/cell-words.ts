import type { Cell } from "../../../shared/model/explorer";
import { formatBytes, formatCount, plural } from "../../ui/format";

/** How a value looks in one line. */
export interface CellFace {
  readonly kind: "null" | "number" | "text" | "json" | "blob" | "cut";
  readonly text: string;
}

const LONGEST_LINE = 300;

export function faceOf(cell: Cell): CellFace {
  if (cell === null) return { kind: "null", text: "NULL" };
  if (typeof cell === "number") return { kind: "number", text: String(cell) };
  if (typeof cell === "string") {
    const folded = foldedJson(cell);
    return folded === null ? { kind: "text", text: inLine(cell) } : { kind: "json", text: folded };
  }
  if (cell.kind === "integer") return { kind: "number", text: cell.value };
  if (cell.kind === "blob") {
    const more = cell.length * 2 > cell.hex.length ? "…" : "";
    return { kind: "blob", text: `${formatBytes(cell.length)} ${cell.hex}${more}` };
  }
  return { kind: "cut", text: `${formatCount(cell.length)} characters: ${inLine(cell.head)}` };
}

/** Line ends and control characters do not break a row. */
function inLine(text: string): string {
  return text.slice(0, LONGEST_LINE).replaceAll(/[\n\r\t\v\f]+/g, "⏎ ");
}

/** `{3 keys, 412 B}` for an object, `[2 items, 40 B]` for a list; null for anything else. */
function foldedJson(text: string): string | null {
  const value = parseJson(text);
  if (value === null) return null;
  const size = formatBytes(text.length);
  return Array.isArray(value)
    ? `[${plural(value.length, "item")}, ${size}]`
    : `{${plural(Object.keys(value).length, "key")}, ${size}}`;
}

/** An object or a list; null for what is neither, or no JSON. */
export function parseJson(text: string): object | null {
  const first = text.trimStart().charAt(0);
  if (first !== "{" && first !== "[") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** A value to copy. */
export function plainOf(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "object") return String(cell);
  if (cell.kind === "integer") return cell.value;
  return cell.kind === "blob" ? cell.hex : cell.head;
}

const CHARACTER = 7.3;
const PADDING = 22;
const NARROWEST = 56;
const WIDEST = 320;
const SAMPLE = 60;

/** Widths of columns in pixels, after their names and their first values. */
export function widthsOf(
  columns: readonly { readonly name: string; readonly type: string | null }[],
  rows: readonly (readonly Cell[])[],
): number[] {
  return columns.map(({ name, type }, at) => {
    const head = name.length + (type ?? "").length + 4;
    const longest = rows
      .slice(0, SAMPLE)
      .reduce((most, row) => Math.max(most, Math.min(60, faceOf(row[at] ?? null).text.length)), head);
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * CHARACTER + PADDING)));
  });
}

/** Rows as a Markdown table. */
export function markdownOf(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (values: readonly string[]): string =>
    `| ${values.map((value) => value.replaceAll("|", "\\|").replaceAll(/[\n\r]+/g, " ")).join(" | ")} |`;
  return [line(names), line(names.map(() => "---")), ...rows.map((row) => line(row.map(plainOf)))].join("\n");
}
