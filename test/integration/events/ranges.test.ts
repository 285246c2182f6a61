import fc from "fast-check";
import { expect, test } from "vitest";
import { gapsOfAudit } from "../../../src/main/core/operations/audit-ranges";
import { type Gap, gapsOf, leap } from "../../../src/main/core/operations/event-ranges";
import { listAudit, listEvents } from "../../../src/main/core/operations/events";
import { createEventSpanKeeper } from "../../../src/main/core/runner/event-span-keeper";
import { ACT_AT, ACTS_OF_SPAN, LAST_ACT } from "../../../src/main/core/store/audit-rows";
import { statement } from "../../../src/main/core/store/database";
import { EVENTS_OF_SPAN, NOTED_SPANS, PLACES, readNotedSpans } from "../../../src/main/core/store/event-spans";
import { EVENTS_OF_A_SPAN } from "../../../src/main/core/store/migrations/event-spans";
import type { Store } from "../../../src/main/core/store/open";
import { formatTime } from "../../../src/main/core/store/time";
import type { EventFilter, LogOrder } from "../../../src/shared/model/log-views";
import { openTestStore } from "../../helpers/store";

const START = Date.UTC(2026, 0, 1);
const SPANS = 20;
const EVENTS = SPANS * EVENTS_OF_A_SPAN;

