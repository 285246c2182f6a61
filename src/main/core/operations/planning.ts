import { dirname, join } from "node:path";
import type { Page } from "../../../shared/contract";
import { HiveError } from "../../../shared/errors";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanningDetail, PlanningRequest, ProposedPlan } from "../../../shared/model/planning";
import { type Environment, WorkFailure } from "../agents/agent";
import { agentFolders, listAgentFiles, namedAgents } from "../agents/agent-folders";
import { openAttemptLog } from "../agents/attempt-log";
import { loadAgent } from "../agents/local-agents";
import { checkHealth } from "../agents/registry";
import { makeFolder } from "../make-folder";
import { type ParsedPlan, parsePlan } from "../plan/parse";
import { type PlannedSubtask, readPlanData } from "../plan/plan-data";
import type { Store } from "../store/open";
import {
  approveProposal,
  bindLaunched,
  cancelProposal,
  claimRequest,
  editProposal,
  failRequest,
  insertGenerated,
  insertRequest,
  listRequests,
  moveRequest,
  readProposals,
  readRequest,
  releaseRequest,
  requireProposal,
} from "../store/planning";
import { type Caller, jsonText, writerOf } from "./hive/caller";
import { launchPlan } from "./plans";

/** Requests, by page. Throws `invalid_input`. */
export function listPlanning(
  store: Store,
  {
    status,
    after,
    limit,
  }: { readonly status?: string | undefined; readonly after?: string | undefined; readonly limit: number },
): Page<PlanningRequest> {
  const from = after === undefined ? 0 : Number(after);
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new HiveError("invalid_input", "No page of requests ends there. Take `next` of the page before.", { after });
  }
  const { requests, next } = listRequests(store.read, { status, after: from, limit });
  return { rows: requests, next: next === null ? null : String(next) };
}

/** A request with the plans that were made for it, and what is wrong with them. Throws `not_found`. */
export async function getPlanning(store: Store, requestId: string): Promise<PlanningDetail> {
  const request = readRequest(store.read, requestId);
  if (!request) {
    throw new HiveError("not_found", `There is no planning request ${requestId}. List them with: hive planning list`, {
      requestId,
    });
  }
  const proposals: ProposedPlan[] = [];
  for (const proposal of readProposals(store.read, requestId)) {
    const isOpen = ["draft", "generated", "approved"].includes(proposal.status);
    proposals.push({
      ...proposal,
      findings: isOpen ? (await parseData(store, proposal.id, proposal.data)).findings : [],
    });
  }
  return { ...request, proposals };
}

export interface NewPlanning {
  readonly description: string;
  readonly priority: number;
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  readonly complexity?: string | undefined;
}

export async function addPlanning(store: Store, caller: Caller, given: NewPlanning): Promise<PlanningRequest> {
  const id = store.newId();
  const request = {
    id,
    description: given.description,
    priority: given.priority,
    requestor: caller.actor ?? caller.source,
    context: jsonText(given.context, "context"),
    complexity: given.complexity ?? null,
  };
  await store.write((tx) => insertRequest(tx, request, writerOf(store, caller)));
  return requireRequest(store, id);
}

/** Gives a request to a planner of any kind. Null: none waits. Throws `not_found`, `illegal_transition`. */
export async function claimPlanning(
  store: Store,
  caller: Caller,
  { requestId, agent }: { readonly requestId?: string | undefined; readonly agent: string },
): Promise<PlanningRequest | null> {
  const id = await store.write((tx) => claimRequest(tx, { requestId, agent }, writerOf(store, caller)));
  return id === null ? null : requireRequest(store, id);
}

