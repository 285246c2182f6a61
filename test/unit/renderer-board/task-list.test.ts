import { describe, expect, it } from "vitest";
import { createTaskList, heldIds, MOST_WAITING, rowsOf } from "../../../src/renderer/features/board/task-list";
import type { BoardPatch, BoardTask, EnteredTask, TaskPage } from "../../../src/shared/model/task-lists";

function task(n: number, given: Partial<BoardTask> = {}): BoardTask {
  return {
    id: `t${n}`,
    planId: null,
    planTitle: null,
    subtaskId: null,
    ordinal: 0,
    title: `Task ${n}`,
    status: "queued",
    state: "queued",
    agent: "noop",
    priority: 5,
    attempts: 0,
    maxAttempts: 1,
    workerId: null,
    runId: null,
    createdAt: n,
    startedAt: null,
    finishedAt: null,
    notBefore: null,
    reason: null,
    tags: [],
    updatedAt: n,
    ...given,
  };
}

const entered = (id: string, given: Partial<EnteredTask> = {}): EnteredTask => ({
  id,
  status: "queued",
  priority: 5,
  createdAt: 0,
  updatedAt: 0,
  ...given,
});

const news = (given: Partial<BoardPatch>): BoardPatch => ({ rows: [], entered: [], totals: {}, ...given });

/** A database of so many tasks, in their order; its answers hold at most `slice` tasks looked at. */
function setUp(count: number, { most = 1_000, slice = 1_000, filter = {} } = {}) {
  const tasks = Array.from({ length: count }, (_, n) => task(n));
  const asked: Array<string | undefined> = [];
  const trouble: { error: Error | null } = { error: null };
  const read = async ({ after, limit }: { after?: string; limit: number }): Promise<TaskPage> => {
    if (trouble.error !== null) throw trouble.error;
    asked.push(after);
    const from = after === undefined ? 0 : Number(after);
    const to = Math.min(tasks.length, from + Math.min(limit, slice));
    return {
      rows: tasks.slice(from, to),
      next: to < tasks.length ? String(to) : null,
      order: "priority",
      unserved: {},
      searched: to - from,
      total: tasks.length,
    };
  };
  const list = createTaskList({ filter, order: "priority", pageSize: 10, most, read });
  return { list, tasks, asked, trouble, state: () => list.store.getState() };
}

const ids = (rows: ReadonlyArray<BoardTask | null>): Array<string | null> => rows.map((row) => row?.id ?? null);

