import type { ActReport } from "../../../shared/control-contract";
import { type ErrorCode, HiveError, toErrorBody } from "../../../shared/errors";
import { TASK_STATES } from "../../../shared/model/task";
import type { TaskChange } from "../../../shared/model/task-change";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import type { Writer } from "../store/plan-end";
import { settlePlan } from "../store/task-act";
import { changeScopedTask, planOfOurs } from "../store/task-control";
import { namesWholeStatuses, storedStatus } from "../store/task-filter-sql";
import { readMatchingRows, scanTasks } from "../store/task-scope";
import { operatorWriter } from "./source";
import { createTally, type Tally } from "./tally";

export interface ManyRequest {
  readonly change: TaskChange;
  readonly filter: TaskFilter;
  readonly reason: string | null;
  readonly actor: string;
}

export interface ManyHooks {
  /** How many match; before the first is touched. */
  readonly counted?: (total: number) => Promise<void>;
  /** Within each slice's transaction, before anything else. False: stop here. */
  readonly mayGoOn?: (tx: WritableDatabase) => boolean;
  /** Within each slice's transaction, with what was done so far, this slice included. */
  readonly note?: (tx: WritableDatabase, report: ActReport) => void;
}

/** A slice's transaction holds the database's lock: few tasks, and not for longer than this. */
const SLICE = 50;
const SLICE_MS = 5;

/** Ends the whole act: the next task would fare no better. */
const FATAL: readonly ErrorCode[] = [
  "disk_full",
  "database_busy",
  "database_unwritable",
  "database_read_only",
  "database_corrupt",
  "shutting_down",
];

/**
 * Does something to every task that matches now, in slices of one transaction each. Each task is looked at again
 * within its slice: one that matches no longer is left alone. What was done stays done, also when the rest is given up.
 */
export async function changeMany(
  store: Store,
  request: ManyRequest,
  hooks: ManyHooks = {},
): Promise<{ readonly report: ActReport; readonly ended: "done" | "aborted" }> {
  const now = store.clock.now();
  const rowids: number[] = [];
  for await (const batch of scanTasks(store.read, request.filter, now))
    for (const { rowid } of batch) rowids.push(rowid);
  // From a plan's end to its beginning, so that no graph of waiting tasks has to be marked.
  if (request.change.act === "tasks.cancel") rowids.reverse();
  await hooks.counted?.(rowids.length);

  let tally = createTally();
  let at = 0;
  let most = SLICE;
  while (at < rowids.length) {
    const slice = { rowids: rowids.slice(at, at + most), matchedAt: now };
    try {
      const outcome = await store.write((tx) => changeSlice({ tx, store, request, hooks, slice, tally: tally.copy() }));
      if (outcome === null) return { report: tally.report(), ended: "aborted" };
      tally = outcome.tally;
      at += outcome.seen;
      most = SLICE;
    } catch (error) {
      const { code, message } = toErrorBody(error);
      if (FATAL.includes(code)) throw new Unfinished(code, message, tally.report());
      // One task undid its whole slice: take them one by one, and leave out the culprit.
      if (slice.rowids.length > 1) most = 1;
      else {
        tally.fail(await idOf(store, slice.rowids[0] ?? 0), message);
        at += 1;
      }
    }
  }
  return { report: tally.report(), ended: "done" };
}

/** The act as a whole came to an end before its time; what it did stands. */
export class Unfinished extends HiveError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly report: ActReport,
  ) {
    super(code, message, { report });
  }
}

interface SliceRequest {
  readonly tx: WritableDatabase;
  readonly store: Store;
  readonly request: ManyRequest;
  readonly hooks: ManyHooks;
  readonly slice: { readonly rowids: readonly number[]; readonly matchedAt: number };
  /** The caller's own again, should the transaction have to be repeated. */
  readonly tally: Tally;
}

function changeSlice({ tx, store, request, hooks, slice, tally }: SliceRequest): { tally: Tally; seen: number } | null {
  if (hooks.mayGoOn?.(tx) === false) return null;
  const begun = store.clock.monotonic();
  const { change, reason, actor } = request;
  const filter = wholeStatuses(request.filter);
  const writer: Writer = operatorWriter(store);
  const matching = readMatchingRows(tx, filter, slice.rowids, slice.matchedAt);
  const others = matching.size < slice.rowids.length ? readMatchingRows(tx, {}, slice.rowids, writer.now) : matching;
  const plans = new Set<string>();
  let seen = 0;
  for (const rowid of slice.rowids) {
    const task = matching.get(rowid);
    seen += 1;
    if (task) {
      const verdict = changeScopedTask(tx, { taskId: task.taskId, reason, actor, writer }, change, task);
      const plan = planOfOurs(task);
      if (!verdict.touch) tally.skip(task, verdict);
      else tally.done();
      if (verdict.touch && plan !== null) plans.add(plan);
    } else if (others.has(rowid)) {
      tally.skip(others.get(rowid) ?? null, {
        reason: "changed",
        message: "It does not match any more: somebody changed it meanwhile.",
      });
    } else tally.skip(null, { reason: "gone", message: "It was deleted meanwhile." });
    if (store.clock.monotonic() - begun > SLICE_MS) break;
  }
  for (const planId of plans) settlePlan(tx, planId, writer);
  hooks.note?.(tx, tally.report());
  return { tally, seen };
}

/**
 * What shares a stored status with a wanted state counts as that state when a task is looked at again: stopping one
 * task makes others blocked that were waiting, and setting one going makes them wait.
 */
function wholeStatuses(filter: TaskFilter): TaskFilter {
  const { states, not } = filter;
  const { states: left = [], ...leftToo } = not ?? {};
  const stored = new Set(states?.map(storedStatus));
  const wanted = TASK_STATES.filter((state) => stored.has(storedStatus(state)));
  const leftWhole = left.filter((state) =>
    namesWholeStatuses(left.filter((of) => storedStatus(of) === storedStatus(state))),
  );
  const leftOut = { ...leftToo, ...(leftWhole.length === 0 ? {} : { states: leftWhole }) };
  return {
    ...filter,
    ...(states === undefined ? {} : { states: [...new Set([...states, ...wanted])] }),
    not: Object.keys(leftOut).length === 0 ? undefined : leftOut,
  };
}

async function idOf(store: Store, rowid: number): Promise<string> {
  return readMatchingRows(store.read, {}, [rowid], store.clock.now()).get(rowid)?.taskId ?? `row ${rowid}`;
}
