import { create } from "zustand";
import type { WorkerRow } from "../../../shared/model/views";
import { WORKER_STATES } from "../../../shared/model/worker";
import type { WorkerCounts } from "../../../shared/model/workers";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { keepRows } from "./worker-health";

/** So many are shown beside other things. */
export const MOST_PRESENT = 12;
const LOOK_MS = 2_000;

interface PresentState {
  /** Workers that did not say goodbye, the first of them. */
  readonly workers: readonly WorkerRow[];
  readonly counts: WorkerCounts | null;
}

export const usePresent = create<PresentState>()(() => ({ workers: [], counts: null }));

async function load(): Promise<void> {
  const states = WORKER_STATES.filter((state) => state !== "offline");
  const [{ rows }, counts] = await Promise.all([
    call("workers.page", { states, limit: MOST_PRESENT }),
    call("workers.counts", {}),
  ]);
  usePresent.setState((state) => ({ workers: keepRows(state.workers, rows), counts }));
}

/** Keeps them fresh until the returned function is called. */
export function startPresent(): () => void {
  const look = (): void => void load().catch(() => undefined);
  look();
  const timer = setInterval(() => {
    if (!document.hidden) look();
  }, LOOK_MS);
  let soon: ReturnType<typeof setTimeout> | null = null;
  const end = keepLive({
    patch({ workers, removed }) {
      if (soon !== null || (workers.length === 0 && removed.workers.length === 0)) return;
      soon = setTimeout(() => {
        soon = null;
        look();
      }, 250);
    },
    reload: load,
  });
  return () => {
    clearInterval(timer);
    if (soon !== null) clearTimeout(soon);
    end();
  };
}