/** Events a second apart, unless `at` says when each was. */
async function write(store: Store, count: number, first: number, at = (n: number) => formatTime(START + n * 1_000)) {
  await store.write((tx) => {
    const insert =
      tx.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
      VALUES (?, ?, ?, 'python', ?, '{}', '{}')`);
    for (let n = first; n < first + count; n += 1) {
      insert.run(`e${n}`, n % 3 === 0 ? "task.created" : "odd", at(n), `plan-${n % 2}`);
    }
  });
}

async function openNoted(): Promise<{ store: Store; look: () => Promise<void> }> {
  const store = await openTestStore();
  await write(store, EVENTS + 500, 0);
  const keeper = createEventSpanKeeper(store);
  await keeper.look();
  return { store, look: () => keeper.look() };
}

const second = (n: number) => START + n * 1_000;

async function idsOf(store: Store, filter: EventFilter, order: LogOrder = "newest"): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listEvents(store, { ...filter, order, limit: 1_000, after });
    ids.push(...page.rows.map(({ id }) => id));
    if (page.next === null) return ids;
    after = page.next;
  }
}

const placesOutside = (gaps: readonly Gap[], all: number): number =>
  all - gaps.reduce((sum, [from, to]) => sum + to - from, 0);

test("a range far back reads what is near it, from either end and by any filter", async () => {
  const { store } = await openNoted();
  const range = { since: second(5_000), until: second(5_010) };
  const gaps = await gapsOf(store, range);
  // One span that holds it, and the newest events, which are not noted yet.
  expect(placesOutside(gaps, EVENTS + 500)).toBe(EVENTS_OF_A_SPAN + 500);
  const expected = Array.from({ length: 10 }, (_, n) => `e${5_000 + n}`);
  for (const filter of [{}, { topics: ["*"] }, { source: "python" }]) {
    expect(await idsOf(store, { ...filter, ...range })).toEqual(expected.toReversed());
    expect(await idsOf(store, { ...filter, ...range }, "oldest")).toEqual(expected);
  }
  const ofOne = expected.filter((_, n) => n % 2 === 1);
  expect(await idsOf(store, { ...range, correlationId: "plan-1" }, "oldest")).toEqual(ofOne);
  expect(await idsOf(store, { ...range, topic: "task.*" }, "oldest")).toEqual(["e5001", "e5004", "e5007"]);
  expect(placesOutside(await gapsOf(store, { until: second(10) }), EVENTS + 500)).toBe(EVENTS_OF_A_SPAN + 500);
  expect(await gapsOf(store, {})).toEqual([]);
});

test("events told late, moved, deleted, written over and without a time are found all the same", async () => {
  const { store, look } = await openNoted();
  const old = { until: second(3) };
  // Told late: in a span of today, from long ago.
  await write(store, 2 * EVENTS_OF_A_SPAN, EVENTS + 500, (n) =>
    n % 1_500 === 0 ? "2025-06-01T00:00:00+02:00" : "never",
  );
  await look();
  const late = ["e21000", "e22500"];
  expect(await idsOf(store, old, "oldest")).toEqual(["e0", "e1", "e2", ...late]);
  await store.write((tx) => tx.exec(`UPDATE events SET timestamp = '2025-01-01 00:00:00' WHERE event_id = 'e20000'`));
  expect(await idsOf(store, old, "oldest")).toEqual(["e0", "e1", "e2", "e20000", ...late]);
  await look();
  expect(await idsOf(store, old, "oldest")).toEqual(["e0", "e1", "e2", "e20000", ...late]);

  // Their places go to others: what was noted of them counts no more, before anybody looks and after.
  await store.write((tx) => tx.exec("DELETE FROM events WHERE rowid > 10000"));
  await write(store, EVENTS, 100_000, () => "2025-01-01 00:00:00");
  expect(await idsOf(store, old)).toHaveLength(EVENTS + 3);
  await look();
  await look();
  expect(readNotedSpans(store.read, 0, 1_000).filter(({ isTrue }) => !isTrue)).toEqual([]);
  expect(placesOutside(await gapsOf(store, old), 10_000 + EVENTS)).toBeLessThan(EVENTS + 4 * EVENTS_OF_A_SPAN);
  expect(await idsOf(store, old)).toHaveLength(EVENTS + 3);
  await store.write((tx) => tx.exec("DELETE FROM events"));
  await look();
  await look();
  expect(statement(store.read, "SELECT span FROM console_event_spans").all()).toEqual([]);
});

test("acts far back are found by what is near them, those of a wrong clock too, and in a log that is another one", async () => {
  const store = await openTestStore();
  const act = (count: number, first: number, at = second) =>
    store.write((tx) => {
      const insert = tx.prepare(`INSERT INTO console_audit (at, actor, act, entity, entity_id)
        VALUES (?, 'ann', 'tasks.retry', 'task', ?)`);
      for (let n = first; n < first + count; n += 1) insert.run(at(n), `t${n}`);
    });
  const range = { since: second(5_000), until: second(5_003) };
  const found = async (order: LogOrder) =>
    (await listAudit(store, { ...range, order })).rows.map(({ entityId }) => entityId);
  expect(await found("newest")).toEqual([]);
  await act(EVENTS + 500, 0);
  const gaps = await gapsOfAudit(store, range);
  expect(placesOutside(gaps, EVENTS + 500)).toBe(EVENTS_OF_A_SPAN + 500);
  expect(await found("newest")).toEqual(["t5002", "t5001", "t5000"]);
  await act(EVENTS_OF_A_SPAN, EVENTS + 500, (n) => second(n === EVENTS + 600 ? 5_001 : n));
  expect(await found("oldest")).toEqual(["t5000", "t5001", "t5002", `t${EVENTS + 600}`]);
  await store.write((tx) => tx.exec("DROP TRIGGER console_audit_no_delete; DELETE FROM console_audit"));
  await act(EVENTS, 0, (n) => second(n + 4_000));
  expect(await found("oldest")).toEqual(["t1000", "t1001", "t1002"]);
});

test("a leap ends at the first place that no gap holds", () => {
  const spans = fc.array(fc.boolean(), { maxLength: 12 });
  fc.assert(
    fc.property(spans, fc.integer({ min: 0, max: 130 }), fc.constantFrom("newest", "oldest"), (held, from, order) => {
      const gaps: Gap[] = [];
      for (const [span, isGap] of held.entries()) {
        if (!isGap) continue;
        const last = gaps.at(-1);
        if (last?.[1] === span * 10) gaps[gaps.length - 1] = [last[0], span * 10 + 10];
        else gaps.push([span * 10, span * 10 + 10]);
      }
      const isInGap = (place: number) => gaps.some(([begin, end]) => place > begin && place <= end);
      const step = order === "newest" ? -1 : 1;
      let expected = from + step;
      while (isInGap(expected)) expected += step;
      expect(leap(gaps, from, order as LogOrder) + step).toBe(expected);
    }),
  );
});

test("what is noted is read and measured along keys", async () => {
  const store = await openTestStore();
  const explained = (sql: string, count: number) =>
    store.read
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array.from({ length: count }, () => 1))
      .map(({ detail }) => detail);
  expect(explained(NOTED_SPANS, 2)).toEqual([
    "SEARCH s USING INTEGER PRIMARY KEY (rowid>?)",
    "SEARCH e USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
  ]);
  expect(explained(EVENTS_OF_SPAN, 2)).toEqual(["SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]);
  expect(explained(ACTS_OF_SPAN, 2)).toEqual(["SEARCH console_audit USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]);
  for (const [sql, count] of [[ACT_AT, 1] as const, [LAST_ACT, 0] as const]) {
    expect(explained(sql, count)).toEqual([expect.stringMatching(/^SEARCH console_audit/)]);
  }
  expect(explained(PLACES, 0).filter((detail) => detail.startsWith("SCAN events"))).toEqual([]);
});
