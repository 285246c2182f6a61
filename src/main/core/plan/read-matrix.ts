import type { Node } from "yaml";
import type { ParameterValue } from "../../../shared/model/plan-definition";
import { matrixVariable } from "./expand";
import {
  caution,
  type Field,
  fault,
  isPlainValue,
  readList,
  readMapping,
  readWord,
  type Subject,
  scalarText,
  whatIs,
} from "./reading";
import { hasExpression, PARAMETER_NAME_PATTERN } from "./template";

/** The most subtasks of a plan, those of matrices counted one by one. */
export const MAX_SUBTASKS = 10_000;

/** One value of a matrix, in its forms. */
interface MatrixValue {
  readonly value: ParameterValue;
  /** As the author wrote it. */
  readonly text: string;
  /** As a part of an id. */
  readonly slug: string;
}

/** The values that one of the subtasks gets, by name in the order of the file. */
export type MatrixRow = ReadonlyMap<string, MatrixValue>;

export interface Matrix {
  readonly names: ReadonlyMap<string, { readonly isNumeric: boolean }>;
  /** Empty when a finding says why. */
  readonly rows: readonly MatrixRow[];
}

const EXCLUDE = "exclude";
const wholeName = new RegExp(PARAMETER_NAME_PATTERN);

/** All combinations of a matrix's values but the excluded ones, the last name's values following each other. */
export function readMatrix(subject: Subject, field: Field): Matrix {
  const named: Subject = { ...subject, name: `${subject.name}: "matrix"` };
  const axes = new Map<string, readonly MatrixValue[]>();
  const variables = new Map<string, string>();
  const fields = readMapping(named, field.value, null) ?? new Map<string, Field>();
  for (const [name, axis] of fields) {
    if (name === EXCLUDE) continue;
    const sameVariable = variables.get(matrixVariable(name));
    if (!wholeName.test(name)) {
      fault(
        named,
        "bad_matrix",
        axis.key,
        `needs names of letters, digits and _, beginning with a letter: "${name}" is none.`,
      );
    } else if (sameVariable !== undefined) {
      fault(named, "bad_matrix", axis.key, `has "${name}", which differs from "${sameVariable}" only in case.`);
    } else {
      variables.set(matrixVariable(name), name);
      axes.set(name, readAxis(named, name, axis));
    }
  }
  if (axes.size === 0) fault(named, "bad_matrix", field.key, "has no values: give it a name and a list.");
  const names = [...axes].map(
    ([name, values]) => [name, { isNumeric: values.every(({ value }) => typeof value === "number") }] as const,
  );
  return { names: new Map(names), rows: readRows(named, field, axes, fields.get(EXCLUDE)) };
}

function readAxis(subject: Subject, name: string, field: Field): MatrixValue[] {
  const items = isPlainValue(field.value) ? [field.value] : (readList(subject, field, "values") ?? []);
  const values = new Map<string, MatrixValue>();
  for (const item of items) {
    const value = readValue(subject, name, item);
    if (!value) continue;
    if (values.has(value.slug)) {
      const problem = `has ${JSON.stringify(value.text)} as "${name}", which makes the same id as another value: "${value.slug}".`;
      fault(subject, "bad_matrix", item, problem);
    }
    values.set(value.slug, value);
  }
  if (items.length === 0) fault(subject, "bad_matrix", field.value, `has no values for "${name}".`);
  return [...values.values()];
}

function readValue(subject: Subject, name: string, item: Node): MatrixValue | null {
  const text = readWord(subject, item, `a value of "${name}"`);
  if (text === null || !isPlainValue(item)) return null;
  const slug = text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "");
  if (hasExpression(text)) {
    fault(
      subject,
      "bad_matrix",
      item,
      `has an expression ("\${{") as a value of "${name}", where nothing is filled in.`,
    );
    return null;
  }
  if (slug === "") {
    const problem = `has ${whatIs(item)} as a value of "${name}", which leaves nothing for an id: letters, digits, ".", "_" or "-".`;
    fault(subject, "bad_matrix", item, problem);
    return null;
  }
  return { value: item.value, text, slug };
}

function readRows(
  subject: Subject,
  field: Field,
  axes: ReadonlyMap<string, readonly MatrixValue[]>,
  exclude: Field | undefined,
): MatrixRow[] {
  const count = [...axes.values()].reduce((product, values) => product * values.length, 1);
  if (axes.size === 0 || count === 0) return [];
  if (count > MAX_SUBTASKS) {
    const problem = `stands for ${count} subtasks: a plan has at most ${MAX_SUBTASKS}.`;
    fault(subject, "too_many_subtasks", field.key, problem);
    return [];
  }
  let rows: MatrixRow[] = [new Map()];
  for (const [name, values] of axes)
    rows = rows.flatMap((row) => values.map((value) => new Map([...row, [name, value]])));
  if (!exclude) return rows;
  for (const item of readList(subject, exclude, "combinations") ?? []) {
    const unwanted = readCombination(subject, item, axes);
    if (!unwanted) continue;
    const left = rows.filter((row) => [...unwanted].some(([name, text]) => row.get(name)?.text !== text));
    if (left.length === rows.length) {
      caution(subject, "needless_exclude", item, "excludes a combination that it does not have.");
    }
    rows = left;
  }
  if (rows.length === 0) fault(subject, "bad_matrix", exclude.key, "excludes all of its combinations.");
  return rows;
}

/** What a combination to leave out has, by name; a name that is not given may have any value. */
function readCombination(
  subject: Subject,
  item: Node,
  axes: ReadonlyMap<string, readonly MatrixValue[]>,
): ReadonlyMap<string, string> | null {
  const fields = readMapping({ ...subject, name: `${subject.name}: "${EXCLUDE}"` }, item, null);
  if (!fields) return null;
  const wanted = new Map<string, string>();
  for (const [name, { key, value }] of fields) {
    if (!axes.has(name)) {
      const meant = subject.reading.suggest(name, axes.keys());
      const hint = meant ? `Did you mean "${meant}"?` : `It has ${[...axes.keys()].join(", ")}.`;
      fault(subject, "bad_matrix", key, `excludes "${name}", which it does not have. ${hint}`);
      return null;
    }
    if (!isPlainValue(value)) {
      fault(subject, "wrong_type", value, `needs one value to exclude for "${name}", not ${whatIs(value)}.`);
      return null;
    }
    wanted.set(name, scalarText(value));
  }
  if (wanted.size > 0) return wanted;
  fault(subject, "bad_matrix", item, "excludes a combination of nothing: name what is to be left out.");
  return null;
}
