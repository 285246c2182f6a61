import { open, readFile, stat } from "node:fs/promises";
import type { ResultReading } from "./outcome";

/** A larger result stays a file: it would make every read of its row slow. */
export const RESULT_LIMIT_BYTES = 2 * 1024 * 1024;

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Whether a result is too large for the database, and stays the file that it is. */
export async function isKeptAsFile(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > RESULT_LIMIT_BYTES,
    () => false,
  );
}

/**
 * Reads what a process left in `HIVE_RESULT_FILE`. More than 2 MB stays where it is and the result names it:
 * `{"$file": path, "bytes": n}`; such a file is not parsed.
 */
export async function readResult(path: string): Promise<ResultReading> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > RESULT_LIMIT_BYTES) return { kind: "json", text: JSON.stringify({ $file: path, bytes: size }) };
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return { kind: "none" };
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "bad", message: `The result in HIVE_RESULT_FILE could not be read: ${why}` };
  }
  if (text.trim() === "") return { kind: "none" };
  try {
    JSON.parse(text);
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
    return {
      kind: "bad",
      message: `The result is not JSON (${why}). Write one JSON value to HIVE_RESULT_FILE, or nothing. It is kept in ${path}.`,
    };
  }
  return { kind: "json", text };
}

const TAIL_BYTES = 4_096;
const LINE_LENGTH = 300;

/** The last line of a log that is not empty, shortened; null when there is none or the log cannot be read. */
export async function lastLogLine(path: string): Promise<string | null> {
  try {
    const log = await open(path, "r");
    try {
      const { size } = await log.stat();
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      const { bytesRead } = await log.read(buffer, 0, buffer.length, Math.max(0, size - buffer.length));
      return lastLine(buffer.subarray(0, bytesRead).toString("utf8"));
    } finally {
      await log.close();
    }
  } catch {
    return null;
  }
}

/** Terminal colours and what a carriage return overwrote are not for an error message. */
export function lastLine(text: string): string | null {
  const lines = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const last = lines.at(-1);
  if (last === undefined) return null;
  return last.length > LINE_LENGTH ? `${last.slice(0, LINE_LENGTH)}…` : last;
}
