import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import {
  type BoardEvent,
  type BoardEventsRequest,
  type BoardPlan,
  type BoardPlanProgress,
  type BoardPlanSummary,
  type BoardTask,
  type FinalPlan,
  planStatusFromBoard,
  type StoredFinalPlan,
  taskStateForBoard,
} from "../../../shared/model/board";
import { MOST_LOG_ROWS } from "../../../shared/model/log-views";
import {
  type BoardTaskPlace,
  boardEvent,
  FIRST_TASK,
  isOwnPlan,
  pageBoardTasks,
  readBoardPlan,
  readBoardTask,
} from "../store/board-rows";
import {
  countAttempt,
  isPlanStatus,
  moveBoardTask,
  movePlan,
  recordBoardEvent,
  retryBoardTask,
} from "../store/board-writes";
import { finalPlanText, hasFinalPlan, readFinalPlan, writeFinalPlan } from "../store/final-plans";
import type { ActWriter } from "../store/hive-task-writes";
import type { Store } from "../store/open";
import { readCounts } from "../store/plan-end";
import * as control from "../store/task-control";
import { listEvents } from "./events";
import { jsonText } from "./hive/caller";
import { SOURCE } from "./source";

/*
 * The Board's state store on a Hive database. States and kinds go in and come out in The Board's words; Hive's are
 * understood as well. What is absent is null or false, as in The Board.
 */

/** Who calls. Default: a program, whose acts are told by their events alone; a person's are audited. */
export interface BoardCaller {
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  /** `source_agent` of the events. Default: the console. */
  readonly source?: string | undefined;
}

/** Read between two turns of the event loop. */
const PAGE = 500;

function writerOf(store: Store, { actor, source = SOURCE }: BoardCaller): ActWriter {
  return { now: store.clock.now(), source, newId: store.newId, actor: actor ?? null };
}

/** A plan's tasks by age, the oldest first; of the same age, in the plan's order. Empty for an unknown plan. */
export async function getAllTasksForPlan(store: Store, planId: string): Promise<BoardTask[]> {
  const tasks: BoardTask[] = [];
  let place: BoardTaskPlace | null = FIRST_TASK;
  while (place !== null) {
    const page = pageBoardTasks(store.read, planId, place, PAGE);
    tasks.push(...page.tasks);
    place = page.next;
    if (page.tasks.length === PAGE) await nextTurn();
  }
  return tasks.sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
}

/** Those that are `pending`, whether what they wait for is done or not. */
export async function getPendingTasks(store: Store, planId: string): Promise<BoardTask[]> {
  return (await getAllTasksForPlan(store, planId)).filter(({ state }) => state === "pending");
}

export function getTaskById(store: Store, taskId: string): BoardTask | null {
  return readBoardTask(store.read, taskId);
}

/**
 * Moves a task; `error` stays as its last error. False: there is no such task. Throws `invalid_input`,
 * `illegal_transition`, `not_allowed` (a process of the console works on it).
 */
export function updateTaskStatus(
  store: Store,
  taskId: string,
  state: string,
  error?: string | null,
  caller: BoardCaller = {},
): Promise<boolean> {
  const move = { taskId, state, error: error || null };
  return store.write((tx) => moveBoardTask(tx, move, writerOf(store, caller)));
}

/** One attempt more, for programs that run the task. False: there is no such task. Throws `not_allowed`. */
export function incrementTaskAttempts(store: Store, taskId: string, caller: BoardCaller = {}): Promise<boolean> {
  return store.write((tx) => countAttempt(tx, taskId, writerOf(store, caller)));
}

export function getPlanById(store: Store, planId: string): BoardPlan | null {
  return readBoardPlan(store.read, planId);
}

/**
 * Moves a plan; with `close` the time of its closing is noted. False: there is no such plan. Throws `invalid_input`,
 * `illegal_transition`, `not_allowed` (the end of a plan that the console runs follows from its tasks).
 */
export function updatePlanStatus(
  store: Store,
  planId: string,
  status: string,
  close = false,
  caller: BoardCaller = {},
): Promise<boolean> {
  const to = planStatusFromBoard(status);
  if (!isPlanStatus(to)) {
    const message = `"${status}" is no status of a plan: neither The Board nor Hive knows it.`;
    return Promise.reject(new HiveError("invalid_input", message, { planId, status }));
  }
  return store.write((tx) => movePlan(tx, { planId, status: to, close }, writerOf(store, caller)));
}

/** Null: there is no such plan. */
export async function getPlanTaskSummary(store: Store, planId: string): Promise<BoardPlanSummary | null> {
  const plan = readBoardPlan(store.read, planId);
  if (plan === null) return null;
  const taskCounts: Record<string, number> = {};
  const count = (state: string, tasks: number) => {
    taskCounts[state] = (taskCounts[state] ?? 0) + tasks;
  };
  for (const [status, tasks] of readCounts(store.read, planId)) {
    if (status !== "waiting" && status !== "blocked") count(taskStateForBoard(status), tasks);
  }
  let place: BoardTaskPlace | null = { list: "unnamed", row: Number.MIN_SAFE_INTEGER };
  while (place !== null) {
    const page = pageBoardTasks(store.read, planId, place, PAGE);
    for (const { state } of page.tasks) count(state, 1);
    place = page.next;
    if (page.tasks.length === PAGE) await nextTurn();
  }
  return {
    planId,
    planStatus: plan.status,
    taskCounts,
    totalTasks: Object.values(taskCounts).reduce((sum, tasks) => sum + tasks, 0),
    createdAt: plan.createdAt,
    closedAt: plan.closedAt,
  };
}

