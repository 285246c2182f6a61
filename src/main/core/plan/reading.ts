import { isCollection, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { NamedAgent } from "../../../shared/model/agent-work";
import type { PlanSource, Problem } from "./source";
import type { Suggest } from "./suggest";

/** A finding before its offset has become a line. */
export interface Report extends Problem {
  readonly subtaskId: string | null;
}

/** What reads a plan's nodes and notes what is wrong with them. */
export interface Reading {
  readonly source: PlanSource;
  readonly suggest: Suggest;
  /** The agents beside the built-in ones, by id. */
  readonly agents: ReadonlyMap<string, NamedAgent>;
  /** The plan is data of another program: keys that are not known, and keys without value, are left out. */
  readonly isForeign: boolean;
  readonly report: (report: Report) => void;
  /** Takes from what a plan may hold in all, counting what aliases repeat. Throws `OversizedPlan`. */
  readonly spend: (items: number) => void;
}

/** Aliases can make a small text stand for billions of items. */
export class OversizedPlan extends Error {}

/** What is being read: opens each message, and the subtask that its findings belong to. */
export interface Subject {
  readonly reading: Reading;
  /** "The plan", 'Subtask "build"', 'Parameter "folder"'. */
  readonly name: string;
  readonly subtaskId: string | null;
}

/** A key as written and its value, aliases resolved. */
export interface Field {
  readonly key: Scalar;
  readonly value: Node;
}

/** By canonical key. */
export type Fields = ReadonlyMap<string, Field>;

/** The keys that a mapping may have, each with its canonical form: itself, or what it is another word for. */
export type KnownKeys = ReadonlyMap<string, string>;

export function knownKeys(keys: readonly string[], synonyms: Readonly<Record<string, string>> = {}): KnownKeys {
  return new Map([...keys.map((key) => [key, key] as const), ...Object.entries(synonyms)]);
}

export function offsetOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}

export function fault(subject: Subject, code: string, at: Node | number | null, problem: string): void {
  note(subject, "error", code, at, problem);
}

export function caution(subject: Subject, code: string, at: Node | number | null, problem: string): void {
  note(subject, "warning", code, at, problem);
}

function note(
  subject: Subject,
  severity: Report["severity"],
  code: string,
  at: Node | number | null,
  problem: string,
): void {
  subject.reading.report({
    severity,
    code,
    message: `${subject.name} ${problem}`,
    offset: typeof at === "number" ? at : offsetOf(at),
    subtaskId: subject.subtaskId,
  });
}

/** Words of other tools, for what is called differently here. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  after: "dependencies",
  args: "run",
  cmd: "run",
  command: "run",
  deps: "dependencies",
  desc: "description",
  environment: "env",
  inputs: "parameters",
  jobs: "subtasks",
  max_parallel: "concurrency",
  name: "title",
  needs: "dependencies",
  params: "parameters",
  parallelism: "concurrency",
  requires: "dependencies",
  script: "run",
  shell: "run",
  steps: "subtasks",
  tasks: "subtasks",
  variables: "env",
  workdir: "cwd",
  working_directory: "cwd",
};

/**
 * A mapping's fields, with `<<` merges applied (own keys win). Null and a finding when the node is none.
 * `known` null: any key goes. Keys that begin with `x-` are the author's own and left out.
 */
export function readMapping(subject: Subject, node: Node | null, known: KnownKeys | null): Fields | null {
  if (!isMap(node)) {
    fault(subject, "wrong_type", node, `must be a mapping (lines of "key: value"), not ${whatIs(node)}.`);
    return null;
  }
  const fields = new Map<string, Field>();
  collectFields(subject, node, known, fields, 0);
  return fields;
}

/** Merges of merges of merges end somewhere: an anchor may hold itself. */
const DEEPEST_MERGE = 20;

function collectFields(
  subject: Subject,
  node: Node,
  known: KnownKeys | null,
  fields: Map<string, Field>,
  depth: number,
): void {
  if (!isMap(node)) return;
  const { source, spend } = subject.reading;
  spend(node.items.length);
  const own = new Map<string, Scalar>();
  const merges: Node[] = [];
  for (const pair of node.items) {
    const key = source.resolve(pair.key);
    if (!isScalar(key) || (typeof key.value === "object" && key.value !== null)) {
      fault(subject, "wrong_type", key, "has a key that is no plain text.");
      continue;
    }
    const written = scalarText(key);
    const value = source.resolve(pair.value);
    if (written === "<<") {
      if (value) merges.push(value);
      continue;
    }
    if (known && written.startsWith("x-")) continue;
    const canonical = known ? known.get(written) : written;
    if (subject.reading.isForeign && (canonical === undefined || own.has(canonical))) continue;
    if (canonical === undefined) {
      fault(subject, "unknown_key", key, unknownKey(subject, written, known));
      continue;
    }
    const first = own.get(canonical);
    if (first) {
      const { line } = source.place(offsetOf(first));
      const again = scalarText(first) === written ? "" : `, which is the same as "${scalarText(first)}"`;
      fault(subject, "duplicate_key", key, `has "${written}"${again} twice: the first is on line ${line}. Keep one.`);
      continue;
    }
    own.set(canonical, key);
    if (subject.reading.isForeign && isScalar(value) && value.value === null) continue;
    if (!value) {
      if (pair.value) reportMissingAnchor(subject, pair.value as Node);
      else fault(subject, "wrong_type", key, noValue(written));
    } else if (isScalar(value) && value.value === null) {
      if (!fields.has(canonical)) fault(subject, "wrong_type", key, noValue(written));
    } else if (!fields.has(canonical)) fields.set(canonical, { key, value });
  }
  for (const merged of merges) mergeFields(subject, merged, known, fields, depth);
}

