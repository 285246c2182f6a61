import { type SqlToken, sqlTokens } from "./sql-tokens";

/** What is laid out as one: a token, or a bracket with all in it (`CASE … END` is one, too). */
type Node = SqlToken | Bracket;

interface Bracket {
  readonly kind: "bracket";
  readonly open: SqlToken;
  readonly nodes: readonly Node[];
  readonly close: SqlToken;
}

/** A line is no longer, where that can be had. */
const WIDTH = 80;

/**
 * The same text laid out anew: a clause a line, what is too long broken at its commas, ANDs and brackets. Only space changes:
 * no word is written in another way, no comment lost; what cannot be understood stays as it is.
 */
export function formatSql(text: string): string {
  const tokens = sqlTokens(text);
  const statements = statementsOf(tokens);
  if (statements === null) return text;
  const laid = `${statements.map(layStatement).join("").trim()}\n`;
  const texts = (of: readonly SqlToken[]): string => JSON.stringify(of.map((token) => token.text));
  return statements.length > 0 && texts(sqlTokens(laid)) === texts(tokens) ? laid : text;
}

interface Statement {
  readonly nodes: readonly Node[];
  readonly isClosed: boolean;
}

/** Null: brackets that do not match. */
function statementsOf(tokens: readonly SqlToken[]): Statement[] | null {
  const statements: Statement[] = [];
  const stack: Array<{ readonly open: SqlToken; readonly nodes: Node[] }> = [];
  let nodes: Node[] = [];
  for (const token of tokens) {
    const word = upper(token);
    if (token.text === "(" || word === "CASE") {
      stack.push({ open: token, nodes });
      nodes = [];
    } else if (token.text === ")" || (word === "END" && upper(stack.at(-1)?.open) === "CASE")) {
      const outer = stack.pop();
      if (outer === undefined || (outer.open.text === "(") !== (token.text === ")")) return null;
      outer.nodes.push({ kind: "bracket", open: outer.open, nodes, close: token });
      nodes = outer.nodes;
    } else if (token.text === ";") {
      if (stack.length > 0) return null;
      statements.push({ nodes, isClosed: true });
      nodes = [];
    } else nodes.push(token);
  }
  if (stack.length > 0) return null;
  return nodes.length === 0 ? statements : [...statements, { nodes, isClosed: false }];
}

const upper = (node: Node | undefined): string => (node?.kind === "word" ? node.text.toUpperCase() : "");
const isComment = (node: Node | undefined): boolean => node?.kind === "comment";

function layStatement({ nodes, isClosed }: Statement, at: number): string {
  const first = nodes.findIndex((node) => !isComment(node));
  const leading = nodes.slice(0, first === -1 ? nodes.length : first) as readonly SqlToken[];
  const rest = first === -1 ? [] : nodes.slice(first);
  // A comment in the line of the statement before belongs to that one.
  const behind = at === 0 ? 0 : leading.findIndex((token) => token.gap === "line" || token.gap === "blank");
  const own = behind === -1 ? [] : leading.slice(behind);
  const before = leading
    .slice(0, behind === -1 ? leading.length : behind)
    .map(({ text }) => ` ${text}`)
    .join("");
  const comments = own.map(({ text, gap }, index) => `${gap === "blank" && index > 0 ? "\n" : ""}${text}\n`).join("");
  const body =
    rest.length === 0 ? "" : `${layClauses(rest, 0)}${isClosed ? (isLineComment(rest.at(-1)) ? "\n;" : ";") : ""}`;
  const gap = at === 0 ? "" : body === "" && comments === "" ? "\n" : "\n\n";
  return `${before}${gap}${comments}${body}${rest.length === 0 && isClosed ? ";" : ""}`;
}

const isLineComment = (node: Node | undefined): boolean => node?.kind === "comment" && node.text.startsWith("--");

