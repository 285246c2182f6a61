import type { WritableDatabase } from "../store/database";
import { occupyWorker, type Skills } from "../store/queue";
import { listWorkersBetween, markWorkersOffline, tellOfWorkers, upsertWorkers } from "../store/workers";
import { EVENT_SOURCE } from "./claim-batch";
import { LOCAL_IDS, LOCAL_SKILLS, localWorkerIds, localWorkers, slotOf } from "./local-workers";

/** Which task a worker is busy with. */
export type Occupation = ReadonlyMap<string, string>;

/**
 * The workers that this console keeps: one for each slot, and above those the ones still busy since there
 * were more slots.
 */
export interface Roster {
  /** Brings the rows in line with slots and occupation. Other consoles' local workers are sent home. */
  sync(tx: WritableDatabase, slots: number, busy: Occupation, now: number): void;
  /** Whose heart is to beat. */
  ids(slots: number, busy: Occupation): string[];
}

/** `skills`: what its slots can do; when that has changed, all of them join anew. */
export function createRoster(program: string, newId: () => string, skills: () => Skills = () => LOCAL_SKILLS): Roster {
  let told: Skills | null = null;
  const ids = (slots: number, busy: Occupation): string[] => {
    const own = localWorkerIds(slots);
    return [...own, ...[...busy.keys()].filter((id) => !own.includes(id))];
  };
  return {
    ids,
    sync(tx, slots, busy, now) {
      const own = ids(slots, busy);
      const rows = listWorkersBetween(tx, ...LOCAL_IDS).filter(
        (row) => slotOf(row.id) !== null && row.status !== "offline",
      );
      const gone = rows.filter((row) => !own.includes(row.id)).map((row) => row.id);
      const kept = new Set(rows.filter((row) => row.pid === process.pid).map((row) => row.id));
      const theirs = skills();
      const isOther = told !== null && told.capabilities.join() !== theirs.capabilities.join();
      told = theirs;
      const joining = own.filter((id) => isOther || !kept.has(id));
      markWorkersOffline(tx, gone);
      upsertWorkers(tx, localWorkers(joining, program, theirs), now);
      const writer = { now, source: EVENT_SOURCE, newId };
      tellOfWorkers(tx, gone, "offline", writer);
      tellOfWorkers(tx, joining, "idle", writer);
      for (const id of joining) {
        const taskId = busy.get(id);
        if (taskId !== undefined) occupyWorker(tx, id, taskId);
      }
    },
  };
}
