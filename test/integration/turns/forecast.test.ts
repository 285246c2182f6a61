import { expect, test } from "vitest";
import { createAgentRegistry } from "../../../src/main/core/agents/registry";
import { dryRunPlan } from "../../../src/main/core/operations/dry-run";
import { createForecaster } from "../../../src/main/core/operations/forecast";
import type { Store } from "../../../src/main/core/store/open";
import { MOST_MS, measureTurns, tellTurn } from "../../helpers/cpu-turns";
import { largePlan } from "../../helpers/large-plan";
import { launch, openTestStore } from "../../helpers/store";

const COUNT = 10_000;
const PAGE = 500;

/** Commands, some of them in groups. */
function commands() {
  const plan = largePlan(COUNT, 2 * COUNT);
  const subtasks = plan.subtasks.map((one, at) => ({
    ...one,
    agent: "command",
    run: "true",
    group: at % 10 === 0 ? `g${at % 500}` : null,
  }));
  return { ...plan, subtasks };
}

const TASKS = "SELECT task_id FROM console_tasks WHERE plan_id = $planId AND ordinal >= $from AND ordinal < $to";
const RUNS = `INSERT INTO runs (id, task_id, worker_id, run_number, status, started_at, completed_at)
  SELECT 'run ' || task_id, task_id, 'w', 1, 'success', '2026-01-01 10:00:00.000',
    '2026-01-01 10:00:0' || (ordinal % 10) || '.500'
  FROM console_tasks WHERE plan_id = $planId AND ordinal >= $from AND ordinal < $to`;

/** As if the whole plan had run once, each task for some seconds. */
async function noteRun(store: Store, planId: string): Promise<void> {
  for (let from = 0; from < COUNT; from += PAGE) {
    await store.write((tx) => {
      tx.prepare("INSERT OR IGNORE INTO workers (id, role) VALUES ('w', 'code')").run();
      tx.prepare("INSERT INTO console_bulk (one) VALUES (1)").run();
      const page = { planId, from, to: from + PAGE };
      tx.prepare(`UPDATE tasks SET status = 'completed' WHERE id IN (${TASKS})`).run(page);
      tx.prepare(RUNS).run(page);
      tx.prepare("DELETE FROM console_bulk").run();
    });
  }
  await store.write((tx) => {
    tx.prepare("UPDATE execution_plans SET status = 'completed' WHERE id = ?").run(planId);
    tx.prepare("UPDATE console_plans SET finished_at = 5, started_at = 1 WHERE plan_id = ?").run(planId);
  });
}

test("a forecast and a dry run of a large plan take short turns", { timeout: 180_000 }, async () => {
  const store = await openTestStore();
  const definition = commands();
  await noteRun(store, await launch(store, definition));
  const planId = await launch(store, definition);

  const forecaster = createForecaster(store);
  const forecast = await measureTurns(() => forecaster.forecastTasks(planId));
  tellTurn(`forecast of ${COUNT} tasks`, forecast);
  expect(forecast.answer).toMatchObject({ kind: "estimate", remaining: COUNT });
  expect(forecast.longest).toBeLessThan(MOST_MS);

  const services = { store, agents: createAgentRegistry([]) };
  const request = { definition, parameters: {}, sourceName: "test.yaml", folder: "/tmp", slots: 8 };
  const dry = await measureTurns(() => dryRunPlan(services, request));
  tellTurn(`dry run of ${COUNT} tasks`, dry);
  expect(dry.answer).toMatchObject({ kind: "estimate", taskCount: COUNT });
  expect(dry.longest).toBeLessThan(MOST_MS);
});
