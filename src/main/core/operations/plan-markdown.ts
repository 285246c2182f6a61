import { setImmediate as nextTurn } from "node:timers/promises";
import type { StoredFinalPlan } from "../../../shared/model/board";
import type { PlanDetail, TaskRow } from "../../../shared/model/views";
import { readFinalPlan } from "../store/final-plans";
import type { Store } from "../store/open";
import { getPlan } from "./plans";
import { getTask, listTasks } from "./tasks";

/** Read between two turns of the event loop. */
const TASK_PAGE = 500;
const RESULT_PAGE = 20;
/** Of larger plans the results are left out: nobody reads them as one text. */
const MOST_RESULTS = 200;
/** Longer results are cut. */
const LONGEST_RESULT = 20_000;

export interface PlanMarkdown {
  /** A name to save it by. */
  readonly fileName: string;
  readonly markdown: string;
}

/** What became of a plan, for people: its final plan, its tasks and what they answered. Throws `not_found`. */
export async function exportPlanMarkdown(store: Store, planId: string): Promise<PlanMarkdown> {
  const plan = getPlan(store, { planId });
  const tasks = await allTasks(store, planId);
  const results = tasks.length > MOST_RESULTS ? null : await resultsOf(store, tasks);
  const markdown = planMarkdown({ plan, tasks, results, finalPlan: readFinalPlan(store.read, planId) });
  return { fileName: `${slug(plan.title) || "plan"}.md`, markdown };
}

async function allTasks(store: Store, planId: string): Promise<TaskRow[]> {
  const tasks: TaskRow[] = [];
  for (let after = -1; ; await nextTurn()) {
    const { rows } = listTasks(store, { planId, after, limit: TASK_PAGE });
    tasks.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < TASK_PAGE) return tasks;
    after = last.ordinal;
  }
}

async function resultsOf(store: Store, tasks: readonly TaskRow[]): Promise<Map<string, unknown>> {
  const results = new Map<string, unknown>();
  for (const [place, { id, status }] of tasks.entries()) {
    if (status === "completed") results.set(id, getTask(store, { taskId: id }).result);
    if (place % RESULT_PAGE === RESULT_PAGE - 1) await nextTurn();
  }
  return results;
}

interface PlanReport {
  readonly plan: PlanDetail;
  readonly tasks: readonly TaskRow[];
  /** By task id; null: left out. */
  readonly results: ReadonlyMap<string, unknown> | null;
  readonly finalPlan: StoredFinalPlan | null;
}

function planMarkdown({ plan, tasks, results, finalPlan }: PlanReport): string {
  const sections = [
    `# ${inline(plan.title)}`,
    plan.description.trim(),
    factsOf(plan),
    parametersOf(plan),
    finalPlanOf(finalPlan),
    taskTable(tasks),
    ...(results ? tasks.flatMap((task) => resultOf(task, results.get(task.id)) ?? []) : []),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function factsOf(plan: PlanDetail): string {
  const source = plan.sourceName === null ? "" : `, from ${inline(plan.sourceName)}`;
  const by = plan.launchedBy === null ? "" : ` by ${inline(plan.launchedBy)}`;
  const facts = [
    ["Status", inline(plan.status)],
    ["Launched", plan.createdAt === null ? null : `${time(plan.createdAt)}${by}${source}`],
    ["Finished", plan.finishedAt === null ? null : time(plan.finishedAt)],
    ["Plan", inline(plan.id)],
  ] as const;
  return facts.flatMap(([name, value]) => (value === null ? [] : [`- ${name}: ${value}`])).join("\n");
}

function parametersOf({ parameters }: PlanDetail): string {
  const lines = Object.entries(parameters).map(([name, value]) => `- ${inline(name)}: ${inline(String(value))}`);
  return lines.length === 0 ? "" : `## Parameters\n\n${lines.join("\n")}`;
}

function finalPlanOf(stored: StoredFinalPlan | null): string {
  if (stored === null) return "";
  const { finalPlan, content } = stored;
  if (finalPlan === null) return `## Final plan\n\n${fenced(cut(content))}`;
  const { synthesizedStrategy, contributingAgents, identifiedRisks, confidenceScore } = finalPlan;
  const risks = identifiedRisks.map((risk) => `- ${inline(risk)}`).join("\n");
  return [
    "## Final plan",
    deeper(synthesizedStrategy.trim()),
    `Contributing agents: ${contributingAgents.map(inline).join(", ")}  \nConfidence: ${Math.round(confidenceScore * 100)} %`,
    ...(risks === "" ? [] : [`### Risks\n\n${risks}`]),
  ].join("\n\n");
}

function taskTable(tasks: readonly TaskRow[]): string {
  const rows = tasks.map(({ subtaskId, id, title, agent, state, attempts, reason }) => {
    const cells = [subtaskId ?? id, title, agent, state, String(attempts), reason ?? ""];
    return `| ${cells.map(inline).join(" | ")} |`;
  });
  const head = "| task | title | agent | state | attempts | why |\n| --- | --- | --- | --- | --- | --- |";
  return `## Tasks\n\n${tasks.length === 0 ? "None." : `${head}\n${rows.join("\n")}`}`;
}

function resultOf(task: TaskRow, result: unknown): string | null {
  if (result === null || result === undefined) return null;
  const answer: unknown = typeof result === "object" && "output" in result ? result.output : result;
  return `## ${inline(task.title)}\n\n${answerText(answer)}`;
}

function answerText(answer: unknown): string {
  if (typeof answer === "string") return deeper(cut(answer.trim()));
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return fenced(cut(jsonText(answer)));
  return Object.entries(answer)
    .map(([name, value]) => `**${inline(words(name))}**${valueText(value)}`)
    .join("\n\n");
}

function valueText(value: unknown): string {
  if (typeof value === "string") return `\n\n${deeper(cut(value.trim()))}`;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value.length === 0 ? ": none" : `\n\n${value.map((item) => `- ${inline(item)}`).join("\n")}`;
  }
  return typeof value === "object" && value !== null ? `\n\n${fenced(cut(jsonText(value)))}` : `: ${jsonText(value)}`;
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** `identified_risks` as people write it. */
function words(name: string): string {
  const spaced = name.replaceAll(/[_-]+/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Text in one line that Markdown takes as it stands. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>|]/g, "\\$&");
}

/** Headings of a quoted text come below ours. */
function deeper(markdown: string): string {
  return markdown.replace(/^(#{1,6}) /gm, (_, marks: string) => `${"#".repeat(Math.min(6, marks.length + 2))} `);
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function cut(text: string): string {
  return text.length > LONGEST_RESULT ? `${text.slice(0, LONGEST_RESULT)}\n…` : text;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const LONGEST_NAME = 60;

function slug(title: string): string {
  const dashed = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  return dashed.slice(0, LONGEST_NAME).replace(/^-+|-+$/g, "");
}
