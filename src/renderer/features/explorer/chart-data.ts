import type { Cell, ResultColumn } from "../../../shared/model/explorer";
import { plainOf } from "./cell-words";

/** What a chart shows of a result. */
export interface ChartData {
  /** What stands below: the words of each row, in their order. */
  readonly labels: readonly string[];
  readonly labelName: string;
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const MOST_SERIES = 5;
/** More points than this are more than pixels. */
export const MOST_POINTS = 1_000;

/** The first column that is not only numbers names the points; columns of numbers are drawn. Null: there are none. */
export function chartOf(columns: readonly ResultColumn[], rows: readonly (readonly Cell[])[]): ChartData | null {
  const shown = rows.slice(0, MOST_POINTS);
  if (shown.length === 0) return null;
  const isNumeric = columns.map((_, at) => isNumbers(shown.map((row) => row[at] ?? null)));
  const words = isNumeric.indexOf(false);
  // Of numbers alone, the first column counts the points when something is left to draw.
  const labelAt = words === -1 ? (columns.length > 1 ? 0 : -1) : words;
  const series = columns.flatMap(({ name }, at) =>
    isNumeric[at] && at !== labelAt ? [{ name, values: shown.map((row) => numberOf(row[at] ?? null)) }] : [],
  );
  if (series.length === 0) return null;
  return {
    labels: shown.map((row, at) => (labelAt === -1 ? String(at + 1) : plainOf(row[labelAt] ?? null))),
    labelName: columns[labelAt]?.name ?? "row",
    series: series.slice(0, MOST_SERIES),
  };
}

function numberOf(cell: Cell): number | null {
  if (typeof cell === "number") return cell;
  return typeof cell === "object" && cell?.kind === "integer" ? Number(cell.value) : null;
}

function isNumbers(cells: readonly Cell[]): boolean {
  const given = cells.filter((cell) => cell !== null);
  return given.length > 0 && given.every((cell) => numberOf(cell) !== null);
}
