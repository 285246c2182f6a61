import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLog } from "../../../src/main/core/operations/runs";
import { getTask, getTaskRows } from "../../../src/main/core/operations/tasks";
import { getWorkerRows, listWorkers } from "../../../src/main/core/operations/workers";
import { ownIdentity, thisHost } from "../../../src/main/core/process-identity";
import { keepSecrets } from "../../../src/main/core/runner/secrets";
import type { Store } from "../../../src/main/core/store/open";
import { setRunProcess } from "../../../src/main/core/store/queue";
import { upsertWorkers } from "../../../src/main/core/store/workers";
import { startForeignProgram } from "../../helpers/foreign";
import { addWorkers, claim, finish, graphOf, launch, openTestStore, temporaryFolder } from "../../helpers/store";

/** A run of a live task whose log is this file. */
async function runWithLog(store: Store, logPath: string): Promise<string> {
  const workers = await addWorkers(store, 1);
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, workers);
  const runId = one?.runId ?? "";
  await store.write((tx) => setRunProcess(tx, { runId, ...ownIdentity(), logPath }));
  return runId;
}

test("a log is read in pieces that together are the log, whatever it holds", async () => {
  const store = await openTestStore();
  const logPath = join(temporaryFolder(), "run.log");
  const runId = await runWithLog(store, logPath);
  await finish(store, runId, "success");
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), fc.integer({ min: 4, max: 40 }), async (given, maxBytes) => {
      const content = Buffer.from(given).toString();
      writeFileSync(logPath, content);
      let from = 0;
      let text = "";
      for (;;) {
        const chunk = await readLog(store, { runId, from, maxBytes });
        expect(chunk.from).toBe(from);
        expect(chunk.to - chunk.from).toBeLessThanOrEqual(maxBytes);
        expect(chunk.text).not.toContain("\uFFFD".repeat(content.includes("\uFFFD") ? 99 : 1));
        text += chunk.text;
        from = chunk.to;
        if (from === chunk.size) break;
      }
      expect(text).toBe(content);
      const tail = await readLog(store, { runId, maxBytes });
      expect(content.endsWith(tail.text)).toBe(true);
      expect(tail.to).toBe(tail.size);
    }),
    { numRuns: 200 },
  );
});

test("half a character at the end of a growing log waits for its other half", async () => {
  const store = await openTestStore();
  const logPath = join(temporaryFolder(), "run.log");
  const runId = await runWithLog(store, logPath);
  const euro = Buffer.from("a€");
  writeFileSync(logPath, euro.subarray(0, 3));
  const first = await readLog(store, { runId, from: 0, maxBytes: 100 });
  expect(first).toMatchObject({ from: 0, to: 1, size: 3, text: "a", ended: false });
  writeFileSync(logPath, euro);
  expect(await readLog(store, { runId, from: first.to, maxBytes: 100 })).toMatchObject({ text: "€", to: 4 });
  writeFileSync(logPath, Buffer.from([0xff, 0x41, 0xfe]));
  expect(await readLog(store, { runId, from: 0, maxBytes: 100 })).toMatchObject({ text: "\uFFFDA\uFFFD", to: 3 });
  expect(await readLog(store, { runId, from: 999, maxBytes: 100 })).toMatchObject({ from: 3, to: 3, text: "" });
});

test("secrets are hidden in the log of an attempt that runs, however it is cut into pieces", async () => {
  const store = await openTestStore();
  const logPath = join(temporaryFolder(), "run.log");
  const runId = await runWithLog(store, logPath);
  const planId = store.read.prepare<[], string>("SELECT id FROM execution_plans").pluck().get() ?? "";
  await keepSecrets(store.filesFolder, planId, { token: "tk_opens_mines" });
  writeFileSync(logPath, "with tk_opens_mines and tk_op");
  for (const maxBytes of [4, 7, 1_000]) {
    let shown = "";
    for (let from = 0; from < 29; ) {
      const chunk = await readLog(store, { runId, from, maxBytes });
      shown += chunk.text;
      from = chunk.to;
    }
    expect(shown).toBe("with ************** and *****");
  }
  expect(await readLog(store, { runId, maxBytes: 10 })).toMatchObject({ text: " and *****" });
});

