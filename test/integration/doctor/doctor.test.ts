import { spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examine, makeRepair, previewRepair } from "../../../src/main/core/operations/doctor";
import { listAudit } from "../../../src/main/core/operations/events";
import { getTask } from "../../../src/main/core/operations/tasks";
import { ownIdentity, processStart, thisHost } from "../../../src/main/core/process-identity";
import { statement } from "../../../src/main/core/store/database";
import type { Store } from "../../../src/main/core/store/open";
import { setRunProcess } from "../../../src/main/core/store/queue";
import { FINDING_KINDS, type Finding, type FindingKind } from "../../../src/shared/model/doctor";
import { DOCTOR_WORDS } from "../../../src/shared/model/doctor-catalogue";
import { startForeignProgram } from "../../helpers/foreign";
import { isAlive } from "../../helpers/processes";
import { addWorkers, afterThisTest, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

async function look(store: Store, thorough = true): Promise<Map<FindingKind, Finding>> {
  const found = new Map<FindingKind, Finding>();
  let share = 0;
  for await (const part of examine({ file: store.file, thorough })) {
    if (part.kind === "finding") found.set(part.finding.kind, part.finding);
    else {
      expect(part.progress.share).toBeGreaterThanOrEqual(share);
      share = part.progress.share;
    }
  }
  return found;
}

const bad = (found: ReadonlyMap<FindingKind, Finding>): FindingKind[] =>
  [...found.values()].filter(({ severity }) => severity !== "ok").map(({ kind }) => kind);

async function repair(store: Store, kind: FindingKind) {
  let last = null;
  for await (const { report } of makeRepair({ file: store.file, kind, reason: "broken by a test", actor: "ann" }))
    last = report;
  return last;
}

/** A plan with one task that ended and one that waits behind two others. */
async function filled(): Promise<{ store: Store; planId: string; taskIds: string[] }> {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, graphOf({ a: [], b: [], c: ["a", "b"] }));
  const [one] = await claim(store, workers);
  await finish(store, one?.runId ?? "", "success");
  await store.write((tx) => tx.exec("UPDATE workers SET status = 'offline'"));
  const taskIds = statement(store.read, "SELECT task_id AS id FROM console_tasks ORDER BY ordinal")
    .all()
    .map(({ id }) => String(id));
  return { store, planId, taskIds };
}

test("a sound database has no findings but that nobody starts its tasks, and every kind is looked for", async () => {
  const { store } = await filled();
  const found = await look(store);
  expect([...found.keys()].sort()).toEqual([...FINDING_KINDS].sort());
  expect(bad(found)).toEqual(["dispatcher"]);
  const quick = await look(store, false);
  expect([...quick.keys()].every((kind) => !DOCTOR_WORDS[kind].isHeavy)).toBe(true);
});

/** What breaks a database, the finding that tells it, and what is to hold after its repair. */
const BREAKS: ReadonlyArray<{
  readonly kind: FindingKind;
  readonly breaks: (taskIds: readonly string[], planId: string) => string;
  readonly count: number;
  /** Others that follow from the same break. */
  readonly also?: readonly FindingKind[];
}> = [
  { kind: "counts", breaks: () => "UPDATE console_counts SET n = n + 2 WHERE status = 'queued'", count: 2 },
  { kind: "unmet", breaks: ([, , c]) => `UPDATE console_tasks SET unmet = 2 WHERE task_id = '${c}'`, count: 1 },
  { kind: "unmet", breaks: ([, , c]) => `UPDATE console_tasks SET blocked = 1 WHERE task_id = '${c}'`, count: 1 },
  { kind: "ready_queue", breaks: ([, b]) => `DELETE FROM console_ready WHERE task_id = '${b}'`, count: 1 },
  {
    kind: "ready_queue",
    breaks: ([a], planId) =>
      `INSERT INTO console_ready (seq, task_id, plan_id, held, priority) SELECT seq, '${a}', '${planId}', 0, 1 FROM console_tasks WHERE task_id = '${a}'`,
    count: 1,
  },
  {
    kind: "group_counts",
    breaks: () => "INSERT INTO console_groups (name, capacity, running) VALUES ('gpu', 2, 2)",
    count: 1,
  },
  { kind: "events_missing", breaks: () => "DELETE FROM events WHERE event_type = 'task.completed'", count: 1 },
  {
    kind: "foreign_keys",
    breaks:
      () => `INSERT INTO runs (id, task_id, worker_id, run_number, status) VALUES ('lost', 'no-task', 'w', 1, 'success');
      UPDATE workers SET current_task_id = 'no-task'`,
    count: 2,
  },
  {
    kind: "tasks_without_run",
    breaks: ([, b]) => `UPDATE tasks SET status = 'in_progress' WHERE id = '${b}'`,
    count: 1,
  },
  {
    kind: "tasks_abandoned",
    breaks: () => `INSERT INTO tasks (id, title, task_type, status, assigned_worker, updated_at)
        VALUES ('f', 'Forsaken', 'py', 'in_progress', 'nobody', '2026-01-01 00:00:00'),
          ('g', 'Fresh', 'py', 'in_progress', 'nobody', strftime('%Y-%m-%d %H:%M:%f'));
      INSERT INTO runs (id, task_id, worker_id, run_number, status) VALUES ('r', 'f', 'nobody', 1, 'running')`,
    count: 1,
  },
];

