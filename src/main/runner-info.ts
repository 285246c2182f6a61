import type { RunnerInfo } from "../shared/model/views";
import type { Core } from "./core/client";
import { getTaskTotals } from "./core/operations/task-search";
import { readLease } from "./core/store/lease";

/** What starts the database's tasks: this window's runner, or where it only observes, whoever the database names. */
export function runnerInfoOf({ store, runner }: Core): RunnerInfo {
  if (runner !== null) return runner.info();
  const holder = readLease(store.read)?.holder ?? null;
  // Whose they are is not asked: another process counts them.
  const running = getTaskTotals(store).in_progress ?? 0;
  return {
    slots: holder?.slots ?? 0,
    running,
    busySlots: running,
    dispatching: false,
    dispatcher: holder && { pid: holder.pid, host: holder.host, program: holder.program },
    pausedReason: null,
  };
}
