import type { TemplatePart } from "./template";

/**
 * Where in a shell script something to fill in stands. `escaped`: right behind a backslash. `quoted-heredoc`: in a
 * here-document whose delimiter is quoted.
 */
export type ShellContext =
  | "plain"
  | "double"
  | "single"
  | "arithmetic"
  | "comment"
  | "heredoc"
  | "quoted-heredoc"
  | "escaped";

interface Frame {
  readonly kind: "plain" | "double" | "arithmetic";
  /** What closes the frame; empty for the script itself. */
  readonly end: "" | '"' | ")" | "`" | "))";
  /** Parentheses opened inside. */
  depth: number;
}

interface PendingHeredoc {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
}

/**
 * The context of each hole of a script, in order. It reads a POSIX shell's quoting, not its grammar: an
 * unusual script (a `case` pattern inside `$(...)`) may be misread. That is a matter of comfort and not of
 * safety, for whatever the answer is, a hole becomes a reference to a variable and never program text.
 */
export function shellContexts(parts: readonly TemplatePart[]): ShellContext[] {
  let script = "";
  const holes: number[] = [];
  for (const part of parts) {
    if (!("text" in part)) holes.push(script.length);
    script += "text" in part ? part.text : "x";
  }

  const contexts: ShellContext[] = [];
  /** Gives `context` to the holes before `end` that have none yet. */
  const mark = (end: number, context: ShellContext): void => {
    while ((holes[contexts.length] ?? end) < end) contexts.push(context);
  };
  const frames: Frame[] = [{ kind: "plain", end: "", depth: 0 }];
  const pending: PendingHeredoc[] = [];
  let at = 0;

  while (at < script.length && contexts.length < holes.length) {
    const frame = frames.at(-1) ?? { kind: "plain", end: "", depth: 0 };
    const char = script[at];
    mark(at + 1, frame.kind);
    if (char === "\\") {
      mark(at + 2, "escaped");
      at += 2;
    } else if (char === frame.end) {
      if (frame.depth > 0) frame.depth--;
      else frames.pop();
      at++;
    } else if (char === "`") {
      frames.push({ kind: "plain", end: "`", depth: 0 });
      at++;
    } else if (script.startsWith("$((", at)) {
      frames.push({ kind: "arithmetic", end: "))", depth: 0 });
      at += 3;
    } else if (script.startsWith("$(", at)) {
      frames.push({ kind: "plain", end: ")", depth: 0 });
      at += 2;
    } else if (frame.kind === "arithmetic") {
      if (script.startsWith("))", at) && frame.depth === 0) {
        frames.pop();
        at += 2;
      } else {
        if (char === "(") frame.depth++;
        if (char === ")") frame.depth--;
        at++;
      }
    } else if (frame.kind === "double") {
      at++;
    } else if (char === "'") {
      at = after(script, "'", at + 1);
      mark(at, "single");
    } else if (char === '"') {
      frames.push({ kind: "double", end: '"', depth: 0 });
      at++;
    } else if (char === "#" && (at === 0 || /[\s;&|(]/.test(script[at - 1] ?? ""))) {
      at = lineEnd(script, at);
      mark(at, "comment");
    } else if (script.startsWith("<<<", at)) {
      at += 3;
    } else if (script.startsWith("<<", at)) {
      const word = /^<<(-?)[ \t]*((?:'[^']*'|"[^"]*"|\\.|[^\s;&|<>()'"\\])+)/.exec(script.slice(at, at + 300));
      if (word?.[2]) {
        const delimiter = word[2].replace(/['"\\]/g, "");
        pending.push({ delimiter, isQuoted: delimiter !== word[2], stripsTabs: word[1] === "-" });
      }
      at += word?.[0].length ?? 2;
    } else if (char === "\n" && pending.length > 0) {
      at++;
      for (const heredoc of pending.splice(0)) {
        at = heredocEnd(script, at, heredoc);
        mark(at, heredoc.isQuoted ? "quoted-heredoc" : "heredoc");
      }
    } else {
      if (char === "(" && frame.end === ")") frame.depth++;
      at++;
    }
  }
  mark(script.length + 1, frames.at(-1)?.kind ?? "plain");
  return contexts;
}

function after(script: string, text: string, from: number): number {
  const found = script.indexOf(text, from);
  return found === -1 ? script.length : found + text.length;
}

function lineEnd(script: string, from: number): number {
  const found = script.indexOf("\n", from);
  return found === -1 ? script.length : found;
}

function heredocEnd(script: string, from: number, heredoc: PendingHeredoc): number {
  let at = from;
  while (at < script.length) {
    const end = lineEnd(script, at);
    const line = script.slice(at, end);
    at = Math.min(end + 1, script.length);
    if ((heredoc.stripsTabs ? line.replace(/^\t+/, "") : line) === heredoc.delimiter) break;
  }
  return at;
}
