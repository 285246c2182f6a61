import { expect, test } from "vitest";
import { abortBackfill, startBackfill } from "../../../src/main/core/operations/backfill";
import { program } from "../../../src/main/core/operations/hive/caller";
import { createTask, getQueuedTasks, getTask, getTasksByStatus } from "../../../src/main/core/operations/hive/tasks";
import { cutOver, migrationStatus, rollBack, setFlags } from "../../../src/main/core/operations/migration";
import { checkParity, parityHistory, previewDown, stopParity } from "../../../src/main/core/operations/parity";
import type { Store } from "../../../src/main/core/store/open";
import { TOLD_BY } from "../../../src/main/core/store/unified/telling";
import { startForeignProgram } from "../../helpers/foreign";
import { addWorkers, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

const act = { actor: "ann", reason: "a test" };
const calm = { ...act, force: false };
const flag = (store: Store, name: string, on: boolean) => setFlags(store, { ...act, flags: { [name]: on } });

async function addTasks(store: Store, count: number): Promise<void> {
  await store.write((tx) => {
    const insert = tx.prepare("INSERT INTO tasks (id, title, task_type, payload) VALUES (?, 'T', ?, '{\"n\":1}')");
    for (let at = 0; at < count; at += 1)
      insert.run(`t-${String(at).padStart(5, "0")}`, at % 10 === 0 ? "review" : "x");
  });
}

test("differences come in pages that leave nothing out and name each once", async () => {
  const store = await openTestStore();
  await addTasks(store, 300);
  await (await startBackfill(store, act)).ended;
  await store.write((tx) => {
    tx.exec("DELETE FROM unified_tasks WHERE id < 't-00100'");
    tx.exec("UPDATE unified_tasks SET status = 'odd', priority = 3 WHERE id >= 't-00250'");
    tx.exec("DELETE FROM tasks WHERE id >= 't-00200' AND id < 't-00210'");
  });
  const whole = await checkParity(store, { limit: 1_000, actor: "ann" });
  // 10 of the 300 are gone; their copies, one of them with details, stay.
  expect(whole).toMatchObject({ checked: 290, missing: 100, differing: 50, extra: 11, own: 0, next: null });
  expect(whole.differences).toHaveLength(161);
  expect(whole.differences.find(({ id }) => id === "t-00250")).toMatchObject({
    kind: "differs",
    table: "unified_tasks",
    fields: [
      { column: "status", expected: "queued", found: "odd" },
      { column: "priority", expected: 10, found: 3 },
    ],
  });
  const paged = [];
  let after: string | undefined;
  do {
    const page = await checkParity(store, { limit: 7, actor: "ann", ...(after === undefined ? {} : { after }) });
    paged.push(...page.differences);
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(paged).toEqual(whole.differences);
  await expect(checkParity(store, { limit: 7, actor: "ann", after: "nowhere" })).rejects.toMatchObject({
    code: "invalid_input",
  });
  // Checks of the whole are remembered: two here.
  expect(parityHistory(store, { limit: 10 })).toMatchObject([{ missing: 100 }, { missing: 100, extra: 11 }]);

  expect(await (await startBackfill(store, act)).ended).toMatchObject({ state: "done", written: 150, removed: 11 });
  expect(await checkParity(store, { limit: 7, actor: "ann" })).toMatchObject({ missing: 0, differing: 0, extra: 0 });
});

test("a backfill is one at a time, and can be ended", async () => {
  const store = await openTestStore();
  await addTasks(store, 3_000);
  const first = await startBackfill(store, act);
  await expect(startBackfill(store, act)).rejects.toThrow(/running already/);
  await abortBackfill(store, act);
  const aborted = await first.ended;
  expect(aborted?.state).toBe("aborted");
  expect(aborted?.seen).toBeLessThan(3_000);
  // It goes on where it ended, unless another one is wanted.
  const second = await startBackfill(store, act);
  expect(second).toMatchObject({ resumed: true, row: { id: first.row.id } });
  expect(await second.ended).toMatchObject({ state: "done", seen: 3_000 });
  await store.write((tx) => tx.exec("DELETE FROM unified_tasks WHERE id < 't-00100'"));
  const third = await startBackfill(store, act);
  expect(third.resumed).toBe(false);
  await abortBackfill(store, act);
  await third.ended;
  const afresh = await startBackfill(store, { ...act, afresh: true });
  expect(afresh).toMatchObject({ resumed: false });
  expect(await afresh.ended).toMatchObject({ state: "done", seen: 3_000 });
  expect(await checkParity(store, { limit: 1, actor: "ann" })).toMatchObject({ missing: 0, differing: 0, extra: 0 });
});

test("a check of the whole database is seen while it is made, and can be stopped", async () => {
  const store = await openTestStore();
  await addTasks(store, 4_000);
  expect(stopParity(store)).toBe(false);
  const seen: unknown[] = [];
  const onProgress = (): void => {
    seen.push(migrationStatus(store).checking);
    expect(stopParity(store)).toBe(true);
  };
  const check = checkParity(store, { limit: 1, actor: "ann", onProgress });
  await expect(check).rejects.toMatchObject({ code: "not_allowed", details: { stopped: true } });
  expect(seen[0]).toMatchObject({ total: 4_000, checked: expect.any(Number), missing: expect.any(Number) });
  expect(migrationStatus(store)).toMatchObject({ checking: null, parity: null });
  // What dropping the tables would take away is counted the same way.
  await (await startBackfill(store, act)).ended;
  // The one that a cutover makes, too: then nothing is cut over.
  await flag(store, "enable_dual_write", true);
  const cutover = expect(cutOver(store, calm)).rejects.toMatchObject({ details: { stopped: true } });
  expect(stopParity(store)).toBe(true);
  await cutover;
  expect(migrationStatus(store)).toMatchObject({ phase: "C", readsUnified: false });
  await flag(store, "enable_dual_write", false);
  await store.write((tx) =>
    tx.exec(`INSERT INTO unified_tasks (id, correlation_id, task_type, status, agent_type, input_data, created_at, updated_at)
      VALUES ('own', 'c', 'code', 'running', 'hive-coder', '{}', '2026-01-01 00:00:00', '2026-01-01 00:00:00')`),
  );
  expect(await previewDown(store)).toMatchObject({
    own: 1,
    tables: [
      { table: "unified_tasks", rows: 4_001 },
      { table: "unified_review_tasks", rows: 400 },
      { rows: 0 },
      { rows: 0 },
    ],
  });
});

test("operations read the unified tables after the cutover, which takes both schemas alike, and the way back", async () => {
  const store = await openTestStore();
  const id = await createTask(store, program, {
    title: "It's a task",
    taskType: "review",
    payload: { code_path: "a.py" },
    tags: ["x", "y"],
    priority: 7,
  });
  await expect(cutOver(store, calm)).rejects.toThrow(/differ in 2 row\(s\)/);
  await expect(cutOver(store, { ...act, force: true })).rejects.toThrow(/Dual write is off/);
  await flag(store, "enable_dual_write", true);
  await (await startBackfill(store, act)).ended;
  const legacy = await getTask(store, id);
  expect(await cutOver(store, calm)).toMatchObject({ phase: "D", readsUnified: true });
  // What the legacy row says, it says too, to the letter.
  expect(await getTask(store, id)).toEqual(legacy);
  expect(await getTasksByStatus(store, "queued")).toEqual([legacy]);
  // And it is the unified row that is read.
  await store.write((tx) =>
    tx.exec("UPDATE unified_tasks SET task_metadata = json_set(task_metadata, '$.legacy.title', 'Unified')"),
  );
  expect(await getTask(store, id)).toMatchObject({ title: "Unified" });
  expect(await getQueuedTasks(store)).toMatchObject([{ title: "Unified", priority: 7 }]);
  await store.write((tx) =>
    tx.exec(`INSERT INTO unified_tasks (id, correlation_id, task_type, status, agent_type, priority, input_data, created_at, updated_at)
      VALUES ('own', 'c', 'code', 'running', 'hive-coder', 2, '{"a":1}', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')`),
  );
  expect(await getTask(store, "own")).toMatchObject({ status: "in_progress", priority: 9, payload: { a: 1 } });

  await expect(flag(store, "enable_dual_write", false)).rejects.toThrow(/Operations read the unified tables/);
  await expect(rollBack(store, calm)).rejects.toThrow(/differ in 1 row\(s\)/);
  expect(await rollBack(store, { ...act, force: true })).toMatchObject({ phase: "C", readsUnified: false });
  expect(await getTask(store, id)).toEqual(legacy);
  expect(await rollBack(store, calm)).toMatchObject({ phase: "A" });
  await expect(rollBack(store, calm)).rejects.toThrow(/1 task\(s\) were made in the unified schema/);
  expect(await rollBack(store, { ...act, force: true })).toMatchObject({ phase: "none" });
  await expect(rollBack(store, calm)).rejects.toThrow(/has not been begun/);
});

test("writes of a program that tells nobody are told; what a console tells itself is told once", async () => {
  const store = await openTestStore();
  const foreign = await startForeignProgram(store.file);
  const told = () =>
    store.read
      .prepare("SELECT event_type, source_agent, correlation_id FROM events WHERE source_agent = ? ORDER BY rowid")
      .all(TOLD_BY);
  await foreign.exec("INSERT INTO tasks (id, title, task_type) VALUES ('before', 'T', 'x')");
  expect(told()).toEqual([]);
  await flag(store, "enable_unified_events", true);
  expect(migrationStatus(store).phase).toBe("B");
  const payload = '\'{"correlation_id":"wf-1"}\'';
  await foreign.exec(`INSERT INTO tasks (id, title, task_type, payload) VALUES ('f', x'ff00', 'x', ${payload})`);
  await foreign.exec("UPDATE tasks SET status = 'in_progress', payload = '{' WHERE id = 'f'");
  await foreign.exec("UPDATE tasks SET title = 'only this' WHERE id = 'f'");
  await foreign.exec("UPDATE tasks SET status = 'strange' WHERE id = 'f'; DELETE FROM tasks WHERE id = 'f'");
  const of = (type: string, correlation: string) => ({
    event_type: type,
    source_agent: TOLD_BY,
    correlation_id: correlation,
  });
  expect(told()).toEqual([
    of("task.created", "wf-1"),
    of("task.started", "f"),
    of("task.progress", "f"),
    of("task.cancelled", "f"),
  ]);
  await launch(store, graphOf({ a: [] }));
  const [first] = await claim(store, await addWorkers(store, 1));
  await finish(store, first?.runId ?? "", "success");
  expect(told()).toHaveLength(4);
  // Its mark is gone with its transaction: the next foreign write is told again.
  await foreign.exec("UPDATE tasks SET status = 'failed' WHERE id = 'before'");
  expect(told()).toHaveLength(5);
});
