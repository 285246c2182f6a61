/** One statement of a text of several, without its semicolon. */
export interface SqlStatement {
  readonly text: string;
  /** Where its first word stands in the whole text. */
  readonly from: number;
  /** One past its last character, before the semicolon. */
  readonly to: number;
  /** Of its first word, from 1. */
  readonly line: number;
}

const SPACE = /[ \t\n\f\r\ufeff]/;
const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', "`": "`", "[": "]" };

/** One past the end of what begins here: a comment, a quoted piece, or one character. */
export function endOfPiece(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === "--") return endAfter(text, "\n", at + 2);
  if (two === "/*") return endAfter(text, "*/", at + 2);
  const closing = CLOSING[text.charAt(at)];
  if (closing === undefined) return at + 1;
  for (let end = at + 1; ; end += 2) {
    end = text.indexOf(closing, end);
    if (end === -1) return text.length;
    // Doubled, it stands for itself; brackets have no such way.
    if (closing === "]" || text.charAt(end + 1) !== closing) return end + 1;
  }
}

function endAfter(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found === -1 ? text.length : found + end.length;
}

const isComment = (text: string, at: number): boolean => text.startsWith("--", at) || text.startsWith("/*", at);

/** Where the first word stands, behind space and comments; the length of the text when there is none. */
function firstWordAt(text: string, from = 0): number {
  let at = from;
  while (at < text.length && (SPACE.test(text.charAt(at)) || isComment(text, at))) at = endOfPiece(text, at);
  return at;
}

/** The first word in capitals: what kind of statement it looks like. For words to people only, never for safety. */
export function firstWord(text: string): string {
  return /^[a-z]+/i.exec(text.slice(firstWordAt(text)))?.[0].toUpperCase() ?? "";
}

/** The statements of a text. What is only space or comments is none. */
export function splitStatements(text: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let line = 1;
  let counted = 0;
  const take = (begin: number, to: number): void => {
    const from = firstWordAt(text.slice(0, to), begin);
    if (from >= to) return;
    for (; counted < from; counted += 1) if (text.charAt(counted) === "\n") line += 1;
    statements.push({ text: text.slice(from, to).trimEnd(), from, to, line });
  };
  let begin = 0;
  for (let at = 0; at < text.length; at = endOfPiece(text, at)) {
    if (text.charAt(at) !== ";") continue;
    take(begin, at);
    begin = at + 1;
  }
  take(begin, text.length);
  return statements;
}

/** The terms of a CREATE INDEX, as written, and the condition of one that holds a part of the rows; null: it holds all. */
export function indexTerms(sql: string): { readonly terms: readonly string[]; readonly where: string | null } {
  const terms: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < sql.length; at = endOfPiece(sql, at)) {
    const piece = sql.charAt(at);
    if (piece === "(") {
      depth += 1;
      if (depth === 1) from = at + 1;
    }
    if (depth === 1 && (piece === "," || piece === ")")) {
      terms.push(sql.slice(from, at).trim());
      from = at + 1;
    }
    if (piece === ")") depth -= 1;
    if (piece === ")" && depth === 0) break;
  }
  const behind = firstWordAt(sql, from);
  return { terms, where: firstWord(sql.slice(behind)) === "WHERE" ? sql.slice(behind + "WHERE".length).trim() : null };
}

/** The names of the parameters of a text, as written (`:worker`, `@id`, `$x`), each once. */
export function parameterNames(text: string): string[] {
  const names = new Set<string>();
  for (let at = 0; at < text.length; ) {
    const found = /^[:@$][A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at, at + 100));
    if (found === null) at = endOfPiece(text, at);
    else {
      names.add(found[0]);
      at += found[0].length;
    }
  }
  return [...names];
}

/** A name as SQL may hold it, whatever is in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
