import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { listAudit, listEvents, tailEvents } from "../../../src/main/core/operations/events";
import { cancelPlan } from "../../../src/main/core/operations/plans";
import { cancelTask, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import { AUDIT_SCANS } from "../../../src/main/core/store/audit-rows";
import { statement } from "../../../src/main/core/store/database";
import { EVENT_SCANS, NEXT_SOURCE, NEXT_TYPE, placeBefore } from "../../../src/main/core/store/event-rows";
import { appendForeignEvent } from "../../../src/main/core/store/events";
import type { Store } from "../../../src/main/core/store/open";
import { parseTime } from "../../../src/main/core/store/time";
import type { EventFilter, EventRow, LogOrder } from "../../../src/shared/model/log-views";
import { matchesTopic } from "../../../src/shared/model/topic";
import {
  addWorkers,
  afterThisTest,
  claim,
  finish,
  graphOf,
  launch,
  openTestStore,
  planOf,
  subtask,
} from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

interface Given {
  readonly type: string;
  readonly source: string;
  readonly correlation: string | null;
  readonly minute: number;
  readonly style: "ours" | "iso" | "bad";
}

const TYPES = [
  "task.created",
  "task.started",
  "task.completed",
  "task.failed",
  "workflow.failed",
  "odd",
  "Task.created",
];

const given: fc.Arbitrary<Given> = fc.record({
  type: fc.constantFrom(...TYPES),
  source: fc.constantFrom("hive-runner", "python", "x"),
  correlation: fc.constantFrom("one", "two", null),
  minute: fc.nat(59),
  style: fc.constantFrom("ours" as const, "ours" as const, "iso" as const, "bad" as const),
});

const START = Date.UTC(2026, 0, 1);

function timestamp({ minute, style }: Given): string {
  const at = new Date(START + minute * 60_000).toISOString();
  if (style === "bad") return "long ago";
  return style === "ours" ? at.replace("T", " ").replace("Z", "") : `${at.slice(0, 19)}+00:00`;
}

async function openWith(events: readonly Given[]): Promise<Store> {
  const store = await openTestStore();
  await store.write((tx) => {
    const insert =
      tx.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
      VALUES (?, ?, ?, ?, ?, ?, '{}')`);
    events.forEach((event, index) => {
      // Ids in no order at all: only the arrival counts.
      const id = `${(index * 7_919) % 1_000}-${index}`;
      insert.run(id, event.type, timestamp(event), event.source, event.correlation, `{"n":${index}}`);
    });
  });
  return store;
}

async function readAll(
  store: Store,
  filter: EventFilter,
  order: LogOrder,
  limit: number,
  patience?: number,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await listEvents(store, { ...filter, order, limit, after, patience });
    rows.push(...page.rows);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    if (page.next === null) return rows;
    after = page.next;
  }
}

test("pages of any filter, order and size hold exactly the events that pass it", async () => {
  const filter = fc.record(
    {
      topic: fc.constantFrom("*", "task.*", "*.failed", "[!t]*", "nothing.*", "odd"),
      topics: fc.constantFrom(["task.c*", "*.failed"], ["*"], ["odd"]),
      except: fc.constantFrom(["task.created"], ["*.failed", "odd"]),
      source: fc.constantFrom("python", "nobody"),
      correlationId: fc.constantFrom("one", "none"),
      since: fc.nat(59).map((minute) => START + minute * 60_000),
      until: fc.nat(59).map((minute) => START + minute * 60_000),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(given, { maxLength: 60 }),
      fc.array(filter, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (events, filters, limit) => {
        const store = await openWith(events);
        for (const one of filters) {
          const expected = events.flatMap((event, index) => {
            const at = parseTime(timestamp(event));
            const passes =
              matchesTopic(one.topic ?? "*", event.type) &&
              (one.topics ?? ["*"]).some((pattern) => matchesTopic(pattern, event.type)) &&
              !(one.except ?? []).some((pattern) => matchesTopic(pattern, event.type)) &&
              (one.source === undefined || one.source === event.source) &&
              (one.correlationId === undefined || one.correlationId === event.correlation) &&
              (one.since === undefined || (at !== null && at >= one.since)) &&
              (one.until === undefined || (at !== null && at < one.until));
            return passes ? [index] : [];
          });
          const numbers = (rows: readonly EventRow[]) => rows.map(({ payload }) => (payload as { n: number }).n);
          expect(numbers(await readAll(store, one, "oldest", limit))).toEqual(expected);
          expect(numbers(await readAll(store, one, "newest", limit))).toEqual(expected.toReversed());
          expect(numbers(await readAll(store, one, "newest", limit, 3))).toEqual(expected.toReversed());
        }
        await store.close();
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test("a row that is broken is shown as it stands and breaks no page", async () => {
  const store = await openTestStore();
  await store.write((tx) =>
    tx.exec(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
      VALUES ('a', 'task.x', 'no time', 'py', NULL, '{broken', 'null'), (NULL, 'task.x', 5, 'py', 7, x'00ff', '')`),
  );
  const { rows } = await listEvents(store, { topic: "task.*", order: "oldest" });
  expect(rows).toMatchObject([
    { id: "a", at: null, payload: "{broken", metadata: null, unreadable: ["timestamp", "payload"] },
    { id: "", at: null, correlationId: "7", unreadable: ["timestamp", "payload", "metadata"] },
  ]);
});

