import { integer, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { REQUEUE, REQUEUE_SLICE } from "./migrations/console-triggers";
import type { Store } from "./open";

/*
 * A plan that begins, is paused or goes on may have ten thousand ready tasks, each an entry of the queue to be written.
 * Triggers write the first of them and note in console_requeue that there are more; these follow here, in slices. What
 * a held plan may not do is true from the first transaction on: claims leave out a plan that is noted with hold.
 */

const NEXT_TO_REQUEUE = "SELECT next FROM console_requeue WHERE plan_id = ?";
const ANY_BEYOND = "SELECT 1 FROM console_tasks WHERE plan_id = ? AND ordinal >= ? LIMIT 1";

/** Puts further tasks of a plan into the queue, each where it belongs now. True: nothing is left to do. */
function requeueSlice(tx: WritableDatabase, planId: string): boolean {
  const row = statement(tx, NEXT_TO_REQUEUE).get(planId);
  if (!row) return true;
  const from = integer(row.next);
  const to = from + REQUEUE_SLICE;
  statement(tx, REQUEUE).run({ planId, from, to });
  const isDone = statement(tx, ANY_BEYOND).get(planId, to) === undefined;
  if (isDone) statement(tx, "DELETE FROM console_requeue WHERE plan_id = ?").run(planId);
  else statement(tx, "UPDATE console_requeue SET next = ? WHERE plan_id = ?").run(to, planId);
  // Whoever dispatches looks for work when a plan changes.
  statement(tx, "INSERT INTO console_changes (entity, id) VALUES ('plan', ?)").run(planId);
  return isDone;
}

/**
 * Puts the queue of a plan right, whoever left it so. What fails is not lost: it stays noted, and whoever dispatches
 * goes on with it.
 */
export async function requeuePlan(store: Store, planId: string): Promise<void> {
  try {
    while (!(await store.write((tx) => requeueSlice(tx, planId))));
  } catch {
    // The act itself is done; see above.
  }
}

const NOTED = "SELECT plan_id FROM console_requeue";

export function listPlansToRequeue(db: ReadableDatabase): string[] {
  return statement(db, NOTED)
    .all()
    .map((row) => text(row.plan_id));
}

/** Answers what sees to all noted plans, one after the other, when it is called; and again for a call meanwhile. */
export function createRequeuer(store: Store): () => void {
  let isAtWork = false;
  let isAsked = false;
  const work = async (): Promise<void> => {
    isAtWork = true;
    do {
      isAsked = false;
      for (const planId of listPlansToRequeue(store.read)) await requeuePlan(store, planId);
    } while (isAsked);
    isAtWork = false;
  };
  return () => {
    isAsked = true;
    if (!isAtWork && listPlansToRequeue(store.read).length > 0) void work();
  };
}
