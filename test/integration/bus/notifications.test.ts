import { join } from "node:path";
import { expect, it } from "vitest";
import { startNotifier } from "../../../src/main/core/bus/notifier";
import { databaseShelf, memoryShelf } from "../../../src/main/core/bus/shelf";
import { openMachineSettings } from "../../../src/main/core/machine-settings";
import { previewRules } from "../../../src/main/core/operations/notifications";
import { setSetting } from "../../../src/main/core/operations/settings";
import { startRunner } from "../../../src/main/core/runner/runner";
import { appendForeignEvent } from "../../../src/main/core/store/events";
import { openStore, type Store } from "../../../src/main/core/store/open";
import type { NotificationRow } from "../../../src/shared/model/notification";
import { afterThisTest, launch, openTestStore, planOf, subtask, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const PATIENT = { timeoutMs: 60_000 } as const;

function publish(store: Store, type: string, payloads: readonly Record<string, unknown>[]): Promise<void> {
  return store.write((tx) => {
    for (const payload of payloads) {
      const event = { id: store.newId(), type, at: store.clock.now(), source: "test", correlationId: null };
      appendForeignEvent(tx, { ...event, payload });
    }
  });
}

function notify(store: Store, told: NotificationRow[], shelf = databaseShelf(store)) {
  const notifier = startNotifier({ store, shelf, tell: (rows) => void told.push(...rows), lookMs: 10 });
  afterThisTest(() => notifier.stop());
  return { notifier, shelf };
}

const begun = (store: Store) => waitFor("the first look", () => databaseShelf(store).position() !== null, PATIENT);

it("tells of a plan that failed and of one that waits for a person, by their names, and of nothing older", async () => {
  const store = await openTestStore();
  await publish(store, "review.requested", [{ task_id: "old" }]);
  const told: NotificationRow[] = [];
  const { shelf } = notify(store, told);
  await begun(store);
  const runner = startRunner(store, { slots: 2, program: "cli", graceMs: 200 });
  afterThisTest(() => runner.stop({ tasks: "cancel" }));
  const failing = await launch(
    store,
    planOf([subtask("good"), subtask("bad", { agent: "command", run: "exit 3" })], { title: "Release" }),
  );
  const waiting = await launch(
    store,
    planOf([subtask("gate", { agent: "approval", title: "Go live?", approval: { instructions: "Is it good?" } })], {
      title: "Deploy",
    }),
  );
  await waitFor("both", () => told.length === 2, PATIENT);
  expect(told.find(({ rule }) => rule === "Plan failed")).toMatchObject({
    title: "Release completed in part",
    body: "1 failed, 1 completed",
    tone: "failed",
    planId: failing,
  });
  expect(told.find(({ rule }) => rule === "Approval waiting")).toMatchObject({
    title: "Approval waiting: Go live? in Deploy",
    body: "Is it good?",
    planId: waiting,
    count: 1,
  });
  expect(shelf.list(10).unseen).toBe(2);
  await shelf.markSeen(undefined);
  expect(shelf.list(10)).toMatchObject({ unseen: 0, rows: [{}, {}] });
});

it("a burst is one notification, and grows", async () => {
  const store = await openTestStore();
  const machine = openMachineSettings(join(temporaryFolder(), "settings.json"));
  const rules = [{ name: "Task failed", topic: "task.failed", where: [{ path: "will_retry", is: [false] }], on: true }];
  await setSetting({ store, machine }, { name: "notifications.rules", value: rules, actor: "ann" });
  const planId = await launch(store, planOf([subtask("a", { title: "Compile" })], { title: "Build" }));
  const task_id = String(store.read.prepare("SELECT id FROM tasks LIMIT 1").pluck().get());
  const told: NotificationRow[] = [];
  const { shelf } = notify(store, told);
  await begun(store);
  const failed = { plan_id: planId, task_id, will_retry: false, error: "exit code 2" };
  await publish(
    store,
    "task.failed",
    Array.from({ length: 36 }, () => failed),
  );
  await publish(store, "task.failed", [{ ...failed, will_retry: true }]);
  await waitFor("the burst", () => told.at(-1)?.count === 36, PATIENT);
  await publish(store, "task.failed", [failed]);
  await waitFor("one more", () => told.at(-1)?.count === 37, PATIENT);
  expect(told.at(-1)).toMatchObject({ title: "37 tasks failed in Build", body: "The latest: Compile. exit code 2" });
  expect(new Set(told.map(({ id }) => id)).size).toBe(1);
  expect(shelf.list(10).rows).toHaveLength(1);
  const [preview] = await previewRules(store, [{ name: "x", topic: "task.failed", where: [], on: false }]);
  expect(preview).toEqual({ name: "x", count: 38, isMore: false });
});

it("of two windows one tells, once, and a restart neither repeats nor loses", async () => {
  const file = join(temporaryFolder(), "hive.db");
  const store = await openTestStore({ file });
  const other = await openTestStore({ file });
  const told: NotificationRow[] = [];
  const [one, two] = [notify(store, told), notify(other, told)];
  await begun(store);
  for (let n = 0; n < 20; n += 1) {
    await publish(n % 2 === 0 ? store : other, "system.error", [{ error: `trouble ${n}`, worker_id: `w${n}` }]);
  }
  await waitFor("all", () => databaseShelf(store).list(100).rows.length === 20, PATIENT);
  await one.notifier.stop();
  await two.notifier.stop();
  await publish(store, "system.error", [{ error: "while nobody looked", worker_id: "late" }]);
  const again = await openStore({ file });
  afterThisTest(() => again.close());
  notify(again, told);
  await waitFor("what nobody saw", () => told.some(({ workerId }) => workerId === "late"), PATIENT);
  const told_of = told.map(({ workerId }) => workerId);
  expect(new Set(told_of).size).toBe(21);
  expect(told_of).toHaveLength(21);
});

it("a database that is only observed is told of from the moment it was opened, and stays as it is", async () => {
  const file = join(temporaryFolder(), "hive.db");
  const store = await openTestStore({ file });
  await publish(store, "system.error", [{ error: "before" }]);
  const observed = await openStore({ file, mode: "observe" });
  afterThisTest(() => observed.close());
  const told: NotificationRow[] = [];
  const shelf = memoryShelf(observed.clock.now);
  notify(observed, told, shelf);
  await waitFor("the first look", () => shelf.position() !== null, PATIENT);
  await publish(store, "system.error", [{ error: "after" }]);
  await waitFor("it", () => told.length > 0, PATIENT);
  expect(told).toMatchObject([{ body: "after", tone: "escalated", rule: "Trouble of the console" }]);
  await shelf.markSeen([told[0]?.id ?? 0]);
  expect(shelf.list(10).unseen).toBe(0);
  expect(store.read.prepare("SELECT count(*) FROM console_notifications").pluck().get()).toBe(0);
});
