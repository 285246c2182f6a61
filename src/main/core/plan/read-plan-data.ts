import { isMap, isScalar, isSeq, type Node } from "yaml";
import { type AgentWork, isBuiltInAgent } from "../../../shared/model/agent-work";
import { NO_RETRIES, SUBTASK_DEFAULTS, type SubtaskDefinition } from "../../../shared/model/plan-definition";
import { promptWork } from "./read-agent";
import { isSubtaskId, PRIORITY_RANGE, type ReadSubtask, readSubtask } from "./read-subtask";
import {
  caution,
  type Field,
  type Fields,
  fault,
  isPlainValue,
  type Reading,
  readMapping,
  type Subject,
  scalarText,
  whatIs,
} from "./reading";
import type { PlanSource } from "./source";
import { templateOf } from "./template";

/** What only Hive's planners write into a plan, and into a subtask. */
const PLAN_MARKS = ["plan_id", "plan_name", "plan_summary", "task_name"];
const SUBTASK_MARKS = [
  "assignee",
  "complexity",
  "estimated_duration",
  "workflow_phase",
  "required_skills",
  "deliverables",
];
/** What says what a subtask runs, in our words. */
const OWN_KEYS = ["agent", "run", "http", "llm", "approval", "prompt"];

/** Whether a text is data of Hive's planners (`execution_plans.plan_data`) rather than a plan file. */
export function isPlanData(source: PlanSource): boolean {
  const { root } = source;
  if (!isMap(root)) return false;
  if (PLAN_MARKS.some((key) => root.has(key))) return true;
  const subtasks = source.resolve(root.get("sub_tasks", true) ?? root.get("subtasks", true));
  if (!isSeq(subtasks)) return false;
  const items = subtasks.items.map((item) => source.resolve(item)).filter(isMap);
  const isOurs = items.some((item) => OWN_KEYS.some((key) => item.has(key)));
  return !isOurs && items.some((item) => SUBTASK_MARKS.some((key) => item.has(key)));
}

/** What Hive calls the plan; where it has no name, its summary or its id. */
export function planDataTitle(reading: Reading): string {
  return firstOf(reading, ["title", "plan_name", "task_name", "plan_summary", "plan_id"]) ?? "A plan of Hive";
}

export function planDataDescription(reading: Reading): string {
  return firstOf(reading, ["description", "plan_summary"]) ?? "";
}

function firstOf({ source }: Reading, keys: readonly string[]): string | null {
  const { root } = source;
  if (!isMap(root)) return null;
  for (const key of keys) {
    const value = source.resolve(root.get(key, true));
    const text = isPlainValue(value) ? scalarText(value).trim() : "";
    if (text !== "") return literal(text);
  }
  return null;
}

/**
 * Reads a subtask of Hive's. It is work for an agent: its assignee, where that is an agent of ours, else the one that
 * its phase calls for. The agent is asked for what the subtask says. Skills and durations demand nothing of workers.
 * A subtask that says in our words what it runs is read as one of a plan file. Keys that nobody knows are left out.
 */
export function readPlannedSubtask(reading: Reading, node: Node, ordinal: number): ReadSubtask | null {
  if (isMap(node) && OWN_KEYS.some((key) => node.has(key))) return readSubtask(reading, node, ordinal);
  const unnamed: Subject = { reading, name: `Subtask ${ordinal + 1}`, subtaskId: null };
  const fields = readMapping(unnamed, node, null);
  if (!fields) return null;
  const idField = fields.get("id") ?? fields.get("subtask_id");
  const id = plainText(idField);
  if (id === null || !isSubtaskId(id)) {
    const at = idField?.value ?? node;
    const problem = 'needs an "id" of up to 100 letters, digits, ".", "_" and "-", beginning with a letter or digit.';
    fault(unnamed, id === null ? "missing_key" : "bad_id", at, problem);
  }
  const subject: Subject = id === null ? unnamed : { reading, name: `Subtask "${id}"`, subtaskId: id };
  const dependencies = readDependencies(subject, fields.get("dependencies") ?? fields.get("depends_on"));
  const title = plainText(fields.get("title")) ?? id ?? "";
  const description = plainText(fields.get("description")) ?? "";
  const agent = agentOf(subject, fields);
  const definition: SubtaskDefinition = {
    ...SUBTASK_DEFAULTS,
    id: id ?? "",
    title: literal(title),
    description: literal(description),
    agent,
    run: null,
    ...workOf(subject, agent, { title, description, fields, node }),
    dependencies: [...dependencies.keys()],
    priority: priorityOf(fields.get("priority")),
    retries: NO_RETRIES,
    timeoutMs: null,
    env: {},
    cwd: null,
  };
  const dependencyNodes = [...dependencies.values()];
  return {
    subject,
    node,
    definition,
    matrix: null,
    idNode: idField?.value ?? null,
    dependencyNodes,
    expressive: [],
    groupNode: null,
  };
}

/**
 * Lets agents read what the language models before them have answered. Programs leave an answer or none, so that
 * nobody can count on it: theirs is in `HIVE_INPUTS`.
 */
