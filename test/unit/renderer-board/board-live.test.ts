import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HiveBridge } from "../../../src/preload/bridge";
import { leaveBoard, openBoard, startBoard, useBoard } from "../../../src/renderer/features/board/board-store";
import { notePointer } from "../../../src/renderer/features/board/reading";
import { heldIds } from "../../../src/renderer/features/board/task-list";
import { tasksPlace } from "../../../src/renderer/location";
import { startSync } from "../../../src/renderer/sync";
import type { LivePatch } from "../../../src/shared/contract";
import type { Envelope } from "../../../src/shared/errors";
import type { BoardPatch, BoardTask } from "../../../src/shared/model/task-lists";

function task(id: string, status: string): BoardTask {
  return {
    id,
    planId: null,
    planTitle: null,
    subtaskId: null,
    ordinal: 0,
    title: id,
    status,
    state: status,
    agent: "noop",
    priority: 5,
    attempts: 0,
    maxAttempts: 1,
    workerId: null,
    runId: null,
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    notBefore: null,
    reason: null,
    tags: [],
    updatedAt: 0,
  };
}

/** Main as the window knows it: answers from these tasks by the contract, and pushes patches. */
function fakeMain(tasks: Map<string, BoardTask>) {
  const listeners = new Set<(patch: LivePatch) => void>();
  const asked: string[] = [];
  let revision = 0;
  const totals = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of tasks.values()) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const answers: Readonly<Record<string, (input: { filter?: { states?: readonly string[] } }) => unknown>> = {
    "live.subscribe": () => ({ revision }),
    "tasks.count": () => ({ counts: totals(), searched: tasks.size, total: tasks.size, next: null }),
    "tasks.search": ({ filter }) => ({
      rows: [...tasks.values()].filter(({ status }) => filter?.states?.includes(status) ?? true),
      next: null,
      order: "recent",
      unserved: {},
      searched: tasks.size,
      total: tasks.size,
    }),
  };
  const call = async (name: string, input: object): Promise<Envelope<unknown>> => {
    asked.push("board" in input && input.board !== null ? "board named" : name);
    return { ok: true, value: answers[name]?.(input) };
  };
  const on = (name: string, listener: (patch: LivePatch) => void): (() => void) => {
    if (name === "patch") listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const push = (board: Partial<BoardPatch>, skip = 0): void => {
    revision += 1 + skip;
    const patch: LivePatch = {
      revision,
      plans: [],
      tasks: [],
      workers: [],
      board: { rows: [], entered: [], totals: totals(), ...board },
      removed: { plans: [], tasks: [], workers: [] },
      runner: { slots: 2, running: 0, busySlots: 0, dispatching: true, dispatcher: null, pausedReason: null },
    };
    for (const listener of listeners) listener(patch);
  };
  return { asked, push, bridge: { call, on } as unknown as HiveBridge };
}

const ends: Array<() => void> = [];

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  leaveBoard();
  for (const end of ends.splice(0)) end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openWith(...given: readonly BoardTask[]) {
  const tasks = new Map(given.map((one) => [one.id, one]));
  const main = fakeMain(tasks);
  vi.stubGlobal("window", { hive: main.bridge });
  ends.push(startSync(), startBoard());
  await openBoard(tasksPlace());
  await vi.advanceTimersByTimeAsync(500);
  return { ...main, tasks };
}

const column = (status: string): string[] => {
  const list = useBoard.getState().lists.get(status);
  return list === undefined ? [] : heldIds(list.store.getState());
};

it("tells main what it shows before it reads it, so that no change falls between", async () => {
  const { asked } = await openWith(task("one", "queued"));
  expect(asked).toContain("board named");
  expect(asked.indexOf("board named")).toBeLessThan(asked.indexOf("tasks.search"));
});

it("moves a card to the column of its new state", async () => {
  const { push, tasks } = await openWith(task("one", "queued"), task("two", "queued"));
  expect(column("queued")).toEqual(["one", "two"]);
  const failed = task("two", "failed");
  tasks.set("two", failed);
  push({ rows: [failed] });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(column("queued")).toEqual(["one"]);
  expect(column("failed")).toEqual(["two"]);
});

it("reads again after a gap, and moves nothing where somebody reads", async () => {
  const { push, tasks } = await openWith(task("a", "failed"), task("b", "failed"));
  notePointer(true);
  tasks.set("a", { ...task("a", "queued"), title: "changed" });
  tasks.set("b", { ...task("b", "failed"), title: "changed" });
  tasks.set("new", { ...task("new", "failed"), updatedAt: 1 });
  push({}, 3);
  await vi.advanceTimersByTimeAsync(500);
  expect(column("failed")).toEqual(["a", "b"]);
  const state = () => useBoard.getState().lists.get("failed")?.store.getState();
  expect([...(state()?.waiting ?? [])]).toEqual(["new"]);
  expect(state()?.pages[0]?.rows?.map(({ title }) => title)).toEqual(["a", "changed"]);
  // Main tells of whatever is watched anew.
  push({ rows: [...tasks.values()].filter(({ id }) => id === "a") });
  expect(state()?.pages[0]?.rows?.map(({ title }) => title)).toEqual(["changed", "changed"]);
  notePointer(false);
  push({}, 3);
  await vi.advanceTimersByTimeAsync(500);
  expect(column("failed")).toEqual(["b", "new"]);
});
