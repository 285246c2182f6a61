import { integerOrNull, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";

/** A failed plan's secrets are kept this long for those who retry it. */
export const SECRETS_AFTER_FAILURE_MS = 7 * 24 * 3_600_000;

const OVER = new Set(["completed", "cancelled", "closed"]);

const END = `SELECT e.status, p.finished_at FROM execution_plans e JOIN console_plans p ON p.plan_id = e.id
  WHERE e.id = ?`;

const SCHEDULE = "SELECT 1 FROM console_schedules WHERE id = ?";

/** Whether a plan's tasks may still run, or a schedule may still launch; `unknown` when there is neither. */
export function needsSecrets(db: ReadableDatabase, ownerId: string, now: number): "yes" | "no" | "unknown" {
  const row = statement(db, END).get(ownerId);
  if (!row) return statement(db, SCHEDULE).get(ownerId) ? "yes" : "unknown";
  if (OVER.has(text(row.status))) return "no";
  const finishedAt = integerOrNull(row.finished_at);
  return finishedAt !== null && now - finishedAt > SECRETS_AFTER_FAILURE_MS ? "no" : "yes";
}
