/*
 * What programs that take tasks with SQL of their own go by: docs/external-workers.md. Views say what there is to do,
 * triggers do what `claimReady` and the runner do for the console's own workers.
 */

/** Of an entry `q` of the ready queue: its plan is not one that was paused a moment ago. */
export const NOT_ON_HOLD = "NOT EXISTS (SELECT 1 FROM console_requeue h WHERE h.plan_id = q.plan_id AND h.hold = 1)";

const PLAN_ROOM = `(p.concurrency IS NULL OR p.concurrency > coalesce((SELECT sum(n) FROM console_counts
    WHERE scope = p.plan_id AND status IN ('assigned', 'in_progress')), 0))`;
const FIRST = (where: string) => `(SELECT q.seq FROM console_ready q CROSS JOIN console_tasks k ON k.seq = q.seq
      CROSS JOIN console_specs s ON s.seq = q.seq
    WHERE ${where} AND k.agent = 'command' AND s.spec NOT LIKE '%"late":%' AND ${NOT_ON_HOLD}
    ORDER BY q.priority DESC, q.seq LIMIT 1)`;

/**
 * For programs that claim with SQL: what each worker without a task may take now, the first of each lane. Commands
 * alone, and those that can be run as they stand.
 */
const CONSOLE_OFFERS = `CREATE VIEW console_offers AS
  SELECT h.worker_id, q.task_id, q.plan_id, k.subtask_id, q.priority, q.seq, s.spec,
    (SELECT coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = q.task_id) AS run_number
  FROM (
    SELECT w.id AS worker_id, ${FIRST("q.held = 0")} AS seq FROM workers w
    UNION ALL
    SELECT w.id, ${FIRST("q.plan_id = p.plan_id AND q.held = 3")} FROM workers w
      CROSS JOIN console_plans p WHERE p.concurrency IS NOT NULL AND p.finished_at IS NULL AND ${PLAN_ROOM}
    UNION ALL
    SELECT w.id, ${FIRST("q.held = 7 AND q.lane = l.lane")} FROM workers w
      CROSS JOIN console_lanes l
      LEFT JOIN console_groups g ON g.name = l.group_name LEFT JOIN console_plans p ON p.plan_id = l.plan_id
    WHERE l.role IN ('', w.role) AND (g.name IS NULL OR g.running < g.capacity) AND (p.plan_id IS NULL OR ${PLAN_ROOM})
      AND NOT EXISTS (SELECT 1 FROM json_each(l.capabilities) n WHERE n.value NOT IN (SELECT value
        FROM json_each(CASE WHEN json_valid(w.capabilities) THEN w.capabilities ELSE '[]' END)))
  ) h
    CROSS JOIN console_ready q ON q.seq = h.seq
    CROSS JOIN console_tasks k ON k.seq = q.seq
    CROSS JOIN console_specs s ON s.seq = q.seq
    CROSS JOIN workers v ON v.id = h.worker_id
  WHERE v.current_task_id IS NULL AND v.status NOT IN ('offline', 'error')
    AND NOT EXISTS (SELECT 1 FROM console_drains WHERE worker_id = h.worker_id)`;

/**
 * For the same programs: an attempt of theirs, what it is to run, and whether it is to stop. An update of its status
 * reports its end (`console_attempt_reported`).
 */
