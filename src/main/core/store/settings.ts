import { appendAudit } from "./audit";
import { integerOrNull, json } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";

/** How many tasks run at once on this database, as an operator set it last. */
export interface SlotSetting {
  readonly slots: number;
  /** When; tells one setting from the next of the same number. */
  readonly at: number;
}

const SET = `INSERT INTO console_settings (name, value, at) VALUES ('slots', ?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at`;

/** Null: nobody set it, or what stands there is no such number. */
export function readSlots(db: ReadableDatabase): SlotSetting | null {
  const row = statement(db, "SELECT value, at FROM console_settings WHERE name = 'slots'").get();
  const value = json(row?.value);
  const at = integerOrNull(row?.at);
  return typeof value === "number" && Number.isInteger(value) && value > 0 && at !== null ? { slots: value, at } : null;
}

export interface SlotAct {
  readonly slots: number;
  readonly reason: string | null;
  readonly actor: string;
  readonly writer: Writer;
}

/** False: it is so already. */
export function writeSlots(tx: WritableDatabase, { slots, reason, actor, writer }: SlotAct): boolean {
  const before = readSlots(tx);
  if (before?.slots === slots) return false;
  const { now, source, newId } = writer;
  // Two settings within one millisecond are two.
  statement(tx, SET).run(JSON.stringify(slots), Math.max(now, (before?.at ?? 0) + 1));
  appendAudit(tx, {
    at: now,
    actor,
    act: "runner.setSlots",
    entity: "setting",
    entityId: "slots",
    reason,
    before: before && { slots: before.slots },
    after: { slots },
  });
  appendEvent(tx, {
    id: newId(),
    type: "agent.heartbeat",
    at: now,
    source,
    correlationId: null,
    payload: { slots, was: before?.slots ?? null, by: actor, reason },
  });
  return true;
}
