/**
 * A piece of a string: text as it stands, or a parameter, a value of the subtask's matrix or a part of a dependency's
 * result to fill in. `expression` counts every `${{` from 0.
 */
export type TemplatePart = TextPart | Hole;

interface TextPart {
  readonly text: string;
}

/** What is filled in. */
export type Hole =
  | { readonly parameter: string; readonly expression: number }
  | { readonly matrix: string; readonly expression: number }
  | { readonly result: ResultReference; readonly expression: number };

/** Names a part of a result, by its keys from the outside to the inside. */
interface ResultReference {
  readonly subtask: string;
  readonly path: readonly string[];
}

/** What is wrong with an expression. */
interface TemplateProblem {
  readonly code: "unclosed_expression" | "unknown_expression";
  readonly expression: number;
  /** What stands between the braces, trimmed. */
  readonly body: string;
}

export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly problems: readonly TemplateProblem[];
}

/** What a parameter may be called. As text in `plan.schema.json` too. */
export const PARAMETER_NAME_PATTERN = "^[A-Za-z][A-Za-z0-9_]{0,63}$";

const OPEN = "${{";
const CLOSE = "}}";
/** Stands for a `$` where the character itself would make the expression behind it a literal. */
const DOLLAR = '"$"';
const DOLLAR_HOLE = `${OPEN} ${DOLLAR} ${CLOSE}`;
const resultReference = /^subtasks\.([A-Za-z0-9][A-Za-z0-9._-]*?)\.result((?:\.[A-Za-z0-9_-]+)*)$/;
const parameterReference = /^params\.([A-Za-z][A-Za-z0-9_]*)$/;
const matrixReference = /^matrix\.([A-Za-z][A-Za-z0-9_]*)$/;

/**
 * Splits a string at its `${{ params.name }}`, `${{ matrix.name }}` and `${{ subtasks.id.result.path }}`. `$${{` stands
 * for a literal `${{`, `${{ "$" }}` for a `$` right before an expression. What is wrong stays in the text as it is and
 * is reported.
 */
export function parseTemplate(value: string): Template {
  const parts: TemplatePart[] = [];
  const problems: TemplateProblem[] = [];
  let text = "";
  let from = 0;
  let close = 0;
  for (let expression = 0; ; expression++) {
    const open = value.indexOf(OPEN, from);
    if (open === -1) break;
    if (open > from && value[open - 1] === "$") {
      text += value.slice(from, open - 1) + OPEN;
      from = open + OPEN.length;
      continue;
    }
    const inside = open + OPEN.length;
    // Looked for once and not again for each of many expressions that nothing closes.
    if (close !== -1 && close < inside) close = value.indexOf(CLOSE, inside);
    const another = value.indexOf(OPEN, inside);
    if (close === -1 || (another !== -1 && another < close)) {
      problems.push({ code: "unclosed_expression", expression, body: value.slice(inside, inside + 40).trim() });
      text += value.slice(from, inside);
      from = inside;
      continue;
    }
    const body = value.slice(inside, close).trim();
    text += value.slice(from, open);
    from = close + CLOSE.length;
    if (body === DOLLAR) {
      text += "$";
      continue;
    }
    const part = referenceTo(body, expression);
    if (part === null) {
      problems.push({ code: "unknown_expression", expression, body });
      text += value.slice(open, from);
      continue;
    }
    if (text) parts.push({ text });
    text = "";
    parts.push(part);
  }
  text += value.slice(from);
  if (text) parts.push({ text });
  return { parts, problems };
}

function referenceTo(body: string, expression: number): Hole | null {
  const parameter = parameterReference.exec(body)?.[1];
  if (parameter !== undefined) return { parameter, expression };
  const matrix = matrixReference.exec(body)?.[1];
  if (matrix !== undefined) return { matrix, expression };
  const [, subtask, path] = resultReference.exec(body) ?? [];
  return subtask === undefined ? null : { result: { subtask, path: path ? path.slice(1).split(".") : [] }, expression };
}

/** The string that is read as these parts: whatever texts hold, none of it becomes an expression. */
export function templateOf(parts: readonly TemplatePart[]): string {
  let template = "";
  for (const [index, part] of parts.entries()) {
    if (!("text" in part)) {
      template += `${OPEN} ${referenceText(part)} ${CLOSE}`;
      continue;
    }
    const text = part.text.replaceAll(OPEN, () => `$${OPEN}`);
    // Behind a "$" the brace of the next piece would begin a literal, or an expression.
    template += index < parts.length - 1 ? text.replace(/\$+$/, (dollars) => DOLLAR_HOLE.repeat(dollars.length)) : text;
  }
  return template;
}

function referenceText(hole: Hole): string {
  if ("parameter" in hole) return `params.${hole.parameter}`;
  if ("matrix" in hole) return `matrix.${hole.matrix}`;
  const { subtask, path } = hole.result;
  return ["subtasks", subtask, "result", ...path].join(".");
}

/** The string with some of its holes filled in; those that `fill` answers null for stay expressions. */
export function fillHoles(value: string, fill: (hole: Hole) => string | null): string {
  if (!hasExpression(value)) return value;
  const filled: TextPart[] = [];
  const parts: TemplatePart[] = [];
  const flush = (): void => {
    if (filled.length > 0)
      parts.push({
        text: filled
          .splice(0)
          .map((part) => part.text)
          .join(""),
      });
  };
  for (const part of parseTemplate(value).parts) {
    const text = "text" in part ? part.text : fill(part);
    if (text !== null) filled.push({ text });
    else if (!("text" in part)) {
      flush();
      parts.push(part);
    }
  }
  flush();
  return templateOf(parts);
}

export function hasExpression(value: string): boolean {
  return value.includes(OPEN);
}

/** What is filled into a string, in order. */
export function holesOf(value: string): Hole[] {
  return hasExpression(value) ? parseTemplate(value).parts.filter((part): part is Hole => !("text" in part)) : [];
}

/** Where the expressions of a string open in `source`, the string as written in the file. */
export function findExpressions(source: string): number[] {
  const places: number[] = [];
  for (let at = source.indexOf(OPEN); at !== -1; at = source.indexOf(OPEN, at + OPEN.length)) places.push(at);
  return places;
}
