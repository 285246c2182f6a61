import { expect, test } from "vitest";
import { getThroughput } from "../../../src/main/core/operations/throughput";
import type { Store } from "../../../src/main/core/store/open";
import { formatTime } from "../../../src/main/core/store/time";
import { MOST_MS, measureTurns, tellTurn } from "../../helpers/cpu-turns";
import { openTestStore } from "../../helpers/store";

const COUNT = 20_000;
const APART_MS = 3_000;

/** Attempts that took two seconds each, the last one ended now. */
function insertRuns(store: Store, now: number): Promise<void> {
  return store.write((tx) => {
    tx.prepare("INSERT INTO console_bulk (one) VALUES (1)").run();
    tx.prepare("INSERT INTO workers (id, role) VALUES ('w', 'code')").run();
    const task = tx.prepare("INSERT INTO tasks (id, title, task_type, status) VALUES (?, 'x', 'code', 'completed')");
    const run = tx.prepare(`INSERT INTO runs (id, task_id, worker_id, run_number, status, started_at, completed_at)
      VALUES (?, ?, 'w', 1, 'success', ?, ?)`);
    for (let place = 0; place < COUNT; place += 1) {
      const ended = now - (COUNT - 1 - place) * APART_MS;
      task.run(`t${place}`);
      run.run(`r${place}`, `t${place}`, formatTime(ended - 2_000), formatTime(ended));
    }
    tx.prepare("DELETE FROM console_bulk").run();
  });
}

test("the first look at what ended within a day takes short turns", { timeout: 60_000 }, async () => {
  const store = await openTestStore();
  await insertRuns(store, store.clock.now());
  const first = await measureTurns(() => getThroughput(store, { range: "24h" }));
  tellTurn(`throughput of ${COUNT} attempts`, first);
  expect(first.answer.completed.reduce((sum, n) => sum + n, 0)).toBe(COUNT);
  expect(first.longest).toBeLessThan(MOST_MS);
});
