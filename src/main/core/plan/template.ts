/**
 * A piece of a string: text as it stands, or a parameter or a part of a dependency's result to fill in.
 * `expression` counts every `${{` from 0.
 */
export type TemplatePart =
  | { readonly text: string }
  | { readonly parameter: string; readonly expression: number }
  | { readonly result: ResultReference; readonly expression: number };

/** Names a part of a result, by its keys from the outside to the inside. */
export interface ResultReference {
  readonly subtask: string;
  readonly path: readonly string[];
}

/** What is wrong with an expression. */
export interface TemplateProblem {
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
const resultReference = /^subtasks\.([A-Za-z0-9][A-Za-z0-9._-]*?)\.result((?:\.[A-Za-z0-9_-]+)*)$/;
const parameterReference = /^params\.([A-Za-z][A-Za-z0-9_]*)$/;

/**
 * Splits a string at its `${{ params.name }}` and `${{ subtasks.id.result.path }}`. `$${{` stands for a literal `${{`. What is wrong stays in the
 * text as it is and is reported.
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
    const part = referenceTo(body, expression);
    text += value.slice(from, open);
    from = close + CLOSE.length;
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

function referenceTo(body: string, expression: number): TemplatePart | null {
  const parameter = parameterReference.exec(body)?.[1];
  if (parameter !== undefined) return { parameter, expression };
  const [, subtask, path] = resultReference.exec(body) ?? [];
  return subtask === undefined ? null : { result: { subtask, path: path ? path.slice(1).split(".") : [] }, expression };
}

export function hasExpression(value: string): boolean {
  return value.includes(OPEN);
}

/** Where the expressions of a string open in `source`, the string as written in the file. */
export function findExpressions(source: string): number[] {
  const places: number[] = [];
  for (let at = source.indexOf(OPEN); at !== -1; at = source.indexOf(OPEN, at + OPEN.length)) places.push(at);
  return places;
}
