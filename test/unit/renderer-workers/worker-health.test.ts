import { describe, expect, it } from "vitest";
import { groupName, inGroups } from "../../../src/renderer/features/workers/worker-groups";
import {
  freshness,
  isBehind,
  keepRows,
  mergeWorkers,
  orderStates,
  poolWords,
  trouble,
} from "../../../src/renderer/features/workers/worker-health";
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
    process: "gone",
    program: null,
    slot: null,
    currentPlanId: null,
    currentAgent: null,
    currentStartedAt: null,
    ...change,
  };
}

describe("mergeWorkers", () => {
  it("replaces, adds and removes, in an order that states do not change", () => {
    const rows = mergeWorkers([], [worker("b"), worker("a"), worker("z", { role: "infra" })], []);
    expect(rows.map((row) => row.id)).toEqual(["z", "a", "b"]);
    const next = mergeWorkers(rows, [worker("b", { state: "dead" }), worker("c")], ["a"]);
    expect(next.map((row) => `${row.id} ${row.state}`)).toEqual(["z idle", "b dead", "c idle"]);
    // As the list is read: what signed off comes last, and is not put back by the next change of another one.
    const left = mergeWorkers(next, [worker("z", { role: "infra", status: "offline", state: "offline" })], []);
    expect(left.map(({ id }) => id)).toEqual(["b", "c", "z"]);
    expect(isBehind(worker("a", { status: "offline" }), worker("z"))).toBe(true);
  });
});

describe("groups", () => {
  it("keep the order of what is within them, and a worker's state moves nothing", () => {
    const host = { host: "here" };
    const rows = [worker("a", host), worker("b", { host: "afar", isLocal: false }), worker("c", host), worker("d")];
    const names = (group: "host" | "role" | null) => inGroups(rows, group).map(({ id }) => id);
    expect(names("host")).toEqual(["b", "a", "c", "d"]);
    expect(rows.map(groupName("host"))).toEqual([
      "here (this computer)",
      "afar",
      "here (this computer)",
      "unknown host",
    ]);
    expect(names("role")).toEqual(["a", "b", "c", "d"]);
    expect(inGroups(rows, null)).toBe(rows);
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

describe("keepRows", () => {
  it("keeps what did not change, so that nothing is drawn anew", () => {
    const before = [worker("a"), worker("b")];
    expect(keepRows(before, [worker("a"), worker("b")])).toBe(before);
    const next = keepRows(before, [worker("a"), worker("b", { state: "busy" })]);
    expect(next[0]).toBe(before[0]);
    expect(next[1]).not.toBe(before[1]);
  });
});

describe("orderStates", () => {
  it("puts known states in their order and unknown ones last", () => {
    expect(orderStates({ odd: 1, dead: 2, zombie: 1, busy: 3 })).toEqual([
      ["busy", 3],
      ["zombie", 1],
      ["dead", 2],
      ["odd", 1],
    ]);
  });
});

describe("poolWords", () => {
  const pool = {
    executing: 2,
    paused: 2,
    ready: 0,
    slots: 4,
    workers: [],
    groups: [],
    machine: { cores: 2, load: null },
  };
  it("explains an empty pool by the plans", () => {
    expect(poolWords({ ...pool, standing: "paused" })).toBe(
      "Paused: no worker is expected. All 2 plans that run are paused.",
    );
    expect(poolWords({ ...pool, standing: "nothing_runs" })).toContain("no worker is expected");
    expect(poolWords({ ...pool, standing: "working" })).toBeNull();
  });
});

describe("trouble", () => {
  it("says what is wrong, and that a task hangs on it", () => {
    expect(trouble(worker("a"))).toBeNull();
    expect(trouble(worker("a", { state: "dead", currentTaskId: "t" }))).toBe(
      "Process 7 no longer exists on this computer. It still holds a task.",
    );
    expect(trouble(worker("a", { state: "zombie", process: "zombie" }))).toContain("its parent has not taken notice");
    expect(trouble(worker("a", { state: "dead", process: "reused" }))).toContain("is another one by now");
    expect(trouble(worker("a", { state: "stale", lastHeartbeat: 1, process: "stopped" }))).toContain("is stopped");
    expect(trouble(worker("a", { state: "stale", lastHeartbeat: 1, process: "elsewhere", host: "far" }))).toContain(
      "on far, out of sight",
    );
    expect(trouble(worker("a", { state: "stale", lastHeartbeat: 1 }))).toBe("No heartbeat for over 15 seconds.");
    expect(trouble(worker("a", { state: "stale", lastHeartbeat: null }))).toBe("It has never sent a heartbeat.");
  });
});
