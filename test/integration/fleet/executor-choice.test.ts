import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { createLocalAgents } from "../../../src/main/core/agents/local-agents";
import { openMachineSettings } from "../../../src/main/core/machine-settings";
import { dryRunPlan } from "../../../src/main/core/operations/dry-run";
import { setSetting } from "../../../src/main/core/operations/settings";
import type { Store } from "../../../src/main/core/store/open";
import type { PlanDefinition } from "../../../src/shared/model/plan-definition";
import { launch, openTestStore, planOf, subtask, temporaryFolder } from "../../helpers/store";

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});

const PLAN = planOf([
  subtask("a", { agent: "command", run: "only-there --now" }),
  subtask("b", { agent: "command", run: "true", executor: "local" }),
  subtask("join", { dependencies: ["a", "b"] }),
]);

const set = (name: string, value: string) =>
  setSetting(
    { store, machine: openMachineSettings(join(temporaryFolder(), "settings.json")) },
    { name, value, actor: "ann" },
  );

async function capabilities(definition: PlanDefinition): Promise<unknown[]> {
  const planId = await launch(store, definition);
  const rows = store.read
    .prepare("SELECT spec FROM console_tasks JOIN console_specs USING (seq) WHERE plan_id = ? ORDER BY ordinal")
    .all(planId);
  return rows.map((row) => JSON.parse(String(Object(row).spec)).capabilities);
}

it("plans run where the database says, unless they say so themselves", async () => {
  expect(await capabilities(PLAN)).toEqual([[], [], []]);
  await set("fleet.executor", "fleet");
  expect(await capabilities(PLAN)).toEqual([["fleet:default"], [], []]);
  await set("fleet.queue", "night");
  expect(await capabilities(PLAN)).toEqual([["fleet:night"], [], []]);
  expect(await capabilities({ ...PLAN, executor: "local" })).toEqual([[], [], []]);
});

it("a dry run looks for programs here only for what runs here, and says which worker lacks", async () => {
  const request = { definition: PLAN, parameters: {}, sourceName: null, folder: temporaryFolder(), slots: 2 };
  const check = () => dryRunPlan({ store, agents: createLocalAgents({}) }, request);
  const codes = async () => (await check()).findings.map(({ code, subtaskIds }) => `${code} ${subtaskIds.join()}`);
  expect(await codes()).toEqual(["missing_executable a"]);
  await set("fleet.executor", "fleet");
  expect((await codes()).join()).not.toContain("missing_executable");
  expect(JSON.stringify((await check()).findings)).toContain("hive fleet worker");
});
