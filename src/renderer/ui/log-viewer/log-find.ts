import { plainLine } from "./ansi";
import type { LogLines } from "./log-buffer";

/** Where a text was found: a line by its id, and a range in the line as it is read (without escapes). */
export interface LogMatch {
  readonly lineId: number;
  readonly start: number;
  readonly end: number;
}

/** More would help nobody, and cost memory. */
export const MAX_MATCHES = 10_000;

/** Every occurrence of `query` in the loaded lines, in order, ignoring case. */
export function findMatches(lines: LogLines, query: string): readonly LogMatch[] {
  const needle = query.toLowerCase();
  if (needle === "") return [];
  const matches: LogMatch[] = [];
  for (let index = 0; index < lines.count && matches.length < MAX_MATCHES; index++) {
    const text = plainLine(lines.text(index)).toLowerCase();
    let start = text.indexOf(needle);
    while (start !== -1 && matches.length < MAX_MATCHES) {
      matches.push({ lineId: lines.id(index), start, end: start + needle.length });
      start = text.indexOf(needle, start + needle.length);
    }
  }
  return matches;
}

/** The match to go to from `current`: the one after or before it, going round at the ends. Null: no match. */
export function stepMatch(matches: readonly LogMatch[], current: LogMatch | null, step: 1 | -1): LogMatch | null {
  if (matches.length === 0) return null;
  const position = current === null ? -1 : matches.findIndex((match) => isSameMatch(match, current));
  if (position === -1) return (step === 1 ? matches[0] : matches.at(-1)) ?? null;
  return matches[(position + step + matches.length) % matches.length] ?? null;
}

export function isSameMatch(a: LogMatch, b: LogMatch): boolean {
  return a.lineId === b.lineId && a.start === b.start;
}

/** A rough reading of a line's weight, for a tint behind it; only words that open a line or follow a colon. */
export function lineTone(text: string): "error" | "warning" | null {
  const word = /(?:^|[:\]]\s*)\W{0,3}(error|fatal|panic|warn(?:ing)?)\b/i.exec(text.slice(0, 400))?.[1];
  if (word === undefined) return null;
  return word.toLowerCase().startsWith("warn") ? "warning" : "error";
}
