import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ChangeBatch } from "../../../src/main/core/store/change-feed";
import type { Store } from "../../../src/main/core/store/open";
import { startForeignProgram } from "../../helpers/foreign";
import { addWorkers, claim, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

/** Everything told so far, and a wait for more. */
function watch(store: Store) {
  const seen = {
    tasks: new Set<string>(),
    plans: new Set<string>(),
    workers: new Set<string>(),
    runs: new Set<string>(),
  };
  const batches: ChangeBatch[] = [];
  let wake = () => {};
  store.changes.subscribe((batch) => {
    batches.push(batch);
    for (const id of batch.tasks) seen.tasks.add(id);
    for (const id of batch.plans) seen.plans.add(id);
    for (const id of batch.workers) seen.workers.add(id);
    for (const id of batch.runs) seen.runs.add(id);
    wake();
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([more, delay(5_000).then(() => Promise.reject(new Error("no change came in 5 s")))]);
    }
  };
  return { seen, batches, until };
}

test("own writes are told with the plans that they touch", async () => {
  const store = await openTestStore();
  const { seen, until } = watch(store);
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const workers = await addWorkers(store, 1);
  const [one] = await claim(store, workers);
  await until(() => seen.runs.has(one?.runId ?? ""));
  expect(seen.plans).toEqual(new Set([planId]));
  expect(seen.tasks.size).toBe(2);
  expect(seen.workers).toEqual(new Set(workers));
});

test("each change of a foreign program is told within 250 ms", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const { seen, until } = watch(store);
  const other = await startForeignProgram(store.file);
  await other.exec("INSERT INTO tasks (id, title, task_type) VALUES ('foreign', 'Foreign', 'x')");
  const committed = performance.now();
  await until(() => seen.tasks.has("foreign"));
  expect(performance.now() - committed).toBeLessThan(250);
  await other.exec("UPDATE tasks SET status = 'completed' WHERE title = 'Task a'");
  await other.exec("INSERT INTO workers (id, role) VALUES ('snake', 'python'); UPDATE workers SET status = 'idle'");
  await other.exec("DELETE FROM tasks WHERE id = 'foreign'");
  await until(() => seen.workers.has("snake") && seen.plans.has(planId));
});

test("a reader that fell far behind is told to read everything again", async () => {
  const store = await openTestStore();
  const { batches, until } = watch(store);
  await store.write((tx) => {
    const note = tx.prepare("INSERT INTO console_changes (entity, id) VALUES ('task', 'x')");
    for (let index = 0; index < 50_000; index += 1) note.run();
  });
  await until(() => batches.some((batch) => batch.reset));
});

test("of what a foreign program wrote, the oldest is taken away in steps, the latest 40,000 are kept", async () => {
  const store = await openTestStore();
  const other = await startForeignProgram(store.file);
  await other.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
    INSERT INTO console_changes (entity, id) SELECT 'task', 'x' FROM n`);
  const kept = store.read.prepare("SELECT count(*) FROM console_changes").pluck();
  await waitFor("the oldest to be taken away", () => kept.get() === 40_000);
  expect(store.read.prepare("SELECT max(seq) FROM console_changes").pluck().get()).toBe(150_000);
});

test("who unsubscribed, or closed, is told nothing", async () => {
  const store = await openTestStore();
  let told = 0;
  const end = store.changes.subscribe(() => {
    told += 1;
  });
  end();
  const { seen, until } = watch(store);
  await addWorkers(store, 1);
  await until(() => seen.workers.size === 1);
  await store.close();
  expect(told).toBe(0);
});
