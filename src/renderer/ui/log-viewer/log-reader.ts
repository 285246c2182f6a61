import type { LogFound, LogPlace, LogQuery } from "../../../shared/model/log-search";
import type { LogChunk } from "../../../shared/model/views";
import {
  append,
  bufferBytes,
  bufferFrom,
  bufferOf,
  bufferTo,
  EMPTY_BUFFER,
  type LogBuffer,
  MAX_BUFFER_BYTES,
  prepend,
  trim,
} from "./log-buffer";

/** Where a log comes from. */
export interface LogSource {
  /** Reads up to `maxBytes` from byte `from`; without `from`, the log's end. */
  read(request: { readonly from?: number; readonly maxBytes: number }): Promise<LogChunk>;
  /** Tells when the log grew or ended. Returns what ends the subscription. */
  watch(listener: (change: { readonly size: number; readonly ended: boolean }) => void): () => void;
  /** Searches the whole log and tells what it finds while it does. Resolves at the end; rejects when it fails. */
  search(request: LogSearchRequest): Promise<void>;
  /** Asks where to, and copies the whole log there; null when somebody thought better of it. */
  save(): Promise<{ readonly file: string; readonly bytes: number } | null>;
}

export interface LogSearchRequest {
  readonly query: LogQuery;
  /** Default: the beginning. */
  readonly from?: LogPlace | undefined;
  readonly onFound: (found: LogFound) => void;
  readonly signal: AbortSignal;
}

export interface LogState {
  readonly buffer: LogBuffer;
  /** Bytes in the log now. */
  readonly size: number;
  readonly ended: boolean;
  readonly loaded: boolean;
  readonly reading: "older" | "newer" | null;
  /** Why the last read failed, for a person; the text read before stays. */
  readonly error: string | null;
  readonly following: boolean;
}

export interface LogReader {
  getState(): LogState;
  subscribe(listener: () => void): () => void;
  /** Following keeps the end in view and drops what is old; otherwise what is held stays put. */
  setFollowing(following: boolean): void;
  readOlder(): void;
  readNewer(): void;
  /** Loads what lies around the beginning of a line, and stops following. */
  goTo(place: LogPlace): void;
  retry(): void;
  close(): void;
}

const READ_BYTES = 256 * 1024;
/** Farther behind than this, a follower jumps to the end instead of reading everything between. */
const JUMP_BYTES = 1024 * 1024;
const COUNT_BYTES = 1024 * 1024;
/** Line numbers of a longer skipped part stay unknown rather than cost minutes of reading. */
const COUNT_LIMIT_BYTES = 64 * 1024 * 1024;

export const INITIAL_LOG: LogState = {
  buffer: EMPTY_BUFFER,
  size: 0,
  ended: false,
  loaded: false,
  reading: null,
  error: null,
  following: true,
};

/** Keeps ids of what is read anew apart from those before. */
const IDS_PER_START = 2 ** 32;

/** How many line ends lie in the first `upTo` bytes, counted piece by piece behind the reading. */
interface LineCount {
  /** Id of the line that begins (or goes on) at `upTo`. */
  readonly headId: number;
  readonly upTo: number;
  readonly at: number;
  readonly lines: number;
}

/**
 * Reads a log end first, then what is asked for, one read at a time; keeps a bounded part of it. What the
 * reader is looking at never moves: text is dropped only at the far end.
 */
