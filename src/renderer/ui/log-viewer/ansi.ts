import { lastRewrite, TERMINAL_SEQUENCE } from "../../../shared/model/log-text";

/**
 * Terminal output as styled text. Colours and text attributes (SGR) are kept; every other escape sequence is
 * dropped, since a log is read, not replayed. Styles start afresh on every line.
 */

/** One of the terminal's 16 named colours (0-15), or a colour of its own as CSS. */
export type AnsiColor = number | string;

export interface AnsiStyle {
  readonly color?: AnsiColor;
  readonly background?: AnsiColor;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

export interface AnsiSpan {
  readonly text: string;
  readonly style: AnsiStyle;
}

const ESCAPE = "\u001b";
const SGR = new RegExp(`^${ESCAPE}\\[([0-9;:]*)m$`);
const PLAIN: AnsiStyle = {};

export function parseAnsi(line: string): readonly AnsiSpan[] {
  const text = lastRewrite(line);
  const spans: AnsiSpan[] = [];
  let style = PLAIN;
  let end = 0;
  const push = (part: string) => {
    if (part !== "") spans.push({ text: part, style });
  };
  for (const match of text.matchAll(TERMINAL_SEQUENCE)) {
    push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const codes = SGR.exec(match[0])?.[1];
    if (codes !== undefined) style = applySgr(style, codes);
  }
  push(text.slice(end));
  return spans;
}

function applySgr(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => Number(code === "" ? 0 : code));
  let style = before;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes.slice(i + 1));
      if (color !== null) style = { ...style, [code === 38 ? "color" : "background"]: color };
      i += used;
    } else {
      style = applyCode(style, code);
    }
  }
  return style;
}

const ATTRIBUTES: ReadonlyMap<number, AnsiStyle> = new Map([
  [1, { bold: true }],
  [2, { dim: true }],
  [3, { italic: true }],
  [4, { underline: true }],
  [7, { inverse: true }],
  [9, { strike: true }],
  [22, { bold: false, dim: false }],
  [23, { italic: false }],
  [24, { underline: false }],
  [27, { inverse: false }],
  [29, { strike: false }],
  [39, { color: undefined }],
  [49, { background: undefined }],
]);

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 + 8 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 100 + 8 };
  const change = ATTRIBUTES.get(code);
  return change === undefined ? style : { ...style, ...change };
}

/** Reads `5;n` or `2;r;g;b` after a 38 or 48. */
function extendedColor(codes: readonly number[]): { color: AnsiColor | null; used: number } {
  if (codes[0] === 5) return { color: paletteColor(codes[1] ?? 0), used: 2 };
  if (codes[0] !== 2) return { color: null, used: codes.length };
  const [red = 0, green = 0, blue = 0] = codes.slice(1, 4);
  return { color: `rgb(${red} ${green} ${blue})`, used: 4 };
}

/** The 256-colour palette: 16 named ones, a 6x6x6 cube, 24 greys. */
function paletteColor(index: number): AnsiColor {
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}
