import { textProblem } from "../../../shared/model/parameter-pattern";
import type { ParameterDefinition, ParameterValue } from "../../../shared/model/plan-definition";

/** What a field of the form holds: text as typed, or a switch's position. */
export type FieldValue = string | boolean;
export type FieldValues = Readonly<Record<string, FieldValue>>;

export function initialValue(parameter: ParameterDefinition): FieldValue {
  if (parameter.type === "boolean") return parameter.default === true;
  return parameter.default === null ? "" : String(parameter.default);
}

/** What the form holds for a parameter: what was typed, or its default. */
export function fieldValue(parameter: ParameterDefinition, values: FieldValues): FieldValue {
  return Object.hasOwn(values, parameter.name) ? (values[parameter.name] ?? "") : initialValue(parameter);
}

type Parsed =
  | { readonly ok: true; readonly value: ParameterValue | null }
  | { readonly ok: false; readonly problem: string };

/** A field's content as a parameter. Null: left empty, so the plan's default holds. */
export function parseField(parameter: ParameterDefinition, content: FieldValue): Parsed {
  if (typeof content === "boolean") return { ok: true, value: content };
  if (content.trim() === "") {
    return parameter.required && parameter.default === null
      ? { ok: false, problem: parameter.type === "choice" ? "Choose one" : "Needs a value" }
      : { ok: true, value: null };
  }
  if (parameter.type === "number") {
    const number = Number(content);
    return Number.isFinite(number) ? { ok: true, value: number } : { ok: false, problem: "Not a number" };
  }
  if (parameter.type === "choice" && !parameter.choices.includes(content)) {
    return { ok: false, problem: `Not one of ${parameter.choices.join(", ")}` };
  }
  if (parameter.type === "string" || parameter.type === "secret") {
    const problem = textProblem(parameter, content);
    if (problem !== null) return { ok: false, problem: problem.charAt(0).toUpperCase() + problem.slice(1) };
  }
  return { ok: true, value: content };
}

export interface ParsedForm {
  /**
   * The values to launch with. Parameters left empty or at their default are not among them: a default may
   * mean more than its text, as a folder beside the plan does.
   */
  readonly values: Readonly<Record<string, ParameterValue>>;
  /** What is wrong, by parameter name. */
  readonly problems: Readonly<Record<string, string>>;
}

export function parseForm(parameters: readonly ParameterDefinition[], contents: FieldValues): ParsedForm {
  const values: Record<string, ParameterValue> = {};
  const problems: Record<string, string> = {};
  for (const parameter of parameters) {
    const parsed = parseField(parameter, fieldValue(parameter, contents));
    if (!parsed.ok) problems[parameter.name] = parsed.problem;
    else if (parsed.value !== null && parsed.value !== parameter.default) values[parameter.name] = parsed.value;
  }
  return { values, problems };
}

/** An earlier run's parameters as the form holds them: those that the plan still has, secrets apart. */
export function givenFields(
  parameters: readonly ParameterDefinition[],
  given: Readonly<Record<string, ParameterValue>>,
): FieldValues {
  const fields = parameters.flatMap(({ name, type }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || type === "secret") return [];
    return [[name, type === "boolean" ? value === true || value === "true" : String(value)] as const];
  });
  return Object.fromEntries(fields);
}