const CONSOLE_ATTEMPTS = `CREATE VIEW console_attempts AS
  SELECT r.id AS run_id, r.run_number, r.worker_id, r.task_id, r.status, r.result_data, r.error_message, cr.exit_code,
    cr.live IS NULL OR coalesce(cr.stop_requested IN ('cancel', 'timeout'), 0) AS stop, s.spec,
    (SELECT json_group_object(name, value) FROM (
      SELECT key AS name, value FROM json_each(s.spec, '$.env')
      UNION ALL SELECT 'HIVE_PARAM_' || upper(replace(replace(replace(key, '-', '_'), '.', '_'), ' ', '_')),
        CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(value AS TEXT) END
        FROM json_each(p.parameters)
      UNION ALL SELECT 'HIVE_TASK_ID', r.task_id
      UNION ALL SELECT 'HIVE_RUN_ID', r.id
      UNION ALL SELECT 'HIVE_PLAN_ID', k.plan_id
      UNION ALL SELECT 'HIVE_ATTEMPT', CAST(r.run_number AS TEXT))) AS environment
  FROM console_runs cr
    CROSS JOIN runs r ON r.id = cr.run_id
    CROSS JOIN console_tasks k ON k.task_id = cr.task_id
    CROSS JOIN console_specs s ON s.seq = k.seq
    CROSS JOIN console_plans p ON p.plan_id = k.plan_id
  WHERE cr.claimed IS NOT NULL OR cr.live IS NULL`;

/** Belong among the tables. */
export const SQL_WORKER_VIEWS: readonly string[] = [
  CONSOLE_OFFERS,
  CONSOLE_ATTEMPTS,
  // Where triggers send an attempt that another program has begun.
  "CREATE VIEW console_sql_claims AS SELECT '' AS run_id, '' AS task_id, '' AS worker_id, '' AS plan_id, 0 AS seq",
];

const NOW_TEXT = "strftime('%Y-%m-%d %H:%M:%f', 'now')";
const NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";
/**
 * Another program began an attempt at a ready task of ours by adding its run: what `claimReady` writes, down to the
 * event.
 */
export const SQL_CLAIM = [
  `INSERT OR IGNORE INTO console_runs (run_id, task_id, live, claimed, started_at)
    VALUES (NEW.run_id, NEW.task_id, 1, 1, ${NOW_MS});`,
  `UPDATE console_tasks SET attempts = attempts + 1, run_id = NEW.run_id, result_run_id = NULL, reason = NULL
    WHERE seq = NEW.seq;`,
  `UPDATE tasks SET status = 'in_progress', assigned_worker = NEW.worker_id, updated_at = ${NOW_TEXT}
    WHERE id = NEW.task_id;`,
  "UPDATE workers SET status = 'active', current_task_id = NEW.task_id WHERE id = NEW.worker_id;",
  `UPDATE console_plans SET started_at = ${NOW_MS} WHERE plan_id = NEW.plan_id AND started_at IS NULL;`,
  `INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata, created_at)
    SELECT lower(hex(randomblob(16))), 'task.started', ${NOW_TEXT}, NEW.worker_id, p.correlation_id,
      json_object('task_id', NEW.task_id, 'plan_id', NEW.plan_id, 'subtask_id', k.subtask_id, 'run_id', NEW.run_id,
        'worker_id', NEW.worker_id, 'run_number', r.run_number, 'attempt', k.attempts), '{}', ${NOW_TEXT}
    FROM console_tasks k JOIN console_plans p ON p.plan_id = k.plan_id JOIN runs r ON r.id = NEW.run_id
    WHERE k.seq = NEW.seq;`,
];

/** It reports the end. An attempt that has ended already, because it was given to another, stays as it is. */
export const SQL_REPORT = [
  `INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata, created_at)
    SELECT lower(hex(randomblob(16))), 'system.error', ${NOW_TEXT}, OLD.worker_id, p.correlation_id,
      json_object('error', 'An attempt reported its end after it had lost its claim; the report was ignored.',
        'task_id', OLD.task_id, 'run_id', OLD.run_id, 'run_status', OLD.status, 'outcome', NEW.status), '{}', ${NOW_TEXT}
    FROM console_tasks k JOIN console_plans p ON p.plan_id = k.plan_id
    WHERE OLD.status IS NOT 'running' AND k.task_id = OLD.task_id;`,
  `UPDATE console_runs SET exit_code = NEW.exit_code WHERE OLD.status = 'running' AND run_id = OLD.run_id;`,
  `UPDATE runs SET status = NEW.status, completed_at = ${NOW_TEXT}, result_data = NEW.result_data,
      error_message = NEW.error_message
    WHERE OLD.status = 'running' AND id = OLD.run_id;`,
];
