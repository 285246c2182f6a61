import { expect, test } from "vitest";
import { systemClock } from "../../../src/main/core/clock";
import { createLaunchWatch } from "../../../src/main/core/runner/abandoned-launches";
import { completeReady } from "../../../src/main/core/store/queue";
import { listLaunches } from "../../../src/main/core/store/staged-launch";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, launch, openTestStore, planOf, subtask } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const SIZE = 1_000;

/** Dependencies are listed behind what depends on them. */
const large = () =>
  planOf(
    Array.from({ length: SIZE }, (_, index) =>
      subtask(`s${index}`, { dependencies: index % 10 === 0 ? [] : [`s${index - (index % 10)}`] }),
    ).reverse(),
  );

const PLANS = "SELECT status FROM execution_plans";
const TASKS = "SELECT count(*) FROM tasks";

test("a large plan is a draft of which nothing is ready until all of it is written", async () => {
  const store = await openTestStore();
  const seen = new Set<string>();
  let ready = 0;
  const unsubscribe = store.changes.subscribe(() => {
    const tasks = Number(store.read.prepare(TASKS).pluck().get());
    const status = store.read.prepare(PLANS).pluck().get();
    seen.add(`${status} ${tasks === SIZE ? "whole" : "in part"}`);
    if (tasks < SIZE) ready += Number(store.read.prepare("SELECT count(*) FROM console_ready").pluck().get());
  });
  await launch(store, large());
  unsubscribe();
  expect(seen).toContain("draft in part");
  expect(seen).not.toContain("executing in part");
  expect(ready).toBe(0);
  expect(listLaunches(store.read)).toEqual([]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

  const [workerId = ""] = await addWorkers(store, 1);
  const step = { limit: 500, workerId, source: "test", newId: store.newId };
  await waitFor(
    "the plan to be completed",
    async () => (await store.write((tx) => completeReady(tx, { ...step, now: store.clock.now() }))) === 0,
  );
  expect(store.read.prepare(PLANS).pluck().get()).toBe("completed");
});

test("what a launch leaves behind when its console ends is removed once it stands still", async () => {
  const first = await openTestStore();
  const launched = launch(first, large());
  const rejected = expect(launched).rejects.toMatchObject({ code: "shutting_down" });
  await waitFor("its first tasks", () => Number(first.read.prepare(TASKS).pluck().get()) > 0);
  await first.close();
  await rejected;

  let later = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + later };
  const store = await openTestStore({ file: first.file, clock });
  expect(listLaunches(store.read)).toHaveLength(1);
  expect(store.read.prepare(PLANS).pluck().get()).toBe("draft");
  const look = createLaunchWatch(store);
  await look();
  expect(listLaunches(store.read)).toHaveLength(1);
  later = 30_000;
  await look();
  expect(listLaunches(store.read)).toEqual([]);
  for (const table of [
    "tasks",
    "execution_plans",
    "planning_queue",
    "console_tasks",
    "console_plans",
    "console_edges",
  ]) {
    expect([table, store.read.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
  }
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  expect(store.read.prepare("SELECT count(*) FROM events WHERE event_type = 'system.error'").pluck().get()).toBe(1);
});