export interface PlanRequest {
  readonly requestId?: string | undefined;
  readonly agent: string;
  readonly environment: Environment;
  /** Aborted: the request waits again. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets an agent plan a request: it is claimed, the agent is asked, and its plan waits for an operator. An agent that is
 * not set up claims nothing; one that fails leaves the request failed, and why is in an event. Null: none waits. Throws
 * `not_found`, `illegal_transition`, `not_allowed`.
 */
export async function planRequest(store: Store, caller: Caller, asked: PlanRequest): Promise<PlanningDetail | null> {
  const planner = await loadPlanner(store, asked);
  const request = await claimPlanning(store, caller, { requestId: asked.requestId, agent: asked.agent });
  if (request === null) return null;
  const writer = () => writerOf(store, { ...caller, source: asked.agent });
  try {
    const planId = store.newId();
    const data = planData(planId, request, await planner(request));
    const subtasks = readPlanData(planId, data);
    const dependencies = subtasks.reduce((sum, subtask) => sum + subtask.dependencies.length, 0);
    const plan = {
      ...{ planId, requestId: request.id, agent: asked.agent, data, dependencies },
      subtasks: subtasks.length,
      minutes: minutesOf(subtasks),
      complexity: complexityOf(subtasks),
    };
    if (!(await store.write((tx) => insertGenerated(tx, plan, writer())))) {
      throw new HiveError(
        "not_allowed",
        `Request ${request.id} was taken from ${asked.agent} while it planned: its plan was dropped.`,
        {
          requestId: request.id,
        },
      );
    }
  } catch (error) {
    if (asked.signal?.aborted) {
      await store.write((tx) => releaseRequest(tx, { requestId: request.id, agent: asked.agent }));
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    await store.write((tx) => failRequest(tx, { requestId: request.id, agent: asked.agent, error: why }, writer()));
    if (error instanceof WorkFailure) {
      throw new HiveError("not_allowed", `${asked.agent} made no plan of request ${request.id}: ${why}`, {
        requestId: request.id,
      });
    }
    throw error;
  }
  return getPlanning(store, request.id);
}

type Planner = (request: PlanningRequest) => Promise<unknown>;

/** Throws `not_found` for an agent that nobody has, `not_allowed` for one that cannot plan now. */
async function loadPlanner(store: Store, { agent: id, environment, signal }: PlanRequest): Promise<Planner> {
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
        work: { llm: { ...UNSET, prompt: promptOf(request) } },
        progress: null,
        saveProgress: async () => undefined,
        log,
        resultFile: `${file}.result`,
        environment,
        signal: signal ?? new AbortController().signal,
      });
      return answer === null ? null : JSON.parse(answer);
    } finally {
      await log.close();
    }
  };
}

const UNSET = {
  endpoint: null,
  model: null,
  keyEnv: null,
  system: null,
  temperature: null,
  maxTokens: null,
  schema: null,
} as const;

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

interface Act {
  readonly reason?: string | undefined;
}

/** Back to those that wait. Throws `not_found`, `illegal_transition`. */
export function retryPlanning(
  store: Store,
  caller: Caller,
  { requestId, reason }: Act & { readonly requestId: string },
): Promise<PlanningDetail> {
  return moved(store, caller, { requestId, to: "pending", act: "planning.retry", reason: reason ?? null });
}

/** Throws `not_found`, `illegal_transition`. */
export function dropPlanning(
  store: Store,
  caller: Caller,
  { requestId, reason }: Act & { readonly requestId: string },
): Promise<PlanningDetail> {
  return moved(store, caller, { requestId, to: "failed", act: "planning.drop", reason: reason ?? null });
}

async function moved(store: Store, caller: Caller, move: Parameters<typeof moveRequest>[1]): Promise<PlanningDetail> {
  await store.write((tx) => moveRequest(tx, move, writerOf(store, caller)));
  return getPlanning(store, move.requestId);
}

/** Throws `not_found`, `illegal_transition`, `invalid_plan`. */
export async function editPlanning(
  store: Store,
  caller: Caller,
  { planId, data, reason }: Act & { readonly planId: string; readonly data: string },
): Promise<PlanningDetail> {
  const { requestId } = requireProposal(store.read, planId);
  requireRunnable(planId, await parseData(store, planId, data));
  const subtasks = readPlanData(planId, data);
  const dependencies = subtasks.reduce((sum, subtask) => sum + subtask.dependencies.length, 0);
  const edit = { planId, data, subtasks: subtasks.length, dependencies, reason: reason ?? null };
  await store.write((tx) => editProposal(tx, edit, writerOf(store, caller)));
  return getPlanning(store, requestId);
}

