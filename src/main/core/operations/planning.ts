import type { Page } from "../../../shared/contract";
import { HiveError } from "../../../shared/errors";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanningDetail, PlanningRequest, ProposedPlan } from "../../../shared/model/planning";
import { agentFolders, listAgentFiles, namedAgents } from "../agents/agent-folders";
import { type ParsedPlan, parsePlan } from "../plan/parse";
import { readPlanData } from "../plan/plan-data";
import type { Store } from "../store/open";
import {
  approveProposal,
  bindLaunched,
  cancelProposal,
  claimRequest,
  editProposal,
  insertRequest,
  moveRequest,
  requireProposal,
} from "../store/planning";
import { listRequests, readDrop, readFailure, readProposals, readRequest } from "../store/planning-rows";
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

const MOST_STEPS = 200;
/** What was launched, or rejected, is judged no more. */
const UNREAD: ParsedPlan = { definition: null, findings: [] };

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
    const { definition, findings } = isOpen ? await parseData(store, proposal.id, proposal.data) : UNREAD;
    const steps = (definition?.subtasks ?? [])
      .slice(0, MOST_STEPS)
      .map(({ id, title, agent, dependencies }) => ({ id, title, agent, dependencies }));
    proposals.push({ ...proposal, findings, steps });
  }
  const { read } = store;
  return { ...request, proposals, failure: readFailure(read, requestId), dropped: readDrop(read, requestId) };
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
