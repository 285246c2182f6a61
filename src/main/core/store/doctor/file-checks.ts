import { existsSync, type Stats } from "node:fs";
import { readdir, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FoundRow } from "../../../../shared/model/doctor";
import { isAlive } from "../../process-identity";
import { integer, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement } from "../database";
import { recordedProcess } from "../process-rows";
import type { DoctorCheck, ExamContext, Slice } from "./check";

/* Files and processes of attempts, against the attempts. */

/** An attempt that begins has its files before its row is seen. */
const YOUNG_MS = 10 * 60_000;
const KEPT_FOLDERS = ["logs", "runs"];
const RUN = "SELECT 1 FROM runs WHERE id = ? UNION ALL SELECT 1 FROM console_runs WHERE run_id = ?";

export const orphanedLogs: DoctorCheck = {
  kind: "orphaned_logs",
  severity: "warning",
  needs: ["runs", "console_runs"],
  fine: "Every file belongs to an attempt.",
  async *find(context) {
    const folders = await listFolder(context.filesFolder);
    // Attempts without a plan lie at the top.
    const places = [context.filesFolder, ...folders.map((name) => join(context.filesFolder, name))];
    for (const [index, place] of places.entries()) {
      const rows: FoundRow[] = [];
      for (const kind of KEPT_FOLDERS) rows.push(...(await orphansIn(context, join(place, kind))));
      yield { rows, share: (index + 1) / places.length, detail: basename(place) };
    }
  },
  async act(row, context) {
    const name = basename(row.id);
    const runId = runIdOf(name);
    if (runId === null || hasRun(context.db, runId)) return false;
    await unlink(row.id);
    return true;
  },
};

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No attempt has made it.
    return [];
  }
}

async function orphansIn({ db, now }: ExamContext, folder: string): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  for (const name of await listFolder(folder)) {
    const runId = runIdOf(name);
    if (runId === null || hasRun(db, runId)) continue;
    const file = join(folder, name);
    const stats: Stats | null = await stat(file).catch(() => null);
    if (stats === null || !stats.isFile() || now - stats.mtimeMs < YOUNG_MS) continue;
    const words = `${stats.size} bytes; there is no attempt ${runId}.`;
    found.push({ entity: "file", id: file, planId: null, title: name, words, becomes: "removed" });
  }
  return found;
}

const NAME = /^(.+?)\.(?:log|exit|inputs\.json|result\.json|prompt\.md|work\.json)$/;

/** The attempt whose file this is; null: not a file of an attempt. */
function runIdOf(name: string): string | null {
  const encoded = NAME.exec(name)?.[1];
  if (encoded === undefined || name === "no-inputs.json") return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function hasRun(db: ReadableDatabase, runId: string): boolean {
  return statement(db, RUN).get(runId, runId) !== undefined;
}

const LOGS = `SELECT run_id, task_id, log_path FROM console_runs WHERE run_id > ? ORDER BY run_id LIMIT 1000`;
const COUNT = "SELECT count(*) AS n FROM console_runs";

/** Pieces of the console's record of attempts, in the order of their ids. */
function* attempts(
  db: ReadableDatabase,
  sql: string,
  rowsOf: (rows: readonly Readonly<Record<string, unknown>>[]) => FoundRow[],
): Generator<Slice> {
  const total = Math.max(1, integer(statement(db, COUNT).get()?.n));
  let seen = 0;
  for (let after = ""; ; ) {
    const rows = statement(db, sql).all(after);
    seen += rows.length;
    yield { rows: rowsOf(rows), share: Math.min(1, seen / total), detail: `attempt ${seen} of ${total}` };
    const last = rows.at(-1);
    if (last === undefined || rows.length < 1_000) return;
    after = text(last.run_id);
  }
}

export const missingLogs: DoctorCheck = {
  kind: "missing_logs",
  severity: "warning",
  needs: ["console_runs"],
  fine: "Every log that was written is there.",
  find: ({ db }) =>
    attempts(db, LOGS, (rows) =>
      rows.flatMap((row) => {
        const path = textOrNull(row.log_path);
        if (path === null || existsSync(path)) return [];
        const words = `${path} is not there.`;
        const title = `Attempt ${text(row.run_id)}`;
        return [{ entity: "task" as const, id: text(row.task_id), planId: null, title, words, becomes: null }];
      }),
    ),
};

const OVER = `SELECT run_id, task_id, live, pid, pid_start, host, boot_id FROM console_runs
  WHERE run_id > ? ORDER BY run_id LIMIT 1000`;

export const processesWithoutRun: DoctorCheck = {
  kind: "processes_without_run",
  severity: "problem",
  needs: ["console_runs"],
  fine: "No process of an attempt that is over is alive.",
  find: ({ db }) =>
    attempts(db, OVER, (rows) =>
      rows.flatMap((row) => {
        // Without its start time a pid proves nothing: it may be another program's by now.
        if (row.live !== null || row.pid === null || row.pid_start === null) return [];
        if (isAlive(recordedProcess(row)) !== true) return [];
        const words = `Process ${integer(row.pid)} of attempt ${text(row.run_id)} is alive.`;
        const title = `Process ${integer(row.pid)}`;
        return [{ entity: "run" as const, id: text(row.run_id), planId: null, title, words, becomes: "stopped" }];
      }),
    ),
};

const PROCESS = "SELECT live, pid, pid_start, host, boot_id FROM console_runs WHERE run_id = ?";

/** The process of an attempt that is over, where it lives; null: there is nothing to stop. */
export function livingProcessOf(db: ReadableDatabase, runId: string): number | null {
  const run = statement(db, PROCESS).get(runId);
  if (run === undefined || run.live !== null || run.pid_start === null) return null;
  return isAlive(recordedProcess(run)) === true ? integer(run.pid) : null;
}
