import { isAbsolute, resolve } from "node:path";
import type { Page } from "../../../shared/contract";
import { HiveError } from "../../../shared/errors";
import type { ParameterValue, PlanDefinition, SubtaskDefinition } from "../../../shared/model/plan-definition";
import type { PlanDetail, PlanSummary } from "../../../shared/model/views";
import { executorChoice } from "../fleet/executor-choice";
import { planExpander, secretNames } from "../plan/expand";
import { forgetSecrets, keepSecrets } from "../runner/secrets";
import { inSlices } from "../slices";
import type { WritableDatabase } from "../store/database";
import type { NewTask } from "../store/launch";
import type { Store } from "../store/open";
import { beginPlanCancel, cancelQueuedBatch, endCancelledPlan, pausePlan } from "../store/plan-control";
import { pagePlans, readPlan, readPlanSummaries } from "../store/plan-rows";
import { requeuePlan } from "../store/requeue";
import { type Together, writePlan } from "../store/staged-launch";
import { SOURCE } from "./source";

export interface LaunchRequest {
  /** As parsed: the parameters' values are filled in here. */
  readonly definition: PlanDefinition;
  /** Resolved and validated. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** What the operator knows it by: a file's name or a sample's. */
  readonly sourceName: string | null;
  readonly sourceText: string | null;
  /** Absolute: the plan file's folder, which relative working folders stand on. */
  readonly folder: string;
  /** The program: `window`, `cli`... */
  readonly launchedBy: string;
  /** Who launches it, for the audit log. Default: `launchedBy`. */
  readonly actor?: string;
  /** Goes with everything that comes of it. Default: the plan's id. */
  readonly correlationId?: string;
  /** Nothing of it starts until somebody resumes it. Default: false. */
  readonly paused?: boolean;
  /** Written together with the plan; see `writePlan`. */
  readonly together?: Together;
}

/** Writes the plan and all its tasks; ready ones may start as soon as all is durable. See `writePlan`. */
export async function launchPlan(store: Store, request: LaunchRequest): Promise<{ planId: string }> {
  const { folder, actor = request.launchedBy } = request;
  if (!isAbsolute(folder)) {
    throw new HiveError("invalid_input", `The plan's folder must be an absolute path, not ${folder}.`, { folder });
  }
  const { parameters, secrets } = withoutSecrets(request);
  const { plan: definition, expand } = planExpander(request.definition, parameters, executorChoice(store.read));
  const planId = store.newId();
  const expanding = expandTasks(request.definition.subtasks, (subtask) =>
    newTask(store.newId(), expand(subtask), definition, folder),
  );
  const tasks = await inSlices(expanding, store.clock);
  await keepSecrets(store.filesFolder, planId, secrets);
  const written = writePlan(
    store,
    {
      id: planId,
      title: definition.title,
      description: definition.description,
      sourceName: request.sourceName,
      sourceText: request.sourceText,
      folder,
      parameters,
      correlationId: request.correlationId ?? planId,
      concurrency: definition.concurrency,
      groups: definition.groups,
      synthesis: definition.synthesis,
      launchedBy: request.launchedBy,
      actor,
      tasks,
    },
    () => ({ now: store.clock.now(), source: SOURCE, newId: store.newId }),
    (tx, id) => {
      if (request.paused === true) pauseLaunched(tx, id, { store, actor });
      request.together?.(tx, id);
    },
  );
  try {
    await written;
    if (request.paused === true) await requeuePlan(store, planId);
  } catch (error) {
    await forgetSecrets(store.filesFolder, planId);
    throw error;
  }
  return { planId };
}

/** In the transaction that makes it execute: no worker sees it before it is held. */
function pauseLaunched(
  tx: WritableDatabase,
  planId: string,
  { store, actor }: { readonly store: Store; readonly actor: string },
): void {
  const writer = { now: store.clock.now(), source: SOURCE, newId: store.newId };
  pausePlan(tx, { planId, reason: "Launched paused", actor, writer });
}

function* expandTasks(
  subtasks: readonly SubtaskDefinition[],
  expand: (subtask: SubtaskDefinition) => NewTask,
): Generator<undefined, NewTask[]> {
  const tasks: NewTask[] = [];
  for (const subtask of subtasks) {
    tasks.push(expand(subtask));
    yield;
  }
  return tasks;
}

