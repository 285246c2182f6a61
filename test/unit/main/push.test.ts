import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPush, type DirtyRows, type LiveRows } from "../../../src/main/ipc/push";
import type { LivePatch } from "../../../src/shared/contract";
import type { TaskRow } from "../../../src/shared/model/views";

const runner = { slots: 2, running: 0, busySlots: 0, dispatching: true, dispatcher: null, pausedReason: null };

function task(id: string, planId: string): TaskRow {
  return {
    id,
    planId,
    subtaskId: id,
    ordinal: 0,
    title: id,
    status: "queued",
    state: "queued",
    agent: "command",
    priority: 1,
    attempts: 0,
    maxAttempts: 1,
    workerId: null,
    runId: null,
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    notBefore: null,
    reason: null,
  };
}

function dirty(change: Partial<DirtyRows>): DirtyRows {
  return { tasks: new Set(), plans: new Set(), workers: new Set(), runs: new Set(), reset: false, ...change };
}

function setUp(overrides: Partial<LiveRows> = {}) {
  const sent: { name: string; message: unknown }[] = [];
  const view = { visible: true };
  const rows: LiveRows = {
    tasks: (ids) => ids.map((id) => task(id, id.startsWith("a") ? "plan-a" : "plan-b")),
    boardTasks: (ids) => ids.map((id) => ({ ...task(id, "plan-a"), planTitle: "A", tags: [], updatedAt: 0 })),
    entered: (ids) => ids.map((id) => ({ id, status: "queued", priority: 1, createdAt: 0, updatedAt: 0 })),
    totals: () => ({ queued: 2 }),
    tasksOfRuns: (ids) => ids.map((id) => `a-${id}`),
    plans: () => [],
    workers: () => [],
    runner: () => runner,
    logSize: async () => ({ size: 0, ended: true }),
    ...overrides,
  };
  const push = createPush({
    rows,
    isVisible: () => view.visible,
    send: (name, message) => sent.push({ name, message }),
    report: () => undefined,
  });
  const patches = () => sent.filter(({ name }) => name === "patch").map(({ message }) => message as LivePatch);
  return { push, sent, patches, view };
}

