import { block, NO_WALK, seqWhere, unblock, WALKED } from "./blocking";
import { NOT_ON_HOLD, SQL_CLAIM, SQL_REPORT } from "./sql-workers";
import { DEPENDENCY_GOOD, hasDependency, isGood, isOver, OBSTACLE, seqOf } from "./standing";

/**
 * Triggers, so that a foreign program's `UPDATE tasks SET status = ...` moves counters, readiness and the
 * change feed exactly as a write of ours does.
 *
 * Glossary. A task is *over* when it is completed, failed or cancelled. It is *good* when it is completed, failed
 * where that is let pass (on_failure 1), or cancelled because it was not needed (skipped 1); over and not good, it is
 * *stopped*. *Obstacle*: a stopped task, or a queued one that is blocked. A queued task that runs on success is
 * *blocked* when one of its dependencies is an obstacle, and waits for those that are not good; one that runs on
 * failure or always is never blocked and waits for those that are neither over nor blocked. No trigger relies on firing
 * itself: foreign connections have recursive triggers off, so chains are walked by recursive queries.
 */

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
  return `INSERT OR REPLACE INTO console_ready (seq, task_id, plan_id, held, priority, not_before, lane)
    SELECT c.seq, c.task_id, c.plan_id,
      CASE WHEN p.plan_id IS NULL THEN 4 WHEN c.not_before IS NOT NULL THEN 2 ELSE ${heldBy(NEEDLESS)} END,
      CAST(coalesce(t.priority, 1) AS INTEGER), c.not_before, CASE WHEN ${NEEDLESS} THEN -1 ELSE c.lane END
    FROM console_tasks c
      CROSS JOIN tasks t ON t.id = c.task_id
      CROSS JOIN execution_plans e ON e.id = c.plan_id
      LEFT JOIN console_plans p ON p.plan_id = c.plan_id
    WHERE ${which} AND c.unmet = 0 AND t.status = 'queued' AND (p.plan_id IS NULL OR e.status = 'executing');`;
}

/** Where a ready task `c` of plan `p` queues when it need not wait for a time. */
function heldBy(needless: string): string {
  return `CASE WHEN p.paused_at IS NOT NULL OR p.cancel_requested_at IS NOT NULL THEN 1
  WHEN ${needless} THEN 5 WHEN c.lane IS NOT NULL THEN 7
  WHEN p.concurrency IS NOT NULL THEN 3 WHEN c.agent IN ('noop', 'approval') THEN 5 ELSE 0 END`;
}

/** Whether a task `c` that waits for nothing is not to run: nothing failed, or what it follows was not needed either. */
const NEEDLESS = `(p.conditional IS 1 AND CASE c.run_when
  WHEN 0 THEN ${hasDependency("c.seq", "dt.status IS 'cancelled' AND d.skipped = 1")}
  WHEN 1 THEN NOT ${hasDependency("c.seq", OBSTACLE)} ELSE 0 END)`;

/** Where a row of console_ready queues when it need not wait for a time. */
export const LANE_OF_ENTRY = `(SELECT ${heldBy("console_ready.lane IS -1")} FROM console_tasks c
  JOIN console_plans p ON p.plan_id = c.plan_id WHERE c.seq = console_ready.seq)`;

/** Tasks that one transaction puts into the queue: a few milliseconds. A plan with more follows in slices. */
export const REQUEUE_SLICE = 500;

/** For a plan's tasks from one ordinal up to another one. */
export const REQUEUE = makeReady("c.plan_id = $planId AND c.ordinal >= $from AND c.ordinal < $to");

/** What of a plan a trigger leaves to be put right in slices. `which`: a condition of its own. */
function requeueLater(next: number, hold: string, which: string): string {
  return `INSERT INTO console_requeue (plan_id, next, hold) SELECT p.plan_id, ${next}, ${hold}
      FROM console_plans p WHERE ${which}
    ON CONFLICT (plan_id) DO UPDATE SET next = excluded.next, hold = excluded.hold;`;
}

/** Where they are, entries may be claimed although their plan is held, or runs too many. */
const HOLD = `NEW.paused_at IS NOT NULL OR NEW.cancel_requested_at IS NOT NULL
  OR NEW.concurrency IS NOT OLD.concurrency`;

/** For tasks whose last dependency was met in bulk: a JSON list of their seqs. */
export const CONSOLE_READY_AGAIN = makeReady("c.seq IN (SELECT value FROM json_each(?))");