export function createLogReader(source: LogSource): LogReader {
  let state = INITIAL_LOG;
  let counting: LineCount | null = null;
  let wanted: "older" | "newer" | null = null;
  let target: LogPlace | null = null;
  let starts = 0;
  let isBusy = false;
  let isClosed = false;
  const listeners = new Set<() => void>();

  const update = (change: Partial<LogState>) => {
    if (isClosed) return;
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  async function readEnd(): Promise<void> {
    const chunk = await source.read({ maxBytes: READ_BYTES });
    const headId = IDS_PER_START * starts++;
    const isCountable = chunk.from > 0 && chunk.from <= COUNT_LIMIT_BYTES;
    counting = isCountable ? { headId, upTo: chunk.from, at: 0, lines: 0 } : null;
    update({
      buffer: bufferOf(chunk, headId),
      size: Math.max(chunk.size, state.size),
      ended: state.ended || chunk.ended,
      loaded: true,
      error: null,
    });
  }

  /** The line at the place begins the second piece, so that its number tells those of all others. */
  async function readAround({ byte, line }: LogPlace): Promise<void> {
    const before = Math.max(0, byte - READ_BYTES / 2);
    const head = byte > before ? await source.read({ from: before, maxBytes: byte - before }) : null;
    const tail = await source.read({ from: byte, maxBytes: READ_BYTES });
    if (tail.from !== byte || (head !== null && head.to !== byte))
      throw new Error("The log changed while it was read.");
    const headId = IDS_PER_START * starts++;
    const linesBefore = head?.text.match(/\n/g)?.length ?? 0;
    const joined = head === null ? bufferOf(tail, headId) : append(bufferOf(head, headId), tail);
    counting = null;
    update({
      buffer: { ...joined, numberOffset: line - linesBefore - headId },
      size: Math.max(tail.size, state.size),
      ended: state.ended || tail.ended,
      loaded: true,
      reading: null,
      error: null,
    });
  }

  async function readForward(): Promise<void> {
    const chunk = await source.read({ from: bufferTo(state.buffer), maxBytes: READ_BYTES });
    const size = Math.max(chunk.size, state.size);
    if (chunk.to === chunk.from) {
      // The rest is the first bytes of a character: it comes with the next growth.
      update({ size: chunk.to, ended: state.ended || chunk.ended, reading: null, error: null });
      return;
    }
    const buffer = trim(append(state.buffer, chunk), "head");
    update({ buffer, size, ended: state.ended || chunk.ended, reading: null, error: null });
  }

  async function readBack(): Promise<void> {
    const end = bufferFrom(state.buffer);
    const chunk = await source.read({ from: Math.max(0, end - READ_BYTES), maxBytes: Math.min(READ_BYTES, end) });
    if (chunk.to !== end) throw new Error("The log changed while it was read.");
    update({ buffer: trim(prepend(state.buffer, chunk), "tail"), reading: null, error: null });
  }

  async function countMore(job: LineCount): Promise<void> {
    const chunk = await source.read({ from: job.at, maxBytes: Math.min(COUNT_BYTES, job.upTo - job.at) });
    if (counting !== job) return;
    const lines = job.lines + (chunk.text.match(/\n/g)?.length ?? 0);
    const isDone = chunk.to >= job.upTo || chunk.to === job.at;
    counting = isDone ? null : { ...job, at: chunk.to, lines };
    if (chunk.to === job.upTo && state.buffer.numberOffset === null) {
      update({ buffer: { ...state.buffer, numberOffset: lines + 1 - job.headId } });
    }
  }

  function nextJob(): (() => Promise<void>) | null {
    const place = target;
    if (place !== null) {
      target = null;
      return () => readAround(place);
    }
    if (!state.loaded) return readEnd;
    const from = bufferFrom(state.buffer);
    const behind = state.size - bufferTo(state.buffer);
    if (state.following && behind > JUMP_BYTES) return readEnd;
    if (wanted === "older" && from > 0) {
      update({ reading: "older" });
      return readBack;
    }
    const hasRoom = bufferBytes(state.buffer) + READ_BYTES <= MAX_BUFFER_BYTES;
    if (behind > 0 && (state.following || wanted === "newer" || hasRoom)) {
      update({ reading: "newer" });
      return readForward;
    }
    const job = counting;
    if (job !== null && state.buffer.numberOffset === null) return () => countMore(job);
    return null;
  }

  async function pump(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      for (let job = nextJob(); job !== null && !isClosed; job = nextJob()) {
        wanted = null;
        await job();
      }
    } catch (error) {
      update({ error: error instanceof Error ? error.message : String(error), reading: null });
    } finally {
      isBusy = false;
    }
  }

  const unwatch = source.watch((change) => {
    update({ size: Math.max(change.size, state.size), ended: state.ended || change.ended });
    void pump();
  });
  void pump();

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setFollowing(following) {
      if (following === state.following) return;
      update({ following });
      void pump();
    },
    readOlder() {
      if (bufferFrom(state.buffer) === 0) return;
      wanted = "older";
      void pump();
    },
    readNewer() {
      if (bufferTo(state.buffer) >= state.size) return;
      wanted = "newer";
      void pump();
    },
    goTo(place) {
      target = place;
      update({ following: false });
      void pump();
    },
    retry() {
      update({ error: null });
      void pump();
    },
    close() {
      isClosed = true;
      unwatch();
      listeners.clear();
    },
  };
}
