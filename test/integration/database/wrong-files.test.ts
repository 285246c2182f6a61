import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { backUpDatabase, describeDatabase } from "../../../src/main/core/operations/database";
import { checkDatabase } from "../../../src/main/core/operations/database-check";
import { migrate } from "../../../src/main/core/store/migrations/migrate";
import { type OpenMode, openStore } from "../../../src/main/core/store/open";
import { startForeignProgram } from "../../helpers/foreign";
import { hashOf, makeHiveDatabase, withDatabase } from "../../helpers/hive-database";
import { mountOrSkip } from "../../helpers/mount";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";

interface Refusal {
  readonly code: string;
  readonly words: RegExp;
}

interface WrongFile {
  readonly what: string;
  /** Gives the path. */
  readonly make: (context: TestContext) => string | Promise<string>;
  readonly operate: Refusal;
  /** Null: it can be observed. */
  readonly observe: Refusal | null;
}

const both = (code: string, words: RegExp) => ({ operate: { code, words }, observe: { code, words } });
const inFolder = (name: string) => join(temporaryFolder(), name);

function written(content: string | Uint8Array): string {
  const file = inFolder("hive.db");
  writeFileSync(file, content);
  return file;
}

/** Overwrites pages from this one on. */
function spoil(file: string, firstPage: number, pages: number): string {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.alloc(4_096 * pages, 0xa7), 0, 4_096 * pages, 4_096 * (firstPage - 1));
  return file;
}

function pageOf(file: string, name: string): number {
  return withDatabase(file, (db) =>
    Number(db.prepare("SELECT rootpage FROM sqlite_master WHERE name = ?").pluck().get(name)),
  );
}

const WRONG: readonly WrongFile[] = [
  {
    what: "no file",
    make: () => inFolder("none.db"),
    ...both("database_missing", /There is no database.*Check the path/),
  },
  {
    what: "no folder",
    make: () => inFolder("none/hive.db"),
    ...both("database_missing", /the folder .*none does not exist/),
  },
  {
    what: "a file for a folder",
    make: () => join(written("x"), "hive.db"),
    ...both("database_missing", /There is no database/),
  },
  {
    what: "a folder",
    make: () => {
      const folder = inFolder("folder.db");
      mkdirSync(folder);
      return folder;
    },
    ...both("database_not_sqlite", /is a folder\. Choose a database file/),
  },
  {
    what: "a pipe",
    make: () => {
      const pipe = inFolder("pipe.db");
      execFileSync("mkfifo", [pipe]);
      return pipe;
    },
    ...both("database_not_sqlite", /is a device or a pipe/),
  },
  { what: "zero bytes", make: () => written(""), ...both("database_empty", /0 bytes.*Restore it from a backup/) },
  { what: "a text", make: () => written("hello\n".repeat(999)), ...both("database_not_sqlite", /Choose another file/) },
  {
    what: "a truncated file",
    make: () => {
      const file = makeHiveDatabase();
      truncateSync(file, 20_000);
      return file;
    },
    ...both("database_corrupt", /damaged.*restore a backup.*\.recover/),
  },
  {
    what: "a spoilt first page",
    make: () => {
      const file = makeHiveDatabase();
      const bytes = readFileSync(file);
      bytes.fill(0xa7, 100, 4_096);
      writeFileSync(file, bytes);
      return file;
    },
    ...both("database_corrupt", /damaged.*restore a backup/),
  },
  {
    what: "another program's database",
    make: () => {
      const file = makeHiveDatabase();
      withDatabase(file, (db) => db.exec("ALTER TABLE tasks RENAME COLUMN task_type TO kind"));
      return file;
    },
    ...both("database_not_adopted", /not one of Hive.*task_type/),
  },
  {
    what: "a newer console's",
    make: () => {
      const file = makeHiveDatabase();
      withDatabase(file, (db) => {
        migrate(db, { now: 1 });
        db.exec("INSERT INTO console_migrations VALUES (999, 'later', 0)");
      });
      return file;
    },
    operate: { code: "database_too_new", words: /newer Hive Console.*Update/ },
    observe: null,
  },
  {
    what: "a file locked by another program",
    make: async () => {
      const file = makeHiveDatabase({ journalMode: "delete" });
      const foreign = await startForeignProgram(file);
      await foreign.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE tasks SET priority = 2");
      return file;
    },
    ...both("database_busy", /Another program holds the lock.*Try again/),
  },
  {
    what: "a file locked by another program in WAL mode",
    make: async () => {
      const file = makeHiveDatabase();
      const foreign = await startForeignProgram(file);
      await foreign.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE tasks SET priority = 2; COMMIT");
      return file;
    },
    ...both("database_busy", /Another program holds the lock.*Try again/),
  },
  {
    what: "a read-only file",
    make: () => {
      const file = makeHiveDatabase();
      chmodSync(file, 0o444);
      return file;
    },
    operate: {
      code: "database_read_only",
      words: /The database .* cannot be written.*Change its permissions.*observe/,
    },
    observe: null,
  },
  {
    what: "a read-only folder",
    make: () => {
      const file = makeHiveDatabase();
      chmodSync(dirname(file), 0o555);
      afterThisTest(() => chmodSync(dirname(file), 0o755));
      return file;
    },
    operate: { code: "database_read_only", words: /The folder .* cannot be written/ },
    observe: null,
  },
  {
    what: "a read-only medium",
    make: (context) => {
      const place = temporaryFolder();
      const remount = mountOrSkip(context, place, "4m");
      const file = join(place, "hive.db");
      copyFileSync(makeHiveDatabase(), file);
      remount("ro");
      return file;
    },
    operate: { code: "database_read_only", words: /cannot be written.*copy the database/ },
    observe: null,
  },
];

