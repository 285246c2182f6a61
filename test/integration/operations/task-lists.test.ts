import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  countTasks,
  getBoardTasks,
  getEnteredTasks,
  getErrorGroups,
  searchTasks,
} from "../../../src/main/core/operations/task-search";
import { text } from "../../../src/main/core/store/columns";
import { openStore, type Store } from "../../../src/main/core/store/open";
import type { TaskFilter } from "../../../src/shared/model/task-filter";
import { type BoardTask, TASK_ORDERS, type TaskOrder } from "../../../src/shared/model/task-lists";
import { seedDatabase } from "../../seed/database";

const TASKS = 12_000;
const NOW = Date.UTC(2026, 10, 21, 12);

/** Rows as other programs leave them. */
const ODD = `
  INSERT INTO tasks (id, title, task_type, status, priority, tags, payload, created_at, updated_at) VALUES
    ('odd-1', '100% of a_b', 'command', 'on_hold', NULL, 'no json', '{"broken', '2026-11-21T11:00:00+02:00', NULL),
    ('odd-2', 'No time', 'command', 'queued', 'high', '{"a":"nightly"}', x'00ff', 'yesterday', 'now'),
    ('odd-3', 'Number tags', 'odd', 'completed', 2.9, '[1,"nightly",null]', NULL, '2026-11-21 11:59:00', '2026-11-21T11:59:30.123456'),
    ('odd-4', '', 'odd', 'failed', -3, '[]', '{"q":"timeout"}', NULL, '');
  INSERT INTO runs (id, task_id, worker_id, run_number, status, error_message) VALUES
    ('odd-run-1', 'odd-4', 'worker-01', 1, 'failure', 'first'), ('odd-run-2', 'odd-4', 'worker-01', 2, 'failure', 'Second 50% error');
  UPDATE console_tasks SET not_before = ${NOW + 60_000} WHERE task_id IN (SELECT task_id FROM console_ready LIMIT 5);
  UPDATE console_tasks SET blocked = 1 WHERE unmet > 0 AND seq % 5 = 0;
  UPDATE tasks SET assigned_worker = 'local-1' WHERE rowid % 4 = 0 AND assigned_worker IS NOT NULL;`;

interface Known extends BoardTask {
  readonly payload: string;
  readonly error: string | null;
  readonly place: number;
  readonly age: string;
  readonly changed: string;
  readonly rawPriority: unknown;
}

let folder = "";
let store: Store;
let known: readonly Known[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hive-task-lists-"));
  const file = join(folder, "hive.db");
  await seedDatabase(file, { tasks: TASKS, now: NOW });
  const db = new Database(file);
  db.pragma("foreign_keys = OFF");
  db.exec(ODD);
  db.close();
  const now = () => NOW;
  store = await openStore({ file, clock: { now, monotonic: () => performance.now() } });
  const rows = store.read
    .prepare<[], Record<string, unknown>>(
      `SELECT t.rowid AS place, t.id, t.payload, t.priority, k.reason, coalesce(replace(t.created_at, 'T', ' '), '') AS age,
        coalesce(replace(t.updated_at, 'T', ' '), '') AS changed,
        (SELECT error_message FROM runs r WHERE r.task_id = t.id ORDER BY run_number DESC LIMIT 1) AS error
      FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id`,
    )
    .all();
  const tasks = new Map(
    getBoardTasks(
      store,
      rows.map((row) => text(row.id)),
    ).map((task) => [task.id, task]),
  );
  known = rows.flatMap((row) => {
    const task = tasks.get(text(row.id));
    if (task === undefined) return [];
    return {
      ...task,
      payload: text(row.payload),
      error: [row.reason, row.error].filter((part) => part !== null).join("\n") || null,
      place: Number(row.place),
      age: text(row.age),
      changed: text(row.changed),
      rawPriority: row.priority,
    };
  });
}, 60_000);

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const has = (value: string | null, part: string): boolean => value?.toLowerCase().includes(part.toLowerCase()) === true;
const within = (
  value: number | null,
  range: { min?: number | undefined; max?: number | undefined } | undefined,
): boolean =>
  range === undefined || (value !== null && value >= (range.min ?? -Infinity) && value <= (range.max ?? Infinity));

