import { statement, type WritableDatabase } from "./database";

/** One act of a person: who did what to which thing, why, and what it was before and after. */
export interface AuditEntry {
  readonly at: number;
  readonly actor: string;
  /** `area.verb`, as the operation is called. */
  readonly act: string;
  readonly entity: "plan" | "task" | "run" | "worker" | "job" | "setting" | "schedule" | "subscription";
  readonly entityId: string;
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

const INSERT = `INSERT INTO console_audit (at, actor, act, entity, entity_id, reason, before, after)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes one entry; belongs into the transaction of the act. */
export function appendAudit(tx: WritableDatabase, entry: AuditEntry): void {
  statement(tx, INSERT).run(
    entry.at,
    entry.actor,
    entry.act,
    entry.entity,
    entry.entityId,
    entry.reason,
    JSON.stringify(entry.before ?? null),
    JSON.stringify(entry.after ?? null),
  );
}
