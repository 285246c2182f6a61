/**
 * The loaded part of a log: adjoining pieces of text, as they were read. A line may span pieces, so lines are
 * put together when they are asked for. Every line has an id that stays with it while older text is added
 * before it or dropped.
 */
interface LogSegment {
  /** Byte offsets in the log. */
  readonly from: number;
  readonly to: number;
  /** The text split at newlines: all but the first piece begin a line. */
  readonly pieces: readonly string[];
  /** Length of the longest piece in UTF-16 units. */
  readonly longest: number;
}

export interface LogBuffer {
  readonly segments: readonly LogSegment[];
  /** Id of the line that the buffer begins in; it may have begun before. */
  readonly headId: number;
  /** Added to a line's id it gives the line's number in the whole log; null while unknown. */
  readonly numberOffset: number | null;
}

/** What is kept at most; the end that is farther from the reader is dropped. */
export const MAX_BUFFER_BYTES = 4 * 1024 * 1024;
const MAX_BUFFER_LINES = 500_000;
/** Live additions are joined into one segment up to this size. */
const JOIN_BYTES = 128 * 1024;

export const EMPTY_BUFFER: LogBuffer = { segments: [], headId: 0, numberOffset: null };

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function segmentOf({ from, to, text }: Piece): LogSegment {
  return withLongest(from, to, text.split("\n"));
}

function withLongest(from: number, to: number, pieces: readonly string[]): LogSegment {
  let longest = 0;
  for (const piece of pieces) longest = Math.max(longest, piece.length);
  return { from, to, pieces, longest };
}

/** A buffer of one piece whose first line gets the id `headId`. */
export function bufferOf(piece: Piece, headId = 0): LogBuffer {
  return { segments: [segmentOf(piece)], headId, numberOffset: piece.from === 0 ? 1 - headId : null };
}

export function bufferFrom(buffer: LogBuffer): number {
  return buffer.segments[0]?.from ?? 0;
}

export function bufferTo(buffer: LogBuffer): number {
  return buffer.segments.at(-1)?.to ?? 0;
}

/** Adds text that follows the buffer's end. */
export function append(buffer: LogBuffer, piece: Piece): LogBuffer {
  const last = buffer.segments.at(-1);
  if (last === undefined) return bufferOf(piece);
  const next = segmentOf(piece);
  if (last.to - last.from + (piece.to - piece.from) > JOIN_BYTES) {
    return { ...buffer, segments: [...buffer.segments, next] };
  }
  const seam = (last.pieces.at(-1) ?? "") + (next.pieces[0] ?? "");
  const joined = {
    from: last.from,
    to: next.to,
    pieces: [...last.pieces.slice(0, -1), seam, ...next.pieces.slice(1)],
    longest: Math.max(last.longest, next.longest, seam.length),
  };
  return { ...buffer, segments: [...buffer.segments.slice(0, -1), joined] };
}

/** Adds text that ends where the buffer begins. */
export function prepend(buffer: LogBuffer, piece: Piece): LogBuffer {
  const segment = segmentOf(piece);
  const headId = buffer.headId - newlines(segment);
  return {
    segments: [segment, ...buffer.segments],
    headId,
    numberOffset: piece.from === 0 ? 1 - headId : buffer.numberOffset,
  };
}

/** Drops whole segments at one side until the rest is within the limits. */
export function trim(buffer: LogBuffer, side: "head" | "tail"): LogBuffer {
  let { segments, headId } = buffer;
  while (segments.length > 1 && isOver(segments)) {
    const [first] = segments;
    if (side === "head" && first !== undefined) {
      headId += newlines(first);
      segments = segments.slice(1);
    } else {
      segments = segments.slice(0, -1);
    }
  }
  return segments === buffer.segments ? buffer : { ...buffer, segments, headId };
}

export function bufferBytes(buffer: LogBuffer): number {
  return bufferTo(buffer) - bufferFrom(buffer);
}

function isOver(segments: readonly LogSegment[]): boolean {
  const bytes = (segments.at(-1)?.to ?? 0) - (segments[0]?.from ?? 0);
  const lines = segments.reduce((sum, segment) => sum + newlines(segment), 0);
  return bytes > MAX_BUFFER_BYTES || lines > MAX_BUFFER_LINES;
}

function newlines(segment: LogSegment): number {
  return segment.pieces.length - 1;
}

/** The lines of a buffer that can be shown, by index. */
export interface LogLines {
  readonly count: number;
  /** Length of the longest line, roughly: a line over a seam counts by its longest piece. */
  readonly longest: number;
  readonly text: (index: number) => string;
  readonly id: (index: number) => number;
  /** 1-based number in the whole log; null while what lies before has not been counted. */
  readonly number: (index: number) => number | null;
  /** Null: it is not loaded, or the numbers are not known yet. */
  readonly indexOfNumber: (number: number) => number | null;
}

/**
 * Hidden are a first line that begins before the buffer (unless it is all there is) and the nothing after a
 * final newline.
 */
export function linesOf(buffer: LogBuffer): LogLines {
  const { segments, headId, numberOffset } = buffer;
  /** For each segment, the index (from the head line) of the first line that begins in it. */
  const starts: number[] = [];
  let total = segments.length === 0 ? 0 : 1;
  let longest = 0;
  for (const [position, segment] of segments.entries()) {
    starts.push(position === 0 ? 0 : total);
    total += newlines(segment);
    longest = Math.max(longest, segment.longest);
  }

  const lineFromHead = (index: number): string => {
    let position = starts.length - 1;
    while (position > 0 && (starts[position] ?? 0) > index) position--;
    const segment = segments[position];
    const piece = index - (starts[position] ?? 0) + (position === 0 ? 0 : 1);
    let text = segment?.pieces[piece] ?? "";
    if (segment === undefined || piece < newlines(segment)) return text;
    for (const next of segments.slice(position + 1)) {
      text += next.pieces[0] ?? "";
      if (newlines(next) > 0) break;
    }
    return text;
  };

  const endsOpen = total > 0 && lineFromHead(total - 1) === "" ? 1 : 0;
  const hidden = bufferFrom(buffer) > 0 && total - endsOpen > 1 ? 1 : 0;
  const firstId = headId + hidden;
  const count = total - endsOpen - hidden;
  return {
    count,
    longest,
    text: (index) => lineFromHead(index + hidden),
    id: (index) => firstId + index,
    number: (index) => (numberOffset === null ? null : numberOffset + firstId + index),
    indexOfNumber(number) {
      const index = numberOffset === null ? -1 : number - numberOffset - firstId;
      return index >= 0 && index < count ? index : null;
    },
  };
}
