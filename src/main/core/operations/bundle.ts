import { open, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import type { BundleManifest } from "../../../shared/model/bundle";
import { readSecrets } from "../runner/secrets";
import { type BundleFile, createBundleFile, isLogInBundle, LOG_PIECE, logInBundle } from "../store/bundle-file";
import {
  type BundleLookup,
  hasTable,
  pageTaskIds,
  readNeighbours,
  readPlanOf,
  rowsBy,
  tableOf,
} from "../store/bundle-rows";
import { type Row, text, textOrNull } from "../store/columns";
import type { Store } from "../store/open";
import { createRedactor, type Redactor } from "../store/redact";
import { listEvents } from "./events";
import { getPlan } from "./plans";
import { getTask } from "./tasks";

export interface BundleRequest {
  readonly kind: "plan" | "task";
  readonly id: string;
  /** Absolute. What stands there is replaced once the bundle is whole. */
  readonly file: string;
  readonly madeBy: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly view?: string | null;
  readonly onProgress?: (progress: {
    readonly rows: number;
    readonly logBytes: number;
    readonly hidden: number;
  }) => void;
  /** Path of the compiled SQLite addon, as for opening a store. */
  readonly nativeBinding?: string | undefined;
  /** Leaves off; nothing is left of the file. */
  readonly signal?: AbortSignal;
}

/** Tasks, or events, between two turns of the event loop: a few milliseconds. */
const CHUNK = 25;
/** Of one log; its end is left out beyond this. */
const MOST_LOG = 268_435_456;

interface Writing {
  readonly store: Store;
  readonly request: BundleRequest;
  readonly bundle: BundleFile;
  readonly redactor: Redactor;
  readonly rows: Map<string, number>;
  readonly has: (table: string) => boolean;
  logs: number;
  logBytes: number;
  cutLogs: number;
}

/**
 * Writes the slice of a plan or a task as one file: a database with its rows, events, acts and logs, which any console
 * opens to look at. Secrets are written over. Read in slices, so that a large plan holds nobody up. Throws `not_found`,
 * `file_unwritable`; an `AbortError` when it was left off.
 */
export async function writeBundle(store: Store, request: BundleRequest): Promise<BundleManifest> {
  const { title, planId, taskIds, ownIds } = await sliceOf(store, request);
  const redactor = createRedactor(planId === null ? [] : Object.values(await readSecrets(store.filesFolder, planId)));
  const part = `${request.file}.${store.newId()}.part`;
  let bundle: BundleFile | null = null;
  try {
    bundle = await createBundleFile(part, store.clock, request.nativeBinding);
    const known = new Map<string, boolean>();
    const has = (table: string): boolean => {
      const answer = known.get(table) ?? hasTable(store.read, table);
      known.set(table, answer);
      return answer;
    };
    const writing: Writing = {
      store,
      request,
      bundle,
      redactor,
      has,
      rows: new Map(),
      logs: 0,
      logBytes: 0,
      cutLogs: 0,
    };
    await turn(writing);
    if (planId !== null) copyPlan(writing, planId);
    await turn(writing);
    await copyTasks(writing, taskIds, new Set(ownIds));
    await copyEvents(writing, planId);
    countTasks(bundle, planId);
    await turn(writing);
    const manifest: BundleManifest = {
      format: 1,
      kind: request.kind,
      id: request.id,
      title,
      madeAt: store.clock.now(),
      madeBy: request.madeBy,
      host: hostname(),
      database: basename(store.file),
      versions: { ...request.versions, sqlite: store.info().sqliteVersion },
      schemaVersion: store.info().schemaVersion,
      view: request.view ?? null,
      rows: Object.fromEntries(writing.rows),
      logs: writing.logs,
      logBytes: writing.logBytes,
      cutLogs: writing.cutLogs,
      hidden: redactor.hidden(),
    };
    request.signal?.throwIfAborted();
    bundle.finish(manifest);
    bundle.close();
    bundle = null;
    await rename(part, request.file);
    return manifest;
  } catch (error) {
    bundle?.close();
    await Promise.all(["", "-journal", "-wal", "-shm"].map((end) => rm(`${part}${end}`, { force: true })));
    if (error instanceof HiveError || request.signal?.aborted) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("file_unwritable", `${request.file} could not be written: ${cause}. Choose another place.`, {
      file: request.file,
    });
  }
}

interface Slice {
  readonly title: string;
  readonly planId: string | null;
  /** Whose rows are in it. */
  readonly taskIds: readonly string[];
  /** Whose attempts and logs are in it. */
  readonly ownIds: readonly string[];
}

async function sliceOf(store: Store, { kind, id }: BundleRequest): Promise<Slice> {
  if (kind === "task") {
    const { title } = getTask(store, { taskId: id });
    const isPlanned = hasTable(store.read, "console_tasks");
    const planId = isPlanned ? readPlanOf(store.read, id) : null;
    const neighbours = isPlanned && hasTable(store.read, "console_edges") ? readNeighbours(store.read, id) : [];
    return { title, planId, taskIds: [id, ...neighbours], ownIds: [id] };
  }
  const { title } = getPlan(store, { planId: id });
  const taskIds: string[] = [];
  for (let after = -1; ; await nextTurn()) {
    const page = pageTaskIds(store.read, id, after, 1_000);
    taskIds.push(...page.map((task) => task.id));
    const last = page.at(-1);
    if (last === undefined || page.length < 1_000) return { title, planId: id, taskIds, ownIds: taskIds };
    after = last.ordinal;
  }
}

/** Copies rows by a key, without secrets; answers them as they were. */
function copy(
  writing: Writing,
  lookup: BundleLookup,
  key: unknown,
  change: (row: Row) => Row = (row) => row,
): readonly Row[] {
  const table = tableOf(lookup);
  if (key === null || key === undefined || !writing.has(table)) return [];
  const rows = rowsBy(writing.store.read, lookup, key);
  writing.bundle.add(
    table,
    rows.map((row) => shown(change(row), writing.redactor)),
  );
  writing.rows.set(table, (writing.rows.get(table) ?? 0) + rows.length);
  return rows;
}

const shown = (row: Row, redactor: Redactor): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "string" ? redactor.text(value) : value]),
  );

