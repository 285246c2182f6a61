import { setImmediate as nextTurn } from "node:timers/promises";
import type { EventRow } from "../../../shared/model/log-views";
import {
  type HistoryAct,
  type HistoryGap,
  MOST_GAPS,
  MOST_HISTORY_STEPS,
  type PlanHistory,
  type PlanHistoryCheck,
  type PlanStep,
  planStepOf,
  taskStepOf,
} from "../../../shared/model/plan-history";
import type { Store } from "../store/open";
import { type HistoryTask, pageHistoryTasks, readStatusNow } from "../store/plan-history-rows";
import { parseTime } from "../store/time";
import { listAudit, listEvents } from "./events";
import { requireDrawable, vocabulary } from "./plan-graph";

/** Events read between two turns of the event loop: a few milliseconds. */
const CHUNK = 250;
const ACT_CHUNK = 500;
/** Acts on tasks that are told one by one. */
const MOST_ACTS = 5_000;

export interface HistoryRequest {
  readonly planId: string;
  /** `cursor` of an earlier answer: only what arrived since. */
  readonly after?: string | undefined;
}

interface Told {
  readonly steps: { at: number; place: number; type: string; step: NonNullable<ReturnType<typeof taskStepOf>> }[];
  readonly planSteps: Array<PlanStep & { readonly at: number; readonly type: string }>;
  strangers: number;
  cursor: string;
  isCut: boolean;
  /** What its writer says is earlier is told where it arrived. */
  now: number;
}

/**
 * Everything that events and acts tell of a plan and its tasks, in the order of its arrival; read in slices. Throws
 * `not_found`, and `not_allowed` for a plan too large to draw.
 */
export async function getPlanHistory(store: Store, { planId, after }: HistoryRequest): Promise<PlanHistory> {
  requireDrawable(store, planId);
  const tasks = await readTasks(store, planId);
  const told = await readTold(store, planId, placesOf(tasks), after);
  const { planSteps, acts } = await readActs(store, planId, told.planSteps);
  const statuses = vocabulary();
  const workers = vocabulary();
  const types = vocabulary();
  const { steps } = told;
  return {
    planId,
    ordinals: tasks.map(({ ordinal }) => ordinal),
    ids: tasks.map(({ id }) => id),
    runWhen: tasks.map(({ runWhen }) => runWhen),
    onFailure: tasks.map(({ onFailure }) => onFailure),
    steps: {
      at: steps.map(({ at }) => at),
      place: steps.map(({ place }) => place),
      type: steps.map(({ type }) => types.place(type)),
      status: steps.map(({ step }) => (step.status === null ? -1 : statuses.place(step.status))),
      stopping: steps.map(({ step }) => Number(step.stopping)),
      skipped: steps.map(({ step }) => Number(step.skipped)),
      attempt: steps.map(({ step }) => step.attempt ?? 0),
      worker: steps.map(({ step }) => (step.worker === null ? -1 : workers.place(step.worker))),
      notBefore: steps.map(({ step }) => step.notBefore),
    },
    statuses: statuses.words,
    workers: workers.words,
    types: types.words,
    planSteps,
    acts,
    cursor: told.cursor,
    isCut: told.isCut,
    strangers: told.strangers,
  };
}

async function readTasks(store: Store, planId: string): Promise<HistoryTask[]> {
  const tasks: HistoryTask[] = [];
  for (let after = -1; ; await nextTurn()) {
    const page = pageHistoryTasks(store.read, planId, after, CHUNK);
    tasks.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < CHUNK) return tasks;
    after = last.ordinal;
  }
}

const placesOf = (tasks: readonly HistoryTask[]): ReadonlyMap<string, number> =>
  new Map(tasks.map(({ id }, place) => [id, place]));

