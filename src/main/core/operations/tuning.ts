import { settingOf, settingRow } from "../../../shared/model/setting";
import type { RunnerTuning } from "../runner/runner";
import type { ReadableDatabase } from "../store/database";
import { readSettings } from "../store/settings";

/** Reads settings of a database by name, with their defaults; one that cannot be used counts as not set. */
export function settingReader(db: ReadableDatabase): (name: string) => unknown {
  const kept = readSettings(db);
  return (name) => {
    const definition = settingOf(name);
    return definition === null ? undefined : settingRow(definition, kept.get(name)).value;
  };
}

/** A whole number that is set for a database, or its default. */
export function numberSetting(db: ReadableDatabase, name: string): number {
  return Number(settingReader(db)(name));
}

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
