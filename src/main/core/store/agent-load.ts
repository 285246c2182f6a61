import { integer, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import type { TaskSpec } from "./task-spec";

export const AGENT_LOAD = `SELECT k.agent, count(*) AS n FROM console_runs cr CROSS JOIN console_tasks k ON k.task_id = cr.task_id
  WHERE cr.live IS NOT NULL GROUP BY k.agent`;

/** Attempts that each agent has under way. */
export function agentLoad(db: ReadableDatabase): Map<string, number> {
  return new Map(
    statement(db, AGENT_LOAD)
      .all()
      .map((row) => [text(row.agent), integer(row.n)]),
  );
}

const NOTE_SPEC = "UPDATE console_specs SET spec = ? WHERE seq = (SELECT seq FROM console_tasks WHERE task_id = ?)";
const NOTE_AGENT = "UPDATE console_tasks SET agent = ? WHERE task_id = ?";

/** Notes which agent an attempt goes to, so that every console knows. */
export function noteRoute(tx: WritableDatabase, taskId: string, spec: TaskSpec): void {
  statement(tx, NOTE_SPEC).run(JSON.stringify(spec), taskId);
  statement(tx, NOTE_AGENT).run(spec.agent, taskId);
}