test.for(WRONG)("$what is named as what it is, and the next database opens", async (wrong, context) => {
  const file = await wrong.make(context);
  const hash = isReadableFile(wrong) ? hashOf(file) : null;
  const good = makeHiveDatabase();
  for (const mode of ["operate", "observe"] as const) {
    const expected = wrong[mode];
    if (expected === null) await (await openStore({ file, mode })).close();
    else await refuses(file, mode, expected);
    await (await openStore({ file: good, mode })).close();
  }
  if (hash !== null) expect(hashOf(file)).toBe(hash);
});

const isReadableFile = ({ what }: WrongFile) => !/folder$|pipe|no file/.test(what);

async function refuses(file: string, mode: OpenMode, { code, words }: Refusal): Promise<void> {
  const opening = openStore({ file, mode, busyLimitMs: 200 });
  await expect(opening).rejects.toMatchObject({ name: "HiveError", code, message: expect.stringMatching(words) });
  await expect(opening).rejects.toThrow(file);
}

test("a file that may not be read is refused by its permissions", async (context) => {
  const file = makeHiveDatabase();
  chmodSync(file, 0o000);
  asNobody(context, [dirname(file)], 0o755);
  for (const mode of ["operate", "observe"] as const) {
    await refuses(file, mode, { code: "file_unreadable", words: /cannot be read\. Check its permissions/ });
  }
});

test("a folder that may not be entered is refused by its permissions", async (context) => {
  const file = makeHiveDatabase();
  asNobody(context, [dirname(file)], 0o700);
  for (const mode of ["operate", "observe"] as const) {
    await refuses(file, mode, { code: "file_unreadable", words: /permissions and those of its folder/ });
  }
});

/** Permissions do not bind root: the test goes on as nobody. */
function asNobody(context: TestContext, folders: readonly string[], mode: number): void {
  for (const folder of folders) chmodSync(folder, mode);
  if (process.getuid?.() !== 0) {
    if (mode === 0o700) context.skip("only root can have a folder here that the test may not enter");
    return;
  }
  process.seteuid?.(65_534);
  afterThisTest(() => process.seteuid?.(0));
}

test("a damaged page deep in the file does not keep it from opening; the check finds and names it", async () => {
  const file = makeHiveDatabase();
  spoil(file, pageOf(file, "idx_events_correlation"), 1);
  const { findings } = await checkDatabase({ file });
  expect(findings[0]).toMatchObject({ severity: "error", kind: "damage", message: expect.stringContaining("events") });
  const store = await openStore({ file, mode: "observe" });
  expect(store.read.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(3);
  await store.close();
});

test("a damaged table refuses what needs it, typed, and the rest goes on", async () => {
  const store = await openTestStore({ file: makeHiveDatabase(), create: false });
  await store.close();
  spoil(store.file, pageOf(store.file, "events"), 1);
  const again = await openTestStore({ file: store.file, create: false });
  const insert =
    "INSERT INTO events (event_id, event_type, timestamp, source_agent, payload, metadata) VALUES ('e', 't', '', '', '{}', '{}')";
  await expect(again.write((tx) => tx.prepare(insert).run())).rejects.toMatchObject({ code: "database_corrupt" });
  expect(await again.write((tx) => tx.prepare("UPDATE tasks SET priority = 7").run().changes)).toBe(3);
});

test("a backup goes over no other file and leaves nothing behind when there is no room", async (context) => {
  const file = makeHiveDatabase();
  const taken = inFolder("taken.db");
  writeFileSync(taken, "mine");
  await expect(backUpDatabase({ file }, taken)).rejects.toMatchObject({ code: "file_unwritable" });
  expect(readFileSync(taken, "utf8")).toBe("mine");
  const place = temporaryFolder();
  mountOrSkip(context, place, "100k");
  await expect(backUpDatabase({ file }, join(place, "b.db"))).rejects.toMatchObject({ code: "disk_full" });
  expect(hashOf(join(place, "b.db"))).toBeNull();
  const { backupFile } = await backUpDatabase({ file });
  expect(await describeDatabase({ file: backupFile })).toMatchObject({ rows: { tasks: 3, events: 14 } });
});
