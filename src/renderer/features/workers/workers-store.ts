import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { WorkerRow } from "../../../shared/model/views";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { mergeWorkers } from "./worker-health";

interface WorkersState {
  readonly workers: readonly WorkerRow[];
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** The chosen state; null: all. */
  readonly filter: string | null;
  /** The row the keys are on. */
  readonly cursor: string | null;
}

export const useWorkers = create<WorkersState>()(() => ({
  workers: [],
  status: "loading",
  error: null,
  filter: null,
  cursor: null,
}));

let request = 0;

export async function loadWorkers(): Promise<void> {
  request += 1;
  const mine = request;
  try {
    const workers = await call("workers.list", {});
    if (mine === request) useWorkers.setState({ workers: mergeWorkers([], workers, []), status: "ready", error: null });
  } catch (error) {
    if (mine === request) useWorkers.setState({ status: "failed", error });
  }
}

function takePatch({ workers, removed }: LivePatch): void {
  if (workers.length === 0 && removed.workers.length === 0) return;
  useWorkers.setState((state) =>
    state.status === "ready" ? { workers: mergeWorkers(state.workers, workers, removed.workers) } : state,
  );
}

/** A worker that falls silent, or whose process is gone, writes nothing that would be pushed: it is looked up. */
const LOOK_MS = 2_000;

/** Keeps the workers live until the returned function is called. */
export function startWorkers(): () => void {
  void loadWorkers();
  const timer = setInterval(() => {
    if (!document.hidden) void loadWorkers();
  }, LOOK_MS);
  const end = keepLive({ patch: takePatch, reload: () => void loadWorkers() });
  return () => {
    clearInterval(timer);
    end();
  };
}
