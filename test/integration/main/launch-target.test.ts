import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { targetOf } from "../../../src/main/launch-target";
import { makeHiveDatabase } from "../../helpers/hive-database";
import { temporaryFolder } from "../../helpers/store";

const CLICK = { kind: "open", databaseFile: null, planFile: null, link: null, mode: null } as const;
const DEFAULT = "/nowhere/hive.db";

/** A database with this one task more. */
function databaseWith(taskId: string, journalMode: "wal" | "delete" = "wal"): string {
  const insert = `INSERT INTO tasks (id, title, task_type, status) VALUES ('${taskId}', 'Linked', 'x', 'queued')`;
  return makeHiveDatabase({ journalMode, changes: insert });
}

const rememberedAs = (...entries: readonly (readonly [string, "operate" | "observe"])[]) => ({
  remembered: entries.map(([file, mode]) => ({ file, mode })),
  defaultFile: DEFAULT,
  nativeBinding: undefined,
});

it("a link opens the database that has its task, as that was opened last, and leaves nothing behind in any", async () => {
  const folder = temporaryFolder();
  const damaged = join(folder, "damaged.db");
  writeFileSync(damaged, "SQLite format 3\0 and nothing more");
  const plain = join(folder, "plan.yaml");
  writeFileSync(plain, "title: none");
  const other = databaseWith("other");
  const wanted = databaseWith("wanted");
  const rollback = databaseWith("older", "delete");
  const options = rememberedAs(
    [join(folder, "gone.db"), "operate"],
    [damaged, "operate"],
    [plain, "operate"],
    [other, "operate"],
    [wanted, "observe"],
    [rollback, "operate"],
  );
  const files = [other, wanted, rollback];
  const before = files.map((file) => [readdirSync(dirname(file)), statSync(file).mtimeMs]);
  const open = (taskId: string) => targetOf({ ...CLICK, link: { taskId } }, options);
  expect(await open("wanted")).toEqual({ databaseFile: wanted, mode: "observe" });
  expect(await open("older")).toEqual({ databaseFile: rollback, mode: "operate" });
  expect(await open("nobody's")).toEqual({ databaseFile: DEFAULT, mode: "operate" });
  expect(files.map((file) => [readdirSync(dirname(file)), statSync(file).mtimeMs])).toEqual(before);
});

it("sees a task that another program has just written, and passes over a database that is locked", async () => {
  const locked = databaseWith("elsewhere", "delete");
  const busy = databaseWith("first");
  const holder = new Database(locked);
  const writer = new Database(busy);
  try {
    holder.exec("BEGIN EXCLUSIVE");
    writer.exec("INSERT INTO tasks (id, title, task_type, status) VALUES ('late', 'Late', 'x', 'queued')");
    const known = rememberedAs([locked, "operate"], [busy, "operate"]);
    const target = await targetOf({ ...CLICK, link: { taskId: "late" } }, known);
    expect(target).toEqual({ databaseFile: busy, mode: "operate" });
  } finally {
    holder.close();
    writer.close();
  }
});

it("a database that was never open here is only looked at when it is clicked, and operated when it is named", async () => {
  const file = databaseWith("any");
  expect(await targetOf({ ...CLICK, databaseFile: file }, rememberedAs())).toEqual({
    databaseFile: file,
    mode: "observe",
  });
  expect(await targetOf({ ...CLICK, databaseFile: file }, rememberedAs([file, "operate"]))).toMatchObject({
    mode: "operate",
  });
  expect(
    await targetOf({ ...CLICK, databaseFile: file, mode: "operate" }, rememberedAs([file, "observe"])),
  ).toMatchObject({
    mode: "operate",
  });
  expect(await targetOf({ ...CLICK, mode: "operate" }, rememberedAs())).toEqual({
    databaseFile: DEFAULT,
    mode: "operate",
  });
});
