import type { TaskFilter } from "../../../shared/model/task-filter";
import { FILTER_FIELDS, formatAge, formatFilterText } from "../../../shared/model/task-filter-text";
import { plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";

type Field = keyof TaskFilter;

/** A part of the filter in words: field, operator, value. */
export interface ChipWords {
  readonly field: Field;
  readonly label: string;
  readonly operator: string;
  readonly value: string;
  /** The one state that it names. */
  readonly state: string | null;
  /** As it is typed. */
  readonly text: string;
}

const SHOWN = 2;
const NOUN: Readonly<Partial<Record<Field, string>>> = {
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

/** The parts of a filter, each with what it says. */
export function chipsOf(filter: TaskFilter, planTitles: Readonly<Record<string, string>>): ChipWords[] {
  return (Object.keys(FILTER_FIELDS) as Field[]).flatMap((field) => {
    const value = filter[field];
    if (value === undefined) return [];
    const { label, kind } = FILTER_FIELDS[field];
    const chip = (operator: string, words: string, state: string | null = null): ChipWords => ({
      field,
      label,
      operator,
      value: words,
      state,
      text: formatFilterText({ [field]: value }),
    });
    if (typeof value === "string") return [chip("contains", value)];
    if (!("length" in value)) return [chip(...rangeWords(value, kind === "durations"))];
    const words = value.map((item) => {
      if (field === "states") return lookOf("task", item).label;
      return field === "planIds" ? (planTitles[item] ?? item) : item;
    });
    const shown = words.length <= SHOWN ? words.join(", ") : plural(words.length, NOUN[field] ?? "value");
    return [
      chip(
        words.length === 1 ? "is" : "any of",
        shown,
        field === "states" && words.length === 1 ? (value[0] ?? null) : null,
      ),
    ];
  });
}