/** Words that begin a clause, longer ones first. */
const HEADS = [
  "INSERT INTO",
  "REPLACE INTO",
  "DELETE FROM",
  "LEFT OUTER JOIN",
  "RIGHT OUTER JOIN",
  "FULL OUTER JOIN",
  "LEFT JOIN",
  "RIGHT JOIN",
  "FULL JOIN",
  "INNER JOIN",
  "CROSS JOIN",
  "NATURAL JOIN",
  "JOIN",
  "GROUP BY",
  "ORDER BY",
  "UNION ALL",
  "UNION",
  "EXCEPT",
  "INTERSECT",
  "ON CONFLICT",
  "SELECT DISTINCT",
  "SELECT",
  "FROM",
  "WHERE",
  "HAVING",
  "WINDOW",
  "LIMIT",
  "VALUES",
  "SET",
  "UPDATE",
  "RETURNING",
  "WITH RECURSIVE",
  "WITH",
].map((words) => words.split(" "));
/** Behind these the word is a part of the clause before. */
const NOT_AFTER: Readonly<Record<string, readonly string[]>> = {
  FROM: ["DISTINCT"],
  REPLACE: ["OR"],
  UPDATE: ["DO", "ON"],
  SET: ["DELETE"],
  VALUES: ["DEFAULT"],
};
const BY_CONDITION = /^(WHERE|HAVING|.*JOIN|ON CONFLICT)$/;

function headAt(nodes: readonly Node[], at: number): number {
  const before = upper(nodes[at - 1]);
  const found = HEADS.find((words) => words.every((word, index) => upper(nodes[at + index]) === word));
  const isOnUpdate = before === "UPDATE" && upper(nodes[at - 2]) === "ON";
  if (found === undefined || isOnUpdate || NOT_AFTER[found[0] ?? ""]?.includes(before)) return 0;
  return found.length;
}

const spaces = (count: number): string => " ".repeat(count);

/** A statement, or a query in brackets: each clause begins a line. The first line is not indented. */
function layClauses(nodes: readonly Node[], indent: number): string {
  const starts = nodes.flatMap((_, at) => (at === 0 || headAt(nodes, at) > 0 ? [at] : []));
  // `INSERT OR REPLACE INTO`, `LEFT JOIN`: a word of a head does not begin another one.
  const heads = starts.filter((at, index) => {
    const last = starts[index - 1];
    return last === undefined || at >= last + Math.max(1, headAt(nodes, last));
  });
  return heads
    .map((at, index) => layClause(nodes.slice(at, heads[index + 1] ?? nodes.length), indent))
    .join(`\n${spaces(indent)}`);
}

function layClause(nodes: readonly Node[], indent: number): string {
  const whole = flat(nodes);
  if (whole !== null && whole.length + indent <= WIDTH) return whole;
  const length = headAt(nodes, 0);
  const head = nodes.slice(0, length);
  const words = head.map(upper).join(" ");
  const body = nodes.slice(length);
  if (length === 0 || hasComment(body)) return inline(nodes, indent);
  if (BY_CONDITION.test(words)) {
    return conditionsOf(body)
      .map((part, at) => inline(at === 0 ? [...head, ...part] : part, indent + 2))
      .join(`\n${spaces(indent + 2)}`);
  }
  const items = splitAt(body, (node) => node.kind === "sign" && node.text === ",");
  if (items.length === 1) return inline(nodes, indent);
  const next = `\n${spaces(indent + 2)}`;
  return `${flat(head) ?? words}${next}${items.map((item) => inline(item, indent + 2)).join(next)}`;
}

/** Each part ends with the node that ends it. */
function splitAt(nodes: readonly Node[], isEnd: (node: Node) => boolean): Node[][] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    parts.at(-1)?.push(node);
    if (isEnd(node)) parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}

/** Each but the first begins with its AND, OR or ON; the AND of a BETWEEN is none. */
function conditionsOf(nodes: readonly Node[]): Node[][] {
  const parts: Node[][] = [[]];
  let isBetween = false;
  for (const node of nodes) {
    const word = upper(node);
    const isNext = word === "OR" || word === "ON" || (word === "AND" && !isBetween);
    if (isNext) parts.push([]);
    if (word === "BETWEEN") isBetween = true;
    else if (word === "AND") isBetween = false;
    parts.at(-1)?.push(node);
  }
  return parts.filter((part) => part.length > 0);
}

