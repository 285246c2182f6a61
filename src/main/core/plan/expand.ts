import type { ParameterValue, PlanDefinition, SubtaskDefinition } from "../../../shared/model/plan-definition";
import { type ShellContext, shellContexts } from "./shell-context";
import { hasExpression, parseTemplate, type TemplatePart } from "./template";

type Values = Readonly<Record<string, ParameterValue>>;

/** The environment variable that carries a parameter to every process of its plan. */
export function parameterVariable(name: string): string {
  return `HIVE_PARAM_${name.toUpperCase()}`;
}

/**
 * The plan with its parameters filled in. Titles, descriptions, `env`, `cwd` and a `run` list get the value as
 * it stands; a parameter in a shell command becomes a reference to its environment variable, so that no value
 * is ever read as program text. `env` of the result carries those variables. A parameter without a value is
 * the empty text. What `http` and `llm` hold is filled in when it is sent.
 */
export function expandPlan(definition: PlanDefinition, values: Values): PlanDefinition {
  const fill = (text: string): string => fillIn(text, values);
  const variables = definition.parameters.map(({ name }) => [parameterVariable(name), valueText(values, name)]);
  return {
    ...definition,
    title: fill(definition.title),
    description: fill(definition.description),
    env: { ...fillEnv(definition.env, fill), ...Object.fromEntries(variables) },
    cwd: fill(definition.cwd),
    subtasks: definition.subtasks.map((subtask) => expandSubtask(subtask, fill)),
  };
}

function expandSubtask(subtask: SubtaskDefinition, fill: (text: string) => string): SubtaskDefinition {
  const { run, approval } = subtask;
  return {
    ...subtask,
    title: fill(subtask.title),
    description: fill(subtask.description),
    ...(approval && { approval: { instructions: fill(approval.instructions) } }),
    run: typeof run === "string" ? shellScript(run) : (run?.map(fill) ?? null),
    env: fillEnv(subtask.env, fill),
    cwd: subtask.cwd === null ? null : fill(subtask.cwd),
  };
}

function fillEnv(env: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
}

function fillIn(text: string, values: Values): string {
  if (!hasExpression(text)) return text;
  return parseTemplate(text)
    .parts.map((part) => ("parameter" in part ? valueText(values, part.parameter) : textOf(part)))
    .join("");
}

/** Results are not there yet at launch; a plan without findings refers to none here. */
function textOf(part: TemplatePart): string {
  return "text" in part ? part.text : "";
}

function valueText(values: Values, name: string): string {
  return Object.hasOwn(values, name) ? String(values[name]) : "";
}

function shellScript(run: string): string {
  if (!hasExpression(run)) return run;
  const { parts } = parseTemplate(run);
  const contexts = shellContexts(parts);
  let hole = 0;
  return parts
    .map((part) => ("parameter" in part ? reference(part.parameter, contexts[hole++]) : textOf(part)))
    .join("");
}

/** Quoted where a bare reference would be split into words or expanded as a file pattern. */
function reference(name: string, context: ShellContext | undefined): string {
  const bare = `\${${parameterVariable(name)}}`;
  return context === "plain" ? `"${bare}"` : bare;
}
