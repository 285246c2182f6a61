import { create } from "zustand";
import { SHOWN_AT_FIRST, TASK_TABLE_COLUMNS } from "./table-columns";

/** How the table of tasks lies, from one start to the next. */
interface TablePrefs {
  /** A column that is not named is shown. */
  readonly visibility: Readonly<Record<string, boolean>>;
  /** Ids of all columns. */
  readonly order: readonly string[];
  /** Pixels, of columns whose width was changed. */
  readonly sizing: Readonly<Record<string, number>>;
}

const KEY = "task-table";
const IDS = TASK_TABLE_COLUMNS.map(({ id }) => id);
const DEFAULTS: TablePrefs = { visibility: SHOWN_AT_FIRST, order: IDS, sizing: {} };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What was kept, as far as it still means something. */
export function readPrefs(text: string | null): TablePrefs {
  try {
    const saved: unknown = JSON.parse(text ?? "null");
    if (!isRecord(saved)) return DEFAULTS;
    const order = Array.isArray(saved.order)
      ? saved.order.filter((id) => typeof id === "string" && IDS.includes(id))
      : [];
    const sizes = isRecord(saved.sizing) ? Object.entries(saved.sizing) : [];
    const shown = isRecord(saved.visibility) ? Object.entries(saved.visibility) : [];
    return {
      order: [...new Set([...order, ...IDS])],
      visibility: {
        ...SHOWN_AT_FIRST,
        ...Object.fromEntries(shown.flatMap(([id, is]) => (typeof is === "boolean" ? [[id, is]] : []))),
      },
      sizing: Object.fromEntries(
        sizes.flatMap(([id, size]) => (typeof size === "number" && size >= 44 && size <= 900 ? [[id, size]] : [])),
      ),
    };
  } catch {
    return DEFAULTS;
  }
}

export const useTablePrefs = create<TablePrefs>()(() => readPrefs(globalThis.localStorage?.getItem(KEY) ?? null));

export function setPrefs(change: Partial<TablePrefs>): void {
  useTablePrefs.setState(change);
  window.localStorage.setItem(KEY, JSON.stringify(useTablePrefs.getState()));
}

export function resetPrefs(): void {
  setPrefs(DEFAULTS);
}

/** Moves a column before or after another one. */
export function moveColumn(order: readonly string[], id: string, by: 1 | -1): readonly string[] {
  const from = order.indexOf(id);
  const to = from + by;
  if (from === -1 || to < 0 || to >= order.length) return order;
  return order.toSpliced(from, 1).toSpliced(to, 0, id);
}

/** Puts a column where another one stands. */
export function placeColumn(order: readonly string[], id: string, target: string): readonly string[] {
  const rest = order.filter((other) => other !== id);
  const at = order.indexOf(target);
  return order.includes(id) && at !== -1 ? rest.toSpliced(at, 0, id) : order;
}
