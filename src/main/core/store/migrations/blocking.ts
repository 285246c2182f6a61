import { hasDependency, OBSTACLE, STOPPED, seqOf } from "./standing";

/*
 * In the walks below the condition of the whole step stands where the walk begins: around it, SQLite would
 * walk first and ask then, and every claim would cost as much as its plan is large. As a CASE of the task it is asked
 * once; as a term of its own, for each of ten thousand dependents.
 */

/** The task (`console_tasks.seq`) where the condition holds; else none. */
export const seqWhere = (when: string, taskId: string) => `CASE WHEN ${when} THEN ${seqOf(taskId)} END`;

/** Marks everything queued behind an obstacle. Stops where it is marked already, so a repeat costs nothing. */
export function block(taskId: string, when: string): string {
  const open = "c.unmet > 0 AND c.blocked = 0 AND c.run_when = 0";
  return `INSERT INTO console_walk (seq)
    WITH RECURSIVE behind (seq) AS (
      SELECT c.seq FROM console_edges e JOIN console_tasks c ON c.seq = e.task
        WHERE e.depends_on = ${seqWhere(when, taskId)} AND ${open}
      UNION
      SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${open}
    ) SELECT seq FROM behind;
  ${mark(1)}`;
}

/**
 * Takes the mark from everything behind a task that is no obstacle any more, except where another stopped
 * task is a direct dependency (cheap, and prunes most); then marks again what hangs behind other obstacles.
 */
export function unblock(taskId: string, when: string): string {
  const freed = `c.blocked = 1 AND NOT ${hasDependency("c.seq", STOPPED)}`;
  const open = "c.unmet > 0 AND c.blocked = 0 AND c.run_when = 0";
  return `INSERT INTO console_walk (seq)
    WITH RECURSIVE behind (seq) AS (
      SELECT c.seq FROM console_edges e JOIN console_tasks c ON c.seq = e.task
        WHERE e.depends_on = ${seqWhere(when, taskId)} AND ${freed}
      UNION
      SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${freed}
    ) SELECT seq FROM behind;
  ${mark(-1)}
  INSERT INTO console_walk (seq)
    WITH RECURSIVE behind (seq) AS (
      SELECT c.seq FROM console_edges e JOIN console_tasks c ON c.seq = e.task
        WHERE e.depends_on = ${seqWhere(when, taskId)} AND ${open}
      UNION
      SELECT c.seq FROM behind JOIN console_edges e ON e.depends_on = behind.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${open}
    ), again (seq) AS (
      SELECT behind.seq FROM behind
        WHERE ${hasDependency("behind.seq", `d.task_id <> ${taskId} AND (${OBSTACLE})`)}
      UNION
      SELECT c.seq FROM again JOIN console_edges e ON e.depends_on = again.seq
        JOIN console_tasks c ON c.seq = e.task WHERE ${open}
    ) SELECT seq FROM again;
  ${mark(1)}`;
}

/** Sets (1) or takes (-1) the mark where a walk has been. */
function mark(step: 1 | -1): string {
  return `INSERT INTO console_walked (step) SELECT ${step} WHERE EXISTS (SELECT 1 FROM console_walk);`;
}

/** What `console_blocked` and `console_unblocked` do for one task, for all of a walk: a fan may have ten thousand. */
export const WALKED = [
  "UPDATE console_tasks SET blocked = NEW.step > 0 WHERE seq IN (SELECT seq FROM console_walk);",
  `INSERT INTO console_counts (scope, status, n)
      SELECT c.plan_id, 'blocked', count(*) * NEW.step FROM console_walk w CROSS JOIN console_tasks c ON c.seq = w.seq
        WHERE true GROUP BY c.plan_id
    ON CONFLICT (scope, status) DO UPDATE SET n = n + excluded.n;`,
  `INSERT INTO console_changes (entity, id) SELECT 'tasks', json_group_array(c.task_id)
    FROM console_walk w CROSS JOIN console_tasks c ON c.seq = w.seq;`,
  `INSERT INTO console_changes (entity, id) SELECT DISTINCT 'plan', c.plan_id
    FROM console_walk w CROSS JOIN console_tasks c ON c.seq = w.seq;`,
  `UPDATE console_tasks SET unmet = unmet - NEW.step * (SELECT count(*) FROM console_edges e
        CROSS JOIN console_walk w ON w.seq = e.depends_on WHERE e.task = console_tasks.seq)
    WHERE run_when <> 0
      AND seq IN (SELECT e.task FROM console_walk w CROSS JOIN console_edges e ON e.depends_on = w.seq)
      AND (SELECT status FROM tasks WHERE id = console_tasks.task_id) = 'queued';`,
  "DELETE FROM console_walk;",
];
export const NO_WALK = "NOT EXISTS (SELECT 1 FROM console_walk)";