test.each(BREAKS)(
  "$kind: found, previewed exactly, repaired with an audit row, and sound again",
  async ({ kind, breaks, count }) => {
    const { store, planId, taskIds } = await filled();
    await store.write((tx) => tx.exec(breaks(taskIds, planId)), { foreignKeys: false });
    const found = await look(store);
    expect(found.get(kind)).toMatchObject({ count, repairable: count });
    const preview = await previewRepair({ file: store.file, kind });
    expect(preview).toMatchObject({ kind, count, left: 0 });
    expect(preview.rows).toEqual(found.get(kind)?.rows);
    expect(await repair(store, kind)).toEqual({ kind, repaired: count, left: 0 });
    expect((await look(store)).get(kind)).toMatchObject({ severity: "ok" });
    const { rows } = await listAudit(store, { act: "doctor.*" });
    expect(rows).toMatchObject([{ act: "doctor.repair", actor: "ann", reason: "broken by a test", before: { count } }]);
    // Twice is no mistake, and leaves nothing in the audit log.
    expect(await repair(store, kind)).toEqual({ kind, repaired: 0, left: 0 });
    expect((await listAudit(store, { act: "doctor.*" })).rows).toHaveLength(1);
  },
);

test("a task that is queued again runs again, and an attempt that works on one is left alone", async () => {
  const { store, taskIds } = await filled();
  const workers = await addWorkers(store, 1);
  const [live] = await claim(store, workers);
  expect((await look(store)).get("tasks_without_run")).toMatchObject({ severity: "ok" });
  await store.write((tx) => statement(tx, "UPDATE console_runs SET live = NULL WHERE run_id = ?").run(live?.runId));
  // Its worker says, with a fresh heartbeat, that it is at work: what lives is not touched.
  expect((await look(store)).get("tasks_without_run")).toMatchObject({ count: 1, repairable: 0 });
  expect(await repair(store, "tasks_without_run")).toMatchObject({ repaired: 0 });
  await store.write((tx) => tx.exec("UPDATE workers SET last_heartbeat = '2026-01-01 00:00:00'"));
  expect(await repair(store, "tasks_without_run")).toMatchObject({ repaired: 1 });
  expect(getTask(store, { taskId: taskIds[1] ?? "" }).status).toBe("queued");
  expect(await claim(store, workers)).toHaveLength(1);
});

test("columns that hold something else are listed with their rows, and left to a person", async () => {
  const { store, planId } = await filled();
  await store.write((tx) =>
    tx.exec(`INSERT INTO tasks (id, title, task_type, payload, created_at) VALUES ('odd', 'Odd', 'py', '{not json', 'yesterday');
      UPDATE execution_plans SET plan_data = 'nor this'`),
  );
  const found = await look(store);
  expect(found.get("json")?.rows).toMatchObject([
    { entity: "task", id: "odd", words: "payload is no JSON: {not json", becomes: null },
    { entity: "plan", id: planId },
  ]);
  expect(found.get("times")?.rows).toMatchObject([
    { entity: "task", id: "odd", words: "created_at is no time: yesterday" },
  ]);
  await expect(repair(store, "json")).rejects.toMatchObject({ code: "not_allowed" });
});

test("files of attempts that are gone are removed, young ones and those of attempts stay; missing logs are told", async () => {
  const { store, taskIds } = await filled();
  const [run] = getTask(store, { taskId: taskIds[0] ?? "" }).runs;
  const logs = join(store.filesFolder, "plan", "logs");
  mkdirSync(logs, { recursive: true });
  const long = new Date(Date.now() - 3_600_000);
  for (const name of ["gone.log", "young.log", `${run?.id}.log`, "notes.txt"]) {
    writeFileSync(join(logs, name), "x");
    if (name !== "young.log") utimesSync(join(logs, name), long, long);
  }
  await store.write((tx) =>
    setRunProcess(tx, { runId: run?.id ?? "", ...ownIdentity(), logPath: join(logs, "moved.log") }),
  );
  const found = await look(store);
  expect(found.get("orphaned_logs")?.rows).toMatchObject([
    { entity: "file", id: join(logs, "gone.log"), becomes: "removed" },
  ]);
  expect(found.get("missing_logs")).toMatchObject({ count: 1, repairable: 0 });
  expect(await repair(store, "orphaned_logs")).toMatchObject({ repaired: 1 });
  expect(existsSync(join(logs, "gone.log"))).toBe(false);
  expect(existsSync(join(logs, "young.log"))).toBe(true);
  expect(existsSync(join(logs, "notes.txt"))).toBe(true);
});

