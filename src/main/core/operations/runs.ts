import { type FileHandle, open } from "node:fs/promises";
import { HiveError } from "../../../shared/errors";
import type { LogChunk } from "../../../shared/model/views";
import { hiddenWords, hideInPiece } from "../runner/conceal";
import { bundledLogSize, isLogInBundle, readBundledLog } from "../store/bundle-file";
import type { Store } from "../store/open";
import { readRunLog, readStoredLog, readTaskIdsOfRuns } from "../store/run-rows";

export interface LogRequest {
  readonly runId: string;
  /** Byte offset. Without it: the log's end. */
  readonly from?: number | undefined;
  /** Never are more bytes read than this. */
  readonly maxBytes: number;
}

/**
 * A piece of an attempt's log, cut at ends of characters: the next piece begins at `to`. A log that nobody
 * wrote, or that was removed, is empty. While the attempt runs, secrets of its plan are hidden here; at its end they are
 * in the log itself. Throws `not_found`, `file_unreadable`.
 */
export async function readLog(store: Store, request: LogRequest): Promise<LogChunk> {
  const { runId } = request;
  const log = readRunLog(store.read, runId);
  if (!log) {
    throw new HiveError("not_found", `There is no run ${runId} in ${store.file}. It may have been deleted.`, { runId });
  }
  if (log.path === null) {
    const stored = Buffer.from(readStoredLog(store.read, runId), "utf8");
    const { start, length } = range(request, stored.length);
    return piece(stored.subarray(start, start + length), { start, size: stored.length, ended: log.ended }, request);
  }
  if (isLogInBundle(log.path)) {
    const size = bundledLogSize(store.read, runId);
    const { start, length } = range(request, size);
    return piece(readBundledLog(store.read, runId, start, length), { start, size, ended: log.ended }, request);
  }
  const file = await openLog(log.path);
  if (!file) return { from: 0, to: 0, size: 0, text: "", ended: log.ended };
  try {
    const { size } = await file.stat();
    const { start, length } = range(request, size);
    const words = log.ended ? [] : await wordsToHide(store, log.planId);
    const bytes = await readHidden(file, { start, length, size }, words);
    return piece(bytes, { start, size, ended: log.ended }, request);
  } finally {
    await file.close();
  }
}

/** The tasks that these runs, as far as they exist, are attempts of. */
export function getTaskIdsOfRuns(store: Store, runIds: readonly string[]): string[] {
  return readTaskIdsOfRuns(store.read, runIds);
}

function range({ from, maxBytes }: LogRequest, size: number): { start: number; length: number } {
  const start = from === undefined ? Math.max(0, size - maxBytes) : Math.min(from, size);
  return { start, length: Math.min(maxBytes, size - start) };
}

async function openLog(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("file_unreadable", `The log ${path} cannot be read: ${cause}. Check its permissions.`, {
      path,
    });
  }
}

/** Throws `file_unreadable`: what cannot be hidden is not shown. */
export async function wordsToHide(store: Store, planId: string | null): Promise<string[]> {
  try {
    return await hiddenWords(store.filesFolder, planId);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const message = `The log is not shown while its task runs, for the secrets of its plan cannot be read to hide them: ${cause}`;
    throw new HiveError("file_unreadable", message, { planId });
  }
}

/** A secret may begin before the piece, and end behind it. */
async function readHidden(
  file: FileHandle,
  { start, length, size }: { readonly start: number; readonly length: number; readonly size: number },
  words: readonly string[],
): Promise<Buffer> {
  if (words.length === 0) return readFully(file, start, length);
  const around = Math.max(...words.map((word) => Buffer.byteLength(word))) - 1;
  const first = Math.max(0, start - around);
  const last = Math.min(size, start + length + around);
  const bytes = await readFully(file, first, last - first);
  hideInPiece(bytes, words, last === size);
  return bytes.subarray(start - first, start - first + length);
}

async function readFully(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

interface Place {
  readonly start: number;
  readonly size: number;
  readonly ended: boolean;
}

/**
 * Leaves half a character at the piece's end to the next piece. Only a piece that begins where the caller did
 * not choose (the log's end) also skips the rest of one at its beginning.
 */
function piece(bytes: Buffer, { start, size, ended }: Place, { from }: LogRequest): LogChunk {
  const skipped = from === undefined && start > 0 ? continuationBytes(bytes) : 0;
  const reachesEnd = start + bytes.length >= size;
  const complete = reachesEnd && ended ? bytes.length : completeLength(bytes);
  // A piece smaller than one character goes out as it is: the reader must get on.
  const end = complete > skipped ? complete : bytes.length;
  return {
    from: start + skipped,
    to: start + end,
    size,
    text: bytes.subarray(skipped, end).toString("utf8"),
    ended,
  };
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

function continuationBytes(bytes: Buffer): number {
  let count = 0;
  while (count < 3 && isContinuation(bytes[count])) count += 1;
  return count;
}

/** Length without a character that is cut off at the end. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte === undefined || isContinuation(byte)) continue;
    return characterLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Bytes of the character that this byte begins; 1 for what begins none. */
function characterLength(byte: number): number {
  if (byte >= 0xc2 && byte <= 0xdf) return 2;
  if (byte >= 0xe0 && byte <= 0xef) return 3;
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : 1;
}
