import Database from "better-sqlite3";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;

beforeAll(buildHive, 180_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const PLAN = `
title: Nightly
subtasks:
  - {id: build, run: "exit 3"}
  - {id: lint, run: "exit 4"}
  - {id: ship, run: "echo shipped", dependencies: build}
`;

/** A plan that has run, and its tasks' ids. */
async function ranPlan(): Promise<{ planId: string; ids: Record<string, string> }> {
  const ran = await place.hive(["run", place.file("nightly.yaml", PLAN), "--workers", "2", "--json"]);
  expect(ran.code).toBe(1);
  const rows = place.rows("SELECT plan_id, subtask_id, task_id FROM console_tasks");
  return {
    planId: String(rows[0]?.plan_id),
    ids: Object.fromEntries(rows.map(({ subtask_id, task_id }) => [String(subtask_id), String(task_id)])),
  };
}

function statuses(): Record<string, unknown> {
  const rows = place.rows("SELECT k.subtask_id, t.status FROM tasks t JOIN console_tasks k ON k.task_id = t.id");
  return Object.fromEntries(rows.map(({ subtask_id, status }) => [String(subtask_id), status]));
}

test("hive task acts on one task, on all that match, and only says so with --preview", {
  timeout: 120_000,
}, async () => {
  const { planId, ids } = await ranPlan();
  const { build = "", ship = "" } = ids;

  const preview = await place.hive([
    "task",
    "retry",
    "--state",
    "failed",
    "--state",
    "blocked",
    "--plan",
    planId,
    "--preview",
  ]);
  expect(preview).toMatchObject({ code: 0, err: "" });
  expect(preview.out).toContain(`plan Nightly (${planId}): failed → executing`);
  expect(preview.out).toContain("2 of 3 tasks would be touched.");
  expect(preview.out).toContain("1 blocked left alone: It cannot be retried: it is queued");
  expect(statuses()).toEqual({ build: "failed", lint: "failed", ship: "queued" });

  const nothing = await place.hive(["task", "retry"]);
  expect(nothing).toMatchObject({ code: 2, out: "" });
  expect(nothing.err).toContain("Say which tasks are meant");

  const all = await place.hive(["task", "retry", "--state", "failed", "--plan", planId, "--reason", "again", "--json"]);
  expect(all.code).toBe(0);
  expect(records(all.out)).toMatchObject([{ state: "done", total: 2, reason: "again", report: { done: 2 } }]);
  expect(statuses()).toEqual({ build: "queued", lint: "queued", ship: "queued" });

  const twice = await place.hive(["task", "retry", build]);
  expect(twice).toMatchObject({ code: 1, out: "" });
  expect(twice.err).toContain("It cannot be retried: it is queued");

  expect((await place.hive(["task", "priority", "7", ship, "--json"])).out).toContain('"status":"queued"');
  expect(place.rows("SELECT priority FROM tasks WHERE id = ?", ship)).toEqual([{ priority: 7 }]);

  expect((await place.hive(["task", "force", "completed", build])).err).toContain("say why with --reason");
  const forced = await place.hive(["task", "force", "completed", build, "--reason", "built by hand"]);
  expect(forced).toMatchObject({ code: 0, out: "✓ build is completed\n" });

  const edited = await place.hive([
    "task",
    "edit",
    ids.lint ?? "",
    "--set",
    "run=true",
    "--set",
    "env.LEVEL=2",
    "--json",
  ]);
  expect(records(edited.out)).toMatchObject([{ status: "queued", findings: [] }]);
  const broken = await place.hive(["task", "edit", ids.lint ?? "", "--set", "timeout=soon"]);
  expect(broken).toMatchObject({ code: 2, out: "" });
  expect(broken.err).toContain("Nothing was changed.");
  const shown = await place.hive(["task", "edit", ids.lint ?? ""]);
  expect(JSON.parse(shown.out)).toMatchObject({ agent: "command", run: "true", env: { LEVEL: "2" } });

  const cancelled = await place.hive(["task", "cancel", "--all"]);
  expect(cancelled.out).toContain("2 tasks cancelled, or asked to stop");
  expect(cancelled.out).toContain("1 completed left alone: It has ended already");
  expect(statuses()).toEqual({ build: "completed", lint: "cancelled", ship: "cancelled" });

  const from = await place.hive(["task", "retry", build, "--from", "--preview"]);
  expect(from.out).toContain("2 of 2 tasks would be touched.");
  expect((await place.hive(["task", "retry", build, "--from"])).out).toContain("2 tasks queued again");
  expect(statuses()).toEqual({ build: "queued", lint: "cancelled", ship: "queued" });
});

test("hive plan pauses, resumes, cancels and retries; hive worker drains", { timeout: 120_000 }, async () => {
  const { planId } = await ranPlan();
  expect(await place.hive(["plan", "pause", planId])).toMatchObject({ code: 1, out: "" });
  expect((await place.hive(["plan", "retry", planId])).out).toContain("2 tasks queued again");
  expect((await place.hive(["plan", "pause", planId, "--preview"])).out).toContain("executing → paused");
  expect((await place.hive(["plan", "pause", planId])).out).toBe("✓ Nightly is paused\n");
  expect(place.rows("SELECT DISTINCT held FROM console_ready")).toEqual([{ held: 1 }]);
  expect((await place.hive(["plan", "list"])).out).toContain("‖ paused");
  expect(records((await place.hive(["plan", "resume", planId, "--json"])).out)).toEqual([
    { plan_id: planId, status: "executing", paused: false },
  ]);
  const cancelled = await place.hive(["plan", "cancel", planId, "--reason", "not tonight"]);
  expect(cancelled.out).toBe("✓ 3 tasks cancelled\n");
  expect(place.rows("SELECT status FROM execution_plans")).toEqual([{ status: "cancelled" }]);
  expect(await place.hive(["plan", "cancel", "nobody"])).toMatchObject({ code: 2 });

  expect((await place.hive(["worker", "drain", "local-1"])).out).toBe("✓ 1 worker drained\n");
  expect((await place.hive(["worker", "drain", "nobody"])).code).toBe(2);
  expect((await place.hive(["worker", "undrain", "local-1", "--json"])).out).toBe('{"undrained":["local-1"]}\n');
  expect((await place.hive(["worker", "slots", "3"])).out).toBe("✓ 3 tasks at once from now on\n");
  const acts = place.rows("SELECT act FROM console_audit WHERE entity <> 'task' ORDER BY seq").map(({ act }) => act);
  expect(acts).toEqual([
    "plans.launch",
    "plans.pause",
    "plans.resume",
    "plans.cancel",
    "workers.drain",
    "workers.undrain",
    "runner.setSlots",
  ]);
});

test("^C ends an act on many tasks after the slice that is being written", { timeout: 120_000 }, async () => {
  await place.hive(["task", "create", "first", "-t", "dev"]);
  const database = new Database(place.databaseFile);
  database.exec(`INSERT INTO tasks (id, title, task_type)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT 'task-' || i, 'T', 'dev' FROM n`);
  database.close();
  const acting = place.start(["task", "priority", "5", "--all", "--json"]);
  const done = () => Number(place.rows("SELECT count(*) AS n FROM tasks WHERE priority = 5")[0]?.n);
  await waitFor("the first slices", () => done() > 0, { timeoutMs: 60_000 });
  acting.child.kill("SIGINT");
  const ended = await acting.ended;
  expect(ended.code).toBe(130);
  const [job] = records(ended.out);
  expect(job).toMatchObject({ state: "aborted", total: 30_001, abort_requested: true, report: { done: done() } });
  expect(done()).toBeLessThan(30_001);
});

test("hive worker rescue queues again what a silent worker holds, and leaves one that reports alone", {
  timeout: 120_000,
}, async () => {
  await place.hive(["worker", "register", "snake", "--role", "py"]);
  expect((await place.hive(["worker", "rescue", "snake"])).code).toBe(1);
  const database = new Database(place.databaseFile);
  database.exec(`INSERT INTO tasks (id, title, task_type, status, assigned_worker) VALUES ('t', 'Slither', 'py', 'in_progress', 'snake');
    UPDATE workers SET last_heartbeat = '2026-01-01 00:00:00', current_task_id = 't'`);
  database.close();
  const preview = await place.hive(["worker", "rescue", "snake", "--preview"]);
  expect(preview.out).toBe("  Slither: in_progress becomes queued\n1 task would be queued again.\n");
  const rescued = await place.hive(["worker", "rescue", "snake", "--reason", "it hangs"]);
  expect(rescued.out).toBe("✓ 1 task of snake queued again\n");
  expect(place.rows("SELECT t.status, w.status AS worker FROM tasks t, workers w")).toEqual([
    { status: "queued", worker: "offline" },
  ]);
});

test("hive task reassign takes a task from the worker of another program, and says so first", {
  timeout: 120_000,
}, async () => {
  expect((await place.hive(["worker", "register", "snake", "--role", "py"])).code).toBe(0);
  const db = new Database(place.databaseFile);
  db.exec(
    `INSERT INTO tasks (id, title, task_type, status, assigned_worker) VALUES ('t1', 'Slither', 'py', 'in_progress', 'snake')`,
  );
  db.close();
  const preview = await place.hive(["task", "reassign", "t1", "--preview"]);
  expect(preview).toMatchObject({ code: 0, err: "" });
  expect(preview.out).toContain("Slither would be taken from snake and queued.");
  const done = await place.hive(["task", "reassign", "t1", "--drain", "--reason", "it hangs", "--json"]);
  expect(records(done.out)).toMatchObject([{ task_id: "t1", worker_id: "snake", drained: true }]);
  expect(place.rows("SELECT status FROM tasks WHERE id = 't1'")).toEqual([{ status: "queued" }]);
  const again = await place.hive(["task", "reassign", "t1"]);
  expect(again.code).toBe(1);
  expect(again.err).toContain("No worker has it.");
});