function copyPlan(writing: Writing, planId: string): void {
  for (const plan of copy(writing, "execution_plans id", planId))
    copy(writing, "planning_queue id", plan.planning_task_id);
  copy(writing, "plan_execution plan_id", planId);
  copy(writing, "console_plans plan_id", planId);
  copy(writing, "console_final_plans plan_id", planId);
  copy(writing, "console_synthesis plan_id", planId);
  copy(writing, "console_audit entity_id", planId);
}

async function copyTasks(writing: Writing, taskIds: readonly string[], own: ReadonlySet<string>): Promise<void> {
  const workers = new Set<string>();
  const lanes = new Set<unknown>();
  for (const [index, taskId] of taskIds.entries()) {
    if (index % CHUNK === CHUNK - 1) await turn(writing);
    for (const task of copy(writing, "tasks id", taskId))
      if (task.assigned_worker !== null) workers.add(text(task.assigned_worker));
    for (const { seq, lane } of copy(writing, "console_tasks task_id", taskId)) {
      copy(writing, "console_specs seq", seq);
      copy(writing, "console_edges task", seq);
      copy(writing, "console_ready seq", seq);
      if (own.has(taskId)) copy(writing, "console_spec_history seq", seq);
      if (lane !== null && lane !== undefined) lanes.add(lane);
    }
    copy(writing, "console_audit entity_id", taskId);
    if (!own.has(taskId)) continue;
    for (const run of copy(writing, "runs task_id", taskId)) {
      workers.add(text(run.worker_id));
      await copyRun(writing, text(run.id));
    }
  }
  for (const lane of lanes) {
    for (const { group_name } of copy(writing, "console_lanes lane", lane))
      copy(writing, "console_groups name", group_name);
  }
  for (const worker of workers) {
    copy(writing, "workers id", worker);
    copy(writing, "console_workers worker_id", worker);
  }
}

