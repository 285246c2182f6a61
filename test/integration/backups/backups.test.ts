import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import {
  listBackups,
  makeBackup,
  removeBackup,
  requireBackup,
  restoreAs,
  verifyBackupOf,
} from "../../../src/main/core/operations/backups";
import { careInThread } from "../../../src/main/core/operations/care";
import { startCaretaker } from "../../../src/main/core/operations/caretaker";
import { backUpDatabase } from "../../../src/main/core/operations/database";
import { listAudit } from "../../../src/main/core/operations/events";
import { previewRestore, restoreDatabase } from "../../../src/main/core/operations/restore";
import { statement } from "../../../src/main/core/store/database";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { writeSetting } from "../../../src/main/core/store/settings";
import { readDatabase } from "../../helpers/database";
import { startForeignProgram } from "../../helpers/foreign";
import { addWorkers, afterThisTest, claim, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const careOf = (store: Store) => careInThread({ file: store.file });
const BY = { actor: "ann", reason: "before the upgrade" };
const countTasks = (file: string): number =>
  readDatabase(file, (database) => Number(database.prepare("SELECT count(*) FROM tasks").pluck().get()));

/** Overwrites the first page of the tasks. */
function damageTasks(file: string): void {
  const page = readDatabase(file, (database) =>
    Number(database.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'tasks'").pluck().get()),
  );
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(200, 0xff), 0, 200, (page - 1) * 4_096);
  closeSync(handle);
}

test("a backup is made, listed, verified by its rows, copied to a new file and removed, each act in the audit log", async () => {
  const store = await openTestStore();
  await launch(store, graphOf({ a: [], b: ["a"] }));
  const made = await makeBackup(store, careOf(store), { cause: "operator", ...BY });
  expect(listBackups(store)).toMatchObject({
    everyHours: 0,
    nextAt: null,
    backups: [{ id: made.id, file: made.file, bytes: statSync(made.file).size, cause: "operator", verification: null }],
  });
  const verified = await verifyBackupOf(store, careOf(store), { backupId: made.id, actor: "ann" });
  expect(verified.verification).toMatchObject({ verdict: "sound", damage: [], rows: { tasks: 2, execution_plans: 1 } });
  expect(listBackups(store).backups[0]?.verification).toEqual(verified.verification);

  const copy = join(dirname(store.file), "copy.db");
  await restoreAs(requireBackup(store, made.id), copy);
  expect(countTasks(copy)).toBe(2);
  await expect(restoreAs(requireBackup(store, made.id), copy)).rejects.toMatchObject({ code: "file_unwritable" });

  await removeBackup(store, { backupId: made.id, ...BY });
  expect(existsSync(made.file)).toBe(false);
  expect(listBackups(store).backups).toEqual([]);
  const { rows } = await listAudit(store, { act: "backups.*" });
  expect(rows.map(({ act, reason }) => [act, reason])).toEqual([
    ["backups.remove", "before the upgrade"],
    ["backups.make", "before the upgrade"],
  ]);
  await expect(async () => requireBackup(store, made.id)).rejects.toMatchObject({ code: "not_found" });
});

test("a copy that was damaged or taken away is said to be; one that another program made is found by its name", async () => {
  const store = await openTestStore();
  await launch(store, graphOf({ a: [] }));
  const { backupFile } = await backUpDatabase({ file: store.file });
  const [found] = listBackups(store).backups;
  expect(found).toMatchObject({ file: backupFile, cause: "other", actor: null });
  damageTasks(backupFile);
  const damaged = await verifyBackupOf(store, careOf(store), { backupId: found?.id ?? "", actor: "ann" });
  expect(damaged.verification).toMatchObject({ verdict: "damaged" });
  expect(damaged.verification?.damage.length).toBeGreaterThan(0);
  rmSync(backupFile);
  expect(listBackups(store).backups).toMatchObject([{ isMissing: true }]);
  const missing = await verifyBackupOf(store, careOf(store), { backupId: damaged.id, actor: "ann" });
  expect(missing.verification).toMatchObject({ verdict: "missing" });
});

test("backups are made by the clock where tasks are started, and the oldest of them go", async () => {
  const store = await openTestStore();
  const set = (name: string, value: number) =>
    store.write((tx) => writeSetting(tx, { name, value, reason: null, actor: "ann", now: store.clock.now() }));
  const kept = await makeBackup(store, careOf(store), { cause: "operator", ...BY });
  await set("backup.everyHours", 2);
  await set("backup.keep", 1);
  const caretaker = startCaretaker(store, careOf(store), { lookMs: 10 });
  afterThisTest(() => caretaker.stop());
  const scheduled = () => listBackups(store).backups.filter(({ cause }) => cause === "schedule");
  const [first] = await waitFor("the first backup", () => (scheduled().length === 1 ? scheduled() : null));
  await store.write((tx) =>
    statement(tx, "UPDATE console_backups SET made_at = made_at - 7300000 WHERE id = ?").run(first?.id),
  );
  await waitFor(
    "the first to give way to the second",
    () => scheduled().length === 1 && scheduled()[0]?.id !== first?.id,
  );
  await caretaker.stop();
  expect(existsSync(first?.file ?? "")).toBe(false);
  expect(existsSync(kept.file)).toBe(true);
  expect(listBackups(store).nextAt).toBeGreaterThan(store.clock.now());
});

test("a backup that cannot be made is told by an event, once, and the database stays as it is", async () => {
  const store = await openTestStore();
  await store.write((tx) =>
    writeSetting(tx, { name: "backup.everyHours", value: 1, reason: null, actor: "ann", now: 1 }),
  );
  const broken = { ...careOf(store), backUp: () => Promise.reject(new Error("no room")) };
  const caretaker = startCaretaker(store, broken, { lookMs: 5 });
  afterThisTest(() => caretaker.stop());
  const events = () => statement(store.read, "SELECT payload FROM events WHERE event_type = 'system.error'").all();
  await waitFor("the event", () => events().length > 0);
  await caretaker.stop();
  expect(events()).toHaveLength(1);
  expect(String(events()[0]?.payload)).toContain("no room");
});

test("a database is replaced by its backup, its present state kept, and says so", async () => {
  const store = await openTestStore();
  await launch(store, graphOf({ a: [] }));
  const { file: backupFile } = await makeBackup(store, careOf(store), { cause: "operator", ...BY });
  await launch(store, graphOf({ b: [], c: [] }));
  const [backup] = listBackups(store).backups;
  const order = { file: store.file, backupFile, reason: "wrong launch", actor: "ann" };
  if (backup === undefined) throw new Error("no backup");
  const preview = await previewRestore({ file: store.file }, backup);
  expect(preview.refusal).toBeNull();
  expect(preview.tables.find(({ table }) => table === "tasks")).toEqual({ table: "tasks", now: 3, restored: 1 });

  // Whoever has it open keeps it as it is.
  await expect(restoreDatabase(order)).rejects.toMatchObject({ code: "database_busy" });
  expect(countTasks(store.file)).toBe(3);
  await store.close();
  const other = await startForeignProgram(store.file);
  await other.exec("SELECT 1 FROM tasks");
  await expect(restoreDatabase(order)).rejects.toMatchObject({ code: "database_busy" });
  await other.end();

  const report = await restoreDatabase(order);
  expect(countTasks(store.file)).toBe(1);
  expect(countTasks(report.backupFile)).toBe(3);
  const again = await openStore({ file: store.file });
  afterThisTest(() => again.close());
  expect((await listAudit(again, { act: "backups.restore" })).rows).toMatchObject([
    { actor: "ann", reason: "wrong launch", after: { from: backupFile } },
  ]);
  expect(
    listBackups(again)
      .backups.map(({ cause }) => cause)
      .sort(),
  ).toEqual(["operator", "restore"]);
  expect(readdirSync(dirname(store.file)).filter((name) => name.endsWith("-journal"))).toEqual([]);
});

test("nothing is restored while an attempt runs, nor from a damaged copy", async () => {
  const store = await openTestStore();
  await launch(store, graphOf({ a: [] }));
  const { file: backupFile } = await makeBackup(store, careOf(store), { cause: "operator", ...BY });
  await claim(store, await addWorkers(store, 1));
  await store.close();
  const order = { file: store.file, backupFile, reason: null, actor: "ann" };
  await expect(restoreDatabase(order)).rejects.toMatchObject({
    code: "not_allowed",
    message: expect.stringContaining("1 attempt runs"),
  });
  damageTasks(backupFile);
  await expect(restoreDatabase(order)).rejects.toMatchObject({ code: "database_corrupt" });
});
