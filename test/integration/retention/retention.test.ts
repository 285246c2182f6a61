import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { careInThread } from "../../../src/main/core/operations/care";
import { startCaretaker } from "../../../src/main/core/operations/caretaker";
import { examine } from "../../../src/main/core/operations/doctor";
import { listAudit } from "../../../src/main/core/operations/events";
import { applyRetention, offerVacuum, previewRetention, vacuum } from "../../../src/main/core/operations/retention";
import { ownIdentity } from "../../../src/main/core/process-identity";
import { statement } from "../../../src/main/core/store/database";
import type { Store } from "../../../src/main/core/store/open";
import { setRunProcess } from "../../../src/main/core/store/queue";
import { writeSetting } from "../../../src/main/core/store/settings";
import { addWorkers, afterThisTest, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const DAY = 86_400_000;

async function set(store: Store, rules: Readonly<Record<string, number>>): Promise<void> {
  await store.write((tx) => {
    for (const [name, value] of Object.entries(rules)) {
      writeSetting(tx, { name: `retention.${name}`, value, reason: null, actor: "ann", now: store.clock.now() });
    }
  });
}

/** A plan that ended so many days ago, with a log beside it. */
async function endedPlan(
  store: Store,
  workers: readonly string[],
  daysAgo: number,
  outcome: "success" | "failure" = "success",
) {
  const planId = await launch(store, graphOf({ a: [], b: [] }));
  const logs = join(store.filesFolder, planId, "logs");
  mkdirSync(logs, { recursive: true });
  for (const one of [...(await claim(store, workers)), ...(await claim(store, workers))]) {
    const logPath = join(logs, `${one.runId}.log`);
    writeFileSync(logPath, "x".repeat(100));
    await store.write((tx) => setRunProcess(tx, { runId: one.runId, ...ownIdentity(), pidStart: null, logPath }));
    await finish(store, one.runId, outcome);
  }
  const at = Date.now() - daysAgo * DAY;
  await store.write((tx) => {
    statement(tx, "UPDATE console_plans SET finished_at = ? WHERE plan_id = ?").run(at, planId);
    statement(tx, "UPDATE console_runs SET started_at = ? WHERE log_path LIKE ?").run(at, `%${planId}%`);
  });
  return planId;
}

const count = (store: Store, table: string): number =>
  Number(statement(store.read, `SELECT count(*) AS n FROM ${table}`).get()?.n);
const hasPlan = (store: Store, planId: string): boolean =>
  statement(store.read, "SELECT 1 FROM execution_plans WHERE id = ?").get(planId) !== undefined;

async function apply(store: Store) {
  let last = null;
  for await (const { share, report } of applyRetention({ file: store.file, reason: "tidy", actor: "ann" })) {
    expect(share).toBeLessThanOrEqual(1);
    last = report;
  }
  return last;
}

test("without rules nothing goes; a dry run says what would, and only that goes, by state, age and count", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  const old = await endedPlan(store, workers, 40);
  const failed = await endedPlan(store, workers, 40, "failure");
  const young = await endedPlan(store, workers, 5);
  const running = await launch(store, graphOf({ a: [] }));
  expect(await previewRetention({ file: store.file })).toMatchObject({ planCount: 0, events: 0, logs: 0 });

  await set(store, { completedDays: 30, keepPlans: 0 });
  const preview = await previewRetention({ file: store.file });
  expect(preview).toMatchObject({
    planCount: 1,
    plans: [{ id: old, status: "completed", tasks: 2 }],
    tasks: 2,
    runs: 2,
    folderBytes: 200,
  });
  expect(count(store, "execution_plans")).toBe(4);
  await set(store, { keepPlans: 3 });
  expect((await previewRetention({ file: store.file })).planCount).toBe(0);
  await set(store, { keepPlans: 2 });

  expect(await apply(store)).toEqual({ plans: 1, tasks: 2, looseTasks: 0, events: 0, logs: 0, bytes: 200 });
  expect([old, failed, young, running].map((id) => hasPlan(store, id))).toEqual([false, true, true, true]);
  expect(existsSync(join(store.filesFolder, old))).toBe(false);
  for (const table of ["console_tasks", "console_counts", "console_plans", "console_specs"]) {
    const column = table === "console_counts" ? "scope" : "plan_id";
    if (table === "console_specs") continue;
    expect(statement(store.read, `SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`).get(old)?.n, table).toBe(0);
  }
  expect((await listAudit(store, { act: "retention.*" })).rows).toMatchObject([
    { actor: "ann", reason: "tidy", after: { removed: { plans: 1 } } },
  ]);
  expect(await apply(store)).toMatchObject({ plans: 0 });
  expect((await listAudit(store, { act: "retention.*" })).rows).toHaveLength(1);

  const unwell: string[] = [];
  for await (const part of examine({ file: store.file, thorough: true })) {
    if (part.kind === "finding" && part.finding.severity === "problem") unwell.push(part.finding.kind);
  }
  expect(unwell).toEqual(["dispatcher"]);
});