describe("live updates", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sends a row that changed many times once, at most ten batches a second", () => {
    const { push, patches } = setUp();
    push.subscribe({ planId: "plan-a", runId: null });
    for (let step = 0; step < 1_000; step += 1) {
      push.note(dirty({ tasks: new Set(["a1", "a2"]) }));
      vi.advanceTimersByTime(1);
    }
    expect(patches().length).toBeLessThanOrEqual(11);
    expect(patches().every((patch) => patch.tasks.length <= 2)).toBe(true);
  });

  it("follows the subscribed revision without a hole", () => {
    const { push, patches } = setUp();
    const { revision } = push.subscribe({ planId: null, runId: null });
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(100);
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(100);
    expect(patches().map((patch) => patch.revision)).toEqual([revision + 1, revision + 2]);
  });

  it("sends only the subscribed plan's tasks", () => {
    const { push, patches } = setUp();
    push.subscribe({ planId: "plan-b", runId: null });
    push.note(dirty({ tasks: new Set(["a1", "b1"]) }));
    vi.advanceTimersByTime(100);
    expect(patches().flatMap((patch) => patch.tasks.map((row) => row.id))).toEqual(["b1"]);
  });

  it("sends a task whose attempt changed", () => {
    const { push, patches } = setUp();
    push.subscribe({ planId: "plan-a", runId: null });
    push.note(dirty({ runs: new Set(["run-1"]) }));
    vi.advanceTimersByTime(100);
    expect(patches()[0]?.tasks.map((row) => row.id)).toEqual(["a-run-1"]);
  });

  it("names what is gone", () => {
    const { push, patches } = setUp({ tasks: () => [] });
    push.subscribe({ planId: "plan-a", runId: null });
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(100);
    expect(patches()[0]?.removed.tasks).toEqual(["a1"]);
  });

  it("reads no task while none is on screen", () => {
    const tasks = vi.fn(() => []);
    const { push, patches } = setUp({ tasks });
    push.subscribe({ planId: null, runId: null });
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(100);
    expect(tasks).not.toHaveBeenCalled();
    expect(patches()[0]?.board).toBeNull();
  });

  it("sends a list over many plans the tasks that it holds, and names those that enter it", () => {
    const boardTasks = vi.fn((ids: readonly string[]) =>
      ids
        .filter((id) => id !== "gone")
        .map((id) => ({ ...task(id, "plan-a"), planTitle: "A", tags: [], updatedAt: 0 })),
    );
    const { push, patches } = setUp({ boardTasks });
    push.subscribe({ planId: null, runId: null, board: { taskIds: ["a1", "gone"], filter: { states: ["queued"] } } });
    push.note(dirty({ tasks: new Set(["a1", "a2", "gone"]) }));
    vi.advanceTimersByTime(100);
    expect(boardTasks).toHaveBeenCalledWith(["a1", "gone"]);
    expect(patches()[0]?.board?.rows.map(({ id }) => id)).toEqual(["a1"]);
    expect(patches()[0]?.board?.entered.map(({ id }) => id)).toEqual(["a2"]);
    expect(patches()[0]?.board?.totals).toEqual({ queued: 2 });
    expect(patches()[0]?.removed.tasks).toEqual(["gone"]);
  });

  it("tells once more what a list newly holds: it was read before it was named", () => {
    const { push, patches } = setUp();
    const watch = (...taskIds: string[]) =>
      push.subscribe({ planId: null, runId: null, board: { taskIds, filter: {} } });
    watch("a1", "a2");
    vi.advanceTimersByTime(100);
    watch("a2", "a3");
    vi.advanceTimersByTime(100);
    watch("a3");
    vi.advanceTimersByTime(100);
    expect(patches().map(({ board }) => board?.rows.map(({ id }) => id))).toEqual([["a1", "a2"], ["a3"]]);
  });

  it("bounds a patch and sends the rest with the next ones", () => {
    const { push, patches } = setUp();
    push.subscribe({ planId: "plan-a", runId: null });
    push.note(dirty({ tasks: new Set(Array.from({ length: 1_200 }, (_, index) => `a${index}`)) }));
    vi.advanceTimersByTime(1_000);
    expect(patches().map((patch) => patch.tasks.length)).toEqual([500, 500, 200]);
  });

  it("sends what is on screen before what is not, however much that is", () => {
    const { push, patches } = setUp();
    push.subscribe({ planId: null, runId: null, board: { taskIds: ["shown"], filter: {} } });
    push.note(dirty({ tasks: new Set(Array.from({ length: 1_200 }, (_, index) => `other${index}`)) }));
    push.note(dirty({ tasks: new Set(["shown"]) }));
    vi.advanceTimersByTime(1_000);
    expect(patches().map(({ board }) => board?.rows.map(({ id }) => id))).toEqual([["shown"], [], []]);
    expect(patches().map(({ board }) => board?.entered.length)).toEqual([499, 500, 201]);
  });

  it("rather lets the window read again than falls ever further behind", () => {
    const { push, patches } = setUp();
    const { revision } = push.subscribe({ planId: null, runId: null, board: { taskIds: [], filter: {} } });
    push.note(dirty({ tasks: new Set(Array.from({ length: 20_001 }, (_, index) => `task${index}`)) }));
    vi.advanceTimersByTime(1_000);
    expect(patches().map((patch) => patch.revision)).toEqual([revision + 2]);
  });

  it("leaves a hole when the feed lost track", () => {
    const { push, patches } = setUp();
    const { revision } = push.subscribe({ planId: null, runId: null });
    push.note(dirty({ reset: true }));
    vi.advanceTimersByTime(100);
    expect(patches()[0]?.revision).toBe(revision + 2);
  });

  it("sends nothing while nobody can see it, and leaves a hole afterwards", () => {
    const { push, patches, view } = setUp();
    const { revision } = push.subscribe({ planId: "plan-a", runId: null });
    view.visible = false;
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(1_000);
    expect(patches()).toEqual([]);
    view.visible = true;
    push.resume();
    vi.advanceTimersByTime(100);
    expect(patches().map((patch) => patch.revision)).toEqual([revision + 2]);
  });

  it("tells of trouble once, tries again, and takes it back", () => {
    let broken = true;
    const { push, sent } = setUp({
      tasks: (ids) => {
        if (broken) throw new Error("disk on fire");
        return ids.map((id) => task(id, "plan-a"));
      },
    });
    push.subscribe({ planId: "plan-a", runId: null });
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(5_000);
    broken = false;
    push.note(dirty({ tasks: new Set(["a1"]) }));
    vi.advanceTimersByTime(5_000);
    const troubles = sent.filter(({ name }) => name === "trouble").map(({ message }) => message);
    expect(troubles).toEqual([{ message: expect.stringContaining("disk on fire") }, null]);
  });

  it("tells how the subscribed log grows, until it ends", async () => {
    const sizes = [10, 10, 25, 40];
    let asked = 0;
    const { push, sent } = setUp({
      logSize: async () => {
        const size = sizes[Math.min(asked, sizes.length - 1)] ?? 0;
        asked += 1;
        return { size, ended: asked >= sizes.length };
      },
    });
    push.subscribe({ planId: null, runId: "run-1" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toEqual([
      { name: "log", message: { runId: "run-1", size: 10, ended: false } },
      { name: "log", message: { runId: "run-1", size: 25, ended: false } },
      { name: "log", message: { runId: "run-1", size: 40, ended: true } },
    ]);
    expect(asked).toBe(4);
  });
});
