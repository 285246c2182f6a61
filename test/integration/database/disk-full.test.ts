import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { hashOf, makeHiveDatabase, withDatabase } from "../../helpers/hive-database";
import { mountOrSkip } from "../../helpers/mount";
import { openTestStore, temporaryFolder } from "../../helpers/store";

const addTask = (store: Store, size: number) =>
  store.write((tx) =>
    tx
      .prepare("INSERT INTO tasks (id, title, task_type, description) VALUES (?, 'Task', 'x', ?)")
      .run(store.newId(), "x".repeat(size)),
  );

/** Writes until there is no room; gives the error and what was acknowledged before it. */
async function fill(store: Store): Promise<{ error: unknown; acknowledged: number }> {
  for (let acknowledged = 0; ; acknowledged += 1) {
    try {
      await addTask(store, 20_000);
    } catch (error) {
      return { error, acknowledged };
    }
  }
}

const count = (store: Store) => Number(store.read.prepare("SELECT count(*) FROM tasks").pluck().get());

test("on a full disk writes are refused, reads go on, and writes resume once there is room", async (context) => {
  const place = temporaryFolder();
  mountOrSkip(context, place, "3m");
  const ballast = join(place, "ballast");
  writeFileSync(ballast, Buffer.alloc(1_000_000));
  const store = await openTestStore({ file: join(place, "hive.db") });

  const { error, acknowledged } = await fill(store);
  expect(error).toMatchObject({ code: "disk_full", message: expect.stringMatching(/full; nothing was changed.*Free/) });
  expect(acknowledged).toBeGreaterThan(5);
  expect(count(store)).toBe(acknowledged);
  await expect(addTask(store, 20_000)).rejects.toMatchObject({ code: "disk_full" });
  expect(count(store)).toBe(acknowledged);

  rmSync(ballast);
  await addTask(store, 20_000);
  expect(count(store)).toBe(acknowledged + 1);
  await store.close();
  withDatabase(store.file, (db) => {
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(db.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(acknowledged + 1);
    expect(db.prepare("SELECT n FROM console_counts WHERE scope = ''").pluck().get()).toBe(acknowledged + 1);
  });
});

test("a database that cannot be backed up for want of room is not adopted", async (context) => {
  const place = temporaryFolder();
  mountOrSkip(context, place, "500k");
  const file = join(place, "hive.db");
  withDatabase(makeHiveDatabase(), (db) => db.exec(`VACUUM INTO '${file}'`));
  const hash = hashOf(file);
  await expect(openStore({ file })).rejects.toMatchObject({ code: "disk_full" });
  expect(readdirSync(place)).toEqual(["hive.db"]);
  expect(hashOf(file)).toBe(hash);
});

test("where no database can be made for want of room, the error says so", async (context) => {
  const place = temporaryFolder();
  mountOrSkip(context, place, "64k");
  const opening = openStore({ file: join(place, "hive.db"), mode: "create" });
  await expect(opening).rejects.toMatchObject({ code: "disk_full" });
});
