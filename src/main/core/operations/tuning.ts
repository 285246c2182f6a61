import type { RunnerTuning } from "../runner/runner";
import type { ReadableDatabase } from "../store/database";
import { settingReader } from "../store/settings";

/** What is set for the database's runner. */
export function readTuning(db: ReadableDatabase): RunnerTuning {
  const value = settingReader(db);
  const milliseconds = (name: string): number => Number(value(name)) * 1_000;
  const roles = value("runner.roles");
  return {
    graceMs: milliseconds("runner.graceSeconds"),
    heartbeatMs: milliseconds("runner.heartbeatSeconds"),
    silenceMs: milliseconds("runner.silenceSeconds"),
    leaseMs: milliseconds("runner.leaseSeconds"),
    roles: Array.isArray(roles) ? roles.map(String) : [],
  };
}
