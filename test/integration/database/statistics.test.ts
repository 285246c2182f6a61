import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openStore } from "../../../src/main/core/store/open";
import { afterThisTest, graphOf, launch, temporaryFolder } from "../../helpers/store";

const ALL = "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx";
const LARGE = { tbl: "tasks", idx: "sqlite_autoindex_tasks_1", stat: "100000 1" };

/** A database that was analysed with two tasks in it, by a program that says that there are many. */
async function analysed(): Promise<string> {
  const file = join(temporaryFolder(), "hive.db");
  const store = await openStore({ file, create: true });
  await launch(store, graphOf({ a: [], b: ["a"] }));
  await store.close();
  const db = new Database(file);
  db.exec("ANALYZE");
  db.prepare("UPDATE sqlite_stat1 SET stat = $stat WHERE tbl = $tbl AND idx = $idx").run(LARGE);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return file;
}

test("statistics of when tables were small, and of ours, go when a database is opened; others stay", async () => {
  const file = await analysed();
  const store = await openStore({ file });
  afterThisTest(() => store.close());
  expect(store.read.prepare(ALL).all()).toEqual([LARGE]);
  // Both connections have read what is left.
  const search = "EXPLAIN QUERY PLAN SELECT * FROM console_tasks WHERE seq IN (SELECT value FROM json_each('[1]'))";
  const detail = (db: Pick<typeof store.read, "prepare">) => db.prepare<[], { detail: string }>(search).get()?.detail;
  expect(detail(store.read)).toMatch(/^SEARCH console_tasks/);
  expect(await store.write((tx) => detail(tx))).toMatch(/^SEARCH console_tasks/);
});

test("a database that is only observed keeps its statistics", async () => {
  const file = await analysed();
  const before = readFileSync(file);
  const store = await openStore({ file, mode: "observe" });
  await store.close();
  expect(readFileSync(file).equals(before)).toBe(true);
});
