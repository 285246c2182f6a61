import type {
  BoardEvent,
  BoardEventsRequest,
  BoardPlan,
  BoardPlanProgress,
  BoardPlanSummary,
  BoardTask,
  FinalPlan,
  StoredFinalPlan,
} from "../../shared/model/board";
import type { BoardImportReport } from "../../shared/model/board-import";

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
  getEventsForPlan(planId: string, request?: BoardEventsRequest): Promise<BoardEvent[]>;
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
    /** An AbortSignal: ends the import early. */
    readonly signal?: { readonly aborted: boolean };
    readonly onProgress?: (report: BoardImportReport) => void;
  }): Promise<BoardImportReport>;
}
