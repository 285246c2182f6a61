import type {
  BoardEvent,
  BoardPlan,
  BoardPlanProgress,
  BoardPlanSummary,
  BoardTask,
  FinalPlan,
  StoredFinalPlan,
} from "../../shared/model/board";
import * as board from "./operations/board";
import { type BoardImportReport, importBoard } from "./operations/board-import";
import type { Store } from "./store/open";

/** The Board's operations on a Hive database, in The Board's words. docs/board.md has the tables. */
export interface BoardClient {
  /** Tasks of a plan that are `pending`, the oldest first. */
  getPendingTasks(planId: string): Promise<BoardTask[]>;
  /** The oldest first. Empty for an unknown plan. */
  getAllTasksForPlan(planId: string): Promise<BoardTask[]>;
  getTaskById(taskId: string): Promise<BoardTask | null>;
  /** False: there is no such task. */
  updateTaskStatus(taskId: string, status: string, error?: string | null): Promise<boolean>;
  /** False: there is no such task. */
  incrementTaskAttempts(taskId: string): Promise<boolean>;
  getPlanById(planId: string): Promise<BoardPlan | null>;
  /** With `close` the time of its closing is noted. False: there is no such plan. */
  updatePlanStatus(planId: string, status: string, close?: boolean): Promise<boolean>;
  getPlanTaskSummary(planId: string): Promise<BoardPlanSummary | null>;
  /** Gives the event's id. */
  recordEvent(planId: string | null, taskId: string | null, kind: string, payload?: unknown): Promise<string>;
  /** The newest first; at most 200 unless said otherwise. */
  getEventsForPlan(planId: string, request?: board.BoardEventsRequest): Promise<BoardEvent[]>;
  /** Puts a plan under way. */
  runPlan(planId: string): Promise<BoardPlanProgress>;
  getPlanExecutionStatus(planId: string): Promise<BoardPlanProgress | null>;
  /** Makes a failed, escalated or cancelled task pending again. */
  retryFailedTask(taskId: string): Promise<BoardTask>;
  cancelTask(taskId: string): Promise<BoardTask>;
  saveFinalPlan(planId: string, finalPlan: Omit<FinalPlan, "planId">): Promise<void>;
  getFinalPlan(planId: string): Promise<StoredFinalPlan | null>;
  /** Imports what is new in a Board database, which is not changed. */
  importBoard(request: {
    readonly file: string;
    readonly signal?: AbortSignal;
    readonly onProgress?: (report: BoardImportReport) => void;
  }): Promise<BoardImportReport>;
}

/** Refuses calls that come after the client was closed. */
export type Guard = <Arguments extends unknown[], Answer>(
  act: (...given: Arguments) => Promise<Answer>,
) => (...given: Arguments) => Promise<Answer>;

export function createBoardClient(store: Store, source: string, open: Guard): BoardClient {
  return {
    getPendingTasks: open((planId: string) => board.getPendingTasks(store, planId)),
    getAllTasksForPlan: open((planId: string) => board.getAllTasksForPlan(store, planId)),
    getTaskById: open(async (taskId: string) => board.getTaskById(store, taskId)),
    updateTaskStatus: open((taskId: string, status: string, error?: string | null) =>
      board.updateTaskStatus(store, taskId, status, error, { source }),
    ),
    incrementTaskAttempts: open((taskId: string) => board.incrementTaskAttempts(store, taskId, { source })),
    getPlanById: open(async (planId: string) => board.getPlanById(store, planId)),
    updatePlanStatus: open((planId: string, status: string, close?: boolean) =>
      board.updatePlanStatus(store, planId, status, close, { source }),
    ),
    getPlanTaskSummary: open((planId: string) => board.getPlanTaskSummary(store, planId)),
    recordEvent: open((planId: string | null, taskId: string | null, kind: string, payload?: unknown) =>
      board.recordEvent(store, planId, taskId, kind, payload, { source }),
    ),
    getEventsForPlan: open((planId: string, request?: board.BoardEventsRequest) =>
      board.getEventsForPlan(store, planId, request),
    ),
    runPlan: open((planId: string) => board.runPlan(store, planId, { source })),
    getPlanExecutionStatus: open((planId: string) => board.getPlanExecutionStatus(store, planId)),
    retryFailedTask: open((taskId: string) => board.retryFailedTask(store, taskId, { source })),
    cancelTask: open((taskId: string) => board.cancelTask(store, taskId, { source })),
    saveFinalPlan: open((planId: string, finalPlan: Omit<FinalPlan, "planId">) =>
      board.saveFinalPlan(store, planId, finalPlan, { source }),
    ),
    getFinalPlan: open(async (planId: string) => board.getFinalPlan(store, planId)),
    importBoard: open((request: Parameters<BoardClient["importBoard"]>[0]) =>
      importBoard(store, { ...request, actor: source }),
    ),
  };
}
