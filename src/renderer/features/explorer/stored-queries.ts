import type { PastQuery } from "../../../shared/model/saved-query";

export interface StoredQueries {
  readonly saved: ReadonlyArray<{ readonly name: string; readonly sql: string }>;
  readonly history: readonly PastQuery[];
}

const KEY = "explorer-queries";

/** Hands over what a window has kept in its own storage; it is forgotten there once that succeeded. */
export async function takeStoredQueries(handOver: (stored: StoredQueries) => Promise<void>): Promise<void> {
  const text = window.localStorage.getItem(KEY);
  if (text === null) return;
  await handOver(parseStored(text));
  window.localStorage.removeItem(KEY);
}

export function parseStored(text: string): StoredQueries {
  try {
    const kept: unknown = JSON.parse(text);
    return { saved: listOf(kept, "saved").flatMap(savedOf), history: listOf(kept, "history").filter(isPast) };
  } catch {
    return { saved: [], history: [] };
  }
}

function listOf(kept: unknown, name: keyof StoredQueries): readonly unknown[] {
  const list = typeof kept === "object" && kept !== null ? Reflect.get(kept, name) : null;
  return Array.isArray(list) ? list : [];
}

function isPast(value: unknown): value is PastQuery {
  if (typeof value !== "object" || value === null) return false;
  const { sql, at, ms, rows, trouble }: Partial<Record<keyof PastQuery, unknown>> = value;
  const isRows = rows === null || typeof rows === "number";
  const isTrouble = trouble === null || typeof trouble === "string";
  return (
    typeof sql === "string" && sql !== "" && typeof at === "number" && typeof ms === "number" && isRows && isTrouble
  );
}

function savedOf(value: unknown): StoredQueries["saved"] {
  if (typeof value !== "object" || value === null) return [];
  const { name, sql }: Partial<Record<"name" | "sql", unknown>> = value;
  const isQuery = typeof name === "string" && name.trim() !== "" && typeof sql === "string" && sql !== "";
  return isQuery ? [{ name: name.slice(0, 200), sql }] : [];
}
