import type { Handlers } from "../../../shared/contract";
import type { Runner } from "../runner/runner";
import type { Store } from "../store/open";
import { abortBulk, getBulk, listBulk, startBulk } from "./bulk";
import { drainWorkers, pausePlan, resumePlan, retryFailed, setSlots, undrainWorkers } from "./control";
import { editAndRetry, getRunWork, getTaskWork } from "./edit-task";
import { previewAct } from "./previews";
import { reassignHandlers } from "./reassign-task";
import { retryFrom } from "./retry-from";
import { changeTask } from "./tasks";

export interface ControlServices {
  readonly store: Store;
  /** This process's part in running the tasks. */
  readonly runner: Runner | null;
  readonly actor: string;
}

/** What operators do to plans, tasks and workers. */
export function controlHandlers({ store, runner, actor }: ControlServices) {
  return {
    "plans.pause": async (input) => ({ plan: await pausePlan(store, { ...input, actor }) }),
    "plans.resume": async (input) => ({ plan: await resumePlan(store, { ...input, actor }) }),
    "plans.retryFailed": (input) => retryFailed(store, { ...input, actor }),
    "tasks.retryFrom": (input) => retryFrom(store, { ...input, actor }),
    "tasks.editAndRetry": (input) => editAndRetry(store, { ...input, actor }),
    "tasks.work": (input) => getTaskWork(store, input),
    "runs.work": (input) => getRunWork(store, input),
    "tasks.setPriority": async ({ priority, ...input }) => ({
      task: await changeTask(store, { ...input, actor }, { act: "tasks.setPriority", priority }),
    }),
    "tasks.forceState": async ({ status, ...input }) => ({
      task: await changeTask(store, { ...input, actor }, { act: "tasks.forceState", status }),
    }),
    "workers.drain": async (input) => ({ drained: await drainWorkers(store, { ...input, actor }) }),
    "workers.undrain": async (input) => ({ undrained: await undrainWorkers(store, { ...input, actor }) }),
    "runner.setSlots": (input) => setSlots({ store, runner }, { ...input, actor }),
    "acts.preview": (input) => previewAct(store, input),
    "bulk.start": async ({ change, filter, reason = null }) => {
      const { jobId } = await startBulk(store, { change, filter, reason, actor });
      return { jobId };
    },
    "bulk.status": (input) => getBulk(store, input),
    "bulk.abort": (input) => abortBulk(store, { ...input, actor }),
    "bulk.list": (input) => listBulk(store, input),
    ...reassignHandlers({ store, actor }),
  } satisfies Partial<Handlers>;
}