const own = (taskId: string, column: string) => `(SELECT ${column} FROM console_tasks WHERE task_id = ${taskId})`;
const ownBlocked = (taskId: string) => own(taskId, "blocked");
const wasGood = (taskId: string, status: string) => isGood(status, own(taskId, "on_failure"), own(taskId, "skipped"));
const wasStopped = (taskId: string, status: string) => `(${isOver(status)} AND NOT ${wasGood(taskId, status)})`;

/** The queued tasks that depend on this one; none where `when` does not hold. */
const queuedBehind = (taskId: string, when = "true") => `seq IN (SELECT task FROM console_edges
    WHERE depends_on = ${seqWhere(when, taskId)})
  AND (SELECT status FROM tasks WHERE id = console_tasks.task_id) = 'queued'`;

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

/**
 * How many more dependencies a task behind it waits for, by what it runs on. What *blocked* has to do with it is
 * counted where that mark is set and taken (`console_blocked`, `console_unblocked`).
 */
const STEP = `(CASE run_when WHEN 0 THEN ${wasGood("NEW.id", "NEW.was")} - ${wasGood("NEW.id", "NEW.status")}
  ELSE ${isOver("NEW.was")} - ${isOver("NEW.status")} END)`;

/** Whether `STEP` may be other than 0 for any task: in a plan without conditions only what is good or not counts. */
const MAY_STEP = `(${wasGood("NEW.id", "NEW.was")} <> ${wasGood("NEW.id", "NEW.status")} OR EXISTS
  (SELECT 1 FROM console_plans WHERE plan_id = ${own("NEW.id", "plan_id")} AND conditional <> 0))`;

/** The rows of console_ready behind a task: whether they are needed may follow from how it ended. */
function reconsider(taskId: string): string {
  const isConditional = `EXISTS
    (SELECT 1 FROM console_plans cp WHERE cp.plan_id = ${own(taskId, "plan_id")} AND cp.conditional = 1)`;
  return makeReady(`c.seq IN (SELECT e.task FROM console_edges e
    WHERE e.depends_on = ${seqWhere(isConditional, taskId)})`);
}

/** The steps depend on their order: each says what the row of the task itself must hold by then. */
const TASK_STATUS_CHANGED = [
  // Queued again: what it waits for is counted afresh.
  `UPDATE console_tasks SET
      unmet = (SELECT count(*) FROM console_edges e JOIN console_tasks d ON d.seq = e.depends_on
        JOIN tasks dt ON dt.id = d.task_id WHERE e.task = console_tasks.seq AND NOT CASE console_tasks.run_when
          WHEN 0 THEN ${DEPENDENCY_GOOD} ELSE ${isOver("dt.status")} OR d.blocked = 1 END),
      blocked = run_when = 0 AND ${hasDependency("console_tasks.seq", OBSTACLE)}
    WHERE task_id = NEW.id AND NEW.status = 'queued';`,
  makeReady("c.task_id = NEW.id AND NEW.status = 'queued'"),
  // Who is queued behind it waits again.
  `UPDATE console_tasks SET unmet = unmet + 1 WHERE ${STEP} = 1 AND ${queuedBehind("NEW.id", MAY_STEP)};`,
  // An obstacle no more. Before the counters of a completed one go down, so that the walk passes through all.
  unblock(
    "NEW.id",
    `NOT ${wasStopped("NEW.id", "NEW.status")}
      AND (${wasStopped("NEW.id", "NEW.was")} OR (NEW.was = 'queued' AND ${ownBlocked("NEW.id")} = 1))
      AND NOT (NEW.status = 'queued' AND coalesce(${ownBlocked("NEW.id")}, 0) = 1)`,
  ),
  `UPDATE console_tasks SET unmet = unmet - 1 WHERE ${STEP} = -1 AND ${queuedBehind("NEW.id", MAY_STEP)};`,
  block("NEW.id", `${wasStopped("NEW.id", "NEW.status")} OR (NEW.status = 'queued' AND ${ownBlocked("NEW.id")} = 1)`),
  ...LEAVE_QUEUE,
  reconsider("NEW.id"),
  "UPDATE console_tasks SET skipped = 0 WHERE NEW.was = 'cancelled' AND task_id = NEW.id AND skipped = 1;",
];

const RUNNING = "('assigned', 'in_progress')";
const groupOf = (taskId: string) =>
  `(SELECT l.group_name FROM console_tasks k JOIN console_lanes l ON l.lane = k.lane WHERE k.task_id = ${taskId})`;

