import type { Handlers } from "../../../shared/contract";
import type { Runner } from "../runner/runner";
import type { Store } from "../store/open";
import { agentHandlers } from "./agent-handlers";
import { boardHandlers } from "./board-handlers";
import { controlHandlers } from "./control-handlers";
import { hiveHandlers } from "./hive/handlers";
import { insightHandlers } from "./insight-handlers";
import { logHandlers } from "./log-handlers";
import { lookHandlers } from "./look-handlers";
import { migrationHandlers } from "./migration-handlers";
import { getPlanGraph, getPlanGraphStates } from "./plan-graph";
import { planningHandlers } from "./planning-handlers";
import { cancelPlan, getPlan, listPlans } from "./plans";
import { readLog } from "./runs";
import { taskListHandlers } from "./task-list-handlers";
import { cancelTask, getTask, listTasks, retryTask, reviewTask } from "./tasks";
import { workerHandlers } from "./worker-handlers";
import { listWorkers } from "./workers";

/** Who acts through these handlers, for the audit log, unless the caller says otherwise. */
export const OPERATOR = "operator";

export interface CoreServices {
  readonly store: Store;
  /** This process's part in running the tasks. Default: none. */
  readonly runner?: Runner | null;
  readonly actor?: string;
}

/** The contract's operations that core answers by itself. */
export function coreHandlers({ store, runner = null, actor = OPERATOR }: CoreServices) {
  return {
    ...hiveHandlers({ store, actor }),
    ...boardHandlers({ store, actor }),
    ...controlHandlers({ store, runner, actor }),
    ...agentHandlers(store, process.env, actor),
    ...workerHandlers({ store, runner, actor }),
    ...insightHandlers({ store, runner }),
    ...lookHandlers({ store }),
    ...taskListHandlers({ store, actor }),
    ...migrationHandlers({ store, actor }),
    ...planningHandlers({ store, actor }),
    ...logHandlers(store),
    "plans.list": (input) => listPlans(store, input),
    "plans.get": (input) => getPlan(store, input),
    "plans.graph": (input) => getPlanGraph(store, input),
    "plans.graphStates": (input) => getPlanGraphStates(store, input),
    "plans.cancel": (input) => cancelPlan(store, { ...input, actor }),
    "tasks.list": (input) => listTasks(store, input),
    "tasks.get": (input) => getTask(store, input),
    "tasks.retry": async (input) => ({ task: await retryTask(store, { ...input, actor }) }),
    "tasks.cancel": async (input) => ({ task: await cancelTask(store, { ...input, actor }) }),
    "tasks.approve": async (input) => ({ task: await reviewTask(store, { ...input, actor, verdict: "approve" }) }),
    "tasks.reject": async (input) => ({ task: await reviewTask(store, { ...input, actor, verdict: "reject" }) }),
    "tasks.sendBack": async (input) => ({ task: await reviewTask(store, { ...input, actor, verdict: "send_back" }) }),
    "runs.readLog": (input) => readLog(store, input),
    "workers.list": () => listWorkers(store),
  } satisfies Partial<Handlers>;
}
