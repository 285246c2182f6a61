import { setImmediate as nextTick } from "node:timers/promises";
import type { AgentCapability } from "../../../shared/model/agent";
import { type AgentWork, isBuiltInAgent } from "../../../shared/model/agent-work";
import { queueOf } from "../../../shared/model/fleet";
import type { DryRunFinding } from "../../../shared/model/forecast";
import type { AgentHealth } from "../agents/agent";
import type { AgentRegistry } from "../agents/registry";
import { checkHealth } from "../agents/registry";
import { nobodyWords } from "../agents/routing";
import { type Capacity, isAnybodys, needName, workerCommand } from "../plan/capacity";
import { commandWord } from "../plan/command-word";
import { hasExpression } from "../plan/template";
import { type Found, findExecutable, folderTrouble } from "./executables";

/** A subtask as it would be written at launch. */
export interface CheckedTask {
  readonly subtaskId: string;
  readonly agent: string;
  readonly run: string | readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
  readonly hasDependencies: boolean;
  readonly role: string | null;
  readonly capabilities: readonly string[];
  /** What the agent that it goes to must be good for; absent: `agent` it is. */
  readonly route?: readonly AgentCapability[];
  /** It asks an endpoint and a model of its own, so the agent's defaults do not matter. */
  readonly isSelfSufficient: boolean;
}

const MOST_NAMED = 20;
/** Tasks looked at between two turns of the event loop: a few milliseconds. */
const CHUNK = 1_000;
/** Files looked at at once. */
const AT_ONCE = 32;

/** One thing wrong for some of the tasks. */
interface Trouble {
  readonly severity: DryRunFinding["severity"];
  readonly code: string;
  readonly message: string;
}