async function readTold(
  store: Store,
  planId: string,
  places: ReadonlyMap<string, number>,
  from: string | undefined,
): Promise<Told> {
  const told: Told = { steps: [], planSteps: [], strangers: 0, cursor: from ?? "0", isCut: false, now: 0 };
  const entity = { kind: "plan" as const, id: planId };
  for (let after = from; ; await nextTurn()) {
    const page = await listEvents(store, {
      entity,
      order: "oldest",
      limit: CHUNK,
      ...(after === undefined ? {} : { after }),
    });
    for (const event of page.rows) take(told, event, planId, places);
    told.cursor = page.next ?? page.rows.at(-1)?.cursor ?? told.cursor;
    if (page.next === null) return told;
    if (told.steps.length >= MOST_HISTORY_STEPS) {
      told.isCut = true;
      return told;
    }
    after = page.next;
  }
}

function take(told: Told, event: EventRow, planId: string, places: ReadonlyMap<string, number>): void {
  told.now = Math.max(told.now, event.at ?? told.now);
  const { payload } = event;
  if (typeof payload !== "object" || payload === null) return;
  const given: Readonly<Record<string, unknown>> = { ...payload };
  const at = told.now;
  if (typeof given.task_id === "string") {
    const place = places.get(given.task_id);
    if (place === undefined) told.strangers += given.plan_id === planId ? 1 : 0;
    else {
      const step = taskStepOf(event.type, given, parseTime);
      if (step !== null) told.steps.push({ at, place, type: event.type, step });
    }
    return;
  }
  // Another plan may share the correlation.
  const step = given.plan_id === planId ? planStepOf(event.type, given) : null;
  if (step !== null) told.planSteps.push({ ...step, at, type: event.type });
}

/** Acts on the plan: that it is to be cancelled is told by no event. */
async function readActs(store: Store, planId: string, told: Told["planSteps"]) {
  const acts: HistoryAct[] = [];
  const planSteps = [...told];
  let after: string | undefined;
  do {
    const page = await listAudit(store, {
      entity: { kind: "plan", id: planId },
      order: "oldest",
      limit: ACT_CHUNK,
      ...(after === undefined ? {} : { after }),
    });
    for (const { at, actor, act, entity, entityId, reason, after: became } of page.rows) {
      acts.push({ at, actor, act, entity, entityId, reason });
      const isAsked = typeof became === "object" && became !== null && "cancelRequested" in became;
      if (isAsked) planSteps.push({ at, type: act, status: null, paused: null, cancelRequested: true });
    }
    after = page.next ?? undefined;
    await nextTurn();
  } while (after !== undefined && acts.length < MOST_ACTS);
  return { acts, planSteps: planSteps.sort((a, b) => a.at - b.at) };
}

/** Rounds of looking again at tasks that changed while they were compared. */
const ROUNDS = 5;

/**
 * Whether what was told of a plan's tasks leads to where they stand; those for which it does not, by name. Tasks that
 * change meanwhile are looked at again.
 */
export async function checkPlanHistory(
  store: Store,
  { planId }: { readonly planId: string },
): Promise<PlanHistoryCheck> {
  requireDrawable(store, planId);
  const tasks = await readTasks(store, planId);
  const places = placesOf(tasks);
  const standing: Array<string | null> = tasks.map(() => null);
  let told = await readTold(store, planId, places, undefined);
  let suspects: ReadonlyArray<readonly [task: HistoryTask, place: number]> = [...tasks.entries()].map(
    ([place, task]) => [task, place],
  );
  for (let round = 0; ; round += 1) {
    for (const { place, step } of told.steps) if (step.status !== null) standing[place] = step.status;
    const found: Array<readonly [HistoryTask, number]> = [];
    for (const [index, [task, place]] of suspects.entries()) {
      if (index % CHUNK === CHUNK - 1) await nextTurn();
      const now = readStatusNow(store.read, task.id);
      if (now !== null && now.status !== standing[place]) found.push([{ ...task, ...now }, place]);
    }
    suspects = found;
    if (suspects.length === 0 || round === ROUNDS) break;
    told = await readTold(store, planId, places, told.cursor);
    if (told.steps.length === 0) break;
  }
  const gaps: HistoryGap[] = suspects
    .slice(0, MOST_GAPS)
    .map(([{ id, title, status }, place]) => ({ taskId: id, title, told: standing[place] ?? null, is: status }));
  return { planId, gaps, gapCount: suspects.length };
}
