import type Database from "better-sqlite3";
import { createIdSource, systemClock, systemRandom } from "../../src/main/core/clock";
import { UPSTREAM_TABLES } from "../../src/main/core/store/migrations/upstream";
import { formatTime } from "../../src/main/core/store/time";

/**
 * What the fullest use of SQLite can do, as the limit to measure against: the rows that the store writes for a task,
 * with nothing around them. No counters of statuses, no change feed, no foreign keys, no fences.
 */
export interface RawQueue {
  /** Takes up to `count` ready tasks: task, run and two events each. */
  claim(count: number): RawClaim[];
  /** Ends them: run, task, one event each. */
  finish(claims: readonly RawClaim[]): void;
}

interface RawClaim {
  readonly id: string;
  readonly runId: string;
}

/** Makes the tables in an empty database, with `size` ready tasks. */
export function createRawQueue(db: Database.Database, size: number): RawQueue {
  const newId = createIdSource(systemClock, systemRandom);
  for (const name of ["tasks", "runs", "events"]) {
    const table = UPSTREAM_TABLES.find((one) => one.name === name);
    const columns = table?.columns.map(([column, definition]) => `${column} ${definition}`).join(", ");
    db.exec(`CREATE TABLE ${name} (${columns})`);
  }
  db.exec("CREATE INDEX ready ON tasks (priority DESC, created_at) WHERE status = 'queued'");
  const insertTask = db.prepare(`INSERT INTO tasks (id, title, task_type, priority, payload, created_at, updated_at)
    VALUES (?, ?, 'noop', 1, ?, ?, ?)`);
  db.transaction(() => {
    for (let index = 0; index < size; index += 1) {
      const at = formatTime(Date.now());
      const payload = JSON.stringify({ parent_plan_id: newId(), subtask_id: `s${index}`, dependencies: [] });
      insertTask.run(newId(), `Task ${index}`, payload, at, at);
    }
  })();

  const take = db.prepare<unknown[], { id: string }>(
    `UPDATE tasks SET status = 'in_progress', assigned_worker = 'local-1', updated_at = ?
      WHERE id IN (SELECT id FROM tasks INDEXED BY ready WHERE status = 'queued' ORDER BY priority DESC, created_at LIMIT ?)
      RETURNING id`,
  );
  const insertRun = db.prepare(`INSERT INTO runs (id, task_id, worker_id, run_number, status, phase, started_at)
    VALUES (?, ?, 'local-1', 1, 'running', 'start', ?)`);
  const insertEvent = db.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id,
    payload, metadata, created_at) VALUES (?, ?, ?, 'hive-runner', ?, ?, '{}', ?)`);
  const endRun = db.prepare("UPDATE runs SET status = 'success', completed_at = ? WHERE id = ?");
  const endTask = db.prepare("UPDATE tasks SET status = 'completed', updated_at = ? WHERE id = ?");
  const event = (type: string, at: string, payload: object): unknown =>
    insertEvent.run(newId(), type, at, "correlation", JSON.stringify(payload), at);

  return {
    claim: db.transaction((count: number) => {
      const at = formatTime(Date.now());
      return take.all(at, count).map(({ id }) => {
        const runId = newId();
        insertRun.run(runId, id, at);
        const payload = { task_id: id, plan_id: id, subtask_id: "s", run_id: runId, worker_id: "local-1" };
        event("task.assigned", at, payload);
        event("task.started", at, { ...payload, run_number: 1, attempt: 1 });
        return { id, runId };
      });
    }).immediate,
    finish: db.transaction((claims: readonly RawClaim[]) => {
      const at = formatTime(Date.now());
      for (const { id, runId } of claims) {
        endRun.run(at, runId);
        endTask.run(at, id);
        event("task.completed", at, {
          task_id: id,
          plan_id: id,
          subtask_id: "s",
          run_id: runId,
          run_number: 1,
          outcome: "success",
          exit_code: 0,
          will_retry: false,
        });
      }
    }).immediate,
  };
}
