import type { ExcludedTasks, TaskFilter } from "./task-filter";

/**
 * Filters as a person types them: `state:failed,blocked plan:p-1 priority:>=3 age:<2h "timed out"`. Words without a
 * field are text to be found; a field given twice means either; `-state:cancelled` leaves out what matches. Quotes keep what has blanks, commas or colons
 * together; within them `\"` is a quote and `\\` a backslash.
 */

/** What a field takes, for those who explain or complete it. */
export interface FilterField {
  /** As typed before the colon. */
  readonly word: string;
  readonly label: string;
  readonly kind: "list" | "numbers" | "durations" | "words";
  readonly hint: string;
}

/** A field that says something of a task. */
export type FieldName = Exclude<keyof TaskFilter, "not">;
/** A field by which tasks can be left out. */
export type ExcludedName = keyof ExcludedTasks;

const EXCLUDED: readonly ExcludedName[] = ["states", "planIds", "types", "workers", "tags", "error", "text"];

export function canExclude(field: FieldName): field is ExcludedName {
  return EXCLUDED.some((name) => name === field);
}

export const FILTER_FIELDS: Readonly<Record<FieldName, FilterField>> = {
  states: { word: "state", label: "State", kind: "list", hint: "failed, in_progress, blocked" },
  planIds: { word: "plan", label: "Plan", kind: "list", hint: "a plan’s title or id" },
  types: { word: "type", label: "Type", kind: "list", hint: "command, llm: the agent" },
  workers: { word: "worker", label: "Worker", kind: "list", hint: "who works on it, or did last" },
  tags: { word: "tag", label: "Tag", kind: "list", hint: "one of its tags" },
  priority: { word: "priority", label: "Priority", kind: "numbers", hint: "3, >=3 or 2..5" },
  attempts: { word: "attempts", label: "Attempts", kind: "numbers", hint: ">1" },
  unchangedFor: { word: "changed", label: "Changed", kind: "durations", hint: "<24h: within a day; >1h: before" },
  age: { word: "age", label: "Age", kind: "durations", hint: "<2h: made since; >7d: before" },
  error: { word: "error", label: "Error", kind: "words", hint: "part of why it failed" },
  ids: { word: "id", label: "Id", kind: "list", hint: "exactly these tasks" },
  text: { word: "text", label: "Text", kind: "words", hint: "part of title, id or payload" },
};

const FIELD_NAMES = Object.keys(FILTER_FIELDS) as FieldName[];

/** The field that a word before a colon names; undefined when it names none. */
function fieldOfWord(word: string): FieldName | undefined {
  return FIELD_NAMES.find((name) => FILTER_FIELDS[name].word === word.toLowerCase());
}

/** A place in the text that means nothing, with what would. */
export interface FilterProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

export interface ParsedFilter {
  /** What could be read, whatever else is wrong. */
  readonly filter: TaskFilter;
  readonly problems: readonly FilterProblem[];
}

/** A run of characters without an unquoted blank. */
export interface FilterToken {
  readonly from: number;
  readonly to: number;
  /** Null: it is text. */
  readonly field: FieldName | null;
  /** A minus stands before the field: what matches is left out. */
  readonly isNot: boolean;
  /** Where its value begins: after the colon, or with the token. */
  readonly valueFrom: number;
  /** Unquoted, split at unquoted commas. */
  readonly values: readonly string[];
  /** A word before a colon that names no field. */
  readonly unknownField: string | null;
  readonly isUnclosed: boolean;
}

const MOST_ITEMS = 10_000;

export function filterTokens(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "")) at += 1;
    else {
      const token = readToken(text, at);
      tokens.push(token);
      at = token.to;
    }
  }
  return tokens;
}

function readToken(text: string, from: number): FilterToken {
  const [, minus = "", word = ""] = /^(-?)([A-Za-z_]+):(?!\/\/)/.exec(text.slice(from, from + 41)) ?? [];
  const field = word === "" ? undefined : fieldOfWord(word);
  const valueFrom = field === undefined ? from : from + minus.length + word.length + 1;
  const values: string[] = [];
  let value = "";
  let isQuoted = false;
  let at = valueFrom;
  for (; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (isQuoted && sign === "\\" && at + 1 < text.length) {
      at += 1;
      value += text[at];
    } else if (sign === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(sign)) break;
    else if (!isQuoted && sign === "," && field !== undefined) {
      values.push(value);
      value = "";
    } else value += sign;
  }
  values.push(value);
  const unknownField = word !== "" && field === undefined ? word : null;
  const isNot = field !== undefined && minus !== "";
  return { from, to: at, field: field ?? null, isNot, valueFrom, values, unknownField, isUnclosed: isQuoted };
}

