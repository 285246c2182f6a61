import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { positionAt } from "./plan-position";
import { ITEM, keysAt, type Step, valuesAt } from "./plan-schema";

export interface KnownAgent {
  readonly id: string;
  readonly title: string;
}

const IDS = /(?:^|[\s{,[-])["']?id["']?\s*:\s*["']?([\w.-]+)/gm;

/** The ids of a text's subtasks, in its order. */
export function subtaskIds(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(IDS), ([, id = ""]) => id))];
}

/** The names of a text's parameters. */
export function parameterNames(text: string): string[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => /^parameters\s*:/.test(line));
  if (from < 0) return [];
  const block = lines.slice(from + 1);
  const end = block.findIndex((line) => /^[^\s#]/.test(line));
  const inside = end < 0 ? block : block.slice(0, end);
  const indent = inside.map((line) => /^(\s+)[\w]/.exec(line)?.[1]?.length ?? 0).find((width) => width > 0) ?? 0;
  return inside.flatMap((line) => new RegExp(`^\\s{${indent}}(\\w+)\\s*:`).exec(line)?.[1] ?? []);
}

/** Values at a place: those of the schema, and what this very plan and this console name. */
export function wordsAt(path: readonly Step[], text: string, agents: readonly KnownAgent[]): Completion[] {
  const last = path.findLast((step) => step !== ITEM) ?? "";
  if (last === "dependencies" || last === "depends_on" || (last === "synthesis" && path.length === 1)) {
    return subtaskIds(text).map((label) => ({ label, type: "variable" }));
  }
  if (last === "agent") {
    const titles = new Map(agents.map(({ id, title }) => [id, title]));
    const ids = new Set([...agents.map(({ id }) => id), ...valuesAt(path)]);
    return Array.from(ids, (label) => ({ label, type: "class", detail: titles.get(label) ?? "" }));
  }
  return valuesAt(path).map((label) => ({ label, type: "enum" }));
}

/** Names inside `${{ ... }}`, wherever it stands. */
function expressionAt(before: string, text: string): { readonly typed: string; readonly options: Completion[] } | null {
  const match = /\$\{\{\s*([\w.]*)$/.exec(before);
  if (match === null) return null;
  const [head = "", ...rest] = (match[1] ?? "").split(".");
  if (rest.length === 0) {
    return { typed: head, options: ["params", "subtasks", "matrix"].map((label) => ({ label, type: "namespace" })) };
  }
  const names = head === "params" ? parameterNames(text) : head === "subtasks" ? subtaskIds(text) : [];
  return rest.length > 1
    ? null
    : { typed: rest[0] ?? "", options: names.map((label) => ({ label, type: "variable" })) };
}

/** Completes keys, values, agents, ids of subtasks and names in expressions. */
export function completePlan(context: CompletionContext, agents: readonly KnownAgent[]): CompletionResult | null {
  const { state, pos, explicit } = context;
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from);
  const text = state.doc.toString();
  const expression = expressionAt(before, text);
  if (expression !== null) return { from: pos - expression.typed.length, options: expression.options };
  const position = positionAt(text.split("\n"), { line: line.number - 1, column: pos - line.from });
  if (position === null) return null;
  const { kind, path, typed, beside } = position;
  const from = pos - typed.length;
  const values = wordsAt(path, text, agents);
  if (kind === "value") return values.length === 0 ? null : { from, options: values };
  if (typed === "" && !explicit) return null;
  const keys = keysAt(path)
    .filter(({ word }) => !beside.includes(word))
    .map(
      ({ word, text: info }): Completion => ({
        label: word,
        type: "property",
        apply: `${word}: `,
        ...(info && { info }),
      }),
    );
  const options = keys.length > 0 ? keys : values;
  return options.length === 0 ? null : { from, options, validFor: /^[\w.-]*$/ };
}