/** A secret that is not given is empty text, as other parameters are. */
function withoutSecrets({ definition, parameters }: LaunchRequest): {
  readonly parameters: Record<string, ParameterValue>;
  readonly secrets: Record<string, string>;
} {
  const names = secretNames(definition.parameters);
  const open = Object.entries(parameters).filter(([name]) => !names.has(name));
  const secrets = [...names].map((name) => [name, Object.hasOwn(parameters, name) ? String(parameters[name]) : ""]);
  return { parameters: Object.fromEntries(open), secrets: Object.fromEntries(secrets) };
}

function newTask(id: string, subtask: SubtaskDefinition, plan: PlanDefinition, folder: string): NewTask {
  const { agent, run, timeoutMs, retries, role, capabilities, group, onFailure, when } = subtask;
  return {
    id,
    subtaskId: subtask.id,
    title: subtask.title,
    description: subtask.description,
    priority: subtask.priority,
    dependencies: subtask.dependencies,
    spec: {
      agent,
      run,
      ...(subtask.http && { http: subtask.http }),
      ...(subtask.llm && { llm: subtask.llm }),
      ...(subtask.approval && { approval: subtask.approval }),
      ...(subtask.program && { program: subtask.program }),
      ...(subtask.route && { route: subtask.route }),
      env: { ...plan.env, ...subtask.env },
      // What is not filled in yet stands on the folder when it is.
      cwd: subtask.late?.cwd ? (subtask.cwd ?? plan.cwd) : resolve(folder, subtask.cwd ?? plan.cwd),
      timeoutMs,
      retries,
      role,
      capabilities,
      group,
      onFailure,
      when,
      ...(subtask.late && { late: subtask.late }),
    },
  };
}

export interface PlanPageRequest {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Plans of this database, newest first; those that foreign programs made, too. */
export function listPlans(store: Store, request: PlanPageRequest): Page<PlanSummary> {
  return pagePlans(store.read, request);
}

/** Throws `not_found`. */
export function getPlan(store: Store, { planId }: { readonly planId: string }): PlanDetail {
  const plan = readPlan(store.read, planId);
  if (plan) return plan;
  throw new HiveError("not_found", `There is no plan ${planId} in ${store.file}. It may have been deleted.`, {
    planId,
  });
}

/** Those of these plans that exist, in this order. */
export function getPlanSummaries(store: Store, planIds: readonly string[]): PlanSummary[] {
  return readPlanSummaries(store.read, planIds);
}

export interface PlanCancelRequest {
  readonly planId: string;
  readonly reason?: string | undefined;
  /** Who asks, for the audit log. */
  readonly actor: string;
}

export interface CancelledPlan {
  /** Tasks cancelled at once. */
  readonly cancelled: number;
  /** Running tasks that were asked to stop. The plan is cancelled when the last has. */
  readonly stopping: number;
  /** Steps that clean up (`when: always`), and run then; cancelled again, the plan does without. */
  readonly cleaning: number;
}

/** Small enough that a batch's transaction takes a few milliseconds. */
const CANCEL_BATCH = 100;

/**
 * Cancels everything of a plan that has not ended. From the first transaction on nothing of it starts any more;
 * its queued tasks follow in batches, so that a large plan blocks nobody. Steps that run always are left, to clean up
 * when all else has stopped: a second cancellation cancels them as well. Throws `not_found`,
 * `illegal_transition`.
 */
export async function cancelPlan(store: Store, { planId, reason, actor }: PlanCancelRequest): Promise<CancelledPlan> {
  const writer = () => ({ now: store.clock.now(), source: SOURCE, newId: store.newId });
  const stopping = await store.write((tx) =>
    beginPlanCancel(tx, { planId, reason: reason ?? null, actor, writer: writer() }),
  );
  return { ...(await cancelRest(store, planId)), stopping };
}

/** Cancels what is left queued of a plan whose cancellation has begun; lets it clean up, or ends it, if nothing runs. */
export async function cancelRest(store: Store, planId: string): Promise<Omit<CancelledPlan, "stopping">> {
  const writer = () => ({ now: store.clock.now(), source: SOURCE, newId: store.newId });
  let cancelled = 0;
  let cleaning = 0;
  let before: number | null = Number.MAX_SAFE_INTEGER;
  while (before !== null) {
    const from: number = before;
    const batch = await store.write((tx) =>
      cancelQueuedBatch(tx, { planId, before: from, limit: CANCEL_BATCH, writer: writer() }),
    );
    cancelled += batch.cancelled;
    cleaning += batch.left;
    before = batch.next;
  }
  await store.write((tx) => endCancelledPlan(tx, planId, writer()));
  return { cancelled, cleaning };
}
