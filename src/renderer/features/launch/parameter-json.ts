import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { type FieldValue, type FieldValues, fieldValue, parseField } from "./parameters";

/** What the form holds as JSON text: every parameter with a value, secrets apart. Pure. */
export function formJson(parameters: readonly ParameterDefinition[], contents: FieldValues): string {
  const entries = parameters.flatMap((parameter): Array<readonly [string, unknown]> => {
    if (parameter.type === "secret") return [];
    const content = fieldValue(parameter, contents);
    const parsed = parseField(parameter, content);
    if (parsed.ok) return parsed.value === null ? [] : [[parameter.name, parsed.value]];
    return content === "" ? [] : [[parameter.name, content]];
  });
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}

export type JsonReading =
  | { readonly ok: true; readonly fields: FieldValues }
  | { readonly ok: false; readonly problem: string };

/**
 * The form's fields as JSON text says them. What it leaves out is empty where there is no default; secrets stay as they
 * were typed. Refuses what is no object, names that the plan does not have, and what is neither text, number nor truth
 * value. Pure.
 */
export function readFormJson(
  text: string,
  parameters: readonly ParameterDefinition[],
  contents: FieldValues,
): JsonReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: `No JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, problem: 'An object is wanted: {"name": value}.' };
  }
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const fields: Record<string, FieldValue> = {};
  for (const [name, given] of Object.entries(value)) {
    const parameter = byName.get(name);
    if (parameter === undefined) return { ok: false, problem: `The plan has no parameter "${name}".` };
    if (parameter.type === "secret") return { ok: false, problem: `"${name}" is a secret: type it into the form.` };
    const field = fieldOf(parameter, given);
    if (field === null) return { ok: false, problem: `"${name}" takes ${wanted(parameter)}.` };
    fields[name] = field;
  }
  for (const { name, type } of parameters) {
    if (type === "secret" && contents[name] !== undefined) fields[name] = contents[name];
  }
  return { ok: true, fields };
}

function fieldOf({ type }: ParameterDefinition, given: unknown): FieldValue | null {
  if (type === "boolean") return typeof given === "boolean" ? given : null;
  if (type === "number") return typeof given === "number" ? String(given) : null;
  return typeof given === "string" || typeof given === "number" ? String(given) : null;
}

function wanted({ type, choices }: ParameterDefinition): string {
  if (type === "boolean") return "true or false";
  if (type === "number") return "a number";
  return type === "choice" ? `one of ${choices.join(", ")}` : "text";
}