test("the events of a task, a run, a plan and a worker are found", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  await launch(store, planOf([subtask("other")]));
  const [worker] = await addWorkers(store, 1);
  const [one] = await claim(store, [worker ?? ""]);
  await finish(store, one?.runId ?? "", "success");
  const types = async (filter: EventFilter) =>
    (await listEvents(store, { ...filter, order: "oldest" })).rows.map(({ type }) => type);
  const task = { kind: "task", id: one?.taskId ?? "" } as const;
  expect(await types({ entity: task })).toEqual(["task.created", "task.assigned", "task.started", "task.completed"]);
  expect(await types({ entity: task, topic: "*.completed" })).toEqual(["task.completed"]);
  expect(await types({ entity: task, correlationId: "another" })).toEqual([]);
  expect(await types({ entity: { kind: "run", id: one?.runId ?? "" } })).toEqual([
    "task.assigned",
    "task.started",
    "task.completed",
  ]);
  expect(await types({ entity: { kind: "plan", id: planId } })).toHaveLength(6);
});

test("every state change of a plan's life writes its event, and every act of a person its audit row", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  const planId = await launch(store, graphOf({ a: [], b: ["a"], c: [] }));
  const claims = await claim(store, workers);
  for (const one of claims) await finish(store, one.runId, one.subtaskId === "a" ? "failure" : "success");
  const tasks = listTasks(store, { planId, limit: 10 }).rows;
  const idOf = (name: string) => tasks.find((task) => task.subtaskId === name)?.id ?? "";
  await retryTask(store, { taskId: idOf("a"), actor: "ada", reason: "the disk was full" });
  await cancelTask(store, { taskId: idOf("a"), actor: "ada" });
  await retryTask(store, { taskId: idOf("a"), actor: "ada" });
  await cancelPlan(store, { planId, actor: "ada", reason: "no more" });

  // Seen from the database: each status that a task or plan ever had is told of by an event.
  const { rows } = await listEvents(store, { correlationId: planId, order: "oldest", limit: 1_000 });
  const told = rows.map(({ type, payload }) => {
    const { subtask_id } = payload as { subtask_id?: string };
    return subtask_id === undefined ? type : `${type} ${subtask_id}`;
  });
  expect(told).toEqual([
    "plan.execution_started",
    ...["a", "b", "c"].map((name) => `task.created ${name}`),
    ...claims.flatMap(({ subtaskId }) => [`task.assigned ${subtaskId}`, `task.started ${subtaskId}`]),
    ...claims.map(({ subtaskId }) => `task.${subtaskId === "a" ? "failed" : "completed"} ${subtaskId}`),
    "plan.execution_completed",
    "plan.execution_started",
    "task.progress a",
    "task.cancelled a",
    "plan.execution_completed",
    "plan.execution_started",
    "task.progress a",
    "task.cancelled b",
    "task.cancelled a",
    "plan.execution_completed",
  ]);
  expect(new Set(rows.map(({ source }) => source))).toEqual(new Set(["hive-console", "test"]));
  expect(rows.every((row) => row.correlationId === planId && row.unreadable.length === 0)).toBe(true);

  const acts = (await listAudit(store, { order: "oldest" })).rows;
  expect(acts.map(({ act, actor, reason }) => [act, actor, reason])).toEqual([
    ["plans.launch", "test", null],
    ["tasks.retry", "ada", "the disk was full"],
    ["tasks.cancel", "ada", null],
    ["tasks.retry", "ada", null],
    ["plans.cancel", "ada", "no more"],
  ]);
  expect((await listAudit(store, { act: "tasks.*", entity: { kind: "task", id: idOf("a") } })).rows).toHaveLength(3);
  expect((await listAudit(store, { actor: "test" })).rows).toHaveLength(1);
});

test("nobody rewrites the audit log, not even with SQL of his own", async () => {
  const store = await openTestStore();
  await launch(store, planOf([subtask("a")]));
  const foreign = new DatabaseSync(store.file);
  afterThisTest(() => foreign.close());
  for (const sql of ["UPDATE console_audit SET actor = 'nobody'", "DELETE FROM console_audit"]) {
    expect(() => foreign.exec(sql)).toThrow("console_audit is append-only");
  }
  expect((await listAudit(store)).rows).toHaveLength(1);
});

