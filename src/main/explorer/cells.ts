import { BLOB_HEAD, CELL_HEAD, type Cell, MOST_CELL_TEXT } from "../../shared/model/explorer";

/** A value as better-sqlite3 gives it with safe integers, as it crosses to the window. */
export function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { kind: "integer", value: String(value) };
  }
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    if (value.length <= MOST_CELL_TEXT) return value;
    return { kind: "text", head: value.slice(0, CELL_HEAD), length: value.length };
  }
  if (value instanceof Uint8Array) {
    const head = Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, BLOB_HEAD));
    return { kind: "blob", hex: head.toString("hex"), length: value.byteLength };
  }
  return String(value);
}

/** About how much memory a value took while it was read, in bytes. */
export function weightOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return value instanceof Uint8Array ? value.byteLength : 8;
}
