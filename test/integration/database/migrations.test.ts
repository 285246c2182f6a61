import { expect, test } from "vitest";
import { migrateDatabase } from "../../../src/main/core/operations/database";
import { LATEST_VERSION, MIGRATIONS } from "../../../src/main/core/store/migrations";
import { migrate, schemaVersion, unmigrate } from "../../../src/main/core/store/migrations/migrate";
import { openStore } from "../../../src/main/core/store/open";
import { makeHiveDatabase, rowsOf, schemaOf, withDatabase } from "../../helpers/hive-database";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { openTestStore } from "../../helpers/store";

const VERSIONS = MIGRATIONS.map(({ version }) => version);
const VARIATIONS: ReadonlyArray<readonly [name: string, changes: string]> = [
  ["as upstream left it", ""],
  [
    "with rows that break foreign keys",
    "INSERT INTO runs (id, task_id, worker_id, run_number) VALUES ('r', '-', '-', 1)",
  ],
  ["with columns of its own", "ALTER TABLE workers ADD COLUMN mood TEXT; ALTER TABLE events ADD COLUMN more TEXT"],
  ["without planning tables", "DROP TABLE plan_execution; DROP TABLE execution_plans; DROP TABLE planning_queue"],
  [
    "without unified tables",
    `DROP TABLE unified_tasks; DROP TABLE unified_review_tasks; DROP TABLE unified_workflow_tasks;
      DROP TABLE unified_deployment_tasks; DROP TABLE alembic_version`,
  ],
  [
    "with few columns",
    `DROP INDEX idx_tasks_priority; DROP INDEX idx_tasks_status_priority; ALTER TABLE tasks DROP COLUMN priority;
      ALTER TABLE tasks DROP COLUMN tags; ALTER TABLE tasks DROP COLUMN max_retries;
      ALTER TABLE tasks DROP COLUMN assigned_worker; ALTER TABLE runs DROP COLUMN transcript`,
  ],
];

test("steps are numbered without a gap", () => {
  expect(VERSIONS).toEqual(VERSIONS.map((_, index) => index + 1));
});

test.each(VARIATIONS)("a database %s goes forward from and back to every schema", (_name, changes) => {
  const file = makeHiveDatabase({ changes });
  withDatabase(file, (db) => {
    db.pragma("foreign_keys = OFF");
    const before = rowsOf(db);
    const schemas = new Map<number, Record<string, string | null>>();
    for (const version of VERSIONS) {
      migrate(db, { now: 1, target: version });
      expect(schemaVersion(db)).toBe(version);
      schemas.set(version, schemaOf(db));
    }
    // A way between any two schemas is made of such steps; the last two go all of them at once.
    for (const to of [...VERSIONS.toReversed(), ...VERSIONS, 1, LATEST_VERSION]) {
      migrate(db, { now: 1, target: to });
      expect([to, schemaOf(db)]).toEqual([to, schemas.get(to)]);
    }
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    unmigrate(db);
    expect(rowsOf(db)).toMatchObject(before);
    expect(schemaVersion(db)).toBeNull();
    expect(Object.keys(schemaOf(db)).filter((name) => /console_/.test(name))).toEqual([]);
  });
});

test.each(VERSIONS)(
  "a database of schema %i is brought up to date when it is opened, its counters right",
  async (version) => {
    const file = makeHiveDatabase();
    withDatabase(file, (db) => migrate(db, { now: 1, target: version }));
    const store = await openTestStore({ file, create: false });
    expect(store.info()).toMatchObject({ schemaVersion: LATEST_VERSION, notice: null });
    await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'cancelled' WHERE status = 'queued'").run());
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  },
);

test("a step that fails changes nothing", () => {
  const file = makeHiveDatabase({ changes: "CREATE TABLE console_lease (mine TEXT)" });
  withDatabase(file, (db) => {
    const before = schemaOf(db);
    expect(() => migrate(db, { now: 1 })).toThrow(/console_lease already exists/);
    expect(schemaOf(db)).toEqual(before);
    expect(schemaVersion(db)).toBeNull();
  });
});

test("a list of steps with a hole is refused", async () => {
  const file = makeHiveDatabase();
  withDatabase(file, (db) => {
    migrate(db, { now: 1 });
    db.exec("DELETE FROM console_migrations WHERE version = 1");
  });
  await expect(migrateDatabase({ file }, 1)).rejects.toMatchObject({ code: "database_corrupt" });
  withDatabase(file, (db) => db.exec("DELETE FROM console_migrations WHERE version > 2"));
  await expect(openStore({ file })).rejects.toMatchObject({ code: "database_corrupt" });
});

test("a schema that does not exist, and a database that was never adopted, are refused", async () => {
  const file = makeHiveDatabase();
  await expect(migrateDatabase({ file })).rejects.toMatchObject({ code: "database_not_adopted" });
  withDatabase(file, (db) => migrate(db, { now: 1 }));
  for (const to of [0, LATEST_VERSION + 1, 1.5]) {
    await expect(migrateDatabase({ file }, to)).rejects.toMatchObject({ code: "invalid_input" });
  }
  expect(await migrateDatabase({ file }, 1)).toMatchObject({ from: LATEST_VERSION, to: 1 });
  expect(await migrateDatabase({ file })).toMatchObject({ from: 1, to: LATEST_VERSION });
});
