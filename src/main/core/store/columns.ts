/**
 * Readers for single column values. SQLite columns may hold any type, and foreign programs write to them, so
 * nothing that comes out of a row is believed before it went through one of these.
 */
export type Row = Readonly<Record<string, unknown>>;

export function textOrNull(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value.toString("utf8") : String(value);
}

export function text(value: unknown): string {
  return textOrNull(value) ?? "";
}

export function integerOrNull(value: unknown): number | null {
  if (value === null || value === undefined || value === "" || Buffer.isBuffer(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? Math.trunc(number) : null;
}

export function integer(value: unknown): number {
  return integerOrNull(value) ?? 0;
}

/** Parsed JSON; undefined when the text is no JSON. */
export function json(value: unknown): unknown {
  const raw = textOrNull(value);
  if (raw === null) return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** A JSON object, or an empty one for anything else. */
export function jsonObject(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = json(value);
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
}

/** The strings of a JSON array, or an empty list for anything else. */
export function jsonStrings(value: unknown): string[] {
  const parsed = json(value);
  return Array.isArray(parsed) ? parsed.filter((item) => typeof item === "string") : [];
}
