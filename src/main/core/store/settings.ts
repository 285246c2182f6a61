import { settingOf, settingRow } from "../../../shared/model/setting";
import { appendAudit } from "./audit";
import { integerOrNull, json, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";

const SLOTS = "runner.slots";

/** How many tasks run at once on this database, as an operator set it last. */
export interface SlotSetting {
  readonly slots: number;
  /** When; tells one setting from the next of the same number. */
  readonly at: number;
}

// Two settings within one millisecond are two.
const SET = `INSERT INTO console_settings (name, value, at) VALUES ($name, $value, $at)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = max(excluded.at, at + 1)`;
const RESET = "DELETE FROM console_settings WHERE name = ?";
const ONE = "SELECT value, at FROM console_settings WHERE name = ?";

/** Null: nobody set it, or what stands there is no such number. */
export function readSlots(db: ReadableDatabase): SlotSetting | null {
  const row = statement(db, ONE).get(SLOTS);
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
  statement(tx, SET).run({ name: SLOTS, value: JSON.stringify(slots), at: now });
  appendAudit(tx, {
    at: now,
    actor,
    act: "runner.setSlots",
    entity: "setting",
    entityId: SLOTS,
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

/** Differs after any change of a setting. */
export function settingsStamp(db: ReadableDatabase): string {
  return text(
    statement(db, "SELECT coalesce(group_concat(name || ' ' || at), '') AS stamp FROM console_settings").get()?.stamp,
  );
}

/** What is kept for a setting, as it stands; `undefined`: nothing, or no JSON. */
export function readSetting(db: ReadableDatabase, name: string): unknown {
  const row = statement(db, ONE).get(name);
  return row === undefined ? undefined : json(row.value);
}

/** All that is kept, by name. */
export function readSettings(db: ReadableDatabase): ReadonlyMap<string, unknown> {
  const rows = statement(db, "SELECT name, value FROM console_settings").all();
  return new Map(rows.map((row) => [text(row.name), json(row.value)]));
}

/** Reads settings of a database by name, with their defaults; one that cannot be used counts as not set. */
export function settingReader(db: ReadableDatabase): (name: string) => unknown {
  const kept = readSettings(db);
  return (name) => {
    const definition = settingOf(name);
    return definition === null ? undefined : settingRow(definition, kept.get(name)).value;
  };
}

/** A whole number that is set for a database, or its default. */
export function numberSetting(db: ReadableDatabase, name: string): number {
  return Number(settingReader(db)(name));
}

export interface SettingAct {
  readonly name: string;
  /** `undefined`: it goes back to its default. */
  readonly value: unknown;
  readonly reason: string | null;
  readonly actor: string;
  readonly now: number;
}

/** Writes any setting but the slots, with its row in the audit log. False: it is so already. */
export function writeSetting(tx: WritableDatabase, { name, value, reason, actor, now }: SettingAct): boolean {
  const before = readSetting(tx, name);
  if (JSON.stringify(before) === JSON.stringify(value)) return false;
  if (value === undefined) statement(tx, RESET).run(name);
  else statement(tx, SET).run({ name, value: JSON.stringify(value), at: now });
  appendAudit(tx, {
    at: now,
    actor,
    act: value === undefined ? "settings.reset" : "settings.set",
    entity: "setting",
    entityId: name,
    reason,
    before: before === undefined ? null : { value: before },
    after: value === undefined ? null : { value },
  });
  return true;
}
