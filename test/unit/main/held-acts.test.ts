import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createHeldActs, HOLD_MS, heldByHandlers } from "../../../src/main/held-acts";
import type { ActPreview } from "../../../src/shared/control-contract";
import { HiveError } from "../../../src/shared/errors";
import type { HeldAct, HeldOutcome } from "../../../src/shared/held-contract";

const retry = (taskId: string): HeldAct => ({ act: "tasks.retry", taskId });

function heldActs({ fails = false } = {}) {
  const done: string[] = [];
  const told: HeldOutcome[] = [];
  const acts = createHeldActs({
    check: async ({ taskId }) => {
      if (taskId === "ended") throw new HiveError("not_allowed", "It has ended.");
    },
    perform: async ({ taskId }) => {
      if (fails) throw new HiveError("illegal_transition", "It was cancelled meanwhile.");
      done.push(taskId);
    },
    tell: (outcome) => told.push(outcome),
  });
  return { acts, done, told };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("does an act when its time is over, once, and tells", async () => {
  const { acts, done, told } = heldActs();
  const heldId = await acts.hold(retry("a"));
  await vi.advanceTimersByTimeAsync(HOLD_MS - 1);
  expect(done).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(["a"]);
  expect(told).toEqual([{ heldId, error: null }]);
  await acts.doNow(heldId);
  await acts.flush();
  expect(acts.takeBack(heldId)).toBe(false);
  expect(done).toEqual(["a"]);
});

it("does nothing of what was taken back", async () => {
  const { acts, done, told } = heldActs();
  const heldId = await acts.hold(retry("a"));
  expect(acts.takeBack(heldId)).toBe(true);
  expect(acts.takeBack(heldId)).toBe(false);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  await acts.flush();
  expect({ done, told }).toEqual({ done: [], told: [] });
});

it("does all that are held at once when the window closes, in their order", async () => {
  const { acts, done } = heldActs();
  await acts.hold(retry("a"));
  await acts.hold(retry("b"));
  await acts.flush();
  expect(done).toEqual(["a", "b"]);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(done).toEqual(["a", "b"]);
});

it("refuses at once what cannot be done", async () => {
  const { acts, done } = heldActs();
  await expect(acts.hold(retry("ended"))).rejects.toThrow("It has ended.");
  await acts.flush();
  expect(done).toEqual([]);
});

it("tells why an act failed that could be done when it was asked for, and closes all the same", async () => {
  const { acts, told } = heldActs({ fails: true });
  const heldId = await acts.hold(retry("a"));
  await acts.flush();
  expect(told).toEqual([{ heldId, error: "It was cancelled meanwhile." }]);
});

it("judges as the act itself would, and hands on the reason", async () => {
  const asked: unknown[] = [];
  const preview = (count: number): ActPreview => ({
    act: "tasks.retry",
    refusal: null,
    matched: 1,
    count,
    tasks: [],
    alsoQueued: { count: 0, tasks: [] },
    skipped:
      count > 0
        ? []
        : [{ state: "completed", reason: "wrong_state", message: "It has ended.", count: 1, examples: [] }],
    plans: [],
    workers: [],
    findings: [],
  });
  let count = 1;
  const note = (name: string) => (input: unknown) => asked.push([name, input]);
  const { check, perform } = heldByHandlers({
    "acts.preview": () => preview(count),
    "tasks.retry": note("tasks.retry"),
    "tasks.approve": note("tasks.approve"),
    "tasks.setPriority": note("tasks.setPriority"),
  });
  await check(retry("a"));
  await perform({ act: "tasks.setPriority", taskId: "a", priority: 7, reason: "urgent" });
  await perform({ act: "tasks.approve", taskId: "b" });
  expect(asked).toEqual([
    ["tasks.setPriority", { taskId: "a", priority: 7, reason: "urgent" }],
    ["tasks.approve", { taskId: "b", reason: undefined }],
  ]);
  count = 0;
  await expect(check(retry("a"))).rejects.toThrow("It has ended.");
});
