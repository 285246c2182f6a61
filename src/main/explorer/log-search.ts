import { open } from "node:fs/promises";
import { type LogFound, type LogHit, type LogPlace, type LogQuery, MOST_LOG_HITS } from "../../shared/model/log-search";
import { findError, findInLine, hasEscapes, type LineRange } from "../../shared/model/log-text";

/** A log in a file, or one that another program stored as text. */
export type LogText = { readonly path: string } | { readonly text: string };

export interface LogSearch {
  readonly log: LogText;
  readonly query: LogQuery;
  readonly from: LogPlace;
  /** What is shown as asterisks, and not found. Default: nothing. */
  readonly hidden?: readonly string[];
}

const CHUNK_BYTES = 1024 * 1024;
/** Of longer lines the beginning is searched; the window shows no more of them either. */
const MOST_LINE_BYTES = 1024 * 1024;
/** What was found is told so often, in milliseconds. */
const TELL_MS = 80;
const NEWLINE = 10;
/** As short as a secret may be: less would hide by chance. */
const SHORTEST_HIDDEN = 4;

interface Finder {
  /** False only when no line of this text can hold it. */
  readonly mayBeIn: (text: string) => boolean;
  readonly inLine: (line: string) => readonly LineRange[];
  readonly most: number;
}

function finderOf(query: LogQuery): Finder {
  if ("firstError" in query) {
    const words = /error|fatal|panic/i;
    return {
      mayBeIn: (text) => hasEscapes(text) || words.test(text),
      inLine: (line) => {
        const found = findError(line);
        return found === null ? [] : [found];
      },
      most: 1,
    };
  }
  const needle = query.text.toLowerCase();
  return {
    // Escapes may stand within what is looked for: then only the lines as they are read can tell.
    mayBeIn: (text) => hasEscapes(text) || text.toLowerCase().includes(needle),
    inLine: (line) => findInLine(line, needle),
    most: MOST_LOG_HITS,
  };
}

/** Searches a log from a place to its end as it is now, and tells what it found from time to time. */
export async function* searchLog(search: LogSearch): AsyncGenerator<LogFound> {
  const finder = finderOf(search.query);
  const { from } = search;
  let hits: LogHit[] = [];
  let total = 0;
  let cutLines = 0;
  let at = from;
  /** The bytes of a line whose end has not come yet, as far as they are searched. */
  let begun: Buffer[] = [];
  let begunBytes = 0;

  const isFull = (): boolean => total >= finder.most;
  // A secret of several lines stands in each with a part of it.
  const hidden = (search.hidden ?? [])
    .flatMap((word) => word.split("\n"))
    .filter((part) => part.length >= SHORTEST_HIDDEN);
  const shown = (line: string): string =>
    hidden.reduce((left, word) => left.replaceAll(word, "*".repeat(Buffer.byteLength(word))), line);
  const take = (line: string, place: LogPlace): void => {
    for (const range of finder.inLine(shown(line))) {
      if (isFull()) return;
      total += 1;
      hits.push({ offset: place.byte, line: place.line, ...range });
    }
  };
  const begin = (bytes: Buffer): void => {
    const kept = bytes.subarray(0, MOST_LINE_BYTES - Math.min(begunBytes, MOST_LINE_BYTES));
    const isCut = kept.length < bytes.length;
    if (isCut && begunBytes <= MOST_LINE_BYTES) cutLines += 1;
    if (kept.length > 0) begun.push(kept);
    // One more than the most: it is cut already.
    begunBytes = isCut ? MOST_LINE_BYTES + 1 : begunBytes + kept.length;
  };
  const searchBegun = (): void => {
    if (begun.length > 0) take(Buffer.concat(begun).toString("utf8"), at);
  };
  /** Whole lines. */
  const searchBlock = (bytes: Buffer): void => {
    const text = bytes.toString("utf8");
    const isWorthIt = finder.mayBeIn(text);
    let start = 0;
    let { line } = at;
    if (isWorthIt) {
      for (const one of text.split("\n")) {
        const end = bytes.indexOf(NEWLINE, start);
        if (end === -1) break;
        take(one, { byte: at.byte + start, line });
        start = end + 1;
        line += 1;
      }
    } else {
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, end + 1)) line += 1;
    }
    at = { byte: at.byte + bytes.length, line };
  };
  const searchChunk = (chunk: Buffer, chunkByte: number): void => {
    let rest = chunk;
    let restByte = chunkByte;
    if (begun.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      begin(end === -1 ? chunk : chunk.subarray(0, end));
      if (end === -1) return;
      searchBegun();
      begun = [];
      begunBytes = 0;
      restByte = chunkByte + end + 1;
      at = { byte: restByte, line: at.line + 1 };
      rest = chunk.subarray(end + 1);
    }
    const last = rest.lastIndexOf(NEWLINE);
    if (last !== -1) searchBlock(rest.subarray(0, last + 1));
    begin(rest.subarray(last + 1));
  };

  let told = performance.now();
  const { size, chunks } = await openText(search.log, from.byte);
  const found = (isDone: boolean): LogFound => {
    const answer = { hits, at, size, isDone, isCapped: isDone && isFull() && finder.most > 1, cutLines };
    hits = [];
    told = performance.now();
    return answer;
  };
  for await (const { bytes, byte } of chunks) {
    searchChunk(bytes, byte);
    if (isFull()) break;
    if (performance.now() - told >= TELL_MS) yield found(false);
  }
  if (!isFull()) searchBegun();
  yield found(true);
}

interface Chunk {
  readonly bytes: Buffer;
  readonly byte: number;
}

async function openText(log: LogText, from: number): Promise<{ size: number; chunks: AsyncIterable<Chunk> }> {
  if ("text" in log) {
    const all = Buffer.from(log.text, "utf8");
    return { size: all.length, chunks: once({ bytes: all.subarray(from), byte: from }) };
  }
  const file = await open(log.path, "r");
  const { size } = await file.stat();
  async function* chunks(): AsyncGenerator<Chunk> {
    try {
      for (let byte = from; byte < size; ) {
        const { bytesRead, buffer } = await file.read(
          Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - byte)),
          0,
          undefined,
          byte,
        );
        if (bytesRead === 0) return;
        yield { bytes: buffer.subarray(0, bytesRead), byte };
        byte += bytesRead;
      }
    } finally {
      await file.close();
    }
  }
  return { size, chunks: chunks() };
}

async function* once(chunk: Chunk): AsyncGenerator<Chunk> {
  if (chunk.bytes.length > 0) yield chunk;
}