test("a tail tells of what arrives, whoever writes it, once and in order", async () => {
  const store = await openTestStore();
  await openEvent(store, "before");
  const foreign = new DatabaseSync(store.file);
  afterThisTest(() => foreign.close());
  const seen: string[] = [];
  const tail = tailEvents(store, { topic: "task.*" }, (events) => seen.push(...events.map(({ id }) => id)));
  const insert = foreign.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, payload, metadata)
    VALUES (?, 'task.created', '2026-01-01T00:00:00', 'python', '{}', '{}')`);
  const expected: string[] = [];
  for (let index = 0; index < 250; index += 1) {
    insert.run(`foreign-${index}`);
    expected.push(`foreign-${index}`);
    if (index % 10 === 0) {
      await openEvent(store, `own-${index}`);
      expected.push(`own-${index}`);
    }
  }
  await waitFor("all events", () => seen.length >= expected.length);
  expect(seen).toEqual(expected);
  // Deleted by their owner: the places of the newest are given away again.
  foreign.exec("DELETE FROM events");
  await waitFor("the deletion to be seen", async () => {
    insert.run(`later-${seen.length}-${Math.random()}`);
    return seen.some((id) => id.startsWith("later-"));
  });
  tail.close();
  await tail.ended;
  await openEvent(store, "after");
  expect(seen).not.toContain("after");
});

function openEvent(store: Store, id: string): Promise<void> {
  return store.write((tx) =>
    appendForeignEvent(tx, {
      id,
      type: "task.progress",
      at: store.clock.now(),
      source: "test",
      correlationId: null,
      payload: {},
    }),
  );
}

test("a place that is none is refused", async () => {
  const store = await openTestStore();
  await expect(listEvents(store, { after: "nowhere" })).rejects.toMatchObject({ code: "invalid_input" });
  await expect(listAudit(store, { after: "" })).rejects.toMatchObject({ code: "invalid_input" });
});

test("every statement of the logs walks an index or the log itself, in order, without sorting", async () => {
  const store = await openTestStore();
  for (const sql of [...EVENT_SCANS, ...AUDIT_SCANS]) {
    const values = { needle: null, from: 0, limit: 10, type: "t", source: "s", correlation: "c", entityId: "e" };
    const named = Object.fromEntries(Object.entries(values).filter(([name]) => sql.includes(`$${name}`)));
    const plan = store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(named);
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH (events|console_audit) USING /)]);
  }
  const explained = (sql: string, ...values: unknown[]) =>
    store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
  const step = (condition: string) => [
    { detail: `SEARCH events USING COVERING INDEX console_events_by_kind (${condition})` },
  ];
  expect(explained(NEXT_SOURCE, "a", "b")).toMatchObject(step("event_type=? AND source_agent>?"));
  expect(explained(NEXT_TYPE, "a")).toMatchObject(step("event_type>?"));
});

test("a search among many events costs what it finds, and a recent one does not read the past", async () => {
  const store = await openTestStore();
  const EVENTS = 60_000;
  await store.write((tx) => {
    const insert =
      tx.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
      VALUES (?, ?, '2020-01-01 00:00:00', 'python', ?, '{}', '{}')`);
    for (let index = 0; index < EVENTS; index += 1) {
      insert.run(`e${index}`, index === 17 ? "task.failed" : "task.created", `plan-${index % 100}`);
    }
    tx.exec("INSERT INTO console_lease (name, epoch, beat) VALUES ('test', 1, 0); UPDATE console_lease SET beat = 1");
  });
  const marks = statement(store.read, "SELECT event FROM console_event_marks").all();
  expect(marks).toEqual([{ event: EVENTS }]);
  const rare = await listEvents(store, { topic: "*.failed" });
  expect(rare.rows.map(({ id }) => id)).toEqual(["e17"]);
  expect((await listEvents(store, { correlationId: "plan-7", limit: 1_000 })).rows).toHaveLength(EVENTS / 100);

  await openEvent(store, "recent");
  const soon = store.clock.now() + 2 * 3_600_000;
  expect(placeBefore(store.read, soon)).toBe(EVENTS);
  expect((await listEvents(store, { since: store.clock.now() - 60_000 })).rows.map(({ id }) => id)).toEqual(["recent"]);
  expect(placeBefore(store.read, Date.UTC(2021, 0, 1))).toBe(Number.MIN_SAFE_INTEGER);
  // Whoever deletes events gives their places to others: what was noted about them counts no more.
  await store.write((tx) => tx.prepare("DELETE FROM events WHERE rowid = ?").run(EVENTS));
  expect(placeBefore(store.read, soon)).toBe(Number.MIN_SAFE_INTEGER);
});
