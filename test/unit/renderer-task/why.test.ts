import { describe, expect, it } from "vitest";
import { orderGates, placeOfRow, stepsBeside } from "../../../src/renderer/features/task-inspector/why-store";
import { planPlace, tasksPlace } from "../../../src/renderer/location";
import type { TaskWhy, WhyGate, WhyRow, WhyStep } from "../../../src/shared/model/why";

const gate = (name: WhyGate["gate"], verdict: WhyGate["verdict"], given: Partial<WhyGate> = {}): WhyGate => ({
  gate: name,
  title: name,
  verdict,
  detail: `${name} ${verdict}`,
  rows: [],
  more: 0,
  ...given,
});
const row = (kind: WhyRow["kind"], id: string): WhyRow => ({ kind, id, title: id, state: null, note: "" });
const step = (operation: string | null, id: string | null): WhyStep => ({
  operation,
  id,
  label: "do",
  command: "hive",
});

const why = (gates: readonly WhyGate[], steps: readonly WhyStep[] = []): TaskWhy => ({
  taskId: "t1",
  subtaskId: "a",
  planId: "p1",
  title: "A",
  status: "queued",
  state: "queued",
  headline: "It waits.",
  gates,
  steps,
  ahead: null,
  at: 0,
});

describe("why a task does not run, as it is shown", () => {
  it("tells what holds it first, then what cannot be told, then the rest as it is asked", () => {
    const gates = [
      gate("task", "passes"),
      gate("plan", "unknown"),
      gate("worker", "holds"),
      gate("slots", "not_reached"),
    ];
    expect(orderGates(why(gates)).map((one) => one.gate)).toEqual(["worker", "plan", "task", "slots"]);
  });

  it("does not repeat the answer as a gate, unless rows hang on it", () => {
    const answer = gate("task", "holds", { detail: "It waits." });
    expect(orderGates(why([answer]))).toEqual([]);
    const withRows = { ...answer, rows: [row("run", "r1")] };
    expect(orderGates(why([withRows]))).toEqual([withRows]);
  });

  it("offers what helps elsewhere, and what the task's own buttons do not", () => {
    const own = step("tasks.retry", "t1");
    const other = step("tasks.retry", "t0");
    const log = step("runs.readLog", "r1");
    const terminal = step(null, null);
    expect(stepsBeside(why([], [own, other, log, terminal]))).toEqual([other, log, terminal]);
  });

  it("leads to the rows: tasks of the plan in it, those of any plan among all tasks", () => {
    const task = row("task", "t9");
    expect(placeOfRow(task, gate("dependencies", "holds"), "p1")).toEqual(planPlace("p1", "t9"));
    expect(placeOfRow(task, gate("slots", "holds"), "p1")).toEqual(tasksPlace("", { taskId: "t9" }));
    expect(placeOfRow(row("plan", "p2"), gate("plan", "holds"), "p1")).toEqual(planPlace("p2"));
    expect(placeOfRow(row("worker", "w1"), gate("worker", "holds"), "p1")).toEqual({ view: "workers" });
    expect(placeOfRow(row("process", "77"), gate("task", "holds"), "p1")).toBeNull();
  });
});
