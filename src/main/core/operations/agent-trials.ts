import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { AgentRow, AgentTrial } from "../../../shared/model/agent";
import type { AgentWork } from "../../../shared/model/agent-work";
import { NO_RETRIES, SUBTASK_DEFAULTS, type SubtaskDefinition } from "../../../shared/model/plan-definition";
import { planOfOne } from "../plan/plan-of-one";
import { promptWork } from "../plan/read-agent";
import { templateOf } from "../plan/template";
import { listAgentTrials } from "../store/agent-runs";
import type { Store } from "../store/open";
import { type AgentPlace, findAgent } from "./agents";
import { launchPlan } from "./plans";

/** Stands for whoever launched a plan that only tries an agent. */
const TRIAL = "agent test";
const TIMEOUT_MS = 600_000;
const REQUEST_MS = 60_000;
const FOLDER = "agent-tests";

/** What an agent is given to try it; null: it takes nothing. */
type Work = Pick<SubtaskDefinition, "run"> & AgentWork;

const literal = (text: string): string => templateOf([{ text }]);

/** By type: what an agent of it makes of a text. */
function workOf({ id, type }: AgentRow, input: string): Work {
  if (type === "process") return { run: literal(input) };
  if (type === "join") return { run: null };
  if (type === "gate") return { run: null, approval: { instructions: literal(input) } };
  if (type === "http") {
    const request = { method: "GET", url: literal(input.trim()), headers: {}, body: null, keyEnv: null } as const;
    return { run: null, http: { ...request, timeoutMs: REQUEST_MS, expect: null, result: null, poll: null } };
  }
  if (type === "command" || type === "llm") return { run: null, ...promptWork(type, literal(input)) };
  throw new HiveError("not_allowed", `${id} is of type ${type}: there is nothing that it could be asked.`, { id });
}

export interface TrialRequest {
  readonly id: string;
  /** A prompt; for `command` a line of the shell, for `http` an address, for `noop` nothing. */
  readonly input: string;
  readonly actor: string;
}

/**
 * Has an agent do one thing, as a plan of one task: whoever starts the tasks runs it, with log, limits and cancel as any
 * other, and its answer is the task's result. Throws `not_found`, `not_allowed` for one whose file is broken.
 */
export async function tryAgent(store: Store, place: AgentPlace, { id, input, actor }: TrialRequest) {
  const agent = await findAgent(place, id);
  if (agent.problem !== null) {
    throw new HiveError("not_allowed", `${agent.title} cannot be tried: ${agent.problem}`, { id });
  }
  if (input.trim() === "" && agent.type !== "join") {
    throw new HiveError("invalid_input", `Say what ${agent.title} is to do: nothing was begun.`, { id });
  }
  const title = `Test of ${literal(agent.title)}`;
  const folder = join(store.filesFolder, FOLDER);
  await mkdir(folder, { recursive: true });
  const subtask: SubtaskDefinition = {
    ...SUBTASK_DEFAULTS,
    id: "answer",
    title,
    // What was asked, for the list of tests.
    description: literal(input),
    agent: id,
    ...workOf(agent, input),
    dependencies: [],
    priority: 1,
    retries: NO_RETRIES,
    timeoutMs: TIMEOUT_MS,
    env: {},
    cwd: null,
    // It is tried where it was asked for, whatever the database says of plans.
    executor: "local",
  };
  const { planId } = await launchPlan(store, {
    definition: planOfOne(subtask, "An operator tries an agent."),
    parameters: {},
    sourceName: null,
    sourceText: null,
    folder,
    launchedBy: TRIAL,
    actor,
  });
  const [trial] = listTrials(store, { id, limit: 1 });
  if (trial?.planId === planId) return trial;
  throw new HiveError("internal", `The test of ${id} was launched and cannot be found: look for plan ${planId}.`, {});
}

/** The latest tests of an agent, the newest first. */
export function listTrials(store: Store, { id, limit }: { readonly id: string; readonly limit: number }): AgentTrial[] {
  return listAgentTrials(store.read, { agent: id, launchedBy: TRIAL, limit });
}
