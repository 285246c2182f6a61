import type { Node } from "yaml";
import { wholePattern } from "../../../shared/model/parameter-pattern";
import {
  PARAMETER_TYPES,
  type ParameterDefinition,
  type ParameterType,
  type ParameterValue,
} from "../../../shared/model/plan-definition";
import { parameterVariable } from "./expand";
import { fitValue, MAX_PATTERN_LENGTH } from "./parameters";
import {
  caution,
  type Field,
  type Fields,
  fault,
  isPlainValue,
  knownKeys,
  readList,
  readMapping,
  readText,
  readWord,
  type Subject,
  whatIs,
} from "./reading";
import { hasExpression, PARAMETER_NAME_PATTERN } from "./template";

export const PARAMETER_KEYS = knownKeys(["type", "default", "description", "required", "choices", "pattern"]);

const wholeName = new RegExp(PARAMETER_NAME_PATTERN);

/** The plan's parameters by name, in the order of the file. */
export function readParameters(plan: Subject, field: Field | undefined): Map<string, ParameterDefinition> {
  const parameters = new Map<string, ParameterDefinition>();
  const variables = new Map<string, string>();
  if (!field) return parameters;
  const named: Subject = { ...plan, name: '"parameters"' };
  for (const [name, { key, value }] of readMapping(named, field.value, null) ?? []) {
    const subject: Subject = { ...plan, name: `Parameter "${name}"` };
    if (!wholeName.test(name)) {
      fault(subject, "bad_parameter", key, "needs a name of letters, digits and _, beginning with a letter.");
      continue;
    }
    const sameVariable = variables.get(parameterVariable(name));
    if (sameVariable !== undefined) {
      fault(subject, "bad_parameter", key, `differs from "${sameVariable}" only in case: rename one of them.`);
      continue;
    }
    variables.set(parameterVariable(name), name);
    const parameter = readParameter(subject, name, value);
    // A parameter with a fault still exists: what refers to it should not be reported too.
    parameters.set(name, parameter ?? { ...UNKNOWN, name });
  }
  return parameters;
}

const UNKNOWN: ParameterDefinition = {
  name: "",
  type: "string",
  description: "",
  required: false,
  default: null,
  choices: [],
  pattern: null,
};

function readParameter(subject: Subject, name: string, value: Node): ParameterDefinition | null {
  if (isPlainValue(value)) {
    const type = typeOf(value.value);
    const usual = readDefault(subject, value, { ...UNKNOWN, type });
    return usual === null ? null : { ...UNKNOWN, name, type, default: usual };
  }
  const fields = readMapping(subject, value, PARAMETER_KEYS);
  if (!fields) return null;
  const choices = readChoices(subject, fields.get("choices"));
  const type = readType(subject, fields);
  const description = readText(subject, fields.get("description")) ?? "";
  const required = readRequired(subject, fields.get("required"));
  if (!type || !choices) return null;
  if (type === "choice" && choices.length === 0) {
    fault(subject, "bad_parameter", value, 'is a choice and needs "choices": the list of what can be chosen.');
    return null;
  }
  if (type !== "choice" && choices.length > 0) {
    fault(subject, "bad_parameter", fields.get("choices")?.key ?? value, `has choices, but is of type ${type}.`);
  }
  const pattern = readPattern(subject, fields.get("pattern"), type);
  const usualField = fields.get("default");
  if (usualField && type === "secret") {
    const problem = "is a secret and cannot have a default: a plan's text is kept and shown.";
    fault(subject, "bad_parameter", usualField.key, problem);
    return null;
  }
  const usual = usualField ? readDefault(subject, usualField.value, { type, choices, pattern }) : null;
  if (usual !== null && required === true) {
    const key = fields.get("required")?.key ?? value;
    caution(subject, "needless_required", key, 'is required and has a default, so "required" changes nothing.');
  }
  return { name, type, description, required: required ?? !usualField, default: usual, choices, pattern };
}

