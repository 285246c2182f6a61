import type { Handlers } from "../../../../shared/contract";
import type { hiveContract } from "../../../../shared/hive-contract";
import type { Store } from "../../store/open";
import { operator } from "./caller";
import * as plans from "./plans";
import * as tasks from "./tasks";
import * as workers from "./workers";

/** The Python package's operations, called by an operator: every act is audited. */
export function hiveHandlers({ store, actor }: { readonly store: Store; readonly actor: string }) {
  const caller = operator(actor);
  return {
    "tasks.create": async (input) => ({ taskId: await tasks.createTask(store, caller, input) }),
    "tasks.read": ({ taskId }) => tasks.getTask(store, taskId),
    "tasks.updateStatus": ({ taskId, status, metadata }) =>
      tasks.updateTaskStatus(store, caller, taskId, status, metadata),
    "tasks.byStatus": (input) => tasks.pageTasks(store, input),
    "tasks.queued": (input) => tasks.getQueuedTasks(store, input),
    "tasks.delete": ({ taskId }) => tasks.deleteTask(store, caller, taskId),
    "tasks.checkDependencies": ({ taskId }) => plans.checkSubtaskDependencies(store, taskId),
    "tasks.checkDependenciesBatch": ({ taskIds }) => plans.checkSubtaskDependenciesBatch(store, taskIds),
    "workers.register": (input) => workers.registerWorker(store, caller, input),
    "workers.heartbeat": ({ workerId, status }) => workers.updateWorkerHeartbeat(store, caller, workerId, status),
    "workers.active": ({ role }) => workers.getActiveWorkers(store, caller, role),
    "workers.read": ({ workerId }) => workers.getWorker(store, caller, workerId),
    "workers.unregister": ({ workerId, reason }) => workers.unregisterWorker(store, caller, workerId, reason ?? null),
    "plans.createSubtasks": async ({ planId }) => ({
      created: await plans.createPlannedSubtasksFromPlan(store, caller, planId),
    }),
    "plans.status": ({ planId }) => plans.getExecutionPlanStatus(store, planId),
    "plans.statusCached": ({ planId }) => plans.getExecutionPlanStatusCached(store, planId),
    "plans.nextSubtask": ({ planId }) => plans.getNextPlannedSubtask(store, planId),
    "plans.start": ({ planId }) => plans.markPlanExecutionStarted(store, caller, planId),
  } satisfies Pick<Handlers, keyof typeof hiveContract>;
}
