import type Database from "better-sqlite3";
import { createIdSource, systemClock, systemRandom } from "../../src/main/core/clock";
import { UPSTREAM_TABLES } from "../../src/main/core/store/migrations/upstream";
import { formatTime } from "../../src/main/core/store/time";

/**
 * What SQLite can do at its best, as the limit to measure against: upstream's tables as they are, and in them the
 * rows of tasks, runs and events that the store writes, with nothing around them. No console tables, counters of
 * statuses, change feed or fences.
 */
export interface RawQueue {
  /** Takes up to `count` ready tasks: task, run and two events each. */
  claim(count: number): RawClaim[];
  /** Ends them: run, task, one event each, and the counters of those that wait for them. */
  finish(claims: readonly RawClaim[]): void;
}

interface RawClaim {
  readonly id: string;
  readonly seq: number;
  readonly runId: string;
}

/** Makes the tables in an empty database, with a ready task for each entry of `graph` that depends on no other. */
export function createRawQueue(db: Database.Database, graph: readonly (readonly number[])[]): RawQueue {
  const newId = createIdSource(systemClock, systemRandom);
  for (const { name, columns, constraints } of UPSTREAM_TABLES) {
    if (!["tasks", "workers", "runs", "events"].includes(name)) continue;
    const lines = [...columns.map(([column, definition]) => `${column} ${definition}`), ...constraints];
    db.exec(`CREATE TABLE ${name} (${lines.join(", ")})`);
  }
  db.exec("CREATE TABLE waiting (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, unmet INTEGER NOT NULL)");
  db.exec("CREATE TABLE edges (depends_on INTEGER, task INTEGER, PRIMARY KEY (depends_on, task)) WITHOUT ROWID");
  db.exec("CREATE TABLE ready (seq INTEGER PRIMARY KEY, id TEXT NOT NULL)");
  db.exec("INSERT INTO workers (id, role) VALUES ('local-1', 'local')");
  fill(db, graph, newId);

  const first = db.prepare<[number], { seq: number; id: string }>("SELECT seq, id FROM ready ORDER BY seq LIMIT ?");
  const leave = db.prepare("DELETE FROM ready WHERE seq = ?");
  const take = db.prepare(`UPDATE tasks SET status = 'in_progress', assigned_worker = 'local-1', updated_at = ?
    WHERE id = ? AND status = 'queued'`);
  const insertRun = db.prepare(`INSERT INTO runs (id, task_id, worker_id, run_number, status, phase, started_at)
    VALUES (?, ?, 'local-1', 1, 'running', 'start', ?)`);
  const insertEvent = db.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id,
    payload, metadata, created_at) VALUES (?, ?, ?, 'hive-runner', ?, ?, '{}', ?)`);
  const endRun = db.prepare("UPDATE runs SET status = 'success', completed_at = ? WHERE id = ?");
  const endTask = db.prepare("UPDATE tasks SET status = 'completed', updated_at = ? WHERE id = ?");
  const meet = db.prepare<[number], { seq: number; id: string; unmet: number }>(
    "UPDATE waiting SET unmet = unmet - 1 WHERE seq IN (SELECT task FROM edges WHERE depends_on = ?) RETURNING *",
  );
  const makeReady = db.prepare("INSERT INTO ready (seq, id) VALUES (?, ?)");
  const correlation = newId();
  const event = (type: string, at: string, payload: object): unknown =>
    insertEvent.run(newId(), type, at, correlation, JSON.stringify(payload), at);

  return {
    claim: db.transaction((count: number) => {
      const at = formatTime(Date.now());
      return first.all(count).map(({ seq, id }) => {
        const runId = newId();
        leave.run(seq);
        take.run(at, id);
        insertRun.run(runId, id, at);
        const payload = { task_id: id, plan_id: correlation, subtask_id: "s1", run_id: runId, worker_id: "local-1" };
        event("task.assigned", at, payload);
        event("task.started", at, { ...payload, run_number: 1, attempt: 1 });
        return { id, seq, runId };
      });
    }).immediate,
    finish: db.transaction((claims: readonly RawClaim[]) => {
      const at = formatTime(Date.now());
      for (const { id, seq, runId } of claims) {
        endRun.run(at, runId);
        endTask.run(at, id);
        for (const next of meet.all(seq)) if (next.unmet === 0) makeReady.run(next.seq, next.id);
        event("task.completed", at, {
          task_id: id,
          plan_id: correlation,
          subtask_id: "s1",
          run_id: runId,
          run_number: 1,
          outcome: "success",
          exit_code: 0,
          signal: null,
          error: null,
          will_retry: false,
          retry_at: null,
        });
      }
    }).immediate,
  };
}

function fill(db: Database.Database, graph: readonly (readonly number[])[], newId: () => string): void {
  const insertTask = db.prepare(`INSERT INTO tasks (id, title, task_type, priority, payload, created_at, updated_at)
    VALUES (?, ?, 'noop', 1, ?, ?, ?)`);
  const insertWaiting = db.prepare("INSERT INTO waiting VALUES (?, ?, ?)");
  const insertEdge = db.prepare("INSERT INTO edges VALUES (?, ?)");
  const insertReady = db.prepare("INSERT INTO ready VALUES (?, ?)");
  db.transaction(() => {
    const at = formatTime(Date.now());
    const parent = newId();
    graph.forEach((dependencies, seq) => {
      const id = newId();
      const payload = { parent_plan_id: parent, subtask_id: `s${seq}`, dependencies, correlation_id: parent };
      insertTask.run(id, `Task ${seq}`, JSON.stringify(payload), at, at);
      insertWaiting.run(seq, id, dependencies.length);
      for (const on of dependencies) insertEdge.run(on, seq);
      if (dependencies.length === 0) insertReady.run(seq, id);
    });
  })();
}

const GROUP = 50;

/** Works off all of it in groups. */
export function drainRaw(queue: RawQueue): void {
  for (let claims = queue.claim(GROUP); claims.length > 0; claims = queue.claim(GROUP)) queue.finish(claims);
}