describe("a list of tasks", () => {
  it("fills a page from answers that stopped early, and reads the next only when asked", async () => {
    const { list, asked, state } = setUp(25, { slice: 4 });
    await list.load();
    expect(heldIds(state())).toHaveLength(10);
    expect(state()).toMatchObject({ status: "ready", next: "10", searched: 10, isReading: false });
    await list.more();
    await list.more();
    await list.more();
    expect(heldIds(state())).toHaveLength(25);
    expect(state().next).toBeNull();
    expect(asked).toHaveLength(3 + 3 + 2);
  });

  it("holds no more rows than it may, and reads those that are looked at again", async () => {
    const { list, state, asked } = setUp(60, { most: 20 });
    await list.load();
    for (let page = 1; page < 6; page += 1) {
      list.look(page * 10 - 3, page * 10);
      await list.more();
    }
    expect(heldIds(state()).length).toBeLessThanOrEqual(20);
    expect(rowsOf(state())).toHaveLength(60);
    expect(rowsOf(state())[0]).toBeNull();
    const before = asked.length;
    list.look(0, 5);
    await expect.poll(() => rowsOf(state())[0]?.id).toBe("t0");
    expect(asked.length).toBe(before + 1);
    expect(heldIds(state()).length).toBeLessThanOrEqual(20);
  });

  it("changes rows where they stand, and moves none", async () => {
    const { list, state } = setUp(5);
    await list.load();
    const before = rowsOf(state());
    list.patch(news({ rows: [task(3, { status: "completed", state: "completed", priority: 99 })] }), []);
    expect(ids(rowsOf(state()))).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    expect(rowsOf(state())[3]?.status).toBe("completed");
    expect(rowsOf(state())[0]).toBe(before[0]);
  });

  it("announces what belongs among its rows, once, and forgets it when it leaves again", async () => {
    const { list, state } = setUp(30);
    await list.load();
    list.patch(news({ entered: [entered("new", { priority: 9 }), entered("new", { priority: 9 })] }), []);
    expect([...state().waiting]).toEqual(["new"]);
    // Below what was read it will come with its page.
    list.patch(news({ entered: [entered("far", { priority: 1 })] }), []);
    expect([...state().waiting]).toEqual(["new"]);
    list.patch(news({}), ["new"]);
    expect([...state().waiting]).toEqual([]);
  });

  it("announces nothing of another state, and takes back what went there", async () => {
    const { list, state } = setUp(3, { filter: { states: ["queued", "waiting", "retrying", "blocked"] } });
    await list.load();
    list.patch(news({ entered: [entered("a"), entered("b", { status: "failed" })] }), []);
    expect([...state().waiting]).toEqual(["a"]);
    list.patch(news({ entered: [entered("a", { status: "in_progress" })] }), []);
    expect([...state().waiting]).toEqual([]);
  });

  it("announces what entered while it was read: the answer may be older", async () => {
    const { list, state } = setUp(3);
    const reading = list.load();
    list.patch(news({ entered: [entered("new", { priority: 9 }), entered("t1"), entered("left")] }), []);
    list.patch(news({}), ["left"]);
    await reading;
    expect([...state().waiting]).toEqual(["new"]);
  });

  it("stays as it is when it is told what it knows", async () => {
    const { list, state } = setUp(3);
    await list.load();
    const before = state();
    expect(list.patch(news({ rows: [task(1)] }), [])).toBe(false);
    expect(state()).toBe(before);
    expect(list.patch(news({ rows: [task(1, { title: "Another" })] }), [])).toBe(true);
  });

  it("counts waiting ones up to a bound", async () => {
    const { list, state } = setUp(1);
    await list.load();
    list.patch(news({ entered: Array.from({ length: 5_000 }, (_, n) => entered(`n${n}`)) }), []);
    expect(state().waiting.size).toBe(MOST_WAITING);
  });

  it("shows what is waiting when it is read again, and marks what was deleted until then", async () => {
    const { list, state, tasks } = setUp(3);
    await list.load();
    list.patch(news({ entered: [entered("t9", { priority: 9 })] }), ["t1"]);
    expect(state().gone.has("t1")).toBe(true);
    expect(heldIds(state())).toContain("t1");
    tasks.splice(1, 1);
    tasks.unshift(task(9));
    await list.load();
    expect(heldIds(state())).toEqual(["t9", "t0", "t2"]);
    expect([state().waiting.size, state().gone.size]).toEqual([0, 0]);
  });

  it("keeps what is shown when reading fails, and says so; the next try mends it", async () => {
    const { list, state, trouble } = setUp(25);
    trouble.error = new Error("locked");
    await list.load();
    expect(state()).toMatchObject({ status: "failed", isReading: false });
    trouble.error = null;
    await list.load();
    expect(state().status).toBe("ready");
    trouble.error = new Error("locked");
    await list.more();
    expect(heldIds(state())).toHaveLength(10);
    expect(state().moreError).toBe(trouble.error);
    trouble.error = null;
    await list.more();
    expect(heldIds(state())).toHaveLength(20);
    expect(state().moreError).toBeNull();
  });

  it("throws away an answer to what is asked no more", async () => {
    const { list, state } = setUp(25);
    const reading = list.load();
    list.close();
    await reading;
    expect(state().status).toBe("loading");
  });
});
