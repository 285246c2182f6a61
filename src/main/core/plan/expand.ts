import { type ExecutorChoice, queueCapability } from "../../../shared/model/fleet";
import type {
  LateText,
  ParameterDefinition,
  ParameterValue,
  PlanDefinition,
  SubtaskDefinition,
} from "../../../shared/model/plan-definition";
import { queueFor } from "./executor";
import { holesInJson } from "./json-template";
import { type ShellContext, shellContexts } from "./shell-context";
import { fillHoles, type Hole, hasExpression, holesOf, parseTemplate, templateOf } from "./template";

type Values = Readonly<Record<string, ParameterValue>>;
type Env = Readonly<Record<string, string>>;

/** The environment variable that carries a parameter to the processes of its plan. */
export function parameterVariable(name: string): string {
  return `HIVE_PARAM_${name.toUpperCase()}`;
}

/** The environment variable that carries a value of its matrix to a subtask's script. */
export function matrixVariable(name: string): string {
  return `HIVE_MATRIX_${name.toUpperCase()}`;
}

/**
 * The plan with its parameters filled in. Titles, descriptions, `env`, `cwd` and a `run` list get the value as
 * it stands; in a shell command it becomes a reference to its environment variable, so that no value is ever
 * read as program text. `env` of the result carries those variables. A parameter without a value is the empty
 * text. What refers to results or secrets stays a template and is named in `late`, and what `http` and `llm`
 * hold is filled in when it is sent: no secret is in the answer. A subtask for the fleet asks for its queue's capability;
 * `fallback` says who carries out what the plan leaves open.
 */
export function expandPlan(definition: PlanDefinition, values: Values, fallback?: ExecutorChoice): PlanDefinition {
  const { plan, expand } = planExpander(definition, values, fallback);
  return { ...plan, subtasks: definition.subtasks.map(expand) };
}

/** As `expandPlan`, for plans that are expanded bit by bit: the plan without its subtasks, and what expands one of them. */
export function planExpander(
  definition: PlanDefinition,
  values: Values,
  fallback: ExecutorChoice = {},
): { readonly plan: PlanDefinition; readonly expand: (subtask: SubtaskDefinition) => SubtaskDefinition } {
  const secrets = secretNames(definition.parameters);
  const open = definition.parameters.filter(({ name }) => !secrets.has(name));
  const variables = open.map(({ name }) => [parameterVariable(name), valueText(values, name)]);
  const fill = (text: string): string => fillNow(text, values, secrets);
  const env = { ...fillEnv(definition.env, fill), ...Object.fromEntries(variables) };
  const context: Context = { values, secrets, fill, planEnv: env, latePlanEnv: lateNames(definition.env, secrets) };
  const plan = {
    ...definition,
    title: fill(definition.title),
    description: fill(definition.description),
    env,
    cwd: fill(definition.cwd),
    subtasks: [],
  };
  const expand = (subtask: SubtaskDefinition): SubtaskDefinition => {
    const queue = queueFor(subtask, definition, fallback);
    const expanded = expandSubtask(subtask, context);
    if (queue === null) return expanded;
    return { ...expanded, capabilities: [...expanded.capabilities, queueCapability(queue)] };
  };
  return { plan, expand };
}

export function secretNames(parameters: readonly ParameterDefinition[]): ReadonlySet<string> {
  return new Set(parameters.flatMap(({ name, type }) => (type === "secret" ? [name] : [])));
}

interface Context {
  readonly values: Values;
  readonly secrets: ReadonlySet<string>;
  readonly fill: (text: string) => string;
  readonly planEnv: Env;
  /** Variables of the plan that hold secrets. */
  readonly latePlanEnv: readonly string[];
}

function expandSubtask(subtask: SubtaskDefinition, context: Context): SubtaskDefinition {
  const { run, approval } = subtask;
  const { fill, secrets } = context;
  const script = typeof run === "string" ? shellScript(run, secrets) : null;
  const own = { ...subtask.env, ...script?.env };
  const late = lateText(subtask, own, context);
  const label = (text: string | null): string | null => (text === null ? null : fill(text).trim() || null);
  return {
    ...subtask,
    title: fill(subtask.title),
    description: fill(subtask.description),
    ...(approval && { approval: { instructions: fill(approval.instructions) } }),
    role: label(subtask.role),
    capabilities: subtask.capabilities.flatMap((capability) => label(capability) ?? []),
    group: label(subtask.group),
    run: script?.text ?? (Array.isArray(run) ? fillAll(run, late?.run ?? false, context) : null),
    env: fillEnv(own, fill),
    cwd: subtask.cwd === null ? null : fill(subtask.cwd),
    ...(late && { late }),
  };
}

