import { expect, it } from "vitest";
import { getUsualDurations } from "../../../src/main/core/operations/usual-durations";
import { addWorkers, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

it("tells what tasks took in earlier runs of their plan, and nothing of those that never ran", async () => {
  let now = Date.UTC(2026, 0, 1);
  const store = await openTestStore({ clock: { now: () => now, monotonic: () => now } });
  const known = subtask("build", { agent: "command", run: "true" });
  for (const took of [1_000, 2_000, 9_000]) {
    await launch(store, planOf([known]));
    const [worker = ""] = await addWorkers(store, 1);
    const [one] = await claim(store, [worker]);
    now += took;
    await finish(store, one?.runId ?? "", "success");
  }
  const planId = await launch(store, planOf([known, subtask("new", { agent: "command", run: "true" })]));
  const ids = new Map(
    store.read
      .prepare<[string], { task_id: string; subtask_id: string }>(
        "SELECT task_id, subtask_id FROM console_tasks WHERE plan_id = ?",
      )
      .all(planId)
      .map((row) => [row.subtask_id, row.task_id]),
  );
  const taskIds = [...ids.values(), "not-there"];
  expect(await getUsualDurations(store, { taskIds })).toEqual([
    { taskId: ids.get("build"), p50: 2_000, p95: 8_300, runs: 3 },
  ]);
  expect(await getUsualDurations(store, { taskIds: [] })).toEqual([]);
});
