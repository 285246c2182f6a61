/**
 * A log's lines as a person reads them: terminal output without its escapes. The window shows and searches them so, and
 * so does whoever searches a whole log for it.
 */

const ESCAPE = "\u001b";
/** CSI sequences, OSC strings (ended by BEL or ST), two-character escapes, and stray control characters. */
export const TERMINAL_SEQUENCE = new RegExp(
  [
    `${ESCAPE}\\[[0-?]*[ -/]*[@-~]`,
    `${ESCAPE}\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)?`,
    `${ESCAPE}[ -/]*[0-~]?`,
    "[\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f]",
  ].join("|"),
  "g",
);

const CONTROL = new RegExp(["[\u0000-\u0008]", "[\u000b\u000c]", "[\u000e-\u001f\u007f]"].join("|"));

/** Whether a text holds anything that `plainLine` takes out, but for returns. */
export function hasEscapes(text: string): boolean {
  return CONTROL.test(text);
}

/** What a terminal would leave of a line that a progress bar rewrote: the part after its last return. */
export function lastRewrite(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}

/** The line as a person reads it: no escape sequences, no control characters. */
export function plainLine(line: string): string {
  return lastRewrite(line).replace(TERMINAL_SEQUENCE, "");
}

/** A place in a line as it is read, in UTF-16 units. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** Every place of `needle`, which is in lower case, in a line as it is read, ignoring case. */
export function findInLine(line: string, needle: string): LineRange[] {
  const found: LineRange[] = [];
  if (needle === "") return found;
  const text = plainLine(line).toLowerCase();
  for (let start = text.indexOf(needle); start !== -1; start = text.indexOf(needle, start + needle.length)) {
    found.push({ start, end: start + needle.length });
  }
  return found;
}

const WEIGHTY = /(?:^|[:\]]\s*)\W{0,3}(error|fatal|panic|warn(?:ing)?)\b/i;
/** Only here a line's weight is looked for. */
const WEIGHED = 400;

/** A rough reading of a line's weight, for a tint behind it; only words that open a line or follow a colon. */
export function lineTone(text: string): "error" | "warning" | null {
  const word = WEIGHTY.exec(text.slice(0, WEIGHED))?.[1];
  if (word === undefined) return null;
  return word.toLowerCase().startsWith("warn") ? "warning" : "error";
}

/** Where the word stands that makes a line an error; null: it is none. */
export function findError(line: string): LineRange | null {
  const text = plainLine(line).slice(0, WEIGHED);
  const match = WEIGHTY.exec(text);
  const word = match?.[1];
  if (match === null || word === undefined || word.toLowerCase().startsWith("warn")) return null;
  const end = match.index + match[0].length;
  return { start: end - word.length, end };
}
