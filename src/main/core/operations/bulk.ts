import type { BulkJob, JobState } from "../../../shared/control-contract";
import { HiveError, toErrorBody } from "../../../shared/errors";
import { isAlive, ownIdentity } from "../process-identity";
import {
  countOf,
  EMPTY_REPORT,
  endJob,
  insertJob,
  type JobRecord,
  listJobs,
  mayGoOn,
  noteReport,
  noteTotal,
  readJob,
  requestAbort,
} from "../store/jobs";
import type { Store } from "../store/open";
import { changeMany, type ManyRequest, Unfinished } from "./change-many";
import { operatorWriter } from "./source";

/** Jobs that this process works on, by database. */
const working = new WeakMap<Store, Set<string>>();

export interface StartedJob {
  readonly jobId: string;
  /** Its last word. Never rejects. */
  readonly ended: Promise<BulkJob | null>;
}

/**
 * Begins to do something to every task that matches. Answers when the job is on record; the work goes on by itself,
 * and an abort asked for from anywhere ends it after the slice that is being written.
 */
export async function startBulk(store: Store, request: ManyRequest): Promise<StartedJob> {
  const jobId = store.newId();
  const { change, filter, reason, actor } = request;
  await store.write((tx) => {
    const job = { id: jobId, act: change.act, request: { change, filter }, reason, actor, process: ownIdentity() };
    insertJob(tx, job, operatorWriter(store));
  });
  const jobs = working.get(store) ?? new Set();
  working.set(store, jobs.add(jobId));
  const ended = work(store, jobId, request)
    .catch(() => undefined)
    .then(() => {
      jobs.delete(jobId);
      return lastWord(store, jobId);
    });
  return { jobId, ended };
}

/** Null: the database was closed meanwhile. */
function lastWord(store: Store, jobId: string): BulkJob | null {
  return store.read.open ? getBulk(store, { jobId }) : null;
}

/** What cannot be written at the end (a full disk) leaves the job as one that was interrupted. */
async function work(store: Store, jobId: string, request: ManyRequest): Promise<void> {
  try {
    const { report, ended } = await changeMany(store, request, {
      counted: (total) => store.write((tx) => noteTotal(tx, jobId, total)),
      mayGoOn: (tx) => mayGoOn(tx, jobId),
      note: (tx, soFar) => noteReport(tx, jobId, soFar),
    });
    await store.write((tx) => endJob(tx, { id: jobId, state: ended, error: null, report }, operatorWriter(store)));
  } catch (error) {
    const report = error instanceof Unfinished ? error.report : EMPTY_REPORT;
    const failed = { id: jobId, state: "failed", error: toErrorBody(error).message, report } as const;
    await store.write((tx) => endJob(tx, failed, operatorWriter(store)));
  }
}

/** Throws `not_found`. */
export function getBulk(store: Store, { jobId }: { readonly jobId: string }): BulkJob {
  const job = readJob(store.read, jobId);
  if (job) return shown(store, job);
  throw new HiveError("not_found", `There is no job ${jobId} in ${store.file}. Only the latest are kept.`, { jobId });
}

/** The latest first. */
export function listBulk(store: Store, { limit }: { readonly limit: number }): BulkJob[] {
  return listJobs(store.read, limit).map((job) => shown(store, job));
}

/** Asks a job to end after its present slice. One that has ended is left as it is. Throws `not_found`. */
export async function abortBulk(
  store: Store,
  { jobId, reason, actor }: { readonly jobId: string; readonly reason?: string | undefined; readonly actor: string },
): Promise<BulkJob> {
  await store.write((tx) => requestAbort(tx, { jobId, reason: reason ?? null, actor, now: store.clock.now() }));
  return getBulk(store, { jobId });
}

function shown(store: Store, job: JobRecord): BulkJob {
  const { process: _process, ...rest } = job;
  const { done, skipped, failed } = job.report;
  return { ...rest, state: stateOf(store, job), seen: done + countOf(skipped) + countOf(failed) };
}

function stateOf(store: Store, { id, state, process: worker }: JobRecord): JobState {
  if (state === "done" || state === "aborted" || state === "failed") return state;
  const own = ownIdentity();
  const isOwn = worker.pid === own.pid && worker.host === own.host && worker.pidStart === own.pidStart;
  if (isOwn) return working.get(store)?.has(id) ? "running" : "interrupted";
  return isAlive(worker) === false ? "interrupted" : "running";
}
