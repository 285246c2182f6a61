import { expect, test } from "vitest";
import { getMigrationFigures } from "../../../src/main/core/operations/migration-figures";
import { migrationHandlers } from "../../../src/main/core/operations/migration-handlers";
import { planningHandlers } from "../../../src/main/core/operations/planning-handlers";
import { openStore } from "../../../src/main/core/store/open";
import { hashOf, makeHiveDatabase, withDatabase } from "../../helpers/hive-database";
import { afterThisTest } from "../../helpers/store";

test("a database that was never adopted is looked at, and not one byte of it changes", async () => {
  const file = makeHiveDatabase({ journalMode: "delete" });
  withDatabase(file, (db) =>
    db.exec("INSERT INTO planning_queue (id, task_description, status) VALUES ('r', 'Something', 'pending')"),
  );
  const before = hashOf(file);
  const store = await openStore({ file, mode: "observe" });
  afterThisTest(() => store.close());
  const environment = {};
  const migration = migrationHandlers({ store, actor: "ann", environment });
  const planning = planningHandlers({ store, actor: "ann", environment });
  expect(migration["migration.status"]()).toMatchObject({ phase: "A", backfill: null, parity: null, checking: null });
  // What differs can be seen; that it was looked for is not kept.
  expect(await migration["migration.parity"]({ limit: 10 })).toMatchObject({ checked: 3, missing: 3 });
  expect(migration["migration.parityHistory"]({ limit: 10 })).toEqual([]);
  expect(await migration["migration.previewDown"]()).toMatchObject({ own: 0 });
  expect(await getMigrationFigures(store, { databaseFile: file, environment }, { range: "7d" })).toMatchObject({
    writes: { bars: [], totals: [] },
    delivery: { lag: null },
  });
  expect(planning["planning.list"]({ limit: 10 }).rows).toMatchObject([{ id: "r", status: "pending" }]);
  expect(planning["planning.list"]({ limit: 10, status: "pending" }).rows).toHaveLength(1);
  expect(await planning["planning.get"]({ requestId: "r" })).toMatchObject({ failure: null, proposals: [] });
  await expect(planning["planning.retry"]({ requestId: "r" })).rejects.toMatchObject({ code: "not_allowed" });
  await expect(migration["migration.cutover"]({ reason: "x", force: true })).rejects.toMatchObject({
    code: "not_allowed",
  });
  expect(hashOf(file)).toBe(before);
});
