import type { boardContract } from "../../../shared/board-contract";
import type { Handlers } from "../../../shared/contract";
import type { Store } from "../store/open";
import * as board from "./board";

/** The Board's operations, called by an operator: every act is audited. */
export function boardHandlers({ store, actor }: { readonly store: Store; readonly actor: string }) {
  return {
    "board.plan": ({ planId }) => board.getPlanById(store, planId),
    "board.summary": ({ planId }) => board.getPlanTaskSummary(store, planId),
    "board.progress": ({ planId }) => board.getPlanExecutionStatus(store, planId),
    "board.run": ({ planId }) => board.runPlan(store, planId, { actor }),
    "board.updatePlanStatus": ({ planId, status, close }) =>
      board.updatePlanStatus(store, planId, status, close, { actor }),
    "board.tasks": ({ planId }) => board.getAllTasksForPlan(store, planId),
    "board.pendingTasks": ({ planId }) => board.getPendingTasks(store, planId),
    "board.task": ({ taskId }) => board.getTaskById(store, taskId),
    "board.updateTaskStatus": ({ taskId, status, error }) =>
      board.updateTaskStatus(store, taskId, status, error, { actor }),
    "board.incrementTaskAttempts": ({ taskId }) => board.incrementTaskAttempts(store, taskId),
    "board.retryTask": ({ taskId, reason }) => board.retryFailedTask(store, taskId, { actor, reason }),
    "board.cancelTask": ({ taskId, reason }) => board.cancelTask(store, taskId, { actor, reason }),
    "board.recordEvent": async ({ planId, taskId, kind, payload }) => ({
      eventId: await board.recordEvent(store, planId, taskId, kind, payload),
    }),
    "board.events": ({ planId, taskId, limit }) => board.getEventsForPlan(store, planId, { taskId, limit }),
    "board.finalPlan": ({ planId }) => board.getFinalPlan(store, planId),
    "board.saveFinalPlan": async ({ planId, finalPlan }) => {
      await board.saveFinalPlan(store, planId, finalPlan, { actor });
      return null;
    },
  } satisfies Pick<Handlers, keyof typeof boardContract>;
}
