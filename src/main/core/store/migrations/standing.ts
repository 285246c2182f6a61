/*
 * What a task is to those behind it, in SQL: see the glossary in console-triggers.ts.
 */

/** Conditions on a status, and on two columns of console_tasks. Never null. */
export const isOver = (status: string) =>
  `(${status} IS 'completed' OR ${status} IS 'failed' OR ${status} IS 'cancelled')`;
export const isGood = (status: string, onFailure: string, skipped: string) =>
  `(${status} IS 'completed' OR (${status} IS 'failed' AND ${onFailure} IS 1) OR (${status} IS 'cancelled' AND ${skipped} IS 1))`;

export function seqOf(taskId: string): string {
  return `(SELECT seq FROM console_tasks WHERE task_id = ${taskId})`;
}

export function hasDependency(task: string, condition: string): string {
  return `EXISTS (SELECT 1 FROM console_edges de JOIN console_tasks d ON d.seq = de.depends_on
    JOIN tasks dt ON dt.id = d.task_id WHERE de.task = ${task} AND (${condition}))`;
}

export const DEPENDENCY_GOOD = isGood("dt.status", "d.on_failure", "d.skipped");
export const STOPPED = `${isOver("dt.status")} AND NOT ${DEPENDENCY_GOOD}`;
export const OBSTACLE = `(${STOPPED}) OR d.blocked = 1`;
