import { HiveError } from "../../../../shared/errors";
import {
  FLAGS,
  type FlagRow,
  type MigrationFlag,
  type MigrationPhase,
} from "../../../../shared/model/unified-migration";
import { appendAudit } from "../audit";
import { integerOrNull, json, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "../database";
import { appendEvent } from "../events";
import type { Writer } from "../plan-end";
import { DUAL_WRITE_PREFIX, READS_SETTING, TELLING_PREFIX } from "./names";
import { lowerSchema, raiseSchema, schemaStanding } from "./schema";
import { dualWriteTriggers, legacyColumns } from "./statements";
import { tellingTriggers } from "./telling";

/** Who changes what of the migration, and why. */
export interface MigrationAct {
  readonly actor: string;
  readonly reason: string;
  readonly writer: Writer;
}

const READ = "SELECT value FROM console_settings WHERE name = +?";
const WRITE = `INSERT INTO console_settings (name, value, at) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at`;
const LAST_ACT = `SELECT at, actor, reason FROM console_audit
  WHERE entity_id = +? AND entity = 'setting' ORDER BY seq DESC LIMIT 1`;

/** Whether a setting of the migration is on. A database that was never adopted has none. */
export function isOn(db: ReadableDatabase, name: MigrationFlag | typeof READS_SETTING): boolean {
  return json(statement(db, READ).get(name)?.value) === true;
}

export function readFlags(db: ReadableDatabase): FlagRow[] {
  return FLAGS.map((flag) => {
    const last = statement(db, LAST_ACT).get(flag);
    return {
      flag,
      on: isOn(db, flag),
      at: integerOrNull(last?.at),
      by: textOrNull(last?.actor),
      reason: textOrNull(last?.reason),
    };
  });
}

export const readsUnified = (db: ReadableDatabase): boolean => isOn(db, READS_SETTING);

export function phaseOf(db: ReadableDatabase): MigrationPhase {
  if (!schemaStanding(db).present) return "none";
  if (readsUnified(db)) return "D";
  if (isOn(db, "enable_dual_write")) return "C";
  return isOn(db, "enable_unified_events") ? "B" : "A";
}

/**
 * Switches one flag; its triggers come and go in the same transaction. False: it stands so already. Throws
 * `not_allowed` where the unified tables are not there, or where the operations read them.
 */
export function writeFlag(tx: WritableDatabase, flag: MigrationFlag, on: boolean, act: MigrationAct): boolean {
  if (isOn(tx, flag) === on) return false;
  if (flag === "enable_dual_write") {
    if (on) requireSchema(tx);
    else requireNotRead(tx);
    replaceTriggers(tx, DUAL_WRITE_PREFIX, on ? dualWriteTriggers(legacyColumns(tx)) : []);
  }
  if (flag === "enable_unified_events") replaceTriggers(tx, TELLING_PREFIX, on ? tellingTriggers() : []);
  writeSetting(tx, flag, on, act);
  return true;
}

/** Whether the operations read the unified tables from now on. False: they do so already. */
export function writeReads(tx: WritableDatabase, on: boolean, act: MigrationAct): boolean {
  if (readsUnified(tx) === on) return false;
  if (on && !isOn(tx, "enable_dual_write")) {
    throw new HiveError(
      "not_allowed",
      "Dual write is off: what operations would read from the unified tables would soon be old. Switch it on with: " +
        "hive migration flags enable_dual_write=on --reason WHY",
      { flag: "enable_dual_write" },
    );
  }
  writeSetting(tx, READS_SETTING, on, act);
  return true;
}

/** Makes the unified schema. False: it is all there. Throws `not_allowed`. */
export function raise(tx: WritableDatabase, act: MigrationAct): boolean {
  const before = schemaStanding(tx);
  if (!raiseSchema(tx)) return false;
  note(tx, "migration.up", "unified_schema", before, schemaStanding(tx), act);
  return true;
}

/** Takes the unified schema away, with what only it holds. False: it is not there. Throws `not_allowed`. */
export function lower(tx: WritableDatabase, act: MigrationAct): boolean {
  for (const flag of ["enable_dual_write", READS_SETTING] as const) {
    if (!isOn(tx, flag)) continue;
    throw new HiveError(
      "not_allowed",
      `The unified tables are in use (${flag} is on): nothing was changed. Go back first, step by step, with: ` +
        "hive migration rollback --reason WHY",
      { flag },
    );
  }
  const before = schemaStanding(tx);
  if (!lowerSchema(tx)) return false;
  note(tx, "migration.down", "unified_schema", before, schemaStanding(tx), act);
  return true;
}

function requireSchema(tx: WritableDatabase): void {
  const { present, missing } = schemaStanding(tx);
  if (present) return;
  throw new HiveError(
    "not_allowed",
    `The unified tables are not there (${missing.join(", ")}): make them with: hive migration up`,
    { missing },
  );
}

function requireNotRead(tx: WritableDatabase): void {
  if (!readsUnified(tx)) return;
  throw new HiveError(
    "not_allowed",
    "Operations read the unified tables: without dual write these would soon be old. Go back first, with: " +
      "hive migration rollback --reason WHY",
    { setting: READS_SETTING },
  );
}

const TRIGGERS = "SELECT name FROM main.sqlite_master WHERE type = 'trigger' AND name GLOB ? ORDER BY name";

function replaceTriggers(tx: WritableDatabase, prefix: string, wanted: readonly string[]): void {
  for (const row of statement(tx, TRIGGERS).all(`${prefix}*`)) tx.exec(`DROP TRIGGER ${text(row.name)}`);
  for (const sql of wanted) tx.exec(sql);
}

function writeSetting(tx: WritableDatabase, name: string, on: boolean, act: MigrationAct): void {
  const before = json(statement(tx, READ).get(name)?.value) === true;
  statement(tx, WRITE).run(name, JSON.stringify(on), act.writer.now);
  note(tx, "migration.set", name, before, on, act);
}

function note(
  tx: WritableDatabase,
  name: string,
  entityId: string,
  before: unknown,
  after: unknown,
  { actor, reason, writer }: MigrationAct,
): void {
  appendAudit(tx, { at: writer.now, actor, act: name, entity: "setting", entityId, reason, before, after });
  appendEvent(tx, {
    id: writer.newId(),
    type: "workflow.checkpoint",
    at: writer.now,
    source: writer.source,
    correlationId: "unified-schema-migration",
    payload: { act: name, what: entityId, before, after, by: actor, reason },
  });
}
