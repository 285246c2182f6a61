import { TASK_STATES } from "../../../shared/model/task";
import {
  canExclude,
  FILTER_FIELDS,
  type FieldName,
  type FilterToken,
  filterTokens,
} from "../../../shared/model/task-filter-text";
import { lookOf } from "../../ui/looks";

/** What may be typed where the caret is. */
export interface Completion {
  /** The part of the text that it takes the place of. */
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  readonly label: string;
  readonly detail: string;
  /** A state's glyph stands before it. */
  readonly state?: string;
}

/** Values that are known, by field. */
export interface Vocabulary {
  readonly types: readonly string[];
  readonly workers: readonly string[];
  readonly tags: readonly string[];
  readonly plans: ReadonlyArray<{ readonly id: string; readonly title: string }>;
}

const MOST = 9;
const RANGES: Readonly<Record<string, ReadonlyArray<readonly [value: string, detail: string]>>> = {
  priority: [
    [">=5", "urgent"],
    [">=3", "3 and above"],
    ["1", "exactly 1"],
  ],
  attempts: [
    [">1", "tried again"],
    ["0", "never begun"],
  ],
  unchangedFor: [
    ["<1h", "within the last hour"],
    ["<24h", "within the last day"],
    ["<7d", "within the last week"],
    [">1h", "not for an hour"],
  ],
  age: [
    ["<1h", "made within the last hour"],
    ["<24h", "made within the last day"],
    [">7d", "made more than a week ago"],
  ],
};

const quoted = (value: string): string => (/[\s",\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, "\\$&")}"` : value);
const matches = (value: string, typed: string): boolean => value.toLowerCase().includes(typed.toLowerCase());

/** What fits the caret: names of fields at the beginning of a word, after a colon the values that are known. */
export function completionsAt(text: string, caret: number, known: Vocabulary): Completion[] {
  const token = filterTokens(text).find(({ from, to }) => from <= caret && caret <= to);
  if (token === undefined || token.field === null) return fieldsFor(token, caret, text);
  const from = valueStart(text, token, caret);
  const typed = text.slice(from, caret).replaceAll('"', "");
  const option = (value: string, label: string, detail: string, state?: string): Completion => ({
    from,
    to: valueEnd(text, token, caret),
    insert: quoted(value),
    label,
    detail,
    ...(state === undefined ? {} : { state }),
  });
  const values = valuesOf(token.field, known)
    .filter(({ value, label }) => matches(label, typed) || matches(value, typed))
    .slice(0, MOST);
  return values.map(({ value, label, detail, state }) => option(value, label, detail, state));
}

function fieldsFor(token: FilterToken | undefined, caret: number, text: string): Completion[] {
  const from = token?.from ?? caret;
  const given = text.slice(from, caret);
  const minus = given.startsWith("-") ? "-" : "";
  const typed = given.slice(minus.length).toLowerCase();
  if (typed === "" || typed.startsWith('"')) return [];
  return (Object.keys(FILTER_FIELDS) as FieldName[])
    .filter((name) => minus === "" || canExclude(name))
    .map((name) => FILTER_FIELDS[name])
    .filter(({ word, label }) => word.startsWith(typed) || label.toLowerCase().startsWith(typed))
    .slice(0, MOST)
    .map(({ word, label, hint }) => ({
      from,
      to: token?.to ?? caret,
      insert: `${minus}${word}:`,
      label: `${minus}${word}:`,
      detail: minus === "" ? `${label}: ${hint}` : `leave out by ${label.toLowerCase()}: ${hint}`,
    }));
}

/** Every field, for a menu of them. */
export function allFields(): ReadonlyArray<{ readonly word: string; readonly label: string; readonly hint: string }> {
  return Object.values(FILTER_FIELDS);
}

interface Value {
  readonly value: string;
  readonly label: string;
  readonly detail: string;
  readonly state?: string;
}

const plain = (value: string): Value => ({ value, label: value, detail: "" });

function valuesOf(field: NonNullable<FilterToken["field"]>, known: Vocabulary): readonly Value[] {
  switch (field) {
    case "states":
      return TASK_STATES.map((state) => ({ value: state, label: lookOf("task", state).label, detail: state, state }));
    case "planIds":
      return known.plans.map(({ id, title }) => ({ value: id, label: title, detail: "" }));
    case "types":
      return known.types.map(plain);
    case "workers":
      return known.workers.map(plain);
    case "tags":
      return known.tags.map(plain);
    default:
      return (RANGES[field] ?? []).map(([value, detail]) => ({ value, label: value, detail }));
  }
}

function valueStart(text: string, { valueFrom }: FilterToken, caret: number): number {
  const comma = text.lastIndexOf(",", caret - 1);
  return comma >= valueFrom ? comma + 1 : valueFrom;
}

function valueEnd(text: string, { to }: FilterToken, caret: number): number {
  const comma = text.indexOf(",", caret);
  return comma === -1 || comma > to ? to : comma;
}