const TASK_DELETED = [
  count("''", "OLD.status", -1),
  countOfPlanOf("OLD.id", "OLD.status", -1),
  `UPDATE console_groups SET running = running - 1 WHERE OLD.status IN ${RUNNING} AND name = ${groupOf("OLD.id")};`,
  unblock("OLD.id", `${wasStopped("OLD.id", "OLD.status")} OR ${ownBlocked("OLD.id")} = 1`),
  // Nothing waits for what is no more.
  `UPDATE console_tasks SET unmet = unmet - 1 WHERE ${queuedBehind("OLD.id")}
    AND NOT CASE run_when WHEN 0 THEN ${wasGood("OLD.id", "OLD.status")} ELSE ${isOver("OLD.status")} END;`,
  `UPDATE console_tasks SET unmet = 0, blocked = 0 WHERE task_id = OLD.id;`,
  reconsider("OLD.id"),
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
function feed(
  table: string,
  entity: string,
  more: { insert?: string[]; update?: string[]; delete?: string[] } = {},
): string[] {
  const note = (row: "NEW" | "OLD") => `INSERT INTO console_changes (entity, id) VALUES ('${entity}', ${row}.id);`;
  return [
    trigger(`console_feed_${table}_insert`, `AFTER INSERT ON ${table} WHEN ${ALOUD}`, [
      note("NEW"),
      ...(more.insert ?? []),
    ]),
    trigger(`console_feed_${table}_update`, `AFTER UPDATE ON ${table} WHEN ${ALOUD}`, [
      note("NEW"),
      ...(more.update ?? []),
    ]),
    trigger(`console_feed_${table}_delete`, `AFTER DELETE ON ${table}`, [note("OLD"), ...(more.delete ?? [])]),
  ];
}

export const CONSOLE_TRIGGERS: readonly string[] = [
  // Here nobody knows yet whether the insert replaces the row, leaves it (OR IGNORE) or updates it (ON CONFLICT).
  trigger(
    "console_task_replacing",
    `BEFORE INSERT ON tasks WHEN EXISTS (SELECT 1 FROM tasks WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM console_replaced WHERE id = NEW.id)`,
    [
      "DELETE FROM console_replaced WHERE id = NEW.id;",
      "INSERT INTO console_replaced (id, status) SELECT id, status FROM tasks WHERE id = NEW.id;",
    ],
  ),
  trigger("console_task_inserted", "AFTER INSERT ON tasks", [
    `INSERT INTO console_counts (scope, status, n) SELECT '', NEW.status, 1
        WHERE NOT EXISTS (SELECT 1 FROM console_replaced WHERE id = NEW.id)
      ON CONFLICT (scope, status) DO UPDATE SET n = n + 1;`,
    `INSERT INTO console_moves (id, was, status)
      SELECT NEW.id, r.status, NEW.status FROM console_replaced r WHERE r.id = NEW.id AND r.status IS NOT NEW.status;`,
    "DELETE FROM console_replaced WHERE id = NEW.id;",
  ]),
  trigger("console_task_counted", "INSTEAD OF INSERT ON console_moves", TASK_COUNTED),
  trigger("console_task_begins", `INSTEAD OF INSERT ON console_moves WHEN ${BEGINS}`, LEAVE_QUEUE),
  trigger("console_task_succeeds", `INSTEAD OF INSERT ON console_moves WHEN ${SUCCEEDS}`, [MEET_DEPENDENTS]),
  trigger(
    "console_task_status",
    `INSTEAD OF INSERT ON console_moves
      WHEN (NEW.was IN ${MATTERS} OR NEW.status IN ${MATTERS}) AND NOT (${BEGINS}) AND NOT (${SUCCEEDS})`,
    TASK_STATUS_CHANGED,
  ),
  trigger(
    "console_task_grouped",
    `INSTEAD OF INSERT ON console_moves WHEN (NEW.was IN ${RUNNING}) <> (NEW.status IN ${RUNNING})
      AND ${own("NEW.id", "lane")} IS NOT NULL`,
    [
      `UPDATE console_groups SET running = running + (NEW.status IN ${RUNNING}) - (NEW.was IN ${RUNNING})
        WHERE name = ${groupOf("NEW.id")};`,
    ],
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
  trigger("console_plan_task_gone", "AFTER DELETE ON console_tasks", [
    "DELETE FROM console_awaited WHERE task = OLD.seq;",
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
  trigger("console_walk_done", "INSTEAD OF INSERT ON console_walked", WALKED),
  // What runs on failure or always need not wait for a blocked task.
  trigger(
    "console_blocked",
    `AFTER UPDATE OF blocked ON console_tasks WHEN OLD.blocked = 0 AND NEW.blocked = 1 AND ${NO_WALK}`,
    [
      count("NEW.plan_id", "'blocked'", 1),
      "INSERT INTO console_changes (entity, id) VALUES ('task', NEW.task_id);",
      `UPDATE console_tasks SET unmet = unmet - 1 WHERE run_when <> 0 AND ${queuedBehind("NEW.task_id")};`,
    ],
  ),
  trigger(
    "console_unblocked",
    `AFTER UPDATE OF blocked ON console_tasks WHEN OLD.blocked = 1 AND NEW.blocked = 0 AND ${NO_WALK}`,
    [
      count("NEW.plan_id", "'blocked'", -1),
      "INSERT INTO console_changes (entity, id) VALUES ('task', NEW.task_id);",
      `UPDATE console_tasks SET unmet = unmet + 1 WHERE run_when <> 0 AND ${queuedBehind("NEW.task_id")};`,
    ],
  ),

  trigger("console_plan_status", "AFTER UPDATE OF status ON execution_plans WHEN NEW.status IS NOT OLD.status", [
    "DELETE FROM console_ready WHERE NEW.status IS NOT 'executing' AND plan_id = NEW.id AND held <> 4;",
    "DELETE FROM console_requeue WHERE plan_id = NEW.id;",
    makeReady(`c.plan_id = NEW.id AND NEW.status = 'executing' AND c.ordinal < ${REQUEUE_SLICE}`),
    requeueLater(
      REQUEUE_SLICE,
      "0",
      `NEW.status = 'executing' AND p.plan_id = NEW.id AND EXISTS (SELECT 1 FROM console_tasks
        WHERE plan_id = NEW.id AND ordinal >= ${REQUEUE_SLICE})`,
    ),
  ]),
  trigger("console_plan_lane", "AFTER UPDATE OF paused_at, cancel_requested_at, concurrency ON console_plans", [
    `UPDATE console_ready SET held = ${LANE_OF_ENTRY} WHERE held <> 2 AND seq IN
      (SELECT seq FROM console_ready WHERE plan_id = NEW.plan_id ORDER BY held, priority DESC, seq LIMIT ${REQUEUE_SLICE});`,
    `UPDATE console_requeue SET hold = ${HOLD} WHERE plan_id = NEW.plan_id;`,
    requeueLater(
      0,
      HOLD,
      `p.plan_id = NEW.plan_id AND EXISTS
        (SELECT 1 FROM console_ready WHERE plan_id = NEW.plan_id LIMIT 1 OFFSET ${REQUEUE_SLICE})`,
    ),
    "INSERT INTO console_changes (entity, id) VALUES ('plan', NEW.plan_id);",
  ]),
  trigger("console_plan_deleted", "AFTER DELETE ON execution_plans", [
    "DELETE FROM console_ready WHERE plan_id = OLD.id;",
    "DELETE FROM console_requeue WHERE plan_id = OLD.id;",
    `UPDATE console_groups SET running = running - (SELECT count(*) FROM console_tasks k
        CROSS JOIN console_lanes l ON l.lane = k.lane CROSS JOIN tasks t ON t.id = k.task_id
        WHERE k.plan_id = OLD.id AND l.group_name = console_groups.name AND t.status IN ${RUNNING})
      WHERE name IN (SELECT l.group_name FROM console_tasks k CROSS JOIN console_lanes l ON l.lane = k.lane
        WHERE k.plan_id = OLD.id);`,
    "DELETE FROM console_lanes WHERE plan_id = OLD.id;",
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
  trigger("console_attempt_reported", "INSTEAD OF UPDATE ON console_attempts", SQL_REPORT),
  trigger("console_run_claimed", "INSTEAD OF INSERT ON console_sql_claims", SQL_CLAIM),
  ...feed("runs", "run", {
    insert: [
      `INSERT INTO console_sql_claims (run_id, task_id, worker_id, plan_id, seq)
        SELECT NEW.id, NEW.task_id, NEW.worker_id, q.plan_id, q.seq
        FROM console_tasks k CROSS JOIN console_ready q ON q.seq = k.seq
        WHERE NEW.status = 'running' AND k.task_id = NEW.task_id AND q.held IN (0, 3, 7) AND ${NOT_ON_HOLD};`,
    ],
    update: [
      `UPDATE console_runs SET live = NULL, claimed = CASE claimed WHEN 1 THEN 2 ELSE claimed END
        WHERE OLD.status = 'running' AND NEW.status IS NOT 'running' AND run_id = NEW.id;`,
    ],
    delete: ["DELETE FROM console_runs WHERE run_id = OLD.id;"],
  }),
  ...feed("workers", "worker", { delete: ["DELETE FROM console_workers WHERE worker_id = OLD.id;"] }),
  ...feed("execution_plans", "plan"),
];