/** What a filter means, told again without SQL. */
function matches(task: Known, { not = {}, ...filter }: TaskFilter): boolean {
  const isLeft = Object.entries(not).some(([field, value]) => meets(task, { [field]: value }));
  return meets(task, filter) && !isLeft;
}

function meets(task: Known, filter: TaskFilter): boolean {
  const one = (items: readonly string[] | undefined, value: string | null): boolean =>
    items === undefined || (value !== null && items.includes(value));
  return (
    one(filter.states, task.state) &&
    one(filter.planIds, task.planId) &&
    one(filter.types, task.agent) &&
    one(filter.workers, task.workerId) &&
    one(filter.ids, task.id) &&
    (filter.tags === undefined || task.tags.some((tag) => filter.tags?.includes(tag))) &&
    within(typeof task.rawPriority === "number" ? Math.trunc(task.rawPriority) : 1, filter.priority) &&
    within(task.attempts, filter.attempts) &&
    within(task.createdAt === null ? null : NOW - task.createdAt, filter.age) &&
    within(task.updatedAt === null ? null : NOW - task.updatedAt, filter.unchangedFor) &&
    (filter.error === undefined || has(task.error, filter.error)) &&
    (filter.text === undefined ||
      task.id === filter.text ||
      [task.title, task.subtaskId, task.payload].some((value) => has(value, filter.text ?? "")))
  );
}

const rank = (value: unknown): number => (value === null ? 0 : typeof value === "number" ? 1 : 2);
const texts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const COMPARE: Readonly<Record<TaskOrder, (a: Known, b: Known) => number>> = {
  priority: (a, b) =>
    rank(b.rawPriority) - rank(a.rawPriority) ||
    (typeof a.rawPriority === "number" ? Number(b.rawPriority) - a.rawPriority : 0) ||
    texts(a.age, b.age) ||
    a.place - b.place,
  recent: (a, b) => texts(b.changed, a.changed) || b.place - a.place,
  newest: (a, b) => b.place - a.place,
  oldest: (a, b) => a.place - b.place,
};

async function all(filter: TaskFilter, order: TaskOrder, limit: number) {
  const ids: string[] = [];
  let used: TaskOrder = order;
  let after: string | undefined;
  do {
    const page = await searchTasks(store, { filter, order, limit, ...(after === undefined ? {} : { after }) });
    ids.push(...page.rows.map((row) => row.id));
    used = page.order;
    after = page.next ?? undefined;
  } while (after !== undefined);
  return { ids, used };
}

async function counted(filter: TaskFilter): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let after: string | undefined;
  do {
    const answer = await countTasks(store, { filter, ...(after === undefined ? {} : { after }) });
    for (const [status, n] of Object.entries(answer.counts)) counts[status] = (counts[status] ?? 0) + n;
    after = answer.next ?? undefined;
  } while (after !== undefined);
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
}

function expected(filter: TaskFilter, order: TaskOrder): Known[] {
  return known.filter((task) => matches(task, filter)).sort(COMPARE[order]);
}

const range = (least: number, most: number) =>
  fc.record(
    {
      min: fc.integer({ min: least, max: Math.floor((least + most) / 2) }),
      max: fc.integer({ min: Math.floor((least + most) / 2), max: most }),
    },
    { requiredKeys: [] },
  );
