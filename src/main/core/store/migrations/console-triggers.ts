/**
 * Triggers, so that a foreign program's `UPDATE tasks SET status = ...` moves counters, readiness and the
 * change feed exactly as a write of ours does.
 *
 * Glossary. *Stopped*: failed or cancelled. *Obstacle*: a stopped task, or a queued one that is blocked. A queued
 * task is *blocked* when one of its dependencies is an obstacle. No trigger relies on firing itself: foreign
 * connections have recursive triggers off, so chains are walked by recursive queries.
 */

const STOPPED = "('failed', 'cancelled')";

/** Not within a bulk step of ours, which does what these triggers do for many rows at once (see bulk.ts). */
const ALOUD = "NOT EXISTS (SELECT 1 FROM console_bulk WHERE one = 1)";

function count(scope: string, status: string, step: 1 | -1): string {
  return `INSERT INTO console_counts (scope, status, n) VALUES (${scope}, ${status}, ${step})
    ON CONFLICT (scope, status) DO UPDATE SET n = n + ${step};`;
}

function countOfPlanOf(taskId: string, status: string, step: 1 | -1): string {
  return `INSERT INTO console_counts (scope, status, n)
      SELECT plan_id, ${status}, ${step} FROM console_tasks WHERE task_id = ${taskId}
    ON CONFLICT (scope, status) DO UPDATE SET n = n + ${step};`;
}

/**
 * Rows of console_ready for those tasks among `which` (a condition on console_tasks `c`) that are ready. A plan
 * that the console does not run has no row `p`: its ready tasks are handed out on request, executing or not. Cross joins, because SQLite
 * would rather begin with all queued tasks of the database.
 */
function makeReady(which: string): string {
  return `INSERT OR REPLACE INTO console_ready (seq, task_id, plan_id, held, priority, not_before)
    SELECT c.seq, c.task_id, c.plan_id,
      CASE WHEN p.plan_id IS NULL THEN 4 WHEN c.not_before IS NOT NULL THEN 2 ELSE ${LANE} END,
      CAST(coalesce(t.priority, 1) AS INTEGER), c.not_before
    FROM console_tasks c
      CROSS JOIN tasks t ON t.id = c.task_id
      CROSS JOIN execution_plans e ON e.id = c.plan_id
      LEFT JOIN console_plans p ON p.plan_id = c.plan_id
    WHERE ${which} AND c.unmet = 0 AND t.status = 'queued' AND (p.plan_id IS NULL OR e.status = 'executing');`;
}

/** Where a ready task `c` of plan `p` queues when it need not wait for a time. */
const LANE = `CASE WHEN p.paused_at IS NOT NULL OR p.cancel_requested_at IS NOT NULL THEN 1
  WHEN p.concurrency IS NOT NULL THEN 3 WHEN c.agent IN ('noop', 'approval') THEN 5 ELSE 0 END`;

/** The same for a row of console_ready that is to be moved to it. */
export const LANE_OF_ENTRY = `(SELECT ${LANE} FROM console_tasks c JOIN console_plans p ON p.plan_id = c.plan_id
  WHERE c.seq = console_ready.seq)`;

/** For tasks whose last dependency was met in bulk: a JSON list of their seqs. */
export const CONSOLE_READY_AGAIN = makeReady("c.seq IN (SELECT value FROM json_each(?))");

function seqOf(taskId: string): string {
  return `(SELECT seq FROM console_tasks WHERE task_id = ${taskId})`;
}

function hasDependency(task: string, condition: string): string {
  return `EXISTS (SELECT 1 FROM console_edges de JOIN console_tasks d ON d.seq = de.depends_on
    JOIN tasks dt ON dt.id = d.task_id WHERE de.task = ${task} AND (${condition}))`;
}

const OBSTACLE = `dt.status IN ${STOPPED} OR d.blocked = 1`;

/*
 * In the walks below the condition of the whole step stands where the walk begins: around it, SQLite would
 * walk first and ask then, and every claim would cost as much as its plan is large.
 */

/** Marks everything queued behind an obstacle. Stops where it is marked already, so a repeat costs nothing. */
function block(taskId: string, when: string): string {
  const open = "c.unmet > 0 AND c.blocked = 0";
  return `UPDATE console_tasks SET blocked = 1 WHERE seq IN (
    WITH RECURSIVE behind (seq) AS (
      SELECT c.seq FROM console_edges e JOIN console_tasks c ON c.seq = e.task
        WHERE (${when}) AND e.depends_on = ${seqOf(taskId)} AND ${open}
      UNION
      SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${open}
    ) SELECT seq FROM behind);`;
}

