import { describe, expect, it } from "vitest";
import { countStates, freshness, mergeWorkers, trouble } from "../../../src/renderer/features/workers/worker-health";
import type { WorkerRow } from "../../../src/shared/model/views";

function worker(id: string, change: Partial<WorkerRow> = {}): WorkerRow {
  return {
    id,
    role: "local",
    status: "active",
    state: "idle",
    capabilities: [],
    lastHeartbeat: null,
    registeredAt: null,
    pid: 7,
    host: null,
    isLocal: true,
    currentTaskId: null,
    currentTaskTitle: null,
    drained: false,
    ...change,
  };
}

describe("mergeWorkers", () => {
  it("replaces, adds and removes, in an order that states do not change", () => {
    const rows = mergeWorkers([], [worker("b"), worker("a"), worker("z", { role: "infra" })], []);
    expect(rows.map((row) => row.id)).toEqual(["z", "a", "b"]);
    const next = mergeWorkers(rows, [worker("b", { state: "dead" }), worker("c")], ["a"]);
    expect(next.map((row) => `${row.id} ${row.state}`)).toEqual(["z idle", "b dead", "c idle"]);
  });
});

describe("freshness", () => {
  it("shrinks to nothing at the limit of 15 s", () => {
    expect(freshness(0)).toEqual({ left: 1, tone: "completed", word: "fresh" });
    expect(freshness(9_000)).toMatchObject({ tone: "escalated", word: "late" });
    expect(freshness(15_000)).toEqual({ left: 0, tone: "failed", word: "missed" });
    expect(freshness(null).word).toBe("none");
    expect(freshness(-500).left).toBe(1);
  });
});

describe("countStates", () => {
  it("puts known states in their order and unknown ones last", () => {
    const rows = [worker("a", { state: "odd" }), worker("b", { state: "dead" }), worker("c", { state: "busy" })];
    expect(countStates(rows)).toEqual([
      ["busy", 1],
      ["dead", 1],
      ["odd", 1],
    ]);
  });
});

describe("trouble", () => {
  it("says what is wrong, and that a task hangs on it", () => {
    expect(trouble(worker("a"))).toBeNull();
    expect(trouble(worker("a", { state: "dead", currentTaskId: "t" }))).toBe(
      "Process 7 no longer exists on this computer. It still holds a task.",
    );
    expect(trouble(worker("a", { state: "stale", lastHeartbeat: 1 }))).toBe("No heartbeat for over 15 seconds.");
    expect(trouble(worker("a", { state: "stale", lastHeartbeat: null }))).toBe("It has never sent a heartbeat.");
  });
});