const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 4 });
const FIELDS = {
  states: some(
    "queued",
    "waiting",
    "blocked",
    "retrying",
    "in_progress",
    "stopping",
    "failed",
    "completed",
    "escalated",
    "on_hold",
    "nobody",
  ),
  planIds: some("plan-000000", "plan-000014", "plan-000015", "nope"),
  types: some("command", "llm", "odd", "nope"),
  workers: some("worker-01", "worker-13", "local-1", "nope"),
  tags: some("nightly", "eu", "nope"),
  error: fc.constantFrom("503", "TIMED", "50%", "a_b"),
  text: fc.constantFrom("vite", "100%", "a_b", "EU-WEST", "task-00000777", '"shard":77'),
};
const filters: fc.Arbitrary<TaskFilter> = fc.record(
  {
    ...FIELDS,
    not: fc.record(FIELDS, { requiredKeys: [] }).filter((not) => Object.keys(not).length > 0),
    priority: range(-5, 10),
    attempts: range(0, 3),
    age: range(0, 40 * 86_400_000),
    unchangedFor: range(0, 40 * 86_400_000),
    ids: fc.uniqueArray(
      fc.integer({ min: 0, max: TASKS }).map((n) => `task-${String(n).padStart(8, "0")}`),
      { minLength: 1, maxLength: 300 },
    ),
  },
  { requiredKeys: [] },
);
/** A filter of every field matches nothing: most have a few. */
const fewFields = fc
  .tuple(
    filters,
    fc.shuffledSubarray(
      [
        "states",
        "planIds",
        "types",
        "workers",
        "tags",
        "priority",
        "attempts",
        "age",
        "unchangedFor",
        "error",
        "text",
        "ids",
        "not",
      ],
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(
    ([filter, names]): TaskFilter =>
      Object.fromEntries(Object.entries(filter).filter(([name]) => names.includes(name))),
  );

describe("lists of all tasks", () => {
  test.each(TASK_ORDERS)("come whole and in order, page by page: %s", async (order) => {
    const { ids, used } = await all({}, order, 500);
    expect(ids).toEqual(expected({}, used).map((task) => task.id));
  });

  test("find what the filter means, in the order that they name, and count as many", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fewFields, fc.constantFrom(...TASK_ORDERS), async (filter, order) => {
        const { ids, used } = await all(filter, order, 250);
        const right = expected(filter, used);
        expect(ids).toEqual(right.map((task) => task.id));
        const counts: Record<string, number> = {};
        for (const { status } of right) counts[status] = (counts[status] ?? 0) + 1;
        expect(await counted(filter)).toEqual(counts);
      }),
      { numRuns: 30 },
    );
  });

  test("tell why an order cannot be had, and give another one", async () => {
    const page = await searchTasks(store, { filter: {}, order: "recent", limit: 10 });
    expect(page.order).toBe("priority");
    expect(page.unserved.recent).toContain("not kept in order of change");
    const narrow = await searchTasks(store, { filter: { states: ["in_progress"] }, order: "recent", limit: 10 });
    expect([narrow.order, narrow.unserved]).toEqual(["recent", {}]);
  });

  test("refuse a cursor of another list, and answer a page after the last one with nothing", async () => {
    const page = await searchTasks(store, { filter: {}, order: "newest", limit: 10 });
    await expect(
      searchTasks(store, { filter: {}, order: "oldest", limit: 10, after: page.next ?? "" }),
    ).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(searchTasks(store, { filter: {}, order: "newest", limit: 10, after: "[]" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(countTasks(store, { filter: { text: "a" }, after: "x" })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test("name which of changed tasks belong into them", () => {
    const ids = ["odd-1", "odd-3", "odd-4", "not-there"];
    expect(getEnteredTasks(store, ids, { types: ["odd"], states: ["failed"] }).map(({ id }) => id)).toEqual(["odd-4"]);
    expect(getEnteredTasks(store, ids, {}).map(({ id }) => id)).toEqual(["odd-1", "odd-3", "odd-4"]);
  });

  test("group what failed alike, each task once, the largest group first", async () => {
    const { groups, grouped, total } = await getErrorGroups(store, { filter: {} });
    const failed = known.filter((task) => task.status === "failed");
    expect([grouped, total]).toEqual([failed.length, failed.length]);
    expect(new Set(groups.flatMap((group) => group.taskIds)).size).toBe(failed.length);
    expect(groups.map(({ count }) => count)).toEqual(groups.map(({ count }) => count).sort((a, b) => b - a));
    expect(groups.map(({ fingerprint }) => fingerprint)).toEqual(
      expect.arrayContaining(["HTTP <n> from <url>", "Timed out after <n> s", "Second <n>% error"]),
    );
  });
});