/** The summary, and how far the plan has come. Null: there is no such plan. */
export async function getPlanExecutionStatus(store: Store, planId: string): Promise<BoardPlanProgress | null> {
  const summary = await getPlanTaskSummary(store, planId);
  if (summary === null) return null;
  const { taskCounts, totalTasks } = summary;
  return {
    ...summary,
    progressPercent: totalTasks === 0 ? 0 : Math.floor(((taskCounts.completed ?? 0) * 100) / totalTasks),
    runBy: isOwnPlan(store.read, planId) ? "console" : "other",
    hasFinalPlan: hasFinalPlan(store.read, planId),
  };
}

/**
 * Puts a plan under way: its pending tasks may start. Those of a plan that the console launched start here; those of
 * an imported one are for The Board's programs, or whoever asks for them (`runBy`). A plan that is under way stays
 * so. Throws `not_found`, `illegal_transition`.
 */
export async function runPlan(store: Store, planId: string, caller: BoardCaller = {}): Promise<BoardPlanProgress> {
  const moved = await store.write((tx) =>
    movePlan(tx, { planId, status: "executing", close: false }, writerOf(store, caller)),
  );
  const progress = moved ? await getPlanExecutionStatus(store, planId) : null;
  if (progress !== null) return progress;
  throw new HiveError("not_found", `There is no plan ${planId} in ${store.file}. It may have been deleted.`, {
    planId,
  });
}

/**
 * Makes a failed, escalated or cancelled task pending again, one attempt more and without its last error. Throws
 * `not_found`, `illegal_transition`, `not_allowed`.
 */
export async function retryFailedTask(store: Store, taskId: string, caller: BoardCaller = {}): Promise<BoardTask> {
  const actor = caller.actor ?? caller.source ?? SOURCE;
  const reason = caller.reason ?? null;
  await store.write((tx) => retryBoardTask(tx, { taskId, reason, actor }, writerOf(store, caller)));
  return existing(store, taskId);
}

/** Cancels a task; a running one is asked to stop. Throws `not_found`, `illegal_transition`. */
export async function cancelTask(store: Store, taskId: string, caller: BoardCaller = {}): Promise<BoardTask> {
  const actor = caller.actor ?? caller.source ?? SOURCE;
  const reason = caller.reason ?? null;
  const act = { taskId, reason, actor, writer: writerOf(store, caller) };
  await store.write((tx) => control.changeTask(tx, act, { act: "tasks.cancel", mode: "kill" }));
  return existing(store, taskId);
}

function existing(store: Store, taskId: string): BoardTask {
  const task = readBoardTask(store.read, taskId);
  if (task !== null) return task;
  throw new HiveError("not_found", `There is no task ${taskId} in ${store.file}. It may have been deleted.`, {
    taskId,
  });
}

/** Appends an event to a plan's history, or to a task's, or to neither's; gives its id. Throws `invalid_input`. */
export async function recordEvent(
  store: Store,
  planId: string | null,
  taskId: string | null,
  kind: string,
  payload?: unknown,
  caller: BoardCaller = {},
): Promise<string> {
  if (kind === "") throw new HiveError("invalid_input", "An event needs a kind.", { planId, taskId });
  jsonText(payload, "payload");
  const event = { planId, taskId, kind, payload };
  return store.write((tx) => recordBoardEvent(tx, event, writerOf(store, caller)));
}

/** A plan's history, the newest first: what The Board recorded and what Hive did. */
export async function getEventsForPlan(
  store: Store,
  planId: string,
  { taskId, limit = 200 }: BoardEventsRequest = {},
): Promise<BoardEvent[]> {
  const plan = { kind: "plan", id: planId } as const;
  const request = { limit: Math.min(limit, MOST_LOG_ROWS), ...(taskId === undefined ? { entity: plan } : {}) };
  if (taskId === undefined) return (await listEvents(store, request)).rows.map(boardEvent);
  if (readBoardTask(store.read, taskId)?.planId !== planId) return [];
  return (await listEvents(store, { ...request, entity: { kind: "task", id: taskId } })).rows.map(boardEvent);
}

/** Stores the synthesis of a plan, in the place of an earlier one. Throws `not_found`, `invalid_input`. */
export async function saveFinalPlan(
  store: Store,
  planId: string,
  finalPlan: Omit<FinalPlan, "planId">,
  caller: BoardCaller = {},
): Promise<void> {
  const { confidenceScore } = finalPlan;
  if (!(confidenceScore >= 0 && confidenceScore <= 1)) {
    throw new HiveError("invalid_input", `A confidence is a number from 0 to 1, not ${confidenceScore}.`, { planId });
  }
  await store.write((tx) => {
    if (readBoardPlan(tx, planId) === null) {
      throw new HiveError("not_found", `There is no plan ${planId} to store a final plan for.`, { planId });
    }
    const writer = writerOf(store, caller);
    writeFinalPlan(tx, planId, finalPlanText({ planId, ...finalPlan }), writer.now);
    const { contributingAgents } = finalPlan;
    const payload = { contributing_agents: contributingAgents, confidence_score: confidenceScore };
    recordBoardEvent(tx, { planId, taskId: null, kind: "final_plan_saved", payload }, writer);
  });
}

/** Null: there is none. */
export function getFinalPlan(store: Store, planId: string): StoredFinalPlan | null {
  return readFinalPlan(store.read, planId);
}
