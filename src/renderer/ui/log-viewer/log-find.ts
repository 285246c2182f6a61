import { findError, findInLine } from "../../../shared/model/log-text";
import type { LogLines } from "./log-buffer";

/** Where a text was found: the number of a line, and a range in the line as it is read (without escapes). */
export interface LogMatch {
  /** 1-based, in the whole log. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Byte at which the line begins; null where it is loaded anyway. */
  readonly offset: number | null;
}

/** More would help nobody, and cost memory. */
export const MAX_MATCHES = 10_000;

/** Every occurrence of `query` in the lines of a wholly loaded log, in order, ignoring case. */
export function findMatches(lines: LogLines, query: string): readonly LogMatch[] {
  const needle = query.toLowerCase();
  if (needle === "") return [];
  const matches: LogMatch[] = [];
  for (let index = 0; index < lines.count && matches.length < MAX_MATCHES; index++) {
    const line = lines.number(index);
    if (line === null) continue;
    for (const range of findInLine(lines.text(index), needle)) matches.push({ line, ...range, offset: null });
  }
  return matches.slice(0, MAX_MATCHES);
}

/** The first line of a wholly loaded log that says it is an error. */
export function findFirstError(lines: LogLines): LogMatch | null {
  for (let index = 0; index < lines.count; index++) {
    const line = lines.number(index);
    const range = findError(lines.text(index));
    if (range !== null && line !== null) return { line, ...range, offset: null };
  }
  return null;
}

/** The match to go to from `current`: the one after or before it, going round at the ends. Null: no match. */
export function stepMatch(matches: readonly LogMatch[], current: LogMatch | null, step: 1 | -1): LogMatch | null {
  if (matches.length === 0) return null;
  const position = current === null ? -1 : matches.findIndex((match) => isSameMatch(match, current));
  if (position === -1) return (step === 1 ? matches[0] : matches.at(-1)) ?? null;
  return matches[(position + step + matches.length) % matches.length] ?? null;
}

export function isSameMatch(a: LogMatch, b: LogMatch): boolean {
  return a.line === b.line && a.start === b.start;
}
