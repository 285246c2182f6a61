import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { LATEST_VERSION } from "../../../src/main/core/store/migrations";
import { UPSTREAM_TABLES } from "../../../src/main/core/store/migrations/upstream";
import { openStore } from "../../../src/main/core/store/open";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { afterThisTest, graphOf, launch, openTestStore, temporaryFolder } from "../../helpers/store";

test("a new database has the upstream tables as upstream makes them, in a folder made for it", async () => {
  const file = join(temporaryFolder(), "new", "folder", "hive.db");
  const store = await openTestStore({ file });
  for (const table of UPSTREAM_TABLES) {
    const columns = store.read.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table.name);
    expect([table.name, columns]).toEqual([table.name, table.columns.map(([name]) => name)]);
  }
  expect(store.read.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(store.info()).toMatchObject({ file, name: "hive.db", mode: "operate", schemaVersion: LATEST_VERSION });
  const settings = await store.write((tx) => [
    tx.pragma("synchronous", { simple: true }),
    tx.pragma("foreign_keys", { simple: true }),
  ]);
  expect(settings).toEqual([2, 1]);
});

test("what was written is there after closing and opening again", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const before = storedDerivations(store.read);
  await store.close();
  const again = await openTestStore({ file: store.file, create: false });
  expect(storedDerivations(again.read)).toEqual(before);
  expect(again.read.prepare("SELECT id FROM execution_plans").pluck().all()).toEqual([planId]);
});

test("two processes may create the same database at once", async () => {
  const file = join(temporaryFolder(), "hive.db");
  const stores = await Promise.all([openStore({ file, create: true }), openStore({ file, create: true })]);
  for (const store of stores) afterThisTest(() => store.close());
  const rows = stores.map((store) => store.read.prepare("SELECT version FROM console_migrations").pluck().all());
  const versions = Array.from({ length: LATEST_VERSION }, (_, index) => index + 1);
  expect(rows).toEqual([versions, versions]);
});

/** A database as an older Hive left it: columns missing, others of its own, an index on JSON, foreign rows. */
function makeHiveDatabase(file: string): void {
  const db = new Database(file);
  db.exec(`
    CREATE TABLE tasks (id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT, task_type TEXT NOT NULL,
      priority INTEGER DEFAULT 1, status TEXT NOT NULL DEFAULT 'queued', current_phase TEXT NOT NULL DEFAULT 'start',
      workflow TEXT, payload TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, assigned_worker TEXT, due_date TIMESTAMP,
      max_retries INTEGER DEFAULT 3, tags TEXT, assignee TEXT, retry_count INTEGER DEFAULT 0, depends_on TEXT);
    CREATE INDEX idx_tasks_status ON tasks (status);
    CREATE INDEX idx_tasks_payload_parent ON tasks (json_extract(payload, '$.parent_plan_id'));
    CREATE TABLE workers (id TEXT PRIMARY KEY, role TEXT NOT NULL);
    INSERT INTO tasks (id, title, task_type, status, payload) VALUES
      ('t1', 'One', 'x', 'queued', '{}'), ('t2', 'Two', 'x', 'completed', NULL), ('t3', 'Three', 'x', 'odd', '{"a":1}');
    INSERT INTO workers VALUES ('queen', 'orchestrator');
    PRAGMA user_version = 7;`);
  db.close();
}

test("a Hive database is backed up, then adopted with every row and column", async () => {
  const file = join(temporaryFolder(), "hive-internal.db");
  makeHiveDatabase(file);
  const original = new Database(file, { readonly: true });
  const before = original.prepare("SELECT * FROM tasks ORDER BY id").all();
  original.close();

  const store = await openTestStore({ file, create: false });
  const after = store.read.prepare<[], object>("SELECT * FROM tasks ORDER BY id").all();
  after.forEach((row, index) => {
    expect(row).toMatchObject(before[index] ?? {});
  });
  expect(Object.keys(after[0] ?? {})).toEqual(expect.arrayContaining(["depends_on", "summary", "knowledge_fragments"]));
  expect(store.read.prepare("SELECT role FROM workers").pluck().all()).toEqual(["orchestrator"]);
  expect(store.read.pragma("user_version", { simple: true })).toBe(7);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

  const backups = readdirSync(join(file, "..")).filter((name) => name.startsWith(`${basename(file)}.backup-`));
  expect(backups).toHaveLength(1);
  const backup = new Database(join(file, "..", backups[0] ?? ""), { readonly: true });
  expect(backup.prepare("SELECT * FROM tasks ORDER BY id").all()).toEqual(before);
  expect(backup.prepare("SELECT count(*) FROM sqlite_master WHERE name LIKE 'console%'").pluck().get()).toBe(0);

  backup.close();
  await store.close();
  await openTestStore({ file, create: false });
  expect(readdirSync(join(file, "..")).filter((name) => name.includes(".backup-"))).toEqual(backups);
});

