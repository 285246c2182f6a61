import type { Handlers } from "../../../shared/contract";
import type { workerContract } from "../../../shared/worker-contract";
import { previewWorkerAct, rescueWorker } from "./rescue-worker";
import { restartWorker } from "./restart-worker";
import { listenForBeats } from "./worker-beats";
import { getWorkerDetail, getWorkerHistory } from "./worker-detail";
import { countWorkers, pageWorkers } from "./worker-list";
import { getWorkerPool, type PoolServices } from "./worker-pool";
import { getWorkerStats } from "./worker-stats";

/** Workers as an operator looks at them. */
export function workerHandlers({ store, runner, actor }: PoolServices & { readonly actor: string }) {
  // Whoever asks later how a worker went is told of the time before, too.
  listenForBeats(store);
  return {
    "workers.page": (input) => pageWorkers(store, input),
    "workers.counts": () => countWorkers(store),
    "workers.stats": (input) => getWorkerStats(store, input),
    "workers.get": (input) => getWorkerDetail(store, input),
    "workers.history": (input) => getWorkerHistory(store, input),
    "workers.pool": () => getWorkerPool({ store, runner }),
    "workers.previewAct": (input) => previewWorkerAct(store, input),
    "workers.restart": (input) => restartWorker(store, { ...input, actor }),
    "workers.rescue": (input) => rescueWorker(store, { ...input, actor }),
  } satisfies Pick<Handlers, keyof typeof workerContract>;
}
