import type { WorkerRow } from "../../../shared/model/views";
import type { WorkerGroup } from "../../location";

/** So many workers are read for groups at once: a row that came later would push what somebody reads. */
export const MOST_GROUPED = 1_000;

const NAME: Readonly<Record<WorkerGroup, (worker: WorkerRow) => string>> = {
  role: ({ role }) => role,
  program: ({ program }) => program ?? "another program",
  host: ({ host, isLocal }) => (host === null ? "unknown host" : isLocal ? `${host} (this computer)` : host),
};

/** What a worker is shown under. Never its state: a row would move whenever that changes. */
export const groupName = (group: WorkerGroup): ((worker: WorkerRow) => string) => NAME[group];

/** The rows in the order of their groups, and within each as they were. */
export function inGroups(rows: readonly WorkerRow[], group: WorkerGroup | null): readonly WorkerRow[] {
  if (group === null) return rows;
  const groups = Map.groupBy(rows, NAME[group]);
  return [...groups.keys()].sort((a, b) => (a < b ? -1 : 1)).flatMap((name) => groups.get(name) ?? []);
}
