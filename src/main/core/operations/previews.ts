import type { ActPreview, Previewed, PreviewPlan, PreviewTask, PreviewWorker } from "../../../shared/control-contract";
import { type ErrorBody, HiveError, toErrorBody } from "../../../shared/errors";
import { isTerminalTask } from "../../../shared/model/task";
import { judge, type TaskChange } from "../../../shared/model/task-change";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { hasSomethingToClean } from "../store/cleanup";
import { readDrained } from "../store/drains";
import { countOf } from "../store/jobs";
import type { Store } from "../store/open";
import { checkPlanAct, requirePlan } from "../store/plan-control";
import { decidedBy } from "../store/queued-behind";
import { judgeRunAgain } from "../store/run-again";
import { readSlots } from "../store/settings";
import { readScopedSeqs, readScopedTask, type ScopedTask, scanTasks } from "../store/task-scope";
import { failedTasksOf } from "./control";
import { checkEdit } from "./edit-task";
import { getPlan } from "./plans";
import { scopeFrom } from "./retry-from";
import { createTally, previewTask, type SkipWhy } from "./tally";
import { getWorkerRows } from "./workers";

const MOST_PLANS = 100;

/** What a preview says of one task. */
type Fate = { readonly touch: true; readonly becomes: string } | ({ readonly touch: false } & SkipWhy);

/**
 * What an act would do if it were done now: the same judgement that the act makes, on the reading connection, outside
 * any transaction and a few hundred tasks at a time. Throws `not_found` where there is nothing to act on.
 */
export function previewAct(
  store: Store,
  { of, limit }: { readonly of: Previewed; readonly limit: number },
): Promise<ActPreview> {
  const page = createPage(of.act === "tasks" ? of.change.act : of.act, limit);
  switch (of.act) {
    case "tasks":
      return previewChange(store, page, of.change, of.filter);
    case "tasks.retryFrom":
      return previewRetryFrom(store, page, of.taskId);
    case "tasks.editAndRetry":
      return previewEdit(store, page, of);
    case "plans.retryFailed":
      requirePlan(store.read, of.planId);
      return previewChange(store, page, { act: "tasks.retry" }, failedTasksOf(of.planId));
    case "plans.cancel":
      return previewPlanAct(store, page, of, cancelFate);
    case "plans.pause":
      return previewPlanAct(store, page, of, pauseFate);
    case "plans.resume":
      return previewPlanAct(store, page, of, resumeFate);
    case "workers.drain":
    case "workers.undrain":
      return Promise.resolve(page.answer({ workers: previewWorkers(store, of.workerIds, of.act === "workers.drain") }));
    case "runner.setSlots":
      return Promise.resolve(page.answer({ refusal: slotsRefusal(store, of.slots) }));
  }
}

interface Page {
  take(task: ScopedTask, fate: Fate): void;
  plan(id: string, plan: PreviewPlan): void;
  /** A task (`console_tasks.seq`) that is queued again with another. */
  behind(seq: number): void;
  alsoQueued(store: Store): ActPreview["alsoQueued"];
  answer(more?: Partial<ActPreview>): ActPreview;
}

function createPage(act: string, limit: number): Page {
  const tasks: PreviewTask[] = [];
  const plans = new Map<string, PreviewPlan>();
  const tally = createTally();
  const touched = new Set<number>();
  const behind = new Set<number>();
  return {
    behind(seq) {
      behind.add(seq);
    },
    alsoQueued(store) {
      const others = [...behind].filter((seq) => !touched.has(seq));
      const shown = readScopedSeqs(store.read, others.slice(0, limit), store.clock.now());
      return { count: others.length, tasks: shown.map((task) => previewTask(task, "queued")) };
    },
    take(task, fate) {
      if (!fate.touch) {
        tally.skip(task, fate);
        return;
      }
      tally.done();
      if (task.seq !== null) touched.add(task.seq);
      if (tasks.length < limit) tasks.push(previewTask(task, fate.becomes));
    },
    plan(id, plan) {
      if (plans.size < MOST_PLANS) plans.set(id, plan);
    },
    answer(more = {}) {
      const { done, skipped } = tally.report();
      const matched = done + countOf(skipped);
      const found = { matched, count: done, tasks, skipped, plans: [...plans.values()] };
      return { act, refusal: null, workers: [], findings: [], alsoQueued: NONE, ...found, ...more };
    },
  };
}

const NONE = { count: 0, tasks: [] };

/** Nothing at all would happen: what was found is what is left alone. */
function refused(page: Page, error: unknown): ActPreview {
  if (!(error instanceof HiveError) || error.code === "not_found") throw error;
  return { ...page.answer(), refusal: toErrorBody(error), count: 0, tasks: [], plans: [] };
}

async function previewChange(store: Store, page: Page, change: TaskChange, filter: TaskFilter): Promise<ActPreview> {
  const takesUp = change.act === "tasks.retry" || change.act === "tasks.forceState";
  for await (const batch of scanTasks(store.read, filter, store.clock.now())) {
    for (const task of batch) {
      const fate = judge(change, task.facts);
      page.take(task, fate);
      if (takesUp && fate.touch) notePlan(page, task);
      if (change.act === "tasks.retry" && fate.touch) noteBehind(store, page, task);
    }
  }
  return page.answer({ alsoQueued: page.alsoQueued(store) });
}