/** Folders, programs, agents and workers that a plan's tasks would miss. Each thing is looked at once. */
export async function checkSurroundings(
  tasks: readonly CheckedTask[],
  { agents, capacity }: { readonly agents: AgentRegistry<AgentWork>; readonly capacity: Capacity },
): Promise<DryRunFinding[]> {
  // A folder that a result or a secret names is known when the task starts; what another host has is known there.
  const commands = tasks.filter(
    ({ agent, cwd, capabilities }) => agent === "command" && !hasExpression(cwd) && queueOf(capabilities) === null,
  );
  const badFolders = new Set<string>();
  const folders = await lookAtAll(commands, {
    key: ({ cwd, hasDependencies }) => `${hasDependencies}\n${cwd}`,
    look: (task) => checkFolder(task, badFolders),
  });
  await nextTick();
  const programs = await lookAtAll(
    commands.filter(({ cwd }) => !badFolders.has(cwd)),
    { key: programKey, look: checkProgram },
  );
  await nextTick();
  const unable = await checkAgents(tasks, agents);
  await nextTick();
  return [...folders, ...programs, ...unable, ...checkWorkers(tasks, capacity)].sort(
    (a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"),
  );
}

async function lookAtAll(
  tasks: readonly CheckedTask[],
  { key, look }: { key: (task: CheckedTask) => string | null; look: (task: CheckedTask) => Promise<Trouble | null> },
): Promise<DryRunFinding[]> {
  const groups = new Map<string, CheckedTask[]>();
  for (const [place, task] of tasks.entries()) {
    if (place % CHUNK === CHUNK - 1) await nextTick();
    const name = key(task);
    if (name === null) continue;
    const group = groups.get(name);
    if (group) group.push(task);
    else groups.set(name, [task]);
  }
  const found: Array<DryRunFinding | null> = [];
  const waiting = [...groups.values()].entries();
  const worker = async () => {
    for (const [place, group] of waiting) {
      const [first] = group;
      const trouble = first === undefined ? null : await look(first);
      found[place] = trouble === null ? null : concern(trouble, group);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found.filter((finding) => finding !== null && finding !== undefined);
}

function concern({ severity, code, message }: Trouble, tasks: readonly CheckedTask[]): DryRunFinding {
  const subtaskIds = tasks.slice(0, MOST_NAMED).map(({ subtaskId }) => subtaskId);
  return { severity, code, message, subtaskIds, count: tasks.length };
}

async function checkFolder({ cwd, hasDependencies }: CheckedTask, bad: Set<string>): Promise<Trouble | null> {
  const trouble = await folderTrouble(cwd);
  if (trouble === null) return null;
  bad.add(cwd);
  const code = "missing_folder";
  if (trouble === "missing" && hasDependencies) {
    return {
      severity: "warning",
      code,
      message: `The working folder ${cwd} does not exist yet: an earlier task must make it.`,
    };
  }
  const what = {
    missing: "does not exist: make it, or correct cwd",
    not_a_folder: "is not a folder: correct cwd",
    forbidden: "may not be entered by this user: change its permissions, or correct cwd",
  }[trouble];
  return { severity: "problem", code, message: `The working folder ${cwd} ${what}.` };
}

const searchPath = ({ env }: CheckedTask): string | undefined => env.PATH ?? process.env.PATH;

/** The same program in the same folder is looked for once. */
function programKey(task: CheckedTask): string | null {
  const command = commandWord(task.run);
  if (command === null || (command.moved && command.word.includes("/"))) return null;
  const isPath = command.word.includes("/");
  return JSON.stringify([command.word, isPath ? task.cwd : null, isPath && task.hasDependencies, searchPath(task)]);
}

async function checkProgram(task: CheckedTask): Promise<Trouble | null> {
  const word = commandWord(task.run)?.word ?? "";
  const found = await findExecutable({ word, cwd: task.cwd, path: searchPath(task) });
  if (found === "found") return null;
  const isPath = word.includes("/");
  const mayBeMade = isPath && found === "missing" && task.hasDependencies;
  return {
    severity: mayBeMade ? "warning" : "problem",
    code: "missing_executable",
    message: mayBeMade
      ? `${word} does not exist yet in ${task.cwd}: an earlier task must make it.`
      : `${programTrouble(word, isPath, found)}`,
  };
}

function programTrouble(word: string, isPath: boolean, found: Exclude<Found, "found">): string {
  if (found === "folder") return `${word} is a folder, not a program: correct the command.`;
  if (found === "not_executable") return `${word} may not be executed: chmod +x, or correct the command.`;
  return isPath
    ? `${word} does not exist: correct its path.`
    : `${word} is not found on PATH: install it, or set PATH under env.`;
}

async function checkAgents(tasks: readonly CheckedTask[], agents: AgentRegistry<AgentWork>): Promise<DryRunFinding[]> {
  const users = new Map<string, CheckedTask[]>();
  for (const task of tasks) {
    if (task.isSelfSufficient || task.route !== undefined) continue;
    const list = users.get(task.agent);
    if (list) list.push(task);
    else users.set(task.agent, [task]);
  }
  const findings = [...users].map(async ([id, who]): Promise<DryRunFinding | null> => {
    const agent = agents.get(id);
    if (agent === null) {
      const message = `There is no agent "${id}" here: hive agent list names those that are.`;
      return concern({ severity: "problem", code: "unknown_agent", message }, who);
    }
    const health: AgentHealth = await checkHealth(agent);
    if (health.status === "healthy") return null;
    const severity = health.status === "unhealthy" ? "problem" : "warning";
    return concern({ severity, code: "unhealthy_agent", message: `Agent ${id}: ${health.message}` }, who);
  });
  const all = [...findings, ...checkRoutes(tasks, agents)];
  return (await Promise.all(all)).filter((finding) => finding !== null);
}

/** Tasks that go to whoever can do them: whether anybody could. */
function checkRoutes(
  tasks: readonly CheckedTask[],
  agents: AgentRegistry<AgentWork>,
): Array<Promise<DryRunFinding | null>> {
  const users = new Map<string, CheckedTask[]>();
  for (const task of tasks) {
    if (task.route === undefined) continue;
    const key = JSON.stringify(task.route);
    users.set(key, [...(users.get(key) ?? []), task]);
  }
  return [...users.values()].map(async (who) => {
    const wanted = who[0]?.route ?? [];
    const able = agents
      .listAgentIds()
      .flatMap((id) => agents.get(id) ?? [])
      .filter((agent) => !isBuiltInAgent(agent.id) && wanted.every((one) => agent.hasCapability(one)));
    const found = await Promise.all(
      able.map(async (agent) => ({ id: agent.id, running: 0, ...(await checkHealth(agent)) })),
    );
    if (found.some(({ status }) => status !== "unhealthy")) return null;
    return concern({ severity: "problem", code: "unhealthy_agent", message: nobodyWords(wanted, found) }, who);
  });
}

function checkWorkers(tasks: readonly CheckedTask[], capacity: Capacity): DryRunFinding[] {
  const waiting = new Map<number, CheckedTask[]>();
  for (const task of tasks) {
    if (isAnybodys(task)) continue;
    const place = capacity.poolOf(task);
    if ((capacity.pools[place]?.size ?? 0) > 0) continue;
    const list = waiting.get(place);
    if (list) list.push(task);
    else waiting.set(place, [task]);
  }
  return [...waiting].map(([place, who]) => {
    const need = capacity.pools[place]?.need ?? { role: null, capabilities: [] };
    const message = `No live worker has what this takes (${needName(need)}). Start one: ${workerCommand(need)}`;
    return concern({ severity: "problem", code: "no_worker", message }, who);
  });
}
