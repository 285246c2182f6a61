import type { TaskFilter } from "../../../shared/model/task-filter";
import {
  canExclude,
  FILTER_FIELDS,
  type FieldName,
  formatAge,
  formatFilterText,
} from "../../../shared/model/task-filter-text";
import { plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";

/** A part of the filter in words: field, operator, value. */
export interface ChipWords {
  /** Of its own among the parts of a filter. */
  readonly key: string;
  readonly field: FieldName;
  /** What matches it is left out. */
  readonly isNot: boolean;
  /** What its operator turns into; null: it has only this one. */
  readonly turned: string | null;
  readonly label: string;
  readonly operator: string;
  readonly value: string;
  /** The one state that it names. */
  readonly state: string | null;
  /** As it is typed. */
  readonly text: string;
}

const SHOWN = 2;
const NOUN: Readonly<Partial<Record<FieldName, string>>> = {
  states: "state",
  planIds: "plan",
  types: "type",
  workers: "worker",
  tags: "tag",
  ids: "task",
};

interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function rangeWords({ min, max }: Range, isAge: boolean): readonly [operator: string, value: string] {
  const format = isAge ? formatAge : String;
  if (min !== undefined && max !== undefined) {
    return min === max ? ["is", format(min)] : ["between", `${format(min)} and ${format(max)}`];
  }
  if (max !== undefined) return [isAge ? "within" : "at most", format(max)];
  return [isAge ? "before" : "at least", min === undefined ? "" : format(min)];
}

interface Operators {
  readonly is: string;
  readonly isNot: string;
}

const ONE: Operators = { is: "is", isNot: "is not" };
const SEVERAL: Operators = { is: "any of", isNot: "none of" };
const PART: Operators = { is: "contains", isNot: "without" };

/** The parts of a filter, each with what it says; what is left out comes last. */
export function chipsOf(
  { not = {}, ...filter }: TaskFilter,
  planTitles: Readonly<Record<string, string>>,
): ChipWords[] {
  return [...partsOf(filter, false, planTitles), ...partsOf(not, true, planTitles)];
}

function partsOf(
  filter: Omit<TaskFilter, "not">,
  isNot: boolean,
  planTitles: Readonly<Record<string, string>>,
): ChipWords[] {
  return (Object.keys(FILTER_FIELDS) as FieldName[]).flatMap((field) => {
    const value = filter[field];
    if (value === undefined) return [];
    const { label, kind } = FILTER_FIELDS[field];
    const chip = (operators: Operators, words: string, state: string | null = null): ChipWords => ({
      key: isNot ? `-${field}` : field,
      field,
      isNot,
      label,
      operator: isNot ? operators.isNot : operators.is,
      turned: canExclude(field) ? (isNot ? operators.is : operators.isNot) : null,
      value: words,
      state,
      text: formatFilterText(isNot ? { not: { [field]: value } } : { [field]: value }),
    });
    if (typeof value === "string") return [chip(PART, value)];
    if (!("length" in value)) {
      const [is, words] = rangeWords(value, kind === "durations");
      return [chip({ is, isNot: is }, words)];
    }
    const words = value.map((item) => {
      if (field === "states") return lookOf("task", item).label;
      return field === "planIds" ? (planTitles[item] ?? item) : item;
    });
    const shown = words.length <= SHOWN ? words.join(", ") : plural(words.length, NOUN[field] ?? "value");
    const state = field === "states" && words.length === 1 ? (value[0] ?? null) : null;
    return [chip(words.length === 1 ? ONE : SEVERAL, shown, state)];
  });
}

type Part = Pick<ChipWords, "field" | "isNot">;

/** The filter without one of its parts. */
export function withoutPart({ not, ...filter }: TaskFilter, { field, isNot }: Part): TaskFilter {
  const { [field]: _wanted, ...wanted } = filter;
  if (!isNot || !canExclude(field)) return { ...(isNot ? filter : wanted), ...(not === undefined ? {} : { not }) };
  const { [field]: _left, ...left } = not ?? {};
  return { ...filter, ...(Object.keys(left).length === 0 ? {} : { not: left }) };
}

/** The filter with what a part asks for left out, or the other way round. It joins what is there already. */
export function turnPart(filter: TaskFilter, { field, isNot }: Part): TaskFilter {
  const rest = withoutPart(filter, { field, isNot });
  if (!canExclude(field)) return filter;
  const [moved, there] = isNot ? [filter.not?.[field], filter[field]] : [filter[field], filter.not?.[field]];
  const joined = typeof moved === "object" && typeof there === "object" ? [...new Set([...there, ...moved])] : moved;
  return isNot ? { ...rest, [field]: joined } : { ...rest, not: { ...rest.not, [field]: joined } };
}
