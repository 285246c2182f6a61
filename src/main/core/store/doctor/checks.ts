import type { FindingKind } from "../../../../shared/model/doctor";
import type { DoctorCheck } from "./check";
import { counts, groupCounts, readyQueue, unmet } from "./counter-checks";
import { damage, foreignKeys, json, times } from "./data-checks";
import { missingLogs, orphanedLogs, processesWithoutRun } from "./file-checks";
import { eventsMissing } from "./history-checks";
import { disk, dispatcher, versions, wal } from "./machine-checks";
import { plansNotEnded, runsWithoutProcess, tasksAbandoned, tasksWithoutRun, workersUnwell } from "./task-checks";

/** In the order in which they are made: the quick ones first, and none after the file was found damaged. */
export const CHECKS: readonly DoctorCheck[] = [
  versions,
  disk,
  wal,
  dispatcher,
  workersUnwell,
  tasksWithoutRun,
  tasksAbandoned,
  runsWithoutProcess,
  plansNotEnded,
  groupCounts,
  damage,
  foreignKeys,
  counts,
  unmet,
  readyQueue,
  eventsMissing,
  json,
  times,
  processesWithoutRun,
  orphanedLogs,
  missingLogs,
];

const BY_KIND = new Map(CHECKS.map((check) => [check.kind, check]));

export function checkOf(kind: FindingKind): DoctorCheck {
  const check = BY_KIND.get(kind);
  if (check === undefined) throw new Error(`no check finds ${kind}`);
  return check;
}
