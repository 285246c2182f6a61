import { isMap } from "yaml";
import { type NamedAgent, SHIPPED_AGENTS } from "../../../shared/model/agent-work";
import type { PlanDefinition, PlanFinding, SubtaskDefinition } from "../../../shared/model/plan-definition";
import { checkExpressions, type Expressive } from "./expressions";
import { readExecutor } from "./read-executor";
import { readParameters } from "./read-parameters";
import { checkGroups, readGroups } from "./read-placement";
import { handOnAnswers, isPlanData, planDataDescription, planDataTitle, readPlannedSubtask } from "./read-plan-data";
import { type ReadSubtask, readSubtask } from "./read-subtask";
import { readCwd, readEnv } from "./read-surroundings";
import {
  type Field,
  type Fields,
  fault,
  hasKey,
  knownKeys,
  OversizedPlan,
  type Reading,
  type Report,
  readInteger,
  readList,
  readMapping,
  readText,
  type Subject,
  whatIs,
} from "./reading";
import { resolveGraph } from "./resolve-graph";
import { type PlanSource, readSource } from "./source";
import { createSuggest } from "./suggest";
import { hasExpression } from "./template";

export const PLAN_KEYS = knownKeys(
  [
    "$schema",
    "title",
    "description",
    "parameters",
    "env",
    "cwd",
    "concurrency",
    "groups",
    "synthesis",
    "executor",
    "queue",
    "subtasks",
  ],
  { sub_tasks: "subtasks" },
);
/** Those of them that data of Hive's planners may have. */
const PLAN_DATA_KEYS = knownKeys(["subtasks"], { sub_tasks: "subtasks" });
export const CONCURRENCY_RANGE = { min: 1, max: 10_000 } as const;

/** The longest text of a plan, in characters. */
const MAX_PLAN_LENGTH = 2 * 1024 * 1024;
/** What a plan may hold in all, in items of lists and mappings: no text of that length has more of its own. */
const MAX_ITEMS = MAX_PLAN_LENGTH / 2;
const MAX_FINDINGS = 1_000;

export interface ParsedPlan {
  /** Null when there is any error among the findings. */
  readonly definition: PlanDefinition | null;
  /** All that is wrong, in the order of the lines. */
  readonly findings: PlanFinding[];
}

export interface ParseOptions {
  readonly fileName: string;
  /** Named agents that are known. Default: those that come with the program. */
  readonly agents?: readonly NamedAgent[];
}

/** Reads a plan file, YAML or JSON, and checks all of it. Never throws; about 0.1 ms for each subtask. */
export function parsePlan(text: string, { fileName, agents = SHIPPED_AGENTS }: ParseOptions): ParsedPlan {
  const unusable = unusableText(text, fileName);
  if (unusable) return { definition: null, findings: [unusable] };
  const source = readSource(text.replace(/^\uFEFF/, ""));
  const reports: Report[] = source.problems.map((problem) => ({ ...problem, subtaskId: null }));
  const isReadable = !reports.some((report) => report.severity === "error");
  const definition = isReadable ? readAll(source, agents, reports) : null;
  const isSound = !reports.some((report) => report.severity === "error");
  return { definition: isSound ? definition : null, findings: toFindings(reports, source) };
}

function unusableText(text: string, fileName: string): PlanFinding | null {
  const finding = (code: string, message: string): PlanFinding => ({
    severity: "error",
    code,
    message,
    line: null,
    column: null,
    subtaskId: null,
  });
  if (text.length > MAX_PLAN_LENGTH) {
    const size = (text.length / 1024 / 1024).toFixed(1);
    return finding("too_large", `${fileName} is too large (${size} MB): a plan has at most 2 MB. Split it.`);
  }
  if (text.includes("\0")) {
    return finding("not_text", `${fileName} is no text file: a plan is YAML or JSON, encoded as UTF-8.`);
  }
  return null;
}

function readAll(source: PlanSource, agents: readonly NamedAgent[], reports: Report[]): PlanDefinition | null {
  let left = MAX_ITEMS;
  const reading: Reading = {
    source,
    suggest: createSuggest(),
    agents: new Map(agents.map((agent) => [agent.id, agent])),
    isForeign: isPlanData(source),
    report: (report) => reports.push(report),
    spend: (items) => {
      left -= items;
      if (left < 0) throw new OversizedPlan();
    },
  };
  const plan: Subject = { reading, name: "The plan", subtaskId: null };
  try {
    return readPlan(plan);
  } catch (error) {
    if (!(error instanceof OversizedPlan)) throw error;
    fault(plan, "too_many_aliases", 0, "repeats so much by aliases (*name) that it is too large: write less of it.");
    return null;
  }
}

