import { EXECUTORS, type ExecutorChoice } from "../../../shared/model/fleet";
import type { ReadableDatabase } from "../store/database";
import { settingReader } from "../store/settings";

/** Who carries out the tasks of plans that are launched on this database and do not say so themselves. */
export function executorChoice(db: ReadableDatabase): ExecutorChoice {
  const value = settingReader(db);
  const queue = value("fleet.queue");
  return {
    executor: EXECUTORS.find((known) => known === value("fleet.executor")) ?? "local",
    ...(typeof queue === "string" && { queue }),
  };
}