test("a plan that ended and was taken up again stays, and so does one with an attempt that is being stopped", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  const again = await endedPlan(store, workers, 40);
  const forced = statement(store.read, "SELECT task_id AS id FROM console_tasks WHERE plan_id = ? LIMIT 1").get(
    again,
  )?.id;
  await store.write((tx) => statement(tx, "UPDATE tasks SET status = 'in_progress' WHERE id = ?").run(forced));
  await set(store, { completedDays: 1, keepPlans: 0 });
  expect((await previewRetention({ file: store.file })).planCount).toBe(0);
  expect(await apply(store)).toMatchObject({ plans: 0, tasks: 0 });
});

test("tasks of no plan, events and logs have rules of their own; what belongs to running plans stays", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  await endedPlan(store, workers, 40);
  await launch(store, graphOf({ z: [] }));
  await store.write((tx) => {
    tx.exec(`INSERT INTO tasks (id, title, task_type, status, updated_at) VALUES ('old', 'Old', 'py', 'completed', '2020-01-01T00:00:00'),
      ('oldish', 'Waits', 'py', 'queued', '2020-01-01 00:00:00'), ('fresh', 'Fresh', 'py', 'completed', CURRENT_TIMESTAMP);
      UPDATE events SET timestamp = '2020-01-01 00:00:00.000'`);
    tx.prepare(
      "INSERT OR REPLACE INTO console_event_marks (event, event_id, at) SELECT max(rowid), 'x', 1 FROM events",
    ).run();
  });
  const ofRunning = Number(
    statement(
      store.read,
      "SELECT count(*) AS n FROM events e JOIN console_plans p ON p.correlation_id = e.correlation_id JOIN execution_plans x ON x.id = p.plan_id WHERE x.status = 'executing'",
    ).get()?.n,
  );
  expect(ofRunning).toBeGreaterThan(0);
  await set(store, { completedDays: 365, eventsDays: 10, logsDays: 10, keepPlans: 0 });
  const preview = await previewRetention({ file: store.file });
  expect(preview).toMatchObject({
    planCount: 0,
    looseTasks: 1,
    logs: 2,
    logBytes: 200,
    events: count(store, "events") - ofRunning,
  });
  const report = await apply(store);
  expect(report).toMatchObject({ looseTasks: 1, logs: 2, events: preview.events, bytes: 200 });
  expect(count(store, "events")).toBe(ofRunning);
  expect(statement(store.read, "SELECT count(*) AS n FROM console_runs WHERE log_path IS NOT NULL").get()?.n).toBe(0);
  expect(count(store, "runs")).toBe(2);
});

test("rules that are set are kept by whoever starts the tasks", async () => {
  const store = await openTestStore();
  const old = await endedPlan(store, await addWorkers(store, 2), 40);
  await set(store, { completedDays: 30, keepPlans: 0 });
  const caretaker = startCaretaker(store, careInThread({ file: store.file }), { lookMs: 10 });
  afterThisTest(() => caretaker.stop());
  await waitFor("the plan to go", () => !hasPlan(store, old));
  await caretaker.stop();
});

test("VACUUM is offered with what it gives back, refused while anything runs, and makes the file smaller", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  await store.write((tx) => {
    const insert = tx.prepare(
      "INSERT INTO tasks (id, title, task_type, status, payload) VALUES (?, 'x', 'py', 'completed', ?)",
    );
    for (let index = 0; index < 300; index += 1) insert.run(`t${index}`, JSON.stringify("y".repeat(4_000)));
  });
  await store.write((tx) => tx.exec("DELETE FROM tasks"));
  const offer = await offerVacuum({ file: store.file });
  expect(offer.freeBytes).toBeGreaterThan(900_000);
  expect(offer.refusal).toBeNull();
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, workers);
  const order = { file: store.file, reason: "room", actor: "ann" };
  await expect(vacuum(order)).rejects.toMatchObject({ code: "not_allowed" });
  await finish(store, one?.runId ?? "", "success");
  const after = await vacuum(order);
  expect(after.bytes).toBeLessThan(offer.bytes - 900_000);
  expect(after.freeBytes).toBe(0);
  expect((await listAudit(store, { act: "retention.vacuum" })).rows).toHaveLength(1);
});