/** Reads a typed filter. What means nothing is a problem, and left out. */
export function parseFilterText(text: string): ParsedFilter {
  const lists = new Map<FieldName, string[]>();
  const ranges = new Map<FieldName, Range>();
  const words = new Map<FieldName, string[]>();
  const notLists = new Map<FieldName, string[]>();
  const notWords = new Map<FieldName, string[]>();
  const problems: FilterProblem[] = [];
  for (const token of filterTokens(text)) {
    const { from, to, field, isNot, values, unknownField, isUnclosed } = token;
    const problem = (message: string) => problems.push({ from, to, message });
    if (isUnclosed) problem("A quote is not closed.");
    if (unknownField !== null) {
      problem(`There is no field ${unknownField}. To look for it as text, put it into quotes.`);
      continue;
    }
    const given = values.filter((value) => value.trim() !== "");
    const { kind, word, hint } = FILTER_FIELDS[field ?? "text"];
    const intoWords = isNot ? notWords : words;
    const intoLists = isNot ? notLists : lists;
    if (given.length === 0) problem(field === null ? "The quotes hold nothing." : `${word}: needs a value: ${hint}.`);
    else if (isNot && field !== null && !canExclude(field)) {
      problem(`-${word}: cannot be left out. Say what is wanted: ${word}:, with ${hint}.`);
    } else if (kind === "words") {
      intoWords.set(field ?? "text", [...(intoWords.get(field ?? "text") ?? []), values.join(",")]);
    } else if (field !== null && kind === "list") intoLists.set(field, [...(intoLists.get(field) ?? []), ...given]);
    else if (field !== null) {
      const range = given.length === 1 ? readRange(given[0] ?? "", kind === "durations") : null;
      if (range === null) problem(`${word}: takes ${hint}.`);
      else ranges.set(field, { ...ranges.get(field), ...range });
    }
  }
  for (const [field, { min, max }] of ranges) {
    if (min === undefined || max === undefined || min <= max) continue;
    problems.push({
      from: 0,
      to: text.length,
      message: `${FILTER_FIELDS[field].word}: its lower end is above its upper end.`,
    });
    ranges.delete(field);
  }
  const not = fieldsOf(notLists, notWords);
  const filter = { ...fieldsOf(lists, words), ...Object.fromEntries(ranges) };
  return { filter: Object.keys(not).length === 0 ? filter : { ...filter, not }, problems };
}

type Many = ReadonlyMap<FieldName, readonly string[]>;

function fieldsOf(lists: Many, words: Many): TaskFilter {
  return Object.fromEntries([
    ...[...lists].map(([field, items]) => [field, items.slice(0, MOST_ITEMS)]),
    ...[...words].map(([field, parts]) => [field, parts.join(" ").trim()]),
  ]);
}

interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const UNITS: ReadonlyArray<readonly [unit: string, ms: number]> = [
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

const NUMBER = "-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?";
const RANGE = new RegExp(
  `^(?:(?<sign>[<>]=?)(?<one>${NUMBER})(?<oneUnit>[a-z]*)|(?<low>${NUMBER})(?<lowUnit>[a-z]*)(?:\\.\\.(?<high>${NUMBER})(?<highUnit>[a-z]*))?)$`,
  "i",
);

function readRange(text: string, isDuration: boolean): Range | null {
  const { sign, one, oneUnit, low, lowUnit, high, highUnit } = RANGE.exec(text.trim())?.groups ?? {};
  const number = (digits: string | undefined, unit: string | undefined): number | null => {
    if (digits === undefined) return null;
    const value = Number(digits);
    if (!isDuration) return unit === "" && Number.isSafeInteger(value) ? value : null;
    const ms = UNITS.find(([name]) => name === unit?.toLowerCase())?.[1];
    return ms === undefined || value < 0 || !Number.isFinite(value * ms) ? null : value * ms;
  };
  const single = number(one, oneUnit);
  if (single !== null) {
    // Of whole numbers "more than" excludes the number itself; of moments the difference is none.
    const step = isDuration || sign?.endsWith("=") ? 0 : 1;
    return sign?.startsWith(">") ? { min: single + step } : { max: single - step };
  }
  const min = number(low, lowUnit);
  if (min === null) return null;
  if (high === undefined) return isDuration ? null : { min, max: min };
  const max = number(high, highUnit);
  return max === null ? null : { min, max };
}

/** The filter as text that reads as itself. */
export function formatFilterText(filter: TaskFilter): string {
  const parts: string[] = [];
  for (const name of FIELD_NAMES) {
    const value = filter[name];
    if (value === undefined) continue;
    const { word, kind } = FILTER_FIELDS[name];
    if (typeof value === "string") parts.push(name === "text" ? quotedText(value) : `${word}:${quoted(value)}`);
    else if (isList(value)) parts.push(`${word}:${value.map(quoted).join(",")}`);
    else parts.push(...formatRange(value, kind === "durations").map((range) => `${word}:${range}`));
  }
  for (const name of EXCLUDED) {
    const value = filter.not?.[name];
    if (value === undefined) continue;
    const values = typeof value === "string" ? [value] : value;
    parts.push(`-${FILTER_FIELDS[name].word}:${values.map(quoted).join(",")}`);
  }
  return parts.join(" ");
}

const isList = (value: object): value is readonly string[] => Array.isArray(value);

const inQuotes = (value: string): string => `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
// After a colon, two slashes begin an address: a text.
const quoted = (value: string): string => (/^$|^\/\/|[\s",\\]/.test(value) ? inQuotes(value) : value);
const quotedText = (value: string): string => (/[\s":\\]/.test(value) ? inQuotes(value) : value);

function formatRange({ min, max }: Range, isDuration: boolean): string[] {
  const format = isDuration ? formatAge : String;
  if (min !== undefined && max !== undefined)
    return [min === max && !isDuration ? String(min) : `${format(min)}..${format(max)}`];
  const equal = isDuration ? "" : "=";
  if (min !== undefined) return [`>${equal}${format(min)}`];
  return max === undefined ? [] : [`<${equal}${format(max)}`];
}

/** In the largest unit that says it in a whole number. */
export function formatAge(ms: number): string {
  const [unit, length] = UNITS.find(([, of]) => ms > 0 && Number.isInteger(ms / of)) ?? ["ms", 1];
  return `${ms / length}${unit}`;
}
