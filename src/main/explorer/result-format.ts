import type { ResultFormat } from "../../shared/model/explorer";

/** How rows become a file. Each piece ends where the next begins; `end` also for no rows at all. */
export interface ResultWriter {
  readonly begin: string;
  row(values: readonly unknown[], isFirst: boolean): string;
  readonly end: string;
}

/** A value as better-sqlite3 gives it with safe integers. Blobs are written as hex. */
export function writerOf(format: ResultFormat, columns: readonly string[]): ResultWriter {
  if (format === "csv") {
    const line = (values: readonly unknown[]): string => `${values.map(csvValue).join(",")}\r\n`;
    return { begin: line(columns), row: line, end: "" };
  }
  // Of two columns of the same name the second gets a number: an object has one of each.
  const names = uniqueNames(columns).map((name) => JSON.stringify(name));
  const object = (values: readonly unknown[]): string =>
    `{${values.map((value, at) => `${names[at] ?? '""'}:${jsonValue(value)}`).join(",")}}`;
  if (format === "jsonl") return { begin: "", row: (values) => `${object(values)}\n`, end: "" };
  return { begin: "[", row: (values, isFirst) => `${isFirst ? "\n" : ",\n"}${object(values)}`, end: "\n]\n" };
}

function csvValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Uint8Array) return hexOf(value);
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Integers are written in full, however large: who reads them decides how. */
function jsonValue(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (value instanceof Uint8Array) return `"${hexOf(value)}"`;
  return JSON.stringify(value ?? null);
}

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}
