import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/main/core/clock";
import { getEventFigures } from "../../../src/main/core/operations/event-figures";
import { KINDS_AFTER, KINDS_BEFORE } from "../../../src/main/core/store/event-kinds";
import { readSubjects, TASK_NAME } from "../../../src/main/core/store/event-subjects";
import type { Store } from "../../../src/main/core/store/open";
import { formatTime } from "../../../src/main/core/store/time";
import { type EventFigures, FIGURE_RANGE_NAMES, FIGURE_RANGES } from "../../../src/shared/model/event-figures";
import { matchesTopic } from "../../../src/shared/model/topic";
import { graphOf, launch, openTestStore } from "../../helpers/store";

const NOW = Date.UTC(2026, 10, 21, 14, 32, 7);

async function openAt(now: { at: number }): Promise<Store> {
  return openTestStore({ clock: { ...systemClock, now: () => now.at } });
}

interface Told {
  readonly type: string;
  readonly source: string;
  readonly ageMs: number;
}

function write(store: Store, events: readonly Told[], first = 0, correlation: string | null = null): Promise<void> {
  return store.write((tx) => {
    const insert =
      tx.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
      VALUES (?, ?, ?, ?, ?, '{}', '{}')`);
    events.forEach(({ type, source, ageMs }, index) => {
      insert.run(`e-${first + index}`, type, formatTime(NOW - ageMs), source, correlation);
    });
  });
}

async function counted(store: Store, request: Parameters<typeof getEventFigures>[1]): Promise<EventFigures> {
  for (;;) {
    const figures = await getEventFigures(store, request);
    if (!figures.isCounting) return figures;
  }
}

const told = fc.record({
  type: fc.constantFrom("task.started", "task.failed", "odd"),
  source: fc.constantFrom("hive-runner", "python"),
  ageMs: fc.nat(26 * 3_600_000),
});

test("the figures of every range and filter hold exactly the events that fall into it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told, { maxLength: 40 }), fc.array(told, { maxLength: 10 }), async (before, later) => {
      const store = await openAt({ at: NOW });
      // As writers do: in the order of time, but for the few that tell late.
      await write(
        store,
        before.toSorted((a, b) => b.ageMs - a.ageMs),
      );
      await getEventFigures(store, { range: "5m" });
      await write(store, later, before.length);
      for (const range of FIGURE_RANGE_NAMES) {
        for (const filter of [{}, { topics: ["task.*"], except: ["*.failed"] }, { source: "python" }]) {
          const figures = await counted(store, { ...filter, range });
          const { ms } = FIGURE_RANGES[range];
          expect(figures.until - figures.since).toBe(ms);
          const expected = [...before, ...later].filter(({ type, source, ageMs }) => {
            const at = NOW - ageMs;
            const isWanted =
              (filter.source ?? source) === source &&
              (filter.topics ?? ["*"]).some((pattern) => matchesTopic(pattern, type)) &&
              !(filter.except ?? []).some((pattern) => matchesTopic(pattern, type));
            return isWanted && at >= figures.since && at < figures.until;
          });
          expect(figures.total).toBe(expected.length);
          for (const [place, type] of figures.types.entries()) {
            const bars = figures.bars[place]?.map(() => 0) ?? [];
            for (const event of expected.filter((one) => one.type === type)) {
              const bar = Math.floor((NOW - event.ageMs - figures.since) / figures.stepMs);
              bars[bar] = (bars[bar] ?? 0) + 1;
            }
            expect(figures.bars[place]).toEqual(bars);
          }
          const flows = figures.flows.reduce((sum, [, , count]) => sum + count, 0);
          expect(flows).toBe(figures.total);
        }
      }
      await store.close();
    }),
    { numRuns: 8 },
  );
}, 60_000);

test("one correlation, and a range of the operator's own, are counted as well", async () => {
  const now = { at: NOW };
  const store = await openAt(now);
  await write(store, [{ type: "task.started", source: "a", ageMs: 60_000 }], 0, "one");
  await write(store, [{ type: "task.started", source: "b", ageMs: 50_000 }], 1, "two");
  await write(store, [{ type: "task.failed", source: "a", ageMs: 3 * 86_400_000 }], 2, "one");
  const one = await counted(store, { range: "15m", correlationId: "one" });
  expect(one).toMatchObject({ total: 1, sources: ["a"], types: ["task.started"], readBackTo: null });
  const old = await counted(store, { range: "15m", since: NOW - 4 * 86_400_000, until: NOW - 86_400_000 });
  expect(old).toMatchObject({ total: 1, types: ["task.failed"], since: NOW - 4 * 86_400_000 });
});

test("after its newest events were deleted, everything is counted anew", async () => {
  const store = await openAt({ at: NOW });
  await write(
    store,
    [1, 2, 3].map((age) => ({ type: "task.started", source: "a", ageMs: age * 1_000 })),
  );
  expect(await counted(store, { range: "5m" })).toMatchObject({ total: 3 });
  await store.write((tx) => tx.exec("DELETE FROM events"));
  await write(store, [{ type: "task.failed", source: "a", ageMs: 0 }], 10);
  expect(await counted(store, { range: "5m" })).toMatchObject({ total: 1, types: ["task.failed"] });
});

test("a large log is counted in bounded answers, the newest first", async () => {
  const store = await openAt({ at: NOW });
  const many = Array.from({ length: 42_000 }, (_, index) => ({
    type: "task.started",
    source: "a",
    ageMs: (41_999 - index) * 1_900,
  }));
  await write(store, many);
  const first = await getEventFigures(store, { range: "24h" });
  expect(first.isCounting).toBe(true);
  expect(first.total).toBeGreaterThan(0);
  expect(first.bars[0]?.at(-1)).toBeGreaterThan(0);
  expect(await counted(store, { range: "24h" })).toMatchObject({ total: many.length, isCounting: false });
});

test("tasks and plans are told by name, and each statement reads what it needs", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [] }));
  const { id } = store.read.prepare<[], { id: string }>("SELECT id FROM tasks").get() ?? { id: "" };
  expect(readSubjects(store.read, { taskIds: [id, "gone"], planIds: [planId, "gone"] })).toEqual({
    tasks: [{ id, title: "Task a", planId, subtaskId: "a" }],
    plans: [{ id: planId, title: "A plan" }],
  });
  const details = (sql: string, ...values: unknown[]) =>
    store.read
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map(({ detail }) => detail);
  expect(details(KINDS_AFTER, 0, 1)).toEqual(["SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"]);
  expect(details(KINDS_BEFORE, 0, 1)).toEqual(["SEARCH events USING INTEGER PRIMARY KEY (rowid<?)"]);
  for (const detail of details(TASK_NAME, "x")) expect(detail).toMatch(/^SEARCH .* USING /);
});