function mergeFields(
  subject: Subject,
  merged: Node,
  known: KnownKeys | null,
  fields: Map<string, Field>,
  depth: number,
): void {
  const sources = isSeq(merged) ? merged.items.map((item) => subject.reading.source.resolve(item)) : [merged];
  for (const node of sources) {
    if (isMap(node) && depth < DEEPEST_MERGE) collectFields(subject, node, known, fields, depth + 1);
    else fault(subject, "wrong_type", merged, 'merges ("<<") something that is no mapping, or merges too deeply.');
  }
}

function noValue(key: string): string {
  return `has "${key}" without a value: give one, or remove the key.`;
}

function unknownKey(subject: Subject, written: string, known: KnownKeys | null): string {
  const names = known ? [...known.keys()] : [];
  const foreign = FOREIGN_WORDS[Object.hasOwn(FOREIGN_WORDS, written) ? written : ""];
  const meant = (foreign && known?.has(foreign) ? foreign : null) ?? subject.reading.suggest(written, names);
  const hint = meant ? `Did you mean "${meant}"?` : `Known are ${names.join(", ")}.`;
  return `has an unknown key "${written}". ${hint}`;
}

function reportMissingAnchor(subject: Subject, alias: Node): void {
  const name = subject.reading.source.text.slice(offsetOf(alias), (alias.range?.[1] ?? 0) || undefined);
  fault(subject, "unknown_anchor", alias, `uses ${name}, but no &${name.replace("*", "")} stands before it.`);
}

/** Whether a mapping has a key, be its value fit for use or not. */
export function hasKey(node: Node | null, key: string): boolean {
  return isMap(node) && node.has(key);
}

/** A list's items, aliases resolved. Null and a finding when the node is no list. */
export function readList(subject: Subject, field: Field, what: string): Node[] | null {
  if (!isSeq(field.value)) {
    const key = scalarText(field.key);
    fault(subject, "wrong_type", field.value, `needs a list of ${what} as "${key}", not ${whatIs(field.value)}.`);
    return null;
  }
  subject.reading.spend(field.value.items.length);
  const items: Node[] = [];
  for (const item of field.value.items) {
    const node = subject.reading.source.resolve(item);
    if (node) items.push(node);
    else reportMissingAnchor(subject, item as Node);
  }
  return items;
}

/** Text. Null and a finding when it is something else, or empty where it may not be. */
export function readText(subject: Subject, field: Field | undefined, mayBeEmpty = true): string | null {
  if (!field) return null;
  const { value } = field;
  const key = scalarText(field.key);
  if (!isScalar(value) || typeof value.value !== "string") {
    const hint = isPlainValue(value) ? `: put it in quotes, as in ${key}: "${scalarText(value)}"` : bracesHint(value);
    fault(subject, "wrong_type", value, `needs text as "${key}", not ${whatIs(value)}${hint}.`);
    return null;
  }
  if (!mayBeEmpty && value.value.trim() === "") {
    fault(subject, "wrong_type", value, `has an empty "${key}".`);
    return null;
  }
  return hasNul(subject, value, key) ? null : value.value;
}

/** Text, or a number or boolean as it is written. */
export function readWord(subject: Subject, value: Node, what: string): string | null {
  if (!isPlainValue(value)) {
    fault(subject, "wrong_type", value, `needs text as ${what}, not ${whatIs(value)}${bracesHint(value)}.`);
    return null;
  }
  return hasNul(subject, value, what) ? null : scalarText(value);
}

function hasNul(subject: Subject, value: Scalar, what: string): boolean {
  if (!scalarText(value).includes("\0")) return false;
  fault(subject, "wrong_type", value, `has a NUL character in ${what}, which no process can be given.`);
  return true;
}

/** An integer of a range. Null and a finding when it is something else. */
export function readInteger(
  subject: Subject,
  field: Field,
  range: { readonly min: number; readonly max: number },
  code = "wrong_type",
): number | null {
  const value = isScalar(field.value) ? field.value.value : null;
  if (typeof value === "number" && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  const key = scalarText(field.key);
  const bounds = `from ${range.min} to ${range.max}`;
  fault(subject, code, field.value, `needs a whole number ${bounds} as "${key}", not ${whatIs(field.value)}.`);
  return null;
}

/** A string, number or boolean. */
export function isPlainValue(node: Node | null): node is Scalar<string | number | boolean> {
  return isScalar(node) && ["string", "number", "boolean"].includes(typeof node.value);
}

/** A scalar as its author wrote it (`1.0` stays `1.0`), without quotes. */
export function scalarText(scalar: Scalar): string {
  if (typeof scalar.value === "string") return scalar.value;
  return scalar.source ?? String(scalar.value);
}

/** What a node is, for the end of a message. */
export function whatIs(node: Node | null): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null || node.value === undefined) return "nothing";
  if (typeof node.value === "string") return node.value === "" ? "empty text" : JSON.stringify(clip(node.value));
  return `the ${typeof node.value} ${clip(scalarText(node))}`;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** `{{ x }}` and `{a}` without quotes are YAML mappings, which nobody means by them. */
function bracesHint(node: Node): string {
  return isCollection(node) && node.flow ? ": put text with braces or brackets in quotes" : "";
}