/**
 * Takes the mark from everything behind a task that is no obstacle any more, except where another stopped
 * task is a direct dependency (cheap, and prunes most); then marks again what hangs behind other obstacles.
 */
function unblock(taskId: string, when: string): string {
  const freed = `c.blocked = 1 AND NOT ${hasDependency("c.seq", `dt.status IN ${STOPPED}`)}`;
  const open = "c.unmet > 0 AND c.blocked = 0";
  return `UPDATE console_tasks SET blocked = 0 WHERE seq IN (
    WITH RECURSIVE behind (seq) AS (
      SELECT c.seq FROM console_edges e JOIN console_tasks c ON c.seq = e.task
        WHERE (${when}) AND e.depends_on = ${seqOf(taskId)} AND ${freed}
      UNION
      SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${freed}
    ) SELECT seq FROM behind);
  UPDATE console_tasks SET blocked = 1 WHERE seq IN (
    WITH RECURSIVE behind (seq) AS (
      SELECT c.seq FROM console_edges e JOIN console_tasks c ON c.seq = e.task
        WHERE (${when}) AND e.depends_on = ${seqOf(taskId)} AND ${open}
      UNION
      SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${open}
    ), again (seq) AS (
      SELECT behind.seq FROM behind
        WHERE ${hasDependency("behind.seq", `d.task_id <> ${taskId} AND (${OBSTACLE})`)}
      UNION
      SELECT c.seq FROM again JOIN console_edges e ON e.depends_on = again.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${open}
    ) SELECT seq FROM again);`;
}

const ownBlocked = (taskId: string) => `(SELECT blocked FROM console_tasks WHERE task_id = ${taskId})`;

/*
 * The view console_moves takes the transitions of tasks: one short trigger sends them there, so that an update
 * pays for no longer one. A trigger costs by its length, even where nothing of it applies; therefore also the two
 * transitions that every task makes have one of their own.
 */
const BEGINS = `NEW.was = 'queued' AND NEW.status IN ('assigned', 'in_progress')
  AND coalesce((SELECT blocked FROM console_tasks WHERE task_id = NEW.id), 0) = 0`;
const SUCCEEDS = "NEW.was IN ('assigned', 'in_progress') AND NEW.status = 'completed'";
const MATTERS = "('queued', 'completed', 'failed', 'cancelled')";

const TASK_COUNTED = [
  count("''", "NEW.was", -1),
  count("''", "NEW.status", 1),
  countOfPlanOf("NEW.id", "NEW.was", -1),
  countOfPlanOf("NEW.id", "NEW.status", 1),
];

const LEAVE_QUEUE = [
  `DELETE FROM console_ready WHERE NEW.was = 'queued' AND seq = ${seqOf("NEW.id")};`,
  `UPDATE console_tasks SET unmet = 0, blocked = 0, not_before = NULL
    WHERE NEW.was = 'queued' AND task_id = NEW.id AND (unmet > 0 OR blocked = 1 OR not_before IS NOT NULL);`,
];

const MEET_DEPENDENTS = `UPDATE console_tasks SET unmet = unmet - 1
    WHERE NEW.status = 'completed'
      AND seq IN (SELECT task FROM console_edges WHERE depends_on = ${seqOf("NEW.id")}) AND unmet > 0;`;

/** The steps depend on their order: each says what the row of the task itself must hold by then. */
const TASK_STATUS_CHANGED = [
  // Queued again: what it waits for is counted afresh.
  `UPDATE console_tasks SET
      unmet = (SELECT count(*) FROM console_edges e JOIN console_tasks d ON d.seq = e.depends_on
        JOIN tasks dt ON dt.id = d.task_id WHERE e.task = console_tasks.seq AND dt.status IS NOT 'completed'),
      blocked = ${hasDependency("console_tasks.seq", OBSTACLE)}
    WHERE task_id = NEW.id AND NEW.status = 'queued';`,
  makeReady("c.task_id = NEW.id AND NEW.status = 'queued'"),
  // Not completed any more: who is queued behind it waits again.
  `UPDATE console_tasks SET unmet = unmet + 1
    WHERE NEW.was = 'completed'
      AND seq IN (SELECT task FROM console_edges WHERE depends_on = ${seqOf("NEW.id")})
      AND (SELECT status FROM tasks WHERE id = console_tasks.task_id) = 'queued';`,
  // An obstacle no more. Before the counters of a completed one go down, so that the walk passes through all.
  unblock(
    "NEW.id",
    `NEW.status NOT IN ${STOPPED}
      AND (NEW.was IN ${STOPPED} OR (NEW.was = 'queued' AND ${ownBlocked("NEW.id")} = 1))
      AND NOT (NEW.status = 'queued' AND coalesce(${ownBlocked("NEW.id")}, 0) = 1)`,
  ),
  MEET_DEPENDENTS,
  block("NEW.id", `NEW.status IN ${STOPPED} OR (NEW.status = 'queued' AND ${ownBlocked("NEW.id")} = 1)`),
  ...LEAVE_QUEUE,
];

