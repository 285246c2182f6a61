import { expect, test } from "vitest";
import type { Clock } from "../../../src/main/core/clock";
import { setFlags } from "../../../src/main/core/operations/migration";
import { writeFigures } from "../../../src/main/core/operations/migration-figures";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { LATENCY_BOUNDS_MS, latencyQuantile, type WriteMode } from "../../../src/shared/model/metrics";
import { overheadsOf } from "../../../src/shared/model/migration-figures";
import { afterThisTest, openTestStore } from "../../helpers/store";

const MINUTE = 60_000;

function testClock() {
  let at = Date.UTC(2026, 0, 1, 12);
  const clock: Clock = { now: () => at, monotonic: () => at };
  return { clock, pass: (ms: number) => (at += ms) };
}

const write = (store: Store) => store.write((tx) => tx.prepare("UPDATE tasks SET priority = 1").run());
const kept = (store: Store) =>
  store.read
    .prepare("SELECT mode, sum(writes) AS writes, sum(rollbacks) AS undone FROM console_write_figures GROUP BY mode")
    .all();

test("what a process writes is known to all of them a minute later, in a transaction that it made anyway", async () => {
  const { clock, pass } = testClock();
  const store = await openTestStore({ clock });
  const other = await openStore({ file: store.file, clock });
  afterThisTest(() => other.close());
  await write(store);
  await expect(
    store.write(() => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  const own = store.writes().plain;
  expect(own.rollbacks).toBe(1);
  // Nothing is written for it, and the own part is there at once.
  expect(kept(other)).toEqual([]);
  expect(writeFigures(store, "1h").totals).toMatchObject([{ mode: "plain", rollbacks: 1 }]);
  expect(writeFigures(other, "1h").totals.reduce((sum, { rollbacks }) => sum + rollbacks, 0)).toBe(0);

  pass(MINUTE);
  const { commits } = store.writes().plain;
  await write(store);
  expect(store.writes().plain.commits).toBe(commits + 1);
  expect(kept(other)).toEqual([{ mode: "plain", writes: own.latency.count, undone: 1 }]);
  expect(store.unkeptWrites().plain.latency.count).toBe(1);
  expect(writeFigures(other, "24h").totals).toMatchObject([{ mode: "plain", rollbacks: 1 }]);

  // Another process adds to the same minute, and what was written with dual write on is apart.
  await setFlags(other, { flags: { enable_dual_write: true }, actor: "ann", reason: "x" });
  await write(other);
  pass(MINUTE);
  await write(other);
  const { totals, bars } = writeFigures(store, "1h");
  expect(totals.map(({ mode }) => mode)).toEqual(["plain", "dual"]);
  expect(bars.every(({ at }, place) => place === 0 || at >= (bars[place - 1]?.at ?? 0))).toBe(true);

  // After a week it is forgotten.
  pass(8 * 24 * 60 * MINUTE);
  await write(store);
  expect(kept(store)).toMatchObject([{ mode: "plain" }]);
  expect(writeFigures(other, "1h").totals.map(({ mode }) => mode)).toEqual(["plain", "dual"]);
});

test("a database of another schema loses no write for want of the table", async () => {
  const { clock, pass } = testClock();
  const store = await openTestStore({ clock });
  await store.write((tx) => tx.exec("DROP TABLE console_write_figures"));
  pass(2 * MINUTE);
  await store.write((tx) => tx.prepare("INSERT INTO tasks (id, title, task_type) VALUES ('t', 'T', 'x')").run());
  expect(store.read.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(1);
});

test("quantiles and overheads are read from buckets", () => {
  const histogram = (at: number, count: number) => ({
    counts: LATENCY_BOUNDS_MS.map((_, place) => (place === at ? count : 0)),
    sumMs: 0,
    count,
  });
  expect(latencyQuantile(histogram(0, 0), 0.5)).toBeNull();
  expect(latencyQuantile(histogram(1, 10), 0.5)).toBe(0.75);
  expect(latencyQuantile({ ...histogram(1, 10), count: 30 }, 0.95)).toBe(Number.POSITIVE_INFINITY);
  const of = (mode: WriteMode, at: number, count: number) => ({
    ...{ mode, commits: 1, rollbacks: 0 },
    latency: histogram(at, count),
  });
  expect(overheadsOf([of("plain", 1, 100), of("dual", 2, 100)])).toEqual({ dual: 1, events: null });
  expect(overheadsOf([of("plain", 1, 100), of("dual", 2, 99)])).toEqual({ dual: null, events: null });
  // Like is compared with like: that both are slow with dual write is not the events' doing.
  const mixed = [of("plain", 1, 500), of("dual", 2, 200), of("dual_events", 2, 300)];
  expect(overheadsOf(mixed)).toEqual({ dual: 1, events: 0 });
});
