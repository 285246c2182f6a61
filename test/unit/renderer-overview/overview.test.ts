import { describe, expect, it } from "vitest";
import { isCapped, whyOf } from "../../../src/renderer/features/overview/attention-words";
import { holdPlaces } from "../../../src/renderer/features/overview/hold-places";
import { thinOut } from "../../../src/renderer/features/overview/sparkline";
import { changeWords, describeThroughput, figuresOf } from "../../../src/renderer/features/overview/throughput-figures";
import { MOST_OF_A_KIND, type TaskAttention } from "../../../src/shared/model/overview";
import type { TaskRow, WorkerRow } from "../../../src/shared/model/views";

const NOW = 1_800_000_000_000;

function taskItem(
  kind: TaskAttention["kind"],
  task: Partial<TaskRow>,
  more: Partial<TaskAttention> = {},
): TaskAttention {
  const row: TaskRow = {
    id: "t",
    planId: "p",
    subtaskId: "t",
    ordinal: 0,
    title: "Build",
    status: "failed",
    state: "failed",
    agent: "command",
    priority: 1,
    attempts: 3,
    maxAttempts: 3,
    workerId: "local-1",
    runId: "r",
    createdAt: NOW,
    startedAt: NOW,
    finishedAt: null,
    notBefore: null,
    reason: null,
    ...task,
  };
  return { kind, task: row, planTitle: "Plan", since: NOW, blocks: 0, worker: null, ...more };
}

const WORKER: WorkerRow = {
  id: "backend-3",
  role: "command",
  status: "active",
  state: "dead",
  capabilities: [],
  lastHeartbeat: NOW - 840_000,
  registeredAt: NOW,
  pid: 4711,
  host: "here",
  isLocal: true,
  drained: false,
  process: "gone",
  program: null,
  slot: null,
  currentPlanId: null,
  currentAgent: null,
  currentStartedAt: null,
  currentTaskId: null,
  currentTaskTitle: null,
};

describe("why something wants a person", () => {
  it("says what happened and what hangs on it", () => {
    expect(whyOf(taskItem("failed", { reason: "Exit code 1" }, { blocks: 7 }), NOW)).toBe(
      "3/3 attempts spent. Exit code 1. Blocks 7 tasks.",
    );
    expect(whyOf(taskItem("failed", {}, { blocks: 1_000 }), NOW)).toContain("Blocks 1,000 tasks or more.");
    expect(whyOf(taskItem("review", { reason: "Ship it?" }, { blocks: 1 }), NOW)).toBe("Ship it? Blocks 1 task.");
    expect(whyOf(taskItem("escalated", {}), NOW)).toBe("A person must decide how it goes on.");
  });

  it("names the worker that cannot be at work", () => {
    expect(whyOf(taskItem("stuck", {}, { worker: WORKER }), NOW)).toBe(
      "backend-3 process is gone, last heartbeat 14m ago. The task is still marked in progress.",
    );
    expect(whyOf(taskItem("stuck", { workerId: "queen" }), NOW)).toBe("Given to queen, which is not registered.");
    expect(whyOf({ kind: "worker", worker: WORKER, since: null }, NOW)).toBe(
      "Process 4711 is gone, last heartbeat 14m ago.",
    );
    const silent = { ...WORKER, state: "stale", lastHeartbeat: null };
    expect(whyOf({ kind: "worker", worker: silent, since: null }, NOW)).toBe(
      "It does not report any more: no heartbeat ever.",
    );
  });
});

it("there may be more than was read once there is as much of a kind as is read", () => {
  const items = Array.from({ length: MOST_OF_A_KIND }, () => taskItem("failed", {}));
  expect(isCapped(items)).toBe(true);
  expect(isCapped([...items.slice(1), taskItem("review", {})])).toBe(false);
});

describe("a live list under the pointer", () => {
  const idOf = (item: string): string => item[0] ?? "";
  const first = holdPlaces([], ["a1", "b1", "c1"], idOf, false);

  it("keeps every row in its place, takes in what changed and lets new ones wait", () => {
    const held = holdPlaces(first.shown, ["d1", "c2", "a2"], idOf, true);
    expect(held.shown).toEqual([
      { item: "a2", isOver: false },
      { item: "b1", isOver: true },
      { item: "c2", isOver: false },
    ]);
    expect(held.waiting).toBe(1);
  });

  it("is as it was read when nobody points at it", () => {
    expect(holdPlaces(first.shown, ["d1", "a2"], idOf, false)).toEqual({
      shown: [
        { item: "d1", isOver: false },
        { item: "a2", isOver: false },
      ],
      waiting: 0,
    });
  });
});

describe("figures of throughput", () => {
  const minutes = (value: number): number[] => Array.from({ length: 60 }, () => value);
  const hour = {
    range: "1h",
    since: 0,
    stepMs: 60_000,
    durationP50: null,
    durationP95: null,
    readBackTo: null,
  } as const;

  it("tells the rate of now against the mean, and how much succeeds", () => {
    const figures = figuresOf({ ...hour, completed: minutes(2), failed: minutes(0).with(3, 30) });
    expect(figures).toMatchObject({ attempts: 150, successRate: 80 });
    expect(figures.perHourNow).toBeGreaterThan(110);
    expect(Math.abs(figures.change ?? 100)).toBeLessThan(10);
  });

  it("says that nothing changed without a sign", () => {
    const completed = minutes(1).with(0, 850).with(59, 295);
    const even = figuresOf({ ...hour, completed, failed: minutes(0) });
    expect(even.change).toBe(0);
    expect(changeWords(even, "1h")).toBe("as the 1 h mean");
    expect(changeWords({ ...even, change: 18 }, "24h")).toBe("+18 % vs. 24 h mean");
    expect(changeWords({ ...even, change: -4 }, "24h")).toBe("-4 % vs. 24 h mean");
  });

  it("compares nothing where next to nothing happened", () => {
    expect(figuresOf({ ...hour, completed: minutes(0), failed: minutes(0) })).toEqual({
      attempts: 0,
      successRate: null,
      perHourNow: 0,
      change: null,
    });
    expect(figuresOf({ ...hour, completed: minutes(0).with(59, 500), failed: minutes(0) }).change).toBeNull();
  });

  it("is told in words, and thinned out without losing anything", () => {
    expect(describeThroughput({ ...hour, completed: minutes(0).with(4, 7), failed: minutes(0) })).toBe(
      "Chart of the last 1 h: 7 completed and 0 failed attempts, at most 7 completed in one bar.",
    );
    expect(thinOut([1, 2, 3, 4, 5], 3)).toEqual([3, 7, 5]);
    expect(thinOut([1, 2], 3)).toEqual([1, 2]);
  });
});
