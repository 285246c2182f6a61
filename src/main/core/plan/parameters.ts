import { resolve } from "node:path";
import { textProblem } from "../../../shared/model/parameter-pattern";
import type {
  ParameterDefinition,
  ParameterValue,
  PlanDefinition,
  PlanFinding,
} from "../../../shared/model/plan-definition";
import { createSuggest } from "./suggest";

export interface ParameterFolders {
  /** What a given relative `folder` is relative to, absolute. */
  readonly callerFolder: string;
  /** What a relative `folder` default is relative to, absolute. */
  readonly planFolder: string;
}

export interface CheckedParameters {
  /** A value of the right type for each parameter that has one, folders absolute. */
  readonly values: Record<string, ParameterValue>;
  /** Empty when the plan can be launched with these values. Places are null: they are not in the file. */
  readonly findings: PlanFinding[];
}

/**
 * Fits given values to a plan's parameters: text from a command line becomes a number or a boolean where one
 * is asked for, defaults fill in, folders become absolute. Whether a folder exists is not looked at.
 */
export function checkParameters(
  definition: Pick<PlanDefinition, "parameters">,
  given: Readonly<Record<string, unknown>>,
  folders: ParameterFolders,
): CheckedParameters {
  const values: [string, ParameterValue][] = [];
  const findings: PlanFinding[] = [];
  const report = (code: string, message: string): void => {
    findings.push({ severity: "error", code, message, line: null, column: null, subtaskId: null });
  };

  for (const parameter of definition.parameters) {
    const { name } = parameter;
    if (Object.hasOwn(given, name) && given[name] !== null && given[name] !== undefined) {
      const fitted = fitValue(parameter, given[name], folders.callerFolder);
      if ("problem" in fitted) report("bad_parameter", `Parameter "${name}" ${fitted.problem}.`);
      else values.push([name, fitted.value]);
    } else if (parameter.default !== null) {
      const fitted = fitValue(parameter, parameter.default, folders.planFolder);
      if ("problem" in fitted) report("bad_parameter", `The default of parameter "${name}" ${fitted.problem}.`);
      else values.push([name, fitted.value]);
    } else if (parameter.required) {
      const meaning = parameter.description ? ` (${parameter.description})` : "";
      const example = `${name}=${parameter.type === "secret" ? "@env:VARIABLE" : "VALUE"}`;
      report("missing_parameter", `Parameter "${name}"${meaning} has no value: give one, as in ${example}.`);
    }
  }
  const names = definition.parameters.map((parameter) => parameter.name);
  const suggest = createSuggest();
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const meant = suggest(name, names);
    const known = names.length > 0 ? `It has ${names.join(", ")}.` : "It has none.";
    report("unknown_parameter", `The plan has no parameter "${name}". ${meant ? `Did you mean "${meant}"?` : known}`);
  }
  return { values: Object.fromEntries(values), findings };
}

type Fitted = { readonly value: ParameterValue } | { readonly problem: string };

/** A value as a parameter's type wants it, or what is wrong with it, as the end of a sentence. */
export function fitValue(
  parameter: Pick<ParameterDefinition, "type" | "choices" | "pattern">,
  given: unknown,
  folder: string,
): Fitted {
  if (typeof given !== "string" && typeof given !== "number" && typeof given !== "boolean") {
    return { problem: "must be text, a number, or true or false" };
  }
  const text = String(given);
  if (text.includes("\0")) return { problem: "holds a NUL character, which no process can be given" };
  switch (parameter.type) {
    case "string":
    case "secret":
      return fitText(parameter, text);
    case "number":
      return fitNumber(given, text);
    case "boolean":
      return fitBoolean(given, text);
    case "choice":
      if (parameter.choices.includes(text)) return { value: text };
      return { problem: `must be one of ${parameter.choices.join(", ")}, not ${shown(text)}` };
    case "folder":
      if (typeof given !== "string" || text.trim() === "") return { problem: "must be the path of a folder" };
      return { value: resolve(folder, text) };
  }
}

export const MAX_PATTERN_LENGTH = 1_000;

function fitText(parameter: Pick<ParameterDefinition, "type" | "pattern">, text: string): Fitted {
  const problem = textProblem(parameter, text);
  if (problem === null) return { value: text };
  return { problem: parameter.type === "secret" ? problem : `${problem}, not ${shown(text)}` };
}

function fitNumber(given: ParameterValue, text: string): Fitted {
  const isNumeric = typeof given === "number" || /^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$/.test(text);
  const value = Number(text);
  if (typeof given !== "boolean" && isNumeric && Number.isFinite(value)) return { value };
  return { problem: `must be a number, not ${shown(text)}` };
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false],
]);

function fitBoolean(given: ParameterValue, text: string): Fitted {
  const value = BOOLEANS.get(text.trim().toLowerCase());
  if (value !== undefined && typeof given !== "number") return { value };
  return { problem: `must be true or false, not ${shown(text)}` };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