function readPlan(plan: Subject): PlanDefinition | null {
  const { source } = plan.reading;
  if (!isMap(source.root)) {
    const found = whatIs(source.root);
    const problem = found === "nothing" ? "is empty" : `is ${found}`;
    fault(plan, "not_a_mapping", source.root, `${problem}: a plan is a mapping with "title" and "subtasks".`);
    return null;
  }
  const { isForeign } = plan.reading;
  const fields = readMapping(plan, source.root, isForeign ? PLAN_DATA_KEYS : PLAN_KEYS);
  if (!fields) return null;

  const expressive: Expressive[] = [];
  const text = (key: string): string | null => {
    const field = fields.get(key);
    const value = readText(plan, field, key !== "title");
    if (field && value !== null) expressive.push({ subject: plan, text: value, node: field.value, isScript: false });
    return value;
  };
  if (!isForeign) requireKey(plan, fields, "title", "what the plan is for, in a line");
  readText(plan, fields.get("$schema"));
  const title = isForeign ? planDataTitle(plan.reading) : (text("title") ?? "");
  const description = isForeign ? planDataDescription(plan.reading) : (text("description") ?? "");
  const parameters = readParameters(plan, fields.get("parameters"));
  const env = readEnv(plan, fields.get("env"), expressive);
  const cwd = readCwd(plan, fields.get("cwd"), expressive) ?? ".";
  const concurrency = fields.get("concurrency");
  const groups = readGroups(plan, fields.get("groups"));
  requireKey(plan, fields, "subtasks", "the list of what is to be done");
  const subtasks = readSubtasks(plan, fields.get("subtasks"));
  const graph = resolveGraph(plan, subtasks);
  const synthesis = readSynthesis(plan, fields.get("synthesis"), graph.definitions);

  checkGroups(subtasks, groups);

  const { expanded } = graph;
  checkExpressions(expressive, { parameters, matrix: null, expanded, waitsFor: new Set(), mayLack: () => false });
  const forgiven = new Set(graph.definitions.flatMap(({ id, onFailure }) => (onFailure === "continue" ? [id] : [])));
  for (const subtask of subtasks) {
    if (!subtask.expressive.some(({ text }) => hasExpression(text))) continue;
    const matrix = subtask.matrix?.names ?? null;
    const mayLack = (id: string): boolean => subtask.definition.when !== "success" || forgiven.has(id);
    const waitsFor = graph.waitsFor(subtask);
    checkExpressions(subtask.expressive, { parameters, matrix, expanded, waitsFor, mayLack });
  }
  return {
    title,
    description,
    parameters: [...parameters.values()],
    env,
    cwd,
    concurrency: concurrency ? readInteger(plan, concurrency, CONCURRENCY_RANGE) : null,
    groups,
    synthesis,
    ...readExecutor(plan, fields),
    subtasks: graph.definitions,
  };
}

function requireKey(plan: Subject, fields: Fields, key: string, meaning: string): void {
  const { root } = plan.reading.source;
  if (fields.has(key) || hasKey(root, key)) return;
  fault(plan, "missing_key", root, `has no "${key}": add it (${meaning}).`);
}

function readSubtasks(plan: Subject, field: Field | undefined): ReadSubtask[] {
  if (!field) return [];
  const items = readList(plan, field, "subtasks");
  if (items?.length === 0) fault(plan, "empty_subtasks", field.key, "has no subtasks: it needs at least one.");
  const read = plan.reading.isForeign ? readPlannedSubtask : readSubtask;
  const subtasks = (items ?? []).flatMap((item, ordinal) => read(plan.reading, item, ordinal) ?? []);
  return plan.reading.isForeign ? handOnAnswers(subtasks) : subtasks;
}

/** The subtask whose result is the plan's: one of its own. */
function readSynthesis(plan: Subject, field: Field | undefined, subtasks: readonly SubtaskDefinition[]): string | null {
  const id = readText(plan, field, false);
  const ids = subtasks.map((subtask) => subtask.id);
  if (!field || id === null || ids.includes(id)) return id;
  const meant = plan.reading.suggest(id, ids);
  const hint = meant ? `Did you mean "${meant}"?` : "Name the subtask whose result is the plan's.";
  fault(plan, "unknown_synthesis", field.value, `has no subtask "${id}", which "synthesis" names. ${hint}`);
  return null;
}

/** Places as lines and columns, in their order; of very many the first. */
function toFindings(reports: readonly Report[], source: PlanSource): PlanFinding[] {
  const inOrder = [...reports].sort((a, b) => a.offset - b.offset);
  const findings = inOrder.slice(0, MAX_FINDINGS).map(({ offset, ...report }): PlanFinding => {
    return { ...report, ...source.place(offset) };
  });
  const unshown = inOrder.slice(MAX_FINDINGS);
  if (unshown.length > 0) {
    const severity = unshown.some((report) => report.severity === "error") ? "error" : "warning";
    const message = `${unshown.length} more findings are not shown: see to these first.`;
    findings.push({ severity, code: "more_findings", message, line: null, column: null, subtaskId: null });
  }
  return findings;
}
