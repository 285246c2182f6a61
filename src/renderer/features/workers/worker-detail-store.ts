import { create } from "zustand";
import type { WorkerChange, WorkerDetail } from "../../../shared/model/workers";
import { call } from "../../api";

const LOOK_MS = 2_000;

interface DetailState {
  readonly detail: WorkerDetail | null;
  readonly history: readonly WorkerChange[];
  readonly error: unknown;
}

const NOTHING: DetailState = { detail: null, history: [], error: null };

export const useWorkerDetail = create<DetailState>()(() => NOTHING);

let wanted: string | null = null;
let told = "";

async function load(workerId: string): Promise<void> {
  try {
    const detail = await call("workers.get", { workerId });
    if (wanted !== workerId) return;
    useWorkerDetail.setState({ detail, error: null });
    const { status, state, drained, registeredAt } = detail.worker;
    const standing = JSON.stringify([workerId, status, state, drained, registeredAt]);
    if (standing === told) return;
    const history = await call("workers.history", { workerId });
    if (wanted !== workerId) return;
    told = standing;
    useWorkerDetail.setState({ history });
  } catch (error) {
    if (wanted === workerId) useWorkerDetail.setState({ detail: null, error });
  }
}

/** Reads what the panel shows of a worker, again and again, until the returned function is called. */
export function showWorker(workerId: string): () => void {
  if (wanted !== workerId) useWorkerDetail.setState(NOTHING);
  wanted = workerId;
  told = "";
  void load(workerId);
  const timer = setInterval(() => {
    if (!document.hidden) void load(workerId);
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    if (wanted === workerId) wanted = null;
  };
}

export function refreshWorker(): void {
  told = "";
  if (wanted !== null) void load(wanted);
}
