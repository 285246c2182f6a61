import type { BoardEventsRequest, FinalPlan } from "../../shared/model/board";
import type { BoardClient } from "./board-client";
import * as board from "./operations/board";
import { importBoard } from "./operations/board-import";
import type { Store } from "./store/open";

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
    getEventsForPlan: open((planId: string, request?: BoardEventsRequest) =>
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
