import type { Store } from "../../src/main/core/store/open";

export const WORKERS = 100;
export const PLANS = 1_000;

const PLAN_DATA = JSON.stringify({
  subtasks: Array.from({ length: 5 }, (_, index) => ({
    id: `s${index}`,
    title: `Subtask ${index}`,
    dependencies: index === 0 ? [] : [`s${index - 1}`],
  })),
});

/** Tasks `task-0`... in all states, workers `worker-0`..., and plans `plan-0`... of another program, quickly. */
export async function seedTasks(store: Store, tasks: number): Promise<void> {
  await store.write((tx) => {
    tx.exec("INSERT INTO console_bulk VALUES (1)");
    tx.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
      INSERT INTO tasks (id, title, task_type, priority, status, payload, created_at, updated_at)
        SELECT 'task-' || i, 'Task ' || i, 'type-' || (i % 10), 1 + i % 9,
          CASE WHEN i % (? / 20) = 0 THEN 'escalated' WHEN i % 2 = 0 THEN 'completed' ELSE 'queued' END,
          '{"n":' || i || '}', datetime(1790000000 + i, 'unixepoch'), datetime(1790000000 + i, 'unixepoch')
        FROM n`,
    ).run(tasks, tasks);
    tx.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
      INSERT INTO workers (id, role, status, last_heartbeat)
        SELECT 'worker-' || i, 'role-' || (i % 5), 'active', strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 hour') FROM n`,
    ).run(WORKERS);
    tx.exec("INSERT INTO planning_queue (id, task_description) VALUES ('asked', 'Seed')");
    tx.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
      INSERT INTO execution_plans (id, planning_task_id, plan_data, status) SELECT 'plan-' || i, 'asked', ?, 'generated' FROM n`,
    ).run(PLANS, PLAN_DATA);
    tx.exec("DELETE FROM console_bulk");
  });
}
