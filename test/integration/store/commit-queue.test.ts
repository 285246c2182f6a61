import { monitorEventLoopDelay } from "node:perf_hooks";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/main/core/clock";
import { createCommitQueue } from "../../../src/main/core/store/commit-queue";
import type { WritableDatabase } from "../../../src/main/core/store/database";
import { startForeignProgram } from "../../helpers/foreign";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";

const add = (id: string) => (tx: WritableDatabase) =>
  tx.prepare("INSERT INTO alembic_version (version_num) VALUES (?)").run(id).changes;

/** What the tests added: of a whole database alembic knows its own revision besides. */
function stored(db: Database.Database): unknown[] {
  const sql = "SELECT version_num FROM alembic_version WHERE length(version_num) < 12 ORDER BY version_num";
  return db.prepare(sql).pluck().all();
}

/** A queue on a connection of the test's own, to see its commits. */
function openQueue() {
  const file = `${temporaryFolder()}/queue.db`;
  const connection = new Database(file, { timeout: 0 });
  afterThisTest(() => connection.close());
  connection.pragma("journal_mode = WAL");
  connection.exec("CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY)");
  let commits = 0;
  const queue = createCommitQueue(connection, {
    file,
    clock: systemClock,
    busyLimitMs: 200,
    onCommit: () => {
      commits += 1;
    },
  });
  return { queue, connection, file, commits: () => commits };
}

test("writes of one tick share one transaction, in their order", async () => {
  const { queue, connection, commits } = openQueue();
  const results = await Promise.all(["a", "b", "c"].map((id) => queue.write(add(id))));
  expect(results).toEqual([1, 1, 1]);
  expect(stored(connection)).toEqual(["a", "b", "c"]);
  expect(commits()).toBe(1);
});

test("a write that throws undoes itself alone", async () => {
  const { queue, connection, commits } = openQueue();
  const answers = await Promise.allSettled([
    queue.write(add("a")),
    queue.write((tx) => {
      add("lost")(tx);
      throw new Error("a mistake");
    }),
    queue.write((tx) => add("a")(tx)),
    queue.write(add("b")),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(answers[1]).toMatchObject({ reason: { message: "a mistake" } });
  expect(stored(connection)).toEqual(["a", "b"]);
  expect(commits()).toBe(1);

  await expect(queue.write(add("a"))).rejects.toThrow(/UNIQUE/);
  await queue.write(add("c"));
  expect(stored(connection)).toEqual(["a", "b", "c"]);
});

test("when SQLite gives up the whole transaction, the neighbours of the culprit are written all the same", async () => {
  const { queue, connection } = openQueue();
  const answers = await Promise.allSettled([
    queue.write(add("a")),
    queue.write((tx) => {
      add("lost")(tx);
      tx.exec("ROLLBACK");
      throw new Error("gave up");
    }),
    queue.write(add("b")),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(stored(connection)).toEqual(["a", "b"]);
});

test("what need not be durable is written without waiting for the disk, apart from what must be", async () => {
  const { queue, connection, commits } = openQueue();
  connection.pragma("synchronous = FULL");
  const waitsForDisk = (tx: WritableDatabase) => tx.pragma("synchronous", { simple: true }) === 2;
  const waited = await Promise.all([
    queue.write(waitsForDisk),
    queue.write(waitsForDisk, { durable: false }),
    queue.write(waitsForDisk, { durable: false }),
    queue.write(waitsForDisk),
  ]);
  expect(waited).toEqual([true, false, false, true]);
  expect(commits()).toBe(4);

  const refused = queue.write(
    () => {
      throw new Error("a mistake");
    },
    { durable: false },
  );
  await expect(refused).rejects.toThrow("a mistake");
  expect(await queue.write(waitsForDisk)).toBe(true);
});

test("a lock held by another program for a second blocks nobody here, and nothing is lost", async () => {
  const store = await openTestStore();
  const other = await startForeignProgram(store.file);
  await other.exec("BEGIN IMMEDIATE");
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const writes = Array.from({ length: 50 }, (_, index) => store.write(add(`v${String(index).padStart(2, "0")}`)));
  let settled = false;
  const all = Promise.all(writes).then(() => {
    settled = true;
  });
  const until = performance.now() + 1_000;
  while (performance.now() < until) await new Promise((next) => setTimeout(next, 5));
  delay.disable();
  expect(settled).toBe(false);
  expect(stored(store.read)).toEqual([]);
  await other.exec("COMMIT");
  await all;
  expect(stored(store.read)).toHaveLength(50);
  // The median is what the queue costs; the machine itself may stall a single tick.
  expect(delay.percentile(95) / 1e6).toBeLessThan(50);
});

test("a lock held for too long refuses what waits, typed, and the queue lives on", async () => {
  const { queue, connection, file } = openQueue();
  const other = new Database(file);
  afterThisTest(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  await expect(queue.write(add("a"))).rejects.toMatchObject({
    code: "database_busy",
    message: expect.stringContaining("Another program holds the lock"),
  });
  other.exec("COMMIT");
  await queue.write(add("b"));
  expect(stored(connection)).toEqual(["b"]);
});

test("a full disk refuses a write, typed; what fits is written again once there is room", async () => {
  const { queue, connection } = openQueue();
  const pages = Number(connection.pragma("page_count", { simple: true }));
  connection.pragma(`max_page_count = ${pages + 1}`);
  const big = queue.write((tx) => tx.exec(`CREATE TABLE big (x); INSERT INTO big VALUES (zeroblob(1000000))`));
  const answers = await Promise.allSettled([queue.write(add("a")), big, queue.write(add("b"))]);
  expect(answers[1]).toMatchObject({ status: "rejected", reason: { code: "disk_full" } });
  expect(stored(connection)).toEqual(["a", "b"]);
  connection.pragma("max_page_count = 100000");
  await queue.write(add("c"));
  expect(stored(connection)).toEqual(["a", "b", "c"]);
});

test("closing writes what was taken and takes no more", async () => {
  const { queue, connection } = openQueue();
  const last = queue.write(add("a"));
  const closed = queue.close();
  await expect(queue.write(add("b"))).rejects.toMatchObject({ code: "shutting_down" });
  await Promise.all([last, closed]);
  expect(stored(connection)).toEqual(["a"]);
});