function noteBehind(store: Store, page: Page, { seq, planId }: ScopedTask): void {
  if (seq === null || planId === null) return;
  for (const behind of decidedBy(store.read, seq, planId)) page.behind(behind.seq);
}

function notePlan(page: Page, { planId, planTitle, facts }: ScopedTask): void {
  if (planId === null || facts.plan === null || facts.plan.status === "executing") return;
  page.plan(planId, { id: planId, title: planTitle ?? planId, status: facts.plan.status, becomes: "executing" });
}

async function previewRetryFrom(store: Store, page: Page, taskId: string): Promise<ActPreview> {
  const { root, tasks, refusal } = await scopeFrom(store, taskId);
  for (const task of tasks) page.take(task, judgeRunAgain(task));
  if (refusal !== null) return refused(page, refusal);
  notePlan(page, root);
  return page.answer();
}

async function previewEdit(
  store: Store,
  page: Page,
  { taskId, edit }: Extract<Previewed, { act: "tasks.editAndRetry" }>,
): Promise<ActPreview> {
  const task = readScopedTask(store.read, taskId, store.clock.now());
  try {
    const { findings } = await checkEdit(store, { taskId, edit });
    if (task) {
      page.take(task, { touch: true, becomes: "queued" });
      notePlan(page, task);
      if (task.facts.status !== "queued") noteBehind(store, page, task);
    }
    return page.answer({ findings, alsoQueued: page.alsoQueued(store) });
  } catch (error) {
    const answer = refused(page, error);
    const findings = error instanceof HiveError ? error.details.findings : null;
    return { ...answer, findings: Array.isArray(findings) ? findings : [] };
  }
}

type PlanActName = "plans.pause" | "plans.resume" | "plans.cancel";

async function previewPlanAct(
  store: Store,
  page: Page,
  { act, planId }: { readonly act: PlanActName; readonly planId: string },
  usualFate: (task: ScopedTask) => Fate,
): Promise<ActPreview> {
  try {
    let fateOf = usualFate;
    const changes = checkPlanAct(store.read, act, planId);
    if (changes) {
      const { title, status, paused, cancelRequested } = getPlan(store, { planId });
      if (act === "plans.cancel" && !cancelRequested && hasSomethingToClean(store.read, planId)) fateOf = cleaningFate;
      page.plan(planId, { id: planId, title, status: paused ? "paused" : status, becomes: PLAN_BECOMES[act] });
    }
    for await (const batch of scanTasks(store.read, { planIds: [planId] }, store.clock.now())) {
      for (const task of batch) page.take(task, changes ? fateOf(task) : AS_IT_IS);
    }
    return page.answer();
  } catch (error) {
    return refused(page, error);
  }
}

const PLAN_BECOMES: Readonly<Record<PlanActName, string>> = {
  "plans.pause": "paused",
  "plans.resume": "executing",
  "plans.cancel": "cancelled",
};

const AS_IT_IS: Fate = { touch: false, reason: "already", message: "Its plan is so already." };

function cancelFate({ facts }: ScopedTask): Fate {
  return judge({ act: "tasks.cancel", mode: "kill" }, facts);
}

/** Of a first cancellation, when something has begun. */
function cleaningFate(task: ScopedTask): Fate {
  const message = "It cleans up: it runs when all else has stopped. Cancel the plan again to do without.";
  const cleansUp = task.runsAlways && task.facts.status === "queued";
  return cleansUp ? { touch: false, reason: "runs_on", message } : cancelFate(task);
}

function pauseFate({ facts }: ScopedTask): Fate {
  return facts.status === "queued" ? { touch: true, becomes: "held" } : leftAlone(facts.status);
}

function resumeFate({ state, facts }: ScopedTask): Fate {
  return facts.status === "queued" ? { touch: true, becomes: state } : leftAlone(facts.status);
}

function leftAlone(status: string): Fate {
  if (isTerminalTask(status)) return { touch: false, reason: "ended", message: "It has ended." };
  return { touch: false, reason: "runs_on", message: "It has begun, and goes on." };
}

function previewWorkers(store: Store, workerIds: readonly string[], drains: boolean): PreviewWorker[] {
  const drained = readDrained(store.read);
  const wanted = [...new Set(workerIds)];
  const rows = getWorkerRows(store, wanted);
  const missing = wanted.find((id) => !rows.some((row) => row.id === id) && !(drained.has(id) && !drains));
  if (missing !== undefined) {
    throw new HiveError("not_found", `There is no worker ${missing}. It may have been unregistered.`, {
      workerId: missing,
    });
  }
  return rows.map(({ id, role, currentTaskTitle }) => {
    const changes = drained.has(id) !== drains;
    return { id, role, currentTaskTitle, becomes: changes ? (drains ? "drained" : "takes tasks") : null };
  });
}

function slotsRefusal(store: Store, slots: number): ErrorBody | null {
  if (readSlots(store.read)?.slots !== slots) return null;
  return { code: "not_allowed", message: `${slots} tasks run at once already.`, details: { slots } };
}
