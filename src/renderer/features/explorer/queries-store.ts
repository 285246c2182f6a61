import { create } from "zustand";

export interface PastQuery {
  readonly sql: string;
  readonly at: number;
  readonly ms: number;
  readonly rows: number | null;
  /** How it ended, where that was not well. */
  readonly trouble: string | null;
}

export interface SavedQuery {
  readonly name: string;
  readonly sql: string;
}

interface QueriesState {
  /** The latest first. */
  readonly history: readonly PastQuery[];
  /** By name. */
  readonly saved: readonly SavedQuery[];
}

const KEY = "explorer-queries";
const MOST_KEPT = 200;
/** A text longer than this is not kept: the history would be nothing but it. */
const LONGEST_KEPT = 20_000;

function read(): QueriesState {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "");
    return { history: listOf(kept, "history").filter(isPast), saved: listOf(kept, "saved").filter(isSaved) };
  } catch {
    return { history: [], saved: [] };
  }
}

function listOf(kept: unknown, name: "history" | "saved"): readonly unknown[] {
  const list = typeof kept === "object" && kept !== null ? Reflect.get(kept, name) : null;
  return Array.isArray(list) ? list : [];
}

function isPast(value: unknown): value is PastQuery {
  if (typeof value !== "object" || value === null) return false;
  const { sql, at, ms, rows, trouble }: Partial<Record<keyof PastQuery, unknown>> = value;
  const isRows = rows === null || typeof rows === "number";
  return typeof sql === "string" && typeof at === "number" && typeof ms === "number" && isRows && trouble !== undefined;
}

function isSaved(value: unknown): value is SavedQuery {
  if (typeof value !== "object" || value === null) return false;
  const { name, sql }: Partial<Record<keyof SavedQuery, unknown>> = value;
  return typeof name === "string" && typeof sql === "string";
}

export const useQueries = create<QueriesState>()(read);
useQueries.subscribe((state) => window.localStorage.setItem(KEY, JSON.stringify(state)));

/** The same text once: as it ran last. */
export function remember(query: PastQuery): void {
  if (query.sql.length > LONGEST_KEPT) return;
  useQueries.setState(({ history }) => ({
    history: [query, ...history.filter(({ sql }) => sql !== query.sql)].slice(0, MOST_KEPT),
  }));
}

export function saveQuery(name: string, sql: string): void {
  useQueries.setState(({ saved }) => ({
    saved: [...saved.filter((query) => query.name !== name), { name, sql }].sort((one, other) =>
      one.name.localeCompare(other.name),
    ),
  }));
}

export function forgetQuery(name: string): void {
  useQueries.setState(({ saved }) => ({ saved: saved.filter((query) => query.name !== name) }));
}