const TASK_DELETED = [
  count("''", "OLD.status", -1),
  countOfPlanOf("OLD.id", "OLD.status", -1),
  unblock("OLD.id", `OLD.status IN ${STOPPED} OR ${ownBlocked("OLD.id")} = 1`),
  // Nothing waits for what is no more.
  `UPDATE console_tasks SET unmet = unmet - 1
    WHERE OLD.status <> 'completed'
      AND seq IN (SELECT task FROM console_edges WHERE depends_on = ${seqOf("OLD.id")}) AND unmet > 0;`,
  `UPDATE console_tasks SET unmet = 0, blocked = 0 WHERE task_id = OLD.id;`,
  `DELETE FROM console_ready WHERE seq = ${seqOf("OLD.id")};`,
  `DELETE FROM console_edges WHERE depends_on = ${seqOf("OLD.id")};`,
  `DELETE FROM console_edges WHERE task = ${seqOf("OLD.id")};`,
  `DELETE FROM console_specs WHERE seq = ${seqOf("OLD.id")};`,
  `DELETE FROM console_tasks WHERE task_id = OLD.id;`,
];

function trigger(name: string, event: string, body: readonly string[]): string {
  return `CREATE TRIGGER ${name} ${event}\nBEGIN\n${body.join("\n")}\nEND`;
}

/** Notes of each change, with what else is to be done then. */
function feed(table: string, entity: string, more: { update?: string[]; delete?: string[] } = {}): string[] {
  const note = (row: "NEW" | "OLD") => `INSERT INTO console_changes (entity, id) VALUES ('${entity}', ${row}.id);`;
  return [
    trigger(`console_feed_${table}_insert`, `AFTER INSERT ON ${table} WHEN ${ALOUD}`, [note("NEW")]),
    trigger(`console_feed_${table}_update`, `AFTER UPDATE ON ${table} WHEN ${ALOUD}`, [
      note("NEW"),
      ...(more.update ?? []),
    ]),
    trigger(`console_feed_${table}_delete`, `AFTER DELETE ON ${table}`, [note("OLD"), ...(more.delete ?? [])]),
  ];
}