export function handOnAnswers(subtasks: readonly ReadSubtask[]): ReadSubtask[] {
  const models = new Map(
    subtasks.flatMap((read) => (read.definition.llm ? [[read.definition.id, read] as const] : [])),
  );
  return subtasks.map((read) => {
    const { llm, program, dependencies } = read.definition;
    const before = dependencies.flatMap((id) => models.get(id)?.definition ?? []);
    if (before.length === 0 || (!llm && !program)) return read;
    const answers = before.map(({ id, title }) => `Answer of "${title}":\n\${{ subtasks.${id}.result.output }}`);
    const extend = (prompt: string): string => [prompt, ...answers].join("\n\n");
    const definition = {
      ...read.definition,
      ...(llm && { llm: { ...llm, prompt: extend(llm.prompt) } }),
      ...(program && { program: { prompt: extend(program.prompt) } }),
    };
    return { ...read, definition };
  });
}

/** Nothing that Hive wrote is an expression. */
function literal(text: string): string {
  return templateOf([{ text }]);
}

/** Null for what is missing, empty or no plain value. */
function plainText(field: Field | undefined): string | null {
  if (!field || !isPlainValue(field.value)) return null;
  return scalarText(field.value).replaceAll("\0", "").trim() || null;
}

function readDependencies(subject: Subject, field: Field | undefined): Map<string, Node> {
  const found = new Map<string, Node>();
  if (!field) return found;
  const { source } = subject.reading;
  const items = isSeq(field.value) ? field.value.items.map((item) => source.resolve(item)) : [field.value];
  for (const item of items) {
    if (item && isPlainValue(item)) found.set(scalarText(item), item);
    else if (!isScalar(item)) {
      fault(subject, "wrong_type", item, `needs subtask ids as dependencies, not ${whatIs(item)}.`);
    }
  }
  return found;
}

function priorityOf(field: Field | undefined): number {
  const value = isPlainValue(field?.value ?? null) ? Number(plainText(field)) : Number.NaN;
  if (!Number.isFinite(value)) return 1;
  return Math.min(PRIORITY_RANGE.max, Math.max(PRIORITY_RANGE.min, Math.trunc(value)));
}

/** Which agent a phase calls for where nobody fitting is assigned. All other phases are the coder's. */
const AGENT_OF_PHASE: readonly (readonly [RegExp, string])[] = [
  [/review|validat|verif|qa|audit/i, "ai-reviewer"],
  [/deploy|release|rollout/i, "ai-deployer"],
  [/plan|analy|design|research|requirement/i, "ai-planner"],
  [/monitor|guard|secur/i, "guardian"],
];
const CODER = "hive-coder";

function agentOf(subject: Subject, fields: Fields): string {
  const assignee = plainText(fields.get("assignee"));
  const phase = plainText(fields.get("workflow_phase")) ?? "";
  if (assignee !== null) {
    if (isBuiltInAgent(assignee) || subject.reading.agents.get(assignee)?.problem === null) return assignee;
  }
  const agent = AGENT_OF_PHASE.find(([pattern]) => pattern.test(phase))?.[1] ?? CODER;
  const isWorker = assignee === null || assignee.startsWith("worker");
  const at = fields.get("assignee")?.value ?? null;
  if (!isWorker) {
    caution(subject, "unknown_assignee", at, `is assigned to "${assignee}", which is no agent here: ${agent} does it.`);
  }
  return agent;
}

interface Said {
  readonly title: string;
  readonly description: string;
  readonly fields: Fields;
  readonly node: Node;
}

function workOf(subject: Subject, agent: string, said: Said): AgentWork {
  if (agent === "noop") return {};
  if (agent === "approval") return { approval: { instructions: literal(said.description || said.title) } };
  const named = subject.reading.agents.get(agent);
  if (named) return promptWork(named.type, literal(promptOf(said)));
  const at = said.fields.get("assignee")?.value ?? said.node;
  fault(subject, "missing_run", at, `is for the agent ${agent} and does not say what to run: give it "run".`);
  return {};
}

function promptOf({ title, description, fields }: Said): string {
  const line = (label: string, key: string): string[] => {
    const text = plainText(fields.get(key));
    return text === null ? [] : [`${label}: ${text}`];
  };
  const list = (label: string, key: string): string[] => {
    const items = wordsOf(fields.get(key));
    return items.length === 0 ? [] : [`${label}:\n${items.map((item) => `- ${item}`).join("\n")}`];
  };
  return [
    title,
    ...(description ? [description] : []),
    ...list("Deliverables", "deliverables"),
    ...list("Skills that it takes", "required_skills"),
    ...line("Phase", "workflow_phase"),
    ...line("Complexity", "complexity"),
  ].join("\n\n");
}

function wordsOf(field: Field | undefined): string[] {
  if (!field) return [];
  const items: unknown[] = isSeq(field.value) ? field.value.items : [field.value];
  return items.flatMap((item) => (isScalar(item) && isPlainValue(item) ? scalarText(item).trim() || [] : []));
}
