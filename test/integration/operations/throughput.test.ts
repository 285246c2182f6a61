import { describe, expect, it } from "vitest";
import { getThroughput } from "../../../src/main/core/operations/throughput";
import type { Store } from "../../../src/main/core/store/open";
import { SPANS_AFTER, SPANS_BEFORE } from "../../../src/main/core/store/run-ends";
import { addWorkers, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

const MINUTE = 60_000;
/** In the middle of a bar of every range. */
const NOW = Date.UTC(2026, 10, 21, 14, 7, 30);

async function openAt(time: number): Promise<{ store: Store; clock: { time: number } }> {
  const clock = { time };
  const store = await openTestStore({ clock: { now: () => clock.time, monotonic: () => clock.time } });
  return { store, clock };
}

const text = (time: number): string => new Date(time).toISOString().replace("T", " ").slice(0, 23);

interface Attempt {
  readonly id: string;
  readonly status: string;
  readonly began: number;
  readonly ended: number | null;
}

function insertRuns(store: Store, attempts: readonly Attempt[]): Promise<void> {
  return store.write((tx) => {
    tx.prepare("INSERT OR IGNORE INTO workers (id, role) VALUES ('w', 'code')").run();
    for (const { id, status, began, ended } of attempts) {
      tx.prepare("INSERT INTO tasks (id, title, task_type, status) VALUES (?, ?, 'code', 'completed')").run(id, id);
      tx.prepare(
        "INSERT INTO runs (id, task_id, worker_id, run_number, status, started_at, completed_at) VALUES (?, ?, 'w', 1, ?, ?, ?)",
      ).run(`run ${id}`, id, status, text(began), ended === null ? null : text(ended));
    }
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("throughput", () => {
  it("counts ended attempts by the time of their end, whoever wrote them", async () => {
    const { store } = await openAt(NOW);
    await insertRuns(store, [
      { id: "old", status: "success", began: NOW - 90 * MINUTE, ended: NOW - 80 * MINUTE },
      { id: "a", status: "success", began: NOW - 30 * MINUTE, ended: NOW - 20 * MINUTE },
      { id: "b", status: "failure", began: NOW - 20 * MINUTE, ended: NOW - 20 * MINUTE },
      { id: "c", status: "timeout", began: NOW - 5 * MINUTE, ended: NOW },
      { id: "d", status: "cancelled", began: NOW - 5 * MINUTE, ended: NOW },
      { id: "e", status: "running", began: NOW - 5 * MINUTE, ended: null },
    ]);
    const hour = await getThroughput(store, { range: "1h" });
    expect(hour).toMatchObject({ stepMs: MINUTE, readBackTo: null });
    expect(hour.completed).toHaveLength(60);
    expect(hour.since + 60 * MINUTE).toBeGreaterThan(NOW);
    const barOf = (time: number) => Math.floor((time - hour.since) / MINUTE);
    expect(hour.completed[barOf(NOW - 20 * MINUTE)]).toBe(1);
    expect(hour.failed[barOf(NOW - 20 * MINUTE)]).toBe(1);
    expect(hour.failed[barOf(NOW)]).toBe(1);
    expect([sum(hour.completed), sum(hour.failed)]).toEqual([1, 2]);
    const day = await getThroughput(store, { range: "24h" });
    expect([sum(day.completed), sum(day.failed)]).toEqual([2, 2]);
  });

  it("takes in what ends later, once, and what a foreign program adds", async () => {
    const { store, clock } = await openAt(NOW);
    expect(sum((await getThroughput(store, { range: "1h" })).completed)).toBe(0);
    await launch(store, graphOf({ a: [], b: [] }));
    const [first, second] = await claim(store, await addWorkers(store, 2));
    if (!first || !second) throw new Error("two tasks are ready");
    await getThroughput(store, { range: "1h" });
    clock.time += MINUTE;
    await finish(store, first.runId, "success");
    expect(sum((await getThroughput(store, { range: "1h" })).completed)).toBe(1);
    await finish(store, second.runId, "failure");
    await insertRuns(store, [{ id: "f", status: "success", began: clock.time - 10, ended: clock.time }]);
    for (let times = 0; times < 2; times += 1) {
      const { completed, failed } = await getThroughput(store, { range: "6h" });
      expect([sum(completed), sum(failed)]).toEqual([2, 1]);
    }
  });

  it("begins anew when attempts were deleted and their places given to others", async () => {
    const { store } = await openAt(NOW);
    const attempt = { status: "success", began: NOW - 2 * MINUTE, ended: NOW - MINUTE };
    await insertRuns(store, [
      { id: "a", ...attempt },
      { id: "b", ...attempt },
    ]);
    expect(sum((await getThroughput(store, { range: "1h" })).completed)).toBe(2);
    await store.write((tx) => tx.prepare("DELETE FROM runs").run());
    await insertRuns(
      store,
      [1, 2, 3].map((place) => ({ id: `c${place}`, ...attempt })),
    );
    expect(sum((await getThroughput(store, { range: "1h" })).completed)).toBe(3);
  });

  it("tells how long successful attempts took, to within a tenth", async () => {
    const { store } = await openAt(NOW);
    expect(await getThroughput(store, { range: "1h" })).toMatchObject({ durationP50: null, durationP95: null });
    await insertRuns(
      store,
      Array.from({ length: 100 }, (_, place) => ({
        id: `t${place}`,
        status: "success",
        began: NOW - 1_000 * (place + 1),
        ended: NOW,
      })),
    );
    const { durationP50, durationP95 } = await getThroughput(store, { range: "24h" });
    expect(Math.abs((durationP50 ?? 0) / 50_000 - 1)).toBeLessThan(0.1);
    expect(Math.abs((durationP95 ?? 0) / 95_000 - 1)).toBeLessThan(0.1);
  });

  it("reads attempts by their place, in the order in which they are stored", async () => {
    const { store } = await openAt(NOW);
    for (const sql of [SPANS_AFTER, SPANS_BEFORE]) {
      const steps = store.read
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(1, 500)
        .map(({ detail }) => detail);
      expect(steps).toEqual([expect.stringMatching(/^SEARCH runs USING INTEGER PRIMARY KEY/)]);
    }
  });
});
