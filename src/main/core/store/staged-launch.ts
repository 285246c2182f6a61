import { HiveError } from "../../../shared/errors";
import { inSlices } from "../slices";
import { integer, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { laneReader, noteGroups } from "./lanes";
import {
  beginExecution,
  insertEdges,
  insertPlan,
  insertPlanRows,
  insertTasks,
  type NewPlan,
  type NewTask,
  nextSeq,
  planText,
} from "./launch";
import type { Store } from "./open";
import type { Writer } from "./plan-end";
import { requeuePlan } from "./requeue";
import { noteSynthesis } from "./synthesis";

/** One transaction writes so many tasks, or takes them away: a few milliseconds. */
const SLICE = 96;
const DELETED = 64;

interface Place {
  readonly task: NewTask;
  readonly ordinal: number;
}

/**
 * Writes a plan with all its tasks. A large one is written in slices, as a draft of which nothing runs until the
 * last slice makes it execute: whoever looks meanwhile sees a plan that has not been launched. What is left of it
 * when its writer dies is found by `listLaunches` and removed by `discardLaunch`. Rejects with nothing left behind.
 * `together` is written in the transaction that makes the plan execute; when it throws, nothing is launched.
 */
export async function writePlan(
  store: Store,
  plan: NewPlan,
  writer: () => Writer,
  together: Together = () => undefined,
): Promise<void> {
  if (plan.tasks.length <= SLICE) {
    await store.write((tx) => {
      insertPlan(tx, plan, writer());
      together(tx, plan.id);
    });
    return;
  }
  try {
    await writeSlices(store, plan, writer, together);
  } catch (error) {
    await discardLaunch(store, plan.id).catch(() => undefined);
    throw error;
  }
}

/** What is to be true exactly when a plan is launched. */
export type Together = (tx: WritableDatabase, planId: string) => void;

async function writeSlices(store: Store, plan: NewPlan, writer: () => Writer, together: Together): Promise<void> {
  const written = await inSlices(planText(plan, writer().now), store.clock);
  await store.write((tx) => {
    insertPlanRows(tx, plan, { status: "draft", ...written }, writer());
    if (plan.synthesis !== null) noteSynthesis(tx, plan.id, plan.synthesis);
    noteGroups(tx, plan);
    statement(tx, "INSERT INTO console_launches (plan_id, written) VALUES (?, 0)").run(plan.id);
  });
  const places = dependenciesFirst(plan.tasks);
  const seqs = new Map<string, number>();
  for (let from = 0; from < places.length; from += SLICE) {
    const slice = places.slice(from, from + SLICE);
    // What makes the plan execute is written after them, and durably: with it are they.
    await store.write((tx) => writeSlice(tx, { plan, slice, seqs }, writer()), { durable: false });
  }
  await store.write((tx) => {
    const changed = statement(tx, "DELETE FROM console_launches WHERE plan_id = ?").run(plan.id).changes;
    if (changed === 0) throw abandoned(plan.id);
    statement(tx, "UPDATE execution_plans SET status = 'executing' WHERE id = ? AND status = 'draft'").run(plan.id);
    beginExecution(tx, plan, writer());
    together(tx, plan.id);
  });
  await requeuePlan(store, plan.id);
}

interface Slice {
  readonly plan: NewPlan;
  readonly slice: readonly Place[];
  /** Of the slices before; the slice adds its own, in a second run the same way. */
  readonly seqs: Map<string, number>;
}

function writeSlice(tx: WritableDatabase, { plan, slice, seqs }: Slice, writer: Writer): void {
  const noted = statement(tx, "UPDATE console_launches SET written = written + 1 WHERE plan_id = ?").run(plan.id);
  if (noted.changes === 0) throw abandoned(plan.id);
  const first = nextSeq(tx);
  const laneOf = laneReader(tx, plan);
  const placed = slice.map(({ task, ordinal }, index) => ({
    task,
    ordinal,
    seq: first + index,
    lane: laneOf(task.spec),
  }));
  insertTasks(tx, plan, placed, writer);
  for (const { task, seq } of placed) {
    seqs.set(task.subtaskId, seq);
    insertEdges(tx, task, seqs);
  }
}

/** In the plan's order, but each task behind those that it depends on, so that a slice has both ends of its edges. */
function dependenciesFirst(tasks: readonly NewTask[]): Place[] {
  const places = new Map(tasks.map((task, ordinal) => [task.subtaskId, { task, ordinal }]));
  const order: Place[] = [];
  const seen = new Set<string>();
  for (const { subtaskId } of tasks) {
    const open = [subtaskId];
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      const place = places.get(id);
      const missing = seen.has(id) ? undefined : place?.task.dependencies.find((on) => !seen.has(on) && places.has(on));
      if (missing !== undefined) {
        open.push(missing);
        continue;
      }
      open.pop();
      if (place && !seen.has(id)) order.push(place);
      seen.add(id);
    }
  }
  return order;
}

function abandoned(planId: string): HiveError {
  return new HiveError(
    "not_allowed",
    `The launch of plan ${planId} took so long that another console took it for abandoned and removed it. Launch it again.`,
    { planId },
  );
}

/** A plan that is being written. */
export interface Launch {
  readonly planId: string;
  /** Grows with each slice: one that stands still has lost its writer. */
  readonly written: number;
}

export function listLaunches(db: ReadableDatabase): Launch[] {
  const rows = statement(db, "SELECT plan_id, written FROM console_launches").all();
  return rows.map((row) => ({ planId: text(row.plan_id), written: integer(row.written) }));
}

const DELETE_SLICE = `DELETE FROM tasks
  WHERE id IN (SELECT task_id FROM console_tasks WHERE plan_id = ? ORDER BY ordinal LIMIT ${DELETED})`;

/** Removes what a writer has left of a plan, in slices. One that somebody has started by hand meanwhile stays. */
export async function discardLaunch(store: Store, planId: string): Promise<void> {
  let isDone = false;
  while (!isDone) isDone = await store.write((tx) => discardSlice(tx, store, planId));
}

/** True: nothing is left to do. */
function discardSlice(tx: WritableDatabase, { clock, newId }: Store, planId: string): boolean {
  const plan = statement(tx, "SELECT status, planning_task_id FROM execution_plans WHERE id = ?").get(planId);
  const isDraft = plan?.status === "draft";
  if (isDraft && statement(tx, DELETE_SLICE).run(planId).changes > 0) return false;
  if (statement(tx, "DELETE FROM console_launches WHERE plan_id = ?").run(planId).changes === 0) return true;
  if (isDraft) {
    statement(tx, "DELETE FROM execution_plans WHERE id = ?").run(planId);
    statement(tx, "DELETE FROM planning_queue WHERE id = ?").run(plan.planning_task_id);
  }
  appendEvent(tx, {
    id: newId(),
    type: "system.error",
    at: clock.now(),
    source: "hive-console",
    correlationId: planId,
    payload: {
      error: "The launch of a plan was not completed; nothing of it ran, and it was removed.",
      plan_id: planId,
    },
  });
  return true;
}