test("an adoption that fails leaves the database as it was", async () => {
  const file = join(temporaryFolder(), "hive.db");
  makeHiveDatabase(file);
  const db = new Database(file);
  db.exec("CREATE TABLE console_edges (mine TEXT)");
  const schema = () => db.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
  const before = schema();
  await expect(openStore({ file })).rejects.toThrow(/console_edges already exists/);
  expect(schema()).toEqual(before);
  db.close();
});

/** Files that are no database to operate on: how each is made, and what opening it says. */
const WRONG: ReadonlyArray<readonly [what: string, code: string, words: RegExp, make: (file: string) => void]> = [
  ["a missing file", "database_missing", /There is no database at .*Check the path/, () => undefined],
  ["a folder", "database_not_sqlite", /is a folder/, (file) => mkdirSync(file)],
  ["an empty file", "database_empty", /0 bytes.*[Rr]estore/, (file) => writeFileSync(file, "")],
  ["a text file", "database_not_sqlite", /is not an SQLite database/, (file) => writeFileSync(file, "x".repeat(5_000))],
  ["a short file", "database_not_sqlite", /is not an SQLite database/, (file) => writeFileSync(file, "SQLite")],
  [
    "a truncated database",
    "database_corrupt",
    /damaged.*backup/,
    (file) => {
      makeHiveDatabase(file);
      truncateSync(file, 8_192);
    },
  ],
  [
    "a database with a broken schema page",
    "database_corrupt",
    /damaged/,
    (file) => {
      makeHiveDatabase(file);
      const bytes = readFileSync(file);
      bytes.fill(0xab, 100, 4_000);
      writeFileSync(file, bytes);
    },
  ],
  [
    "a database of a newer console",
    "database_too_new",
    /newer Hive Console.*Update/,
    (file) => {
      const db = new Database(file);
      db.exec(`CREATE TABLE console_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at INTEGER);
        INSERT INTO console_migrations VALUES (999, 'future', 0)`);
      db.close();
    },
  ],
];

test.each(WRONG)("%s gives %s", async (_what, code, words, make) => {
  const file = join(temporaryFolder(), "hive.db");
  make(file);
  const bytes = existsSync(file) && code !== "database_missing" ? contents(file) : null;
  await expect(openStore({ file })).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  if (bytes !== null) expect(contents(file)).toEqual(bytes);
});

function contents(file: string): string {
  try {
    return readFileSync(file).toString("base64");
  } catch {
    return "a folder";
  }
}

test("a missing folder is named", async () => {
  const folder = join(temporaryFolder(), "nowhere");
  await expect(openStore({ file: join(folder, "hive.db") })).rejects.toMatchObject({
    code: "database_missing",
    message: expect.stringContaining(`the folder ${folder} does not exist`),
  });
});

test("a folder that cannot be made is named", async () => {
  const blocked = join(temporaryFolder(), "file");
  writeFileSync(blocked, "in the way");
  await expect(openStore({ file: join(blocked, "sub", "hive.db"), create: true })).rejects.toMatchObject({
    code: "database_unwritable",
  });
});

test("a database that another program keeps locked is reported after a bounded wait", async () => {
  const file = join(temporaryFolder(), "hive.db");
  makeHiveDatabase(file);
  const other = new Database(file);
  afterThisTest(() => other.close());
  other.pragma("locking_mode = EXCLUSIVE");
  other.exec("BEGIN EXCLUSIVE");
  await expect(openStore({ file, busyLimitMs: 150 })).rejects.toMatchObject({
    code: "database_busy",
    message: expect.stringContaining("Another program holds the lock"),
  });
});

test("a database and folder without write permission give database_read_only", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "hive.db");
  makeHiveDatabase(file);
  chmodSync(file, 0o444);
  chmodSync(folder, 0o555);
  // Permissions do not bind root: it becomes nobody for this.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await expect(openStore({ file })).rejects.toMatchObject({
      code: "database_read_only",
      message: expect.stringContaining("cannot be written"),
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o755);
  }
});
