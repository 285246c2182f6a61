import type { RecordedProcess } from "../process-identity";
import { integerOrNull, type Row, textOrNull } from "./columns";

/** The process that a row names in `pid`, `pid_start`, `host` and `boot_id`, as far as it names one. */
export function recordedProcess(row: Row): RecordedProcess {
  return {
    pid: integerOrNull(row.pid),
    pidStart: textOrNull(row.pid_start),
    host: textOrNull(row.host),
    bootId: textOrNull(row.boot_id),
  };
}
