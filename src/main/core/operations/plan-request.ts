import { dirname, join } from "node:path";
import { HiveError } from "../../../shared/errors";
import { SETTINGS_OF_AGENT } from "../../../shared/model/agent-work";
import type { PlanningDetail, PlanningRequest } from "../../../shared/model/planning";
import { type Environment, WorkFailure } from "../agents/agent";
import { openAttemptLog } from "../agents/attempt-log";
import { loadAgent } from "../agents/local-agents";
import { checkHealth } from "../agents/registry";
import { makeFolder } from "../make-folder";
import { type PlannedSubtask, readPlanData } from "../plan/plan-data";
import type { Store } from "../store/open";
import { failRequest, insertGenerated, releaseRequest } from "../store/planning";
import { type Caller, writerOf } from "./hive/caller";
import { claimPlanning, getPlanning } from "./planning";

export interface PlanRequest {
  readonly requestId?: string | undefined;
  readonly agent: string;
  readonly environment: Environment;
  /** Aborted: the request waits again. */
  readonly signal?: AbortSignal | undefined;
}

interface Planning {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

/** What agents are asked to plan by this process, by request. */
const underWay = new WeakMap<Store, Map<string, Planning>>();

/** The agent that plans this request here is not waited for any more. */
export function stopPlanning(store: Store, requestId: string): void {
  underWay.get(store)?.get(requestId)?.stop.abort();
}

/** Nothing is planned any more by this process; its requests wait again. */
export async function stopAllPlanning(store: Store): Promise<void> {
  const all = [...(underWay.get(store)?.values() ?? [])];
  for (const { stop } of all) stop.abort();
  await Promise.allSettled(all.map(({ ended }) => ended));
}

/**
 * Lets an agent plan a request: it is claimed, the agent is asked, and its plan waits for an operator. An agent that is
 * not set up claims nothing; one that fails leaves the request failed, and why is in an event. Null: none waits. Throws
 * `not_found`, `illegal_transition`, `not_allowed`.
 */
export async function planRequest(store: Store, caller: Caller, asked: PlanRequest): Promise<PlanningDetail | null> {
  const stop = new AbortController();
  const signal = asked.signal === undefined ? stop.signal : AbortSignal.any([asked.signal, stop.signal]);
  const planner = await loadPlanner(store, { ...asked, signal });
  const request = await claimPlanning(store, caller, { requestId: asked.requestId, agent: asked.agent });
  if (request === null) return null;
  const plannings = underWay.get(store) ?? new Map<string, Planning>();
  underWay.set(store, plannings);
  const ended = generate(store, { ...caller, source: asked.agent }, { request, agent: asked.agent, planner, signal });
  plannings.set(request.id, { stop, ended });
  try {
    await ended;
  } finally {
    if (plannings.get(request.id)?.stop === stop) plannings.delete(request.id);
  }
  return getPlanning(store, request.id);
}

interface Generation {
  readonly request: PlanningRequest;
  readonly agent: string;
  readonly planner: Planner;
  readonly signal: AbortSignal;
}

async function generate(store: Store, caller: Caller, { request, agent, planner, signal }: Generation): Promise<void> {
  const writer = () => writerOf(store, caller);
  const claim = { requestId: request.id, agent, since: request.assignedAt };
  try {
    const planId = store.newId();
    const data = planData(planId, request, await planner(request));
    const subtasks = readPlanData(planId, data);
    const dependencies = subtasks.reduce((sum, subtask) => sum + subtask.dependencies.length, 0);
    const plan = {
      ...{ ...claim, planId, data, dependencies },
      subtasks: subtasks.length,
      minutes: minutesOf(subtasks),
      complexity: complexityOf(subtasks),
    };
    if (!(await store.write((tx) => insertGenerated(tx, plan, writer())))) {
      throw new HiveError(
        "not_allowed",
        `Request ${request.id} was taken from ${agent} while it planned: its plan was dropped.`,
        { requestId: request.id },
      );
    }
  } catch (error) {
    if (signal.aborted) {
      await store.write((tx) => releaseRequest(tx, claim));
      throw new HiveError("not_allowed", `${agent} was stopped while it planned request ${request.id}.`, {
        requestId: request.id,
      });
    }
    const why = error instanceof Error ? error.message : String(error);
    await store.write((tx) => failRequest(tx, { ...claim, error: why }, writer()));
    if (error instanceof WorkFailure) {
      throw new HiveError("not_allowed", `${agent} made no plan of request ${request.id}: ${why}`, {
        requestId: request.id,
      });
    }
    throw error;
  }
}

type Planner = (request: PlanningRequest) => Promise<unknown>;

/** Throws `not_found` for an agent that nobody has, `not_allowed` for one that cannot plan now. */
async function loadPlanner(
  store: Store,
  { agent: id, environment, signal }: PlanRequest & { readonly signal: AbortSignal },
): Promise<Planner> {
  const agent = await loadAgent(environment, store.file, id);
  if (agent === null)
    throw new HiveError("not_found", `There is no agent "${id}". List them with: hive agent list`, { id });
  const { execute } = agent;
  if (execute === null || !agent.hasCapability("plan")) {
    throw new HiveError("not_allowed", `The agent "${id}" does not plan. hive agent list names those that do.`, { id });
  }
  const health = await checkHealth(agent);
  if (health.status === "unhealthy")
    throw new HiveError("not_allowed", `${id} cannot plan now: ${health.message}`, { id });
  return async (request) => {
    const file = join(store.filesFolder, "planning", `${request.id}.log`);
    makeFolder(dirname(file));
    const log = openAttemptLog(file);
    try {
      const answer = await execute({
        subtaskId: request.id,
        runId: request.id,
        correlationId: request.id,
        work: { llm: { ...SETTINGS_OF_AGENT, prompt: promptOf(request) } },
        progress: null,
        saveProgress: async () => undefined,
        log,
        resultFile: `${file}.result`,
        environment,
        signal,
      });
      return answer === null ? null : JSON.parse(answer);
    } finally {
      await log.close();
    }
  };
}

function promptOf({ description, priority, complexity, context }: PlanningRequest): string {
  const about = [`Priority: ${priority}`, ...(complexity === null ? [] : [`Complexity: ${complexity}`])].join("\n");
  const more = context === null ? "" : `\n\nContext:\n${JSON.stringify(context, null, 2)}`;
  return `${description}\n\n${about}${more}`;
}

/** As upstream's planner stores it. Throws `WorkFailure` for an answer that is no plan. */
function planData(planId: string, { id, agent }: PlanningRequest, answer: unknown): string {
  const output = typeof answer === "object" && answer !== null && "output" in answer ? answer.output : null;
  if (typeof output !== "object" || output === null || Array.isArray(output)) {
    throw new WorkFailure("its answer is no JSON object");
  }
  return JSON.stringify(
    { plan_id: planId, task_id: id, ...output, status: "generated", metadata: { generator: agent } },
    null,
    2,
  );
}

/** Null: the planner guessed nothing. */
function minutesOf(subtasks: readonly PlannedSubtask[]): number | null {
  const guesses = subtasks.map(({ extras }) => extras.estimated_duration).filter((guess) => typeof guess === "number");
  return guesses.length === 0 ? null : Math.round(guesses.reduce((sum, guess) => sum + guess, 0));
}

function complexityOf(subtasks: readonly PlannedSubtask[]): string {
  const found = new Set(subtasks.map(({ extras }) => extras.complexity));
  if (found.has("complex") || found.has("very_complex")) return "complex";
  return found.has("medium") ? "medium" : "simple";
}