/** In one line where it fits; else its brackets are opened, the last one first that is needed. */
function inline(nodes: readonly Node[], indent: number): string {
  const whole = flat(nodes);
  if (whole !== null && whole.length + indent <= WIDTH) return whole;
  let text = "";
  for (const [at, node] of nodes.entries()) {
    const before = nodes[at - 1];
    const needsLine =
      isLineComment(before) || (node.kind === "comment" && (node.gap === "line" || node.gap === "blank"));
    if (before !== undefined) text += needsLine ? `\n${spaces(indent)}` : between(nodes, at);
    text += node.kind === "bracket" ? layBracket(node, indent) : node.text;
  }
  return text;
}

function layBracket({ open, nodes, close }: Bracket, indent: number): string {
  const whole = flat([{ kind: "bracket", open, nodes, close }]);
  const column = open.text === "(" ? indent + 20 : indent;
  if (whole !== null && whole.length + column <= WIDTH) return whole;
  const next = `\n${spaces(indent + 2)}`;
  const end = `\n${spaces(indent)}${close.text}`;
  if (open.text !== "(") {
    const parts = caseParts(nodes).map((part) => inline(part, indent + 2));
    return `${open.text}${next}${parts.join(next)}${end}`;
  }
  if (headAt(nodes, 0) > 0) return `(${next}${layClauses(nodes, indent + 2)}${end}`;
  const isList = nodes.some((node) => node.kind === "sign" && node.text === ",");
  const parts = isList ? splitAt(nodes, (node) => node.kind === "sign" && node.text === ",") : conditionsOf(nodes);
  return `(${next}${parts.map((part) => inline(part, indent + 2)).join(next)}${end}`;
}

function caseParts(nodes: readonly Node[]): Node[][] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (upper(node) === "WHEN" || upper(node) === "ELSE") parts.push([]);
    parts.at(-1)?.push(node);
  }
  return parts.filter((part) => part.length > 0);
}

const hasComment = (nodes: readonly Node[]): boolean =>
  nodes.some((node) => node.kind === "comment" || (node.kind === "bracket" && hasComment(node.nodes)));

/** All of it in one line; null where a comment, or a text with line ends, has another idea. */
function flat(nodes: readonly Node[]): string | null {
  let text = "";
  for (const [at, node] of nodes.entries()) {
    const piece = node.kind === "bracket" ? flatBracket(node) : node.kind === "comment" ? null : node.text;
    if (piece === null || piece.includes("\n")) return null;
    text += between(nodes, at) + piece;
  }
  return text;
}

function flatBracket({ open, nodes, close }: Bracket): string | null {
  const inner = flat(nodes);
  if (inner === null) return null;
  return open.text === "(" ? `(${inner})` : [open.text, inner, close.text].filter(Boolean).join(" ");
}

const PLUS_OR_MINUS = new Set(["+", "-", "~"]);
/** Behind these a plus or minus is the sign of a number. */
const BEFORE_SIGN = new Set(
  "AND OR NOT IN IS LIKE BETWEEN CASE WHEN THEN ELSE SELECT DISTINCT WHERE HAVING BY LIMIT OFFSET ON SET VALUES".split(
    " ",
  ),
);

/** What stands between a piece of a line and the one before. */
function between(nodes: readonly Node[], at: number): string {
  const [before, node] = [nodes[at - 1], nodes[at]];
  if (before === undefined || node === undefined) return "";
  const text = node.kind === "bracket" ? node.open.text : node.text;
  const last = before.kind === "bracket" ? before.close.text : before.text;
  if (text === "," || text === "." || last === ".") return "";
  // `count(*)` is a call, `IN (1)` is none: as it was written.
  if (text === "(" && before.kind !== "bracket" && before.kind !== "sign") return hasGap(node) ? " " : "";
  const two = nodes[at - 2];
  const isFirst = two === undefined || two.kind === "sign" || BEFORE_SIGN.has(upper(two));
  return before.kind === "sign" && PLUS_OR_MINUS.has(last) && isFirst && !hasGap(node) ? "" : " ";
}

const hasGap = (node: Node): boolean => (node.kind === "bracket" ? node.open : node).gap !== "none";
