/** Something that was found in a whole log. */
export interface LogHit {
  /** Byte at which its line begins. */
  readonly offset: number;
  /** 1-based number of its line. */
  readonly line: number;
  /** Where it is in the line as it is read, without escapes, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** A place in a log at which a line begins. */
export interface LogPlace {
  readonly byte: number;
  /** 1-based number of the line. */
  readonly line: number;
}

/** What is looked for. `text`: ignoring case. `firstError`: the first line that says it is an error. */
export type LogQuery = { readonly text: string } | { readonly firstError: true };

/** What a search has found since it was last asked. */
export interface LogFound {
  readonly hits: readonly LogHit[];
  /** So far it has read; a later search may go on from here. A last line without an end is searched again then. */
  readonly at: LogPlace;
  /** Bytes that the log had when the search began. */
  readonly size: number;
  readonly isDone: boolean;
  /** It stopped at the most hits that it gives; there may be more. */
  readonly isCapped: boolean;
  /** Lines of which only the beginning was searched, because they are longer than a megabyte. */
  readonly cutLines: number;
}

export const MOST_LOG_HITS = 10_000;
