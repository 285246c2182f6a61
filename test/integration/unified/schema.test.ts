import type Database from "better-sqlite3";
import { expect, test } from "vitest";
import { lowerUnified, migrationStatus, raiseUnified, setFlags } from "../../../src/main/core/operations/migration";
import { openStore } from "../../../src/main/core/store/open";
import { UNIFIED_INDEXES, UNIFIED_REVISION } from "../../../src/main/core/store/unified/schema";
import { makeHiveDatabase, rowsOf, schemaOf, withDatabase } from "../../helpers/hive-database";
import { afterThisTest, openTestStore } from "../../helpers/store";

const act = { actor: "ann", reason: "because" };
const LEGACY = ["tasks", "runs", "workers", "events", "planning_queue", "execution_plans", "plan_execution"];
const unifiedSchema = (schema: Record<string, string | null>) =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => /(table|index) (ix_)?unified_/.test(name)));

/** Every byte of what is stored in the legacy tables, and how they are declared. */
function dump(db: Database.Database): string {
  const declared = db.prepare(
    "SELECT sql FROM sqlite_master WHERE tbl_name IN (SELECT value FROM json_each(?)) ORDER BY name",
  );
  const rows = LEGACY.map((table) => db.prepare(`SELECT rowid, * FROM ${table} ORDER BY rowid`).all());
  return JSON.stringify([declared.all(JSON.stringify(LEGACY)), rows]);
}

test("a database that is made here has upstream's unified schema, and alembic is told", async () => {
  const real = withDatabase(makeHiveDatabase(), (db) => unifiedSchema(schemaOf(db)));
  const store = await openTestStore();
  expect(migrationStatus(store)).toMatchObject({ phase: "A", revision: UNIFIED_REVISION, missing: [] });
  await lowerUnified(store, { ...act, force: false });
  expect(migrationStatus(store)).toMatchObject({ phase: "none", revision: null });
  await raiseUnified(store, act);
  // To the letter as alembic makes it.
  expect(unifiedSchema(schemaOf(store.read))).toEqual(real);
  expect(UNIFIED_INDEXES.every(({ name }) => `index ${name}` in real)).toBe(true);
});

test("up and down a hundred times leaves the legacy tables as they were, byte for byte", async () => {
  const file = makeHiveDatabase();
  const store = await openStore({ file });
  afterThisTest(() => store.close());
  await setFlags(store, { ...act, flags: { enable_unified_events: true } });
  const before = dump(store.read);
  const events = store.read.prepare("SELECT count(*) FROM events").pluck();
  const count = events.get();
  for (let round = 0; round < 100; round += 1) {
    await lowerUnified(store, { ...act, force: false });
    expect(migrationStatus(store)).toMatchObject({ phase: "none", revision: null });
    await raiseUnified(store, act);
    expect(migrationStatus(store)).toMatchObject({ phase: "B", revision: UNIFIED_REVISION });
  }
  // What was done is told in events: those are taken off before the comparison.
  expect(events.get()).toBe(Number(count) + 200);
  await store.write((tx) => tx.prepare("DELETE FROM events WHERE rowid > ?").run(count));
  expect(dump(store.read)).toBe(before);
  expect(store.read.pragma("integrity_check", { simple: true })).toBe("ok");
}, 240_000);

test("alembic's own word is left alone where it is another one", async () => {
  const file = makeHiveDatabase({
    changes: "DROP TABLE unified_tasks; UPDATE alembic_version SET version_num = 'abc123'",
  });
  const store = await openTestStore({ file, create: false });
  await expect(lowerUnified(store, { ...act, force: true })).rejects.toMatchObject({ code: "not_allowed" });
  expect(rowsOf(store.read).alembic_version).toEqual([{ version_num: "abc123" }]);
});

test("the tables stay while they are in use, and while they alone hold something", async () => {
  const store = await openTestStore();
  await setFlags(store, { ...act, flags: { enable_dual_write: true } });
  await expect(lowerUnified(store, { ...act, force: true })).rejects.toMatchObject({ code: "not_allowed" });
  await setFlags(store, { ...act, flags: { enable_dual_write: false } });
  await store.write((tx) =>
    tx.exec(`INSERT INTO unified_tasks (id, correlation_id, task_type, status, agent_type, input_data, created_at, updated_at)
      VALUES ('mine', 'c', 'review', 'pending', 'ai-reviewer', '{}', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')`),
  );
  await expect(lowerUnified(store, { ...act, force: false })).rejects.toThrow(/1 task\(s\) were made in the unified/);
  expect(await lowerUnified(store, { ...act, force: true })).toMatchObject({ phase: "none" });
  await expect(setFlags(store, { ...act, flags: { enable_dual_write: true } })).rejects.toThrow(/hive migration up/);
});

test("who switched a flag, when and why is in the audit log", async () => {
  const store = await openTestStore();
  await setFlags(store, { ...act, flags: { enable_dual_write: true, enable_agent_adapters: false } });
  const { flags } = migrationStatus(store);
  expect(flags).toMatchObject([
    { flag: "enable_unified_events", on: false, at: null },
    { flag: "enable_dual_write", on: true, by: "ann", reason: "because" },
    { flag: "enable_agent_adapters", on: false, at: null },
  ]);
  expect(store.read.prepare("SELECT act, entity_id, before, after FROM console_audit").all()).toEqual([
    { act: "migration.set", entity_id: "enable_dual_write", before: "false", after: "true" },
  ]);
});