/** One item that waits makes templates of all: the list is filled in as a whole. */
function fillAll(run: readonly string[], isLate: boolean, { values, secrets, fill }: Context): string[] {
  return run.map(isLate ? (item) => fillHoles(item, (hole) => valueNow(hole, values, secrets)) : fill);
}

function lateText(subtask: SubtaskDefinition, own: Env, { secrets, planEnv, latePlanEnv }: Context): LateText | null {
  const isLate = (text: string): boolean => holesOf(text).some((hole) => waits(hole, secrets));
  const { run, cwd, http, program } = subtask;
  // Without a process nobody sees an environment: no secret is needed for it.
  const env = run !== null || program ? { ...pick(planEnv, latePlanEnv), ...own } : {};
  const late = {
    run: Array.isArray(run) && run.some(isLate),
    env: lateNames(env, secrets),
    cwd: cwd !== null && isLate(cwd),
  };
  const holes = [...holesInJson(env), ...holesInJson([http?.headers, http?.body])];
  const used = holes.flatMap((hole) => ("parameter" in hole && secrets.has(hole.parameter) ? [hole.parameter] : []));
  const all = { ...late, secrets: [...new Set(used)] };
  return late.run || late.cwd || late.env.length > 0 || all.secrets.length > 0 ? all : null;
}

function pick(env: Env, names: readonly string[]): Env {
  return Object.fromEntries(names.map((name) => [name, env[name] ?? ""]));
}

function lateNames(env: Env, secrets: ReadonlySet<string>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    holesOf(value).some((hole) => waits(hole, secrets)) ? [name] : [],
  );
}

function waits(hole: Hole, secrets: ReadonlySet<string>): boolean {
  return "result" in hole || ("parameter" in hole && secrets.has(hole.parameter));
}

function fillEnv(env: Env, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
}

/** Final text; with something that waits, a template of the rest. */
function fillNow(text: string, values: Values, secrets: ReadonlySet<string>): string {
  const holes = holesOf(text);
  const fill = (hole: Hole): string | null => valueNow(hole, values, secrets);
  if (holes.some((hole) => waits(hole, secrets))) return fillHoles(text, fill);
  if (!hasExpression(text)) return text;
  return parseTemplate(text)
    .parts.map((part) => ("text" in part ? part.text : (fill(part) ?? "")))
    .join("");
}

/** Null: it waits. */
function valueNow(hole: Hole, values: Values, secrets: ReadonlySet<string>): string | null {
  if (waits(hole, secrets)) return null;
  return "parameter" in hole ? valueText(values, hole.parameter) : "";
}

function valueText(values: Values, name: string): string {
  return Object.hasOwn(values, name) ? String(values[name]) : "";
}

interface Script {
  readonly text: string;
  /** The variables that the script refers to and that not every task has. */
  readonly env: Record<string, string>;
}

function shellScript(run: string, secrets: ReadonlySet<string>): Script {
  if (!hasExpression(run)) return { text: run, env: {} };
  const { parts } = parseTemplate(run);
  const contexts = shellContexts(parts);
  const env: Record<string, string> = {};
  const results = new Map<string, string>();
  let hole = 0;
  const text = parts.map((part) => {
    if ("text" in part) return part.text;
    const context = contexts[hole++];
    const template = templateOf([part]);
    if ("parameter" in part) {
      const name = parameterVariable(part.parameter);
      if (secrets.has(part.parameter)) env[name] = template;
      return reference(name, context);
    }
    if ("matrix" in part) return reference(matrixVariable(part.matrix), context);
    const name = results.get(template) ?? `HIVE_RESULT_${results.size + 1}`;
    results.set(template, name);
    env[name] = template;
    return reference(name, context);
  });
  return { text: text.join(""), env };
}

/** Quoted where a bare reference would be split into words or expanded as a file pattern. */
function reference(name: string, context: ShellContext | undefined): string {
  const bare = `\${${name}}`;
  return context === "plain" ? `"${bare}"` : bare;
}