test.skipIf(process.platform !== "linux")(
  "the process of an attempt that is over is stopped only when it carries the attempt's mark",
  async () => {
    const { store, taskIds } = await filled();
    const [run] = getTask(store, { taskId: taskIds[0] ?? "" }).runs;
    const runId = run?.id ?? "";
    const start = (env: Record<string, string>) => {
      const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore", env: { ...process.env, ...env } });
      afterThisTest(() => child.kill("SIGKILL"));
      return child.pid ?? 0;
    };
    const record = async (pid: number, pidStart: string | null) =>
      store.write((tx) =>
        setRunProcess(tx, { runId, pid, pidStart, host: thisHost.host, bootId: thisHost.bootId, logPath: "/x" }),
      );
    const marked = start({ HIVE_RUN_ID: runId });
    await record(marked, "1");
    expect((await look(store)).get("processes_without_run")).toMatchObject({ severity: "ok" });
    await record(marked, processStart(marked));
    expect((await look(store)).get("processes_without_run")?.rows).toMatchObject([
      { entity: "run", id: runId, becomes: "stopped" },
    ]);
    expect(await repair(store, "processes_without_run")).toMatchObject({ repaired: 1 });
    await waitFor("the process to be gone", () => !isAlive(marked));
  },
);

test("a write-ahead log is folded in, unless somebody reads", async () => {
  const { store } = await filled();
  expect(statSync(`${store.file}-wal`).size).toBeGreaterThan(0);
  expect(await repair(store, "wal")).toEqual({ kind: "wal", repaired: 1, left: 0 });
  const other = await startForeignProgram(store.file);
  await store.write((tx) => tx.exec("UPDATE workers SET role = 'other'"));
  await other.exec("BEGIN; SELECT count(*) FROM tasks");
  await store.write((tx) => tx.exec("UPDATE workers SET role = 'another'"));
  expect(await repair(store, "wal")).toEqual({ kind: "wal", repaired: 0, left: 1 });
  await other.exec("COMMIT");
});

test("a damaged file is told by its table, and what is in it is no evidence", async () => {
  const { store } = await filled();
  await store.write((tx) => tx.exec("PRAGMA wal_checkpoint(TRUNCATE)").exec("SELECT 1")).catch(() => undefined);
  const root = Number(statement(store.read, "SELECT rootpage AS n FROM sqlite_master WHERE name = 'tasks'").get()?.n);
  const page = Number(store.read.pragma("page_size", { simple: true }));
  await store.close();
  const { openSync, writeSync, closeSync } = await import("node:fs");
  const file = openSync(store.file, "r+");
  writeSync(file, Buffer.alloc(200, 0xff), 0, 200, (root - 1) * page);
  closeSync(file);
  const kinds: FindingKind[] = [];
  let damaged: Finding | null = null;
  for await (const part of examine({ file: store.file, thorough: true })) {
    if (part.kind === "finding") kinds.push(part.finding.kind);
    if (part.kind === "finding" && part.finding.kind === "damage") damaged = part.finding;
  }
  expect(damaged).toMatchObject({ severity: "problem" });
  expect(damaged?.rows[0]).toMatchObject({ title: "tasks" });
  expect(kinds).not.toContain("counts");
});

test("a database of another program is examined without a byte changed, and not repaired", async () => {
  const { store } = await filled();
  await store.close();
  const { default: Database } = await import("better-sqlite3");
  const file = join(store.file, "..", "plain.db");
  const db = new Database(file);
  db.exec(`CREATE TABLE tasks (id TEXT PRIMARY KEY, title TEXT NOT NULL, task_type TEXT NOT NULL, status TEXT, payload TEXT, created_at TEXT);
    INSERT INTO tasks VALUES ('t', 'T', 'py', 'queued', 'oops', '2026-01-01T10:00:00+02:00')`);
  db.close();
  const kinds = new Map<FindingKind, Finding>();
  for await (const part of examine({ file, thorough: true }))
    if (part.kind === "finding") kinds.set(part.finding.kind, part.finding);
  expect(kinds.get("json")).toMatchObject({ count: 1 });
  expect(kinds.get("times")).toMatchObject({ severity: "ok" });
  expect(kinds.has("counts")).toBe(false);
  const order = { file, kind: "foreign_keys" as const, reason: null, actor: "ann" };
  await expect(makeRepair(order).next()).rejects.toMatchObject({ code: "database_not_adopted" });
});