test("a log that is gone is empty, one that a foreign worker stored is read, and no run is not found", async () => {
  const store = await openTestStore();
  const logPath = join(temporaryFolder(), "run.log");
  const runId = await runWithLog(store, logPath);
  writeFileSync(logPath, "x");
  unlinkSync(logPath);
  expect(await readLog(store, { runId, maxBytes: 10 })).toEqual({ from: 0, to: 0, size: 0, text: "", ended: false });
  await finish(store, runId, "failure");
  expect(await readLog(store, { runId, maxBytes: 10 })).toMatchObject({ size: 0, ended: true });
  const other = await startForeignProgram(store.file);
  await other.exec(`INSERT INTO runs (id, task_id, worker_id, run_number, status, output_log)
    SELECT 'foreign', id, 'worker-0', 7, 'success', 'abcdef' FROM tasks`);
  expect(await readLog(store, { runId: "foreign", maxBytes: 3 })).toMatchObject({ from: 3, to: 6, text: "def" });
  await expect(readLog(store, { runId: "none", maxBytes: 3 })).rejects.toMatchObject({ code: "not_found" });
});

test("columns full of garbage break no list", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const [one] = await claim(store, workers);
  const taskId = one?.taskId ?? "";
  await finish(store, one?.runId ?? "", "success", { result: "{not json" });
  const other = await startForeignProgram(store.file);
  await other.exec(`
    UPDATE tasks SET payload = '{{', tags = x'00ff', workflow = '}', priority = 'high', created_at = 'once',
      updated_at = 5, max_retries = 'many', description = x'ff';
    UPDATE console_specs SET spec = '[';
    UPDATE console_plans SET parameters = 'no';
    UPDATE workers SET capabilities = '{"a":', metadata = 'x', last_heartbeat = 'never', registered_at = x'01';
    INSERT INTO tasks (id, title, task_type, status) VALUES ('foreign', 'Foreign', 'odd', 'unheard_of');`);
  const rows = getTaskRows(store, [taskId, "foreign", "no such task"]);
  expect(rows).toMatchObject([
    { id: taskId, planId, state: "completed", priority: 1, createdAt: null, finishedAt: expect.any(Number) },
    { id: "foreign", planId: null, subtaskId: null, state: "unheard_of", agent: "odd", attempts: 0, maxAttempts: 4 },
  ]);
  expect(getTask(store, { taskId })).toMatchObject({ command: null, cwd: null, result: "{not json" });
  expect(listWorkers(store)).toMatchObject([{ id: "worker-0", capabilities: [], lastHeartbeat: null, state: "stale" }]);
});

test("a worker is shown by its heartbeat and its process together", async () => {
  const store = await openTestStore();
  const base = { role: "command", capabilities: ["command"], program: "test" };
  const gone = { ...thisHost, pid: 4_194_000, pidStart: "1" };
  const elsewhere = { pid: 1, pidStart: "1", host: "elsewhere", bootId: "other" };
  const rebooted = { ...ownIdentity(), bootId: "another boot" };
  await store.write((tx) =>
    upsertWorkers(
      tx,
      [
        { ...base, ...ownIdentity(), id: "alive", slot: 0 },
        { ...base, ...gone, id: "dead", slot: 1 },
        { ...base, ...elsewhere, id: "elsewhere", slot: 2 },
        { ...base, ...rebooted, id: "rebooted", slot: 3 },
      ],
      store.clock.now(),
    ),
  );
  const other = await startForeignProgram(store.file);
  await other.exec(`INSERT INTO workers (id, role, capabilities, last_heartbeat)
    VALUES ('snake', 'backend', '["python"]', '2025-09-27T18:31:15.5+00:00')`);
  const shown = listWorkers(store).map(({ id, state, isLocal }) => [id, state, isLocal]);
  const onLinux = process.platform === "linux";
  expect(shown).toEqual([
    ["alive", "idle", true],
    ["dead", "dead", true],
    ["elsewhere", "idle", false],
    ["rebooted", onLinux ? "dead" : "idle", !onLinux],
    ["snake", "stale", false],
  ]);
  expect(getWorkerRows(store, ["snake", "none"])).toMatchObject([
    { id: "snake", capabilities: ["python"], lastHeartbeat: Date.UTC(2025, 8, 27, 18, 31, 15, 500), pid: null },
  ]);
});
