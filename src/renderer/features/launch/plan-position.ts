import { ITEM, type Step } from "./plan-schema";

/** Where the cursor stands in a plan's YAML, and what is being typed there. */
export interface PlanPosition {
  /** `key`: the name of one more entry of `path`. `value`: what is at `path`. */
  readonly kind: "key" | "value";
  readonly path: readonly Step[];
  /** What is typed of it so far. */
  readonly typed: string;
  /** Keys that stand beside it already. */
  readonly beside: readonly string[];
}

interface LineShape {
  /** Columns of its dashes. */
  readonly dashes: readonly number[];
  /** Where what follows them begins. */
  readonly column: number;
  readonly key: string | null;
  readonly value: string;
}

const KEY = /^(?:"([^"]*)"|'([^']*)'|([\w$.-]+))\s*:(?:\s+(.*)|)$/;

function shapeOf(line: string): LineShape | null {
  const dashes: number[] = [];
  let column = line.length - line.trimStart().length;
  while (line[column] === "-" && (line[column + 1] ?? " ") === " ") {
    dashes.push(column);
    column += 1;
    while (line[column] === " ") column += 1;
  }
  const content = line.slice(column);
  if (dashes.length === 0 && (content === "" || content.startsWith("#"))) return null;
  const match = KEY.exec(content);
  return { dashes, column, key: match?.[1] ?? match?.[2] ?? match?.[3] ?? null, value: match?.[4] ?? "" };
}

/**
 * Reads the place by its indentation, as people do: the text around it need not be right yet. `lines`: the whole text;
 * `at`: the cursor's line and column, from zero. Null where nothing is known, as in a block of text.
 */
export function positionAt(
  lines: readonly string[],
  at: { readonly line: number; readonly column: number },
): PlanPosition | null {
  const before = (lines[at.line] ?? "").slice(0, at.column);
  const here = shapeOf(before) ?? { dashes: [], column: before.length, key: null, value: "" };
  if (before.trimStart().startsWith("#")) return null;
  const parents = parentsOf(lines, at.line, here);
  if (parents === null) return null;
  if (here.key !== null) {
    const inList = /^\[(?:[^\]]*,)?\s*([^\],]*)$/.exec(here.value);
    const path = [...parents, here.key, ...(inList ? [ITEM] : [])];
    const typed = (inList?.[1] ?? here.value).replace(/^["']/, "");
    return /[[\]{}#]/.test(typed) ? null : { kind: "value", path, typed, beside: [] };
  }
  const typed = before.slice(here.column);
  if (!/^["']?[\w.-]*$/.test(typed)) return null;
  return { kind: "key", path: parents, typed, beside: besideOf(lines, at.line, here) };
}

/** The way down to what the line is part of; null: it is inside a block of text. */
function parentsOf(lines: readonly string[], line: number, here: LineShape): Step[] | null {
  const path: Step[] = here.dashes.map(() => ITEM);
  let column = here.dashes[0] ?? here.column;
  let isItem = here.dashes.length > 0;
  let isNearest = true;
  for (let index = line - 1; index >= 0 && (column > 0 || isItem); index -= 1) {
    const shape = shapeOf(lines[index] ?? "");
    if (shape === null) continue;
    // A list may stand as far left as the key that it belongs to.
    if (shape.key !== null && (shape.column < column || (isItem && shape.column === column))) {
      if (isNearest && /^[|>][+-]?\d*[+-]?\s*(#.*)?$/.test(shape.value)) return null;
      path.unshift(shape.key);
      column = shape.column;
      isItem = false;
      isNearest = false;
    }
    for (const dash of shape.dashes.toReversed()) {
      if (dash >= column) continue;
      path.unshift(ITEM);
      column = dash;
      isItem = true;
    }
  }
  return path;
}

function besideOf(lines: readonly string[], line: number, { column, dashes }: LineShape): string[] {
  const keys: string[] = [];
  const look = (from: number, step: 1 | -1): void => {
    for (let index = from; index >= 0 && index < lines.length; index += step) {
      const shape = shapeOf(lines[index] ?? "");
      if (shape === null) continue;
      const isNextItem = step === 1 && shape.dashes.length > 0 && shape.column <= column;
      if (isNextItem || shape.column < column) return;
      if (shape.column === column && shape.key !== null) keys.push(shape.key);
      if (step === -1 && shape.dashes.some((dash) => dash < column) && shape.column === column) return;
    }
  };
  if (dashes.length === 0) look(line - 1, -1);
  look(line + 1, 1);
  return keys;
}
