import { afterEach, beforeEach, expect, it } from "vitest";
import { cancelPlan } from "../../../src/main/core/operations/plans";
import { cancelTask, listTasks } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { waitFor } from "../../helpers/wait";
import { Bench, runOf, untilEnded, untilPrinted } from "./setup";

let bench: Bench;
let store: Store;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
});
afterEach(() => bench.close());

const TALKER = { id: "long", run: "echo up; sleep 100" };
const reasonsOf = (planId: string) =>
  listTasks(store, { planId, after: -1, limit: 10 }).rows.map((task) => task.reason);

it("a cancelled task shows the operator's reason; its attempt still says that it was stopped", async () => {
  bench.start(store);
  const planId = await bench.launch(store, [TALKER]);
  await untilPrinted(store, planId, "long", "up");
  const [task] = listTasks(store, { planId, after: -1, limit: 10 }).rows;
  const stopping = await cancelTask(store, { taskId: task?.id ?? "", reason: "wrong branch", actor: "operator" });
  expect(stopping).toMatchObject({ state: "stopping", reason: "Asked to stop: wrong branch" });
  await cancelTask(store, { taskId: task?.id ?? "", reason: "again", actor: "operator" }).catch(() => undefined);
  expect(await untilEnded(store, planId)).toBe("cancelled");
  expect(reasonsOf(planId)).toEqual(["wrong branch"]);
  expect(runOf(store, planId, "long")).toMatchObject({ status: "cancelled", error: "Stopped on request" });
});

it.each([
  ["the plan's reason", "wrong input", "wrong input"],
  ["that its plan was cancelled, when nobody gave a reason", undefined, "Its plan was cancelled"],
])("running and waiting tasks of a cancelled plan show %s", async (_what, reason, shown) => {
  bench.start(store);
  const planId = await bench.launch(store, [TALKER, { id: "later", run: ["true"], dependencies: ["long"] }]);
  await untilPrinted(store, planId, "long", "up");
  await cancelPlan(store, { planId, actor: "operator", ...(reason === undefined ? {} : { reason }) });
  await waitFor("both to be cancelled", () => reasonsOf(planId).every((text) => text === shown));
});