export const CONSOLE_TRIGGERS: readonly string[] = [
  trigger("console_task_inserted", "AFTER INSERT ON tasks", [count("''", "NEW.status", 1)]),
  trigger("console_task_counted", "INSTEAD OF INSERT ON console_moves", TASK_COUNTED),
  trigger("console_task_begins", `INSTEAD OF INSERT ON console_moves WHEN ${BEGINS}`, LEAVE_QUEUE),
  trigger("console_task_succeeds", `INSTEAD OF INSERT ON console_moves WHEN ${SUCCEEDS}`, [MEET_DEPENDENTS]),
  trigger(
    "console_task_status",
    `INSTEAD OF INSERT ON console_moves
      WHEN (NEW.was IN ${MATTERS} OR NEW.status IN ${MATTERS}) AND NOT (${BEGINS}) AND NOT (${SUCCEEDS})`,
    TASK_STATUS_CHANGED,
  ),
  trigger("console_task_deleted", "AFTER DELETE ON tasks", TASK_DELETED),
  trigger("console_task_priority", "AFTER UPDATE OF priority ON tasks WHEN NEW.priority IS NOT OLD.priority", [
    `UPDATE console_ready SET priority = CAST(coalesce(NEW.priority, 1) AS INTEGER) WHERE seq = ${seqOf("NEW.id")};`,
  ]),

  // A task joins a plan: its row in tasks exists by now.
  trigger("console_plan_task_added", "AFTER INSERT ON console_tasks", [
    `INSERT INTO console_counts (scope, status, n) SELECT NEW.plan_id, status, 1 FROM tasks WHERE id = NEW.task_id
      ON CONFLICT (scope, status) DO UPDATE SET n = n + 1;`,
    `INSERT INTO console_counts (scope, status, n) SELECT NEW.plan_id, 'waiting', 1 WHERE NEW.unmet > 0
      ON CONFLICT (scope, status) DO UPDATE SET n = n + 1;`,
    `INSERT INTO console_counts (scope, status, n) SELECT NEW.plan_id, 'blocked', 1 WHERE NEW.blocked = 1
      ON CONFLICT (scope, status) DO UPDATE SET n = n + 1;`,
    makeReady("c.seq = NEW.seq"),
  ]),
  trigger(
    "console_unmet_gone",
    `AFTER UPDATE OF unmet ON console_tasks WHEN ${ALOUD} AND OLD.unmet > 0 AND NEW.unmet = 0`,
    [
      count("NEW.plan_id", "'waiting'", -1),
      makeReady("c.seq = NEW.seq"),
      "INSERT INTO console_changes (entity, id) VALUES ('task', NEW.task_id);",
    ],
  ),
  trigger("console_unmet_again", "AFTER UPDATE OF unmet ON console_tasks WHEN OLD.unmet = 0 AND NEW.unmet > 0", [
    count("NEW.plan_id", "'waiting'", 1),
    "INSERT INTO console_changes (entity, id) VALUES ('task', NEW.task_id);",
    "DELETE FROM console_ready WHERE seq = NEW.seq;",
  ]),
  trigger("console_blocked", "AFTER UPDATE OF blocked ON console_tasks WHEN OLD.blocked = 0 AND NEW.blocked = 1", [
    count("NEW.plan_id", "'blocked'", 1),
    "INSERT INTO console_changes (entity, id) VALUES ('task', NEW.task_id);",
  ]),
  trigger("console_unblocked", "AFTER UPDATE OF blocked ON console_tasks WHEN OLD.blocked = 1 AND NEW.blocked = 0", [
    count("NEW.plan_id", "'blocked'", -1),
    "INSERT INTO console_changes (entity, id) VALUES ('task', NEW.task_id);",
  ]),

  trigger("console_plan_status", "AFTER UPDATE OF status ON execution_plans WHEN NEW.status IS NOT OLD.status", [
    "DELETE FROM console_ready WHERE NEW.status IS NOT 'executing' AND plan_id = NEW.id AND held <> 4;",
    makeReady("c.plan_id = NEW.id AND NEW.status = 'executing'"),
  ]),
  trigger("console_plan_lane", "AFTER UPDATE OF paused_at, cancel_requested_at, concurrency ON console_plans", [
    `UPDATE console_ready SET held = ${LANE_OF_ENTRY} WHERE plan_id = NEW.plan_id AND held <> 2;`,
    "INSERT INTO console_changes (entity, id) VALUES ('plan', NEW.plan_id);",
  ]),
  trigger("console_plan_deleted", "AFTER DELETE ON execution_plans", [
    "DELETE FROM console_ready WHERE plan_id = OLD.id;",
    "DELETE FROM console_edges WHERE depends_on IN (SELECT seq FROM console_tasks WHERE plan_id = OLD.id);",
    "DELETE FROM console_specs WHERE seq IN (SELECT seq FROM console_tasks WHERE plan_id = OLD.id);",
    "DELETE FROM console_tasks WHERE plan_id = OLD.id;",
    "DELETE FROM console_counts WHERE scope = OLD.id;",
    "DELETE FROM console_plans WHERE plan_id = OLD.id;",
  ]),

  trigger("console_run_marked", "AFTER UPDATE OF stop_requested, pid, log_path ON console_runs", [
    "INSERT INTO console_changes (entity, id) VALUES ('run', NEW.run_id);",
    "INSERT INTO console_changes (entity, id) SELECT 'task', NEW.task_id WHERE NEW.stop_requested IS NOT NULL;",
  ]),

  ...feed("tasks", "task", {
    update: [
      `INSERT INTO console_moves (id, was, status)
        SELECT NEW.id, OLD.status, NEW.status WHERE NEW.status IS NOT OLD.status;`,
    ],
  }),
  ...feed("runs", "run", {
    update: [
      `UPDATE console_runs SET live = NULL
        WHERE OLD.status = 'running' AND NEW.status IS NOT 'running' AND run_id = NEW.id;`,
    ],
    delete: ["DELETE FROM console_runs WHERE run_id = OLD.id;"],
  }),
  ...feed("workers", "worker", { delete: ["DELETE FROM console_workers WHERE worker_id = OLD.id;"] }),
  ...feed("execution_plans", "plan"),
];