function readType(subject: Subject, fields: Fields): ParameterType | null {
  const field = fields.get("type");
  if (!field) {
    if (fields.has("choices")) return "choice";
    const usual = fields.get("default")?.value ?? null;
    return isPlainValue(usual) ? typeOf(usual.value) : "string";
  }
  const written = readText(subject, field);
  if (written === null) return null;
  const type = PARAMETER_TYPES.find((known) => known === written);
  if (type) return type;
  const meant = subject.reading.suggest(written, PARAMETER_TYPES);
  const hint = meant ? `Did you mean "${meant}"?` : `Known are ${PARAMETER_TYPES.join(", ")}.`;
  fault(subject, "bad_parameter", field.value, `has the unknown type "${written}". ${hint}`);
  return null;
}

/** A pattern is checked by what it matches later, too: both read it with `wholePattern`. */
function readPattern(subject: Subject, field: Field | undefined, type: ParameterType): string | null {
  const pattern = readText(subject, field, false);
  if (!field || pattern === null) return null;
  if (type !== "string" && type !== "secret") {
    fault(subject, "bad_pattern", field.key, `has a pattern, but is of type ${type}: only string and secret take one.`);
    return null;
  }
  if (pattern.length > MAX_PATTERN_LENGTH) {
    fault(subject, "bad_pattern", field.value, `has a pattern of over ${MAX_PATTERN_LENGTH} characters.`);
    return null;
  }
  try {
    wholePattern(pattern);
    return pattern;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    fault(subject, "bad_pattern", field.value, `has a pattern that is no regular expression: ${why}.`);
    return null;
  }
}

function typeOf(value: ParameterValue): "string" | "number" | "boolean" {
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

function readRequired(subject: Subject, field: Field | undefined): boolean | null {
  if (!field) return null;
  const value = isPlainValue(field.value) ? field.value.value : null;
  if (typeof value === "boolean") return value;
  fault(subject, "wrong_type", field.value, `needs true or false as "required", not ${whatIs(field.value)}.`);
  return null;
}

function readChoices(subject: Subject, field: Field | undefined): string[] | null {
  if (!field) return [];
  const items = readList(subject, field, "texts");
  if (!items) return null;
  const choices = new Set<string>();
  for (const item of items) {
    const word = readWord(subject, item, 'an item of "choices"');
    if (word === null) return null;
    if (choices.has(word)) fault(subject, "bad_parameter", item, `has the choice "${word}" twice.`);
    else choices.add(word);
  }
  return [...choices];
}

/** A default must be of the very type: text is not taken for a number as it is from a command line. */
function readDefault(
  subject: Subject,
  node: Node,
  parameter: Pick<ParameterDefinition, "type" | "choices" | "pattern">,
): ParameterValue | null {
  if (!isPlainValue(node)) {
    fault(subject, "wrong_type", node, `needs text, a number, true or false as default, not ${whatIs(node)}.`);
    return null;
  }
  const isText = parameter.type !== "number" && parameter.type !== "boolean";
  if (typeof node.value === "string" && hasExpression(node.value)) {
    fault(subject, "bad_parameter", node, 'has an expression ("${{") in its default, where nothing is filled in.');
    return null;
  }
  if (typeof node.value !== (isText ? "string" : parameter.type) && parameter.type !== "choice") {
    const wanted = parameter.type === "boolean" ? "true or false" : isText ? "text (in quotes)" : "a number";
    fault(subject, "bad_parameter", node, `needs ${wanted} as default, not ${whatIs(node)}.`);
    return null;
  }
  const word = readWord(subject, node, "its default");
  if (word === null) return null;
  const value = parameter.type === "choice" ? word : node.value;
  // A folder is resolved when the plan is launched: here only its form counts.
  const fitted = fitValue(parameter, value, "/");
  if ("problem" in fitted) {
    fault(subject, "bad_parameter", node, `has a default that ${fitted.problem}.`);
    return null;
  }
  return value;
}
