import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { getTaskRows } from "../../../src/main/core/operations/tasks";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { waitFor } from "../../helpers/wait";
import { Bench, planStatus, runOf, untilEnded, untilPrinted } from "./setup";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

it("a task whose retry time comes while every slot is busy is told of, and waits for its turn", async () => {
  const store = await bench.open();
  bench.start(store, { slots: 1 });
  const go = join(bench.folder, "go");
  const planId = await bench.launch(store, [
    { id: "flaky", run: `[ -e ${go} ]`, priority: 9, retries: { ...NO_RETRIES, count: 1, backoffMs: 300, maxMs: 300 } },
    { id: "long", run: `echo up; while [ ! -e ${go} ]; do sleep 0.02; done` },
  ]);
  const idOf = store.read.prepare<[string], string>("SELECT task_id FROM console_tasks WHERE subtask_id = ?").pluck();
  const flaky = idOf.get("flaky") ?? "";
  const held = store.read.prepare<[string], number>("SELECT held FROM console_ready WHERE task_id = ?").pluck();
  const isItsTime = (): boolean => runOf(store, planId, "flaky")?.status === "failure" && held.get(flaky) === 0;
  let isTold = false;
  store.changes.subscribe((batch) => {
    isTold ||= batch.tasks.has(flaky) && isItsTime();
  });
  await untilPrinted(store, planId, "long", "up");
  await waitFor("its time", isItsTime);
  await waitFor("the news of it", () => isTold);
  expect(getTaskRows(store, [flaky])[0]?.state).toBe("queued");
  expect(runOf(store, planId, "flaky")?.number).toBe(1);
  expect(planStatus(store, planId)).toBe("executing");
  writeFileSync(go, "");
  expect(await untilEnded(store, planId)).toBe("completed");
});