async function copyRun(writing: Writing, runId: string): Promise<void> {
  let path: string | null = null;
  copy(writing, "console_runs run_id", runId, (row) => {
    path = textOrNull(row.log_path);
    return { ...row, log_path: path === null ? null : logInBundle(runId) };
  });
  if (path !== null && !isLogInBundle(path)) await copyLog(writing, runId, path);
  copy(writing, "console_audit entity_id", runId);
}

/** Piece by piece, each without the secrets in it. What a piece's end shares with the next is held back. */
async function copyLog(writing: Writing, runId: string, path: string): Promise<void> {
  const { bundle, redactor } = writing;
  const file = await open(path, "r").catch(() => null);
  if (file === null) return;
  try {
    const overlap = Math.max(0, redactor.longest - 1);
    let held = Buffer.alloc(0);
    let piece = 0;
    let read = 0;
    const chunk = Buffer.alloc(LOG_PIECE);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, read);
      read += bytesRead;
      held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
      writing.request.signal?.throwIfAborted();
      redactor.bytes(held);
      const isEnd = bytesRead === 0 || read >= MOST_LOG;
      while (held.length >= LOG_PIECE + overlap || (isEnd && held.length > 0)) {
        const next = held.subarray(0, LOG_PIECE);
        bundle.addLog(runId, piece, next);
        writing.logBytes += next.length;
        piece += 1;
        held = Buffer.from(held.subarray(next.length));
      }
      await turn(writing);
      if (!isEnd) continue;
      if (bytesRead > 0) writing.cutLogs += 1;
      break;
    }
    writing.logs += 1;
  } finally {
    await file.close();
  }
}

async function copyEvents(writing: Writing, planId: string | null): Promise<void> {
  const { store, request } = writing;
  const entity = { kind: request.kind, id: request.id };
  const copied = new Set<string>();
  for (const filter of request.kind === "task" && planId !== null
    ? [{ entity }, { entity: { kind: "plan" as const, id: planId }, topics: ["plan.*", "workflow.*"] }]
    : [{ entity }]) {
    for (let after: string | undefined; ; ) {
      const page = await listEvents(store, {
        ...filter,
        order: "oldest",
        limit: CHUNK * 8,
        ...(after === undefined ? {} : { after }),
      });
      for (const { cursor } of page.rows) {
        if (copied.has(cursor)) continue;
        copied.add(cursor);
        copy(writing, "events rowid", Number(cursor));
      }
      await turn(writing);
      if (page.next === null) break;
      after = page.next;
    }
  }
}

async function turn({ request, rows, logBytes, redactor }: Writing): Promise<void> {
  request.onProgress?.({
    rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
    logBytes,
    hidden: redactor.hidden(),
  });
  await nextTurn();
  request.signal?.throwIfAborted();
}

/** Of the rows that are in it. */
function countTasks(bundle: BundleFile, planId: string | null): void {
  bundle.run("INSERT INTO console_counts (scope, status, n) SELECT '', status, count(*) FROM tasks GROUP BY status");
  if (planId === null) return;
  const ofPlan = "FROM console_tasks k JOIN tasks t ON t.id = k.task_id WHERE k.plan_id = ?";
  bundle.run(
    `INSERT INTO console_counts (scope, status, n) SELECT k.plan_id, t.status, count(*) ${ofPlan} GROUP BY t.status`,
    planId,
  );
  bundle.run(
    `INSERT INTO console_counts (scope, status, n) SELECT k.plan_id, 'waiting', count(*) ${ofPlan} AND k.unmet > 0 GROUP BY k.plan_id`,
    planId,
  );
  bundle.run(
    `INSERT INTO console_counts (scope, status, n) SELECT k.plan_id, 'blocked', count(*) ${ofPlan} AND k.blocked = 1 GROUP BY k.plan_id`,
    planId,
  );
}
