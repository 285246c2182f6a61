import { statement, type WritableDatabase } from "./database";
import { appendEvents, type NewEvent } from "./events";
import { CONSOLE_READY_AGAIN } from "./migrations/console-triggers";
import { gatherChanges, noteChange, silently, tellChanges } from "./turn";

/**
 * What triggers would have written row by row, gathered over many rows and written once. Whoever changes rows
 * within `inBulk` notes here all that the silenced triggers know.
 */
export interface Ledger {
  /** `count` tasks of a plan went from one stored status to another. */
  moved(planId: string, from: string, to: string): void;
  /** A counter of a plan alone: `waiting`. */
  counted(planId: string, counter: string, step: number): void;
  /** As many more tasks of this lane's group run; null: of none. */
  grouped(lane: number | null, step: 1 | -1): void;
  changed(entity: "task" | "run" | "worker", id: string): void;
  /** The last dependency of this task (`console_tasks.seq`) was met. */
  met(seq: number): void;
  /** Written last, in this order. */
  happened(event: NewEvent): void;
  /** This entry leaves the ready queue. */
  left(seq: number): void;
}

const COUNT = `INSERT INTO console_counts (scope, status, n) VALUES (?, ?, ?)
  ON CONFLICT (scope, status) DO UPDATE SET n = n + excluded.n`;
const GROUP = `UPDATE console_groups SET running = running + ?
  WHERE name = (SELECT group_name FROM console_lanes WHERE lane = ?)`;
const LEAVE = "DELETE FROM console_ready WHERE seq IN (SELECT value FROM json_each(?))";

/**
 * Runs `work` while the triggers of the steps that every task takes are silent, then writes what they would have:
 * a counter that fifty tasks move is one row. Only for those steps: queued, in progress, completed, and the runs
 * and workers that go with them. Everything else stays with the triggers. A throw leaves it to the caller to undo
 * the transaction or its savepoint, which restores the triggers too.
 */
export function inBulk<T>(tx: WritableDatabase, work: (ledger: Ledger) => T): T {
  const counts = new Map<string, Map<string, number>>();
  const moves = new Map<string, Map<string, number>>();
  const changes = gatherChanges(tx);
  const ready: number[] = [];
  const gone: number[] = [];
  const events: NewEvent[] = [];
  const lanes = new Map<number, number>();

  const add = (to: Map<string, Map<string, number>>, scope: string, status: string, step: number): void => {
    let ofScope = to.get(scope);
    if (!ofScope) {
      ofScope = new Map();
      to.set(scope, ofScope);
    }
    ofScope.set(status, (ofScope.get(status) ?? 0) + step);
  };
  const answer = silently(tx, () =>
    work({
      moved(planId, from, to) {
        add(moves, planId, from, -1);
        add(moves, planId, to, 1);
      },
      counted: (planId, counter, step) => add(counts, planId, counter, step),
      grouped(lane, step) {
        if (lane !== null) lanes.set(lane, (lanes.get(lane) ?? 0) + step);
      },
      changed: (entity, id) => noteChange(changes, entity, id),
      happened: (event) => events.push(event),
      met: (seq) => ready.push(seq),
      left: (seq) => gone.push(seq),
    }),
  );

  appendEvents(tx, events);
  for (const [lane, step] of lanes) statement(tx, GROUP).run(step, lane);
  if (gone.length > 0) statement(tx, LEAVE).run(JSON.stringify(gone));
  if (ready.length > 0) statement(tx, CONSOLE_READY_AGAIN).run(JSON.stringify(ready));
  for (const [planId, steps] of moves) {
    noteChange(changes, "plan", planId);
    for (const [status, step] of steps) {
      add(counts, "", status, step);
      add(counts, planId, status, step);
    }
  }
  for (const [scope, ofScope] of counts) {
    for (const [status, step] of ofScope) if (step !== 0) statement(tx, COUNT).run(scope, status, step);
  }
  tellChanges(tx, changes);
  return answer;
}
