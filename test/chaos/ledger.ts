import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import Database from "better-sqlite3";
import type { ReadableDatabase } from "../../src/main/core/store/database";
import { recomputedDerivations, storedDerivations } from "../helpers/invariants";
import type { Acknowledged } from "./acknowledged";

/** Where each process that is started writes its run, a line each. */
export const marksOf = (file: string): string => `${file}.marks`;

const STEPS = ["queued", "in_progress", "completed"] as const;

/** What consoles were told before they were killed, and whether the database still says so. */
export class Ledger {
  readonly #plans = new Map<string, number>();
  readonly #tasks = new Map<string, number>();
  readonly #workers = new Set<string>();

  note(line: Acknowledged): void {
    if ("launched" in line) this.#plans.set(line.launched, line.tasks);
    else if ("task" in line) this.#tasks.set(line.task, STEPS.indexOf(line.status));
    else if ("worker" in line) this.#workers.add(line.worker);
  }

  get size(): number {
    return this.#plans.size + this.#tasks.size + this.#workers.size;
  }

  /** What is wrong with the database, in words. `settled`: all plans must have ended too. */
  violations(file: string, settled: boolean): string[] {
    const db = new Database(file) as Database.Database as ReadableDatabase;
    try {
      return [
        ...this.#lost(db),
        ...startedWrongly(db, marksOf(file)),
        ...broken(db),
        ...RULES.flatMap(({ rule, sql }) => rowsOf(db, sql).map((row) => `${rule}: ${row}`)),
        ...(settled ? SETTLED.flatMap(({ rule, sql }) => rowsOf(db, sql).map((row) => `${rule}: ${row}`)) : []),
      ];
    } finally {
      db.close();
    }
  }

  #lost(db: ReadableDatabase): string[] {
    const count = db
      .prepare("SELECT count(*) FROM console_tasks k JOIN tasks t ON t.id = k.task_id WHERE k.plan_id = ?")
      .pluck();
    const status = db.prepare("SELECT status FROM tasks WHERE id = ?").pluck();
    const worker = db.prepare("SELECT 1 FROM workers WHERE id = ?").pluck();
    return [
      ...[...this.#plans]
        .filter(([id, tasks]) => count.get(id) !== tasks)
        .map(([id]) => `tasks of plan ${id} are lost`),
      // A step may be durable though its console was killed before it heard of that; the next was not begun then.
      ...[...this.#tasks]
        .filter(([id, step]) => {
          const now = String(status.get(id));
          return STEPS[step] !== now && STEPS[step + 1] !== now;
        })
        .map(([id, step]) => `task ${id} was ${STEPS[step]} and is ${String(status.get(id))}`),
      ...[...this.#workers].filter((id) => worker.get(id) === undefined).map((id) => `worker ${id} is lost`),
    ];
  }
}

/** Two processes for one attempt, or one for none. */
function startedWrongly(db: ReadableDatabase, marks: string): string[] {
  const runs = existsSync(marks) ? readFileSync(marks, "utf8").trim().split("\n") : [];
  const known = db.prepare("SELECT 1 FROM runs WHERE id = ?").pluck();
  const seen = new Set<string>();
  return runs.flatMap((run) => {
    if (seen.has(run)) return [`attempt ${run} was started twice`];
    seen.add(run);
    return run === "" || known.get(run) === 1 ? [] : [`something was started for ${run}, which is no attempt`];
  });
}

function rowsOf(db: ReadableDatabase, sql: string): string[] {
  return db
    .prepare<[], object>(`${sql} LIMIT 5`)
    .all()
    .map((row) => JSON.stringify(row));
}

function broken(db: ReadableDatabase): string[] {
  const check = db.prepare("PRAGMA integrity_check").pluck().all().map(String);
  const keys = db.pragma("foreign_key_check");
  const same = isDeepStrictEqual(storedDerivations(db), recomputedDerivations(db));
  return [
    ...(isDeepStrictEqual(check, ["ok"]) ? [] : check),
    ...(Array.isArray(keys) && keys.length === 0 ? [] : [`foreign keys: ${JSON.stringify(keys)}`]),
    ...(same ? [] : ["counters, readiness or blocked tasks differ from what a recount gives"]),
  ];
}

const RULES = [
  {
    rule: "completed twice",
    sql: "SELECT task_id, count(*) AS times FROM runs WHERE status = 'success' GROUP BY task_id HAVING count(*) > 1",
  },
  {
    rule: "a live run without its row",
    sql: "SELECT run_id FROM console_runs WHERE live = 1 AND run_id NOT IN (SELECT id FROM runs WHERE status = 'running')",
  },
  {
    rule: "a running run that nobody watches",
    sql: "SELECT id FROM runs r WHERE status = 'running' AND NOT EXISTS (SELECT 1 FROM console_runs c WHERE c.run_id = r.id AND c.live = 1)",
  },
  {
    rule: "completed without a run",
    sql: "SELECT t.id FROM tasks t JOIN console_tasks k ON k.task_id = t.id WHERE t.status = 'completed' AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.task_id = t.id AND r.status = 'success')",
  },
  {
    rule: "an end without its event",
    sql: "SELECT id FROM runs WHERE status = 'success' AND id NOT IN (SELECT json_extract(payload, '$.run_id') FROM events WHERE event_type = 'task.completed')",
  },
  { rule: "silent triggers", sql: "SELECT one FROM console_bulk" },
] as const;

const SETTLED = [
  {
    rule: "a plan that does not end",
    sql: "SELECT id, status FROM execution_plans WHERE status NOT IN ('completed', 'partially_completed', 'failed', 'cancelled')",
  },
  {
    rule: "a task in progress after all",
    sql: "SELECT t.id, t.status FROM tasks t JOIN console_tasks k ON k.task_id = t.id WHERE t.status IN ('assigned', 'in_progress')",
  },
  { rule: "a run that does not end", sql: "SELECT id FROM runs WHERE status = 'running'" },
] as const;