/** Throws `not_found`, `illegal_transition`, `invalid_plan`. */
export async function approvePlanning(
  store: Store,
  caller: Caller,
  { planId, reason }: Act & { readonly planId: string },
): Promise<PlanningDetail> {
  const { requestId, data } = requireProposal(store.read, planId);
  requireRunnable(planId, await parseData(store, planId, data));
  await store.write((tx) => approveProposal(tx, { planId, reason: reason ?? null }, writerOf(store, caller)));
  return getPlanning(store, requestId);
}

/** Throws `not_found`, `illegal_transition`. */
export async function rejectPlanning(
  store: Store,
  caller: Caller,
  { planId, reason, again }: Act & { readonly planId: string; readonly again: boolean },
): Promise<PlanningDetail> {
  const { requestId } = requireProposal(store.read, planId);
  await store.write((tx) => {
    const writer = writerOf(store, caller);
    cancelProposal(tx, { planId, reason: reason ?? null }, writer);
    const to = again ? "pending" : "failed";
    moveRequest(tx, { requestId, to, act: "planning.reject", reason: reason ?? null }, writer);
  });
  return getPlanning(store, requestId);
}

export interface LaunchProposal extends Act {
  readonly planId: string;
  readonly launchedBy: string;
  /** Absolute: where its tasks work. */
  readonly folder: string;
}

/**
 * Launches an approved plan as any other: its tasks start at once, and how it ends is how its request ends. Throws
 * `not_found`, `illegal_transition` (it is not approved, or the request has another plan that was launched),
 * `invalid_plan`.
 */
export async function launchPlanning(store: Store, caller: Caller, given: LaunchProposal): Promise<{ planId: string }> {
  const { planId, launchedBy, folder } = given;
  const { requestId, status, data } = requireProposal(store.read, planId);
  if (status !== "approved") {
    throw new HiveError(
      "illegal_transition",
      `Plan ${planId} is ${status}: approve it first, with: hive planning approve ${planId}`,
      {
        planId,
        from: status,
      },
    );
  }
  const definition = requireRunnable(planId, await parseData(store, planId, data));
  return launchPlan(store, {
    definition,
    parameters: {},
    sourceName: readRequest(store.read, requestId)?.description.split("\n")[0]?.slice(0, 200) ?? planId,
    sourceText: data,
    folder,
    launchedBy,
    actor: caller.actor ?? launchedBy,
    together: (tx, launchedId) => {
      const launched = readProposals(tx, requestId).find((one) => one.status === "executing");
      if (launched) {
        throw new HiveError("illegal_transition", `Plan ${launched.id} of the same request runs already.`, {
          planId,
          requestId,
        });
      }
      bindLaunched(tx, { planId, launchedId, requestId }, writerOf(store, caller));
    },
  });
}

async function parseData(store: Store, planId: string, data: string): Promise<ParsedPlan> {
  const agents = namedAgents(await listAgentFiles(agentFolders(store.file)));
  return parsePlan(data, { fileName: `plan ${planId}`, agents });
}

function requireRunnable(planId: string, { definition, findings }: ParsedPlan) {
  if (definition !== null) return definition;
  throw new HiveError("invalid_plan", `Plan ${planId} cannot be run as it is: ${summary(findings)}`, {
    planId,
    findings,
  });
}

function summary(findings: readonly PlanFinding[]): string {
  const [first] = findings;
  return first
    ? `${first.message}${findings.length > 1 ? ` And ${findings.length - 1} more.` : ""}`
    : "it has no subtasks.";
}

function requireRequest(store: Store, id: string): PlanningRequest {
  const request = readRequest(store.read, id);
  if (request) return request;
  throw new HiveError("not_found", `Planning request ${id} was deleted by another program meanwhile.`, { id });
}
