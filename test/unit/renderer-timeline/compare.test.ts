import { describe, expect, it } from "vitest";
import { compareRuns, type ReadRun, shownValue } from "../../../src/renderer/features/plan-definition/compare";
import { restOfEvent, stateOfEvent, taskOfEvent } from "../../../src/renderer/features/plan-events/event-words";
import type { EventRow } from "../../../src/shared/model/log-views";

interface Task {
  readonly id: string;
  readonly state: string;
  readonly attempts?: number;
  /** Seconds. */
  readonly from?: number;
  readonly to?: number;
}

function runOf(tasks: readonly Task[]): ReadRun {
  const states = [...new Set(tasks.map(({ state }) => state))];
  const ordinals = tasks.map((_, place) => place);
  return {
    graph: {
      planId: "p",
      ids: tasks.map(({ id }) => `${id} of this run`),
      subtaskIds: tasks.map(({ id }) => id),
      titles: tasks.map(({ id }) => `Task ${id}`),
      agents: tasks.map(() => "command"),
      ordinals,
      edges: [],
    },
    states: {
      planId: "p",
      states,
      workers: [],
      ordinals,
      state: tasks.map(({ state }) => states.indexOf(state)),
      worker: tasks.map(() => -1),
      attempts: tasks.map(({ attempts = 1 }) => attempts),
      startedAt: tasks.map(({ from }) => (from === undefined ? null : from * 1_000)),
      finishedAt: tasks.map(({ to }) => (to === undefined ? null : to * 1_000)),
      notBefore: tasks.map(() => null),
    },
  };
}

describe("two runs of a plan", () => {
  it("are compared task by task: states, attempts, durations, and where they went apart first", () => {
    const here = runOf([
      { id: "a", state: "completed", from: 100, to: 103 },
      { id: "b", state: "failed", attempts: 3, from: 120, to: 125 },
      { id: "c", state: "failed", from: 110, to: 111 },
      { id: "new", state: "completed", from: 130, to: 131 },
    ]);
    const there = runOf([
      { id: "a", state: "completed", from: 0, to: 5 },
      { id: "b", state: "completed", from: 8, to: 9 },
      { id: "c", state: "completed", from: 12, to: 13 },
      { id: "old", state: "completed", from: 40, to: 41 },
    ]);
    const { tasks, differences, diverged } = compareRuns(here, there);
    expect(tasks.map(({ subtaskId, isDifferent }) => `${subtaskId}${isDifferent ? " differs" : ""}`)).toEqual([
      "a",
      "b differs",
      "c differs",
      "new differs",
      "old differs",
    ]);
    expect(tasks[0]).toMatchObject({ here: { durationMs: 3_000, begin: 0 }, there: { durationMs: 5_000 } });
    expect(tasks[4]).toMatchObject({ here: null, there: { state: "completed" } });
    expect(differences).toBe(4);
    // It began first, 8 seconds into the other run, although later than c in this one.
    expect(diverged?.subtaskId).toBe("b");
  });

  it("that went alike did not part", () => {
    const run = runOf([
      { id: "a", state: "completed", from: 1, to: 2 },
      { id: "b", state: "waiting", attempts: 0 },
    ]);
    expect(compareRuns(run, run)).toMatchObject({ differences: 0, diverged: null });
    expect(compareRuns(runOf([]), runOf([]))).toEqual({ tasks: [], differences: 0, diverged: null });
  });

  it("show no parameter that should be a secret", () => {
    for (const name of ["apiKey", "API_KEY", "db_password", "token", "client_secret"]) {
      expect(shownValue(name, "hunter2"), name).not.toContain("hunter2");
    }
    expect(shownValue("target", "linux")).toBe("linux");
    expect(shownValue("count", 3)).toBe("3");
    expect(shownValue("token", "")).toBe("");
  });
});

describe("an event in a row", () => {
  const event = (type: string, payload: unknown, unreadable: EventRow["unreadable"] = []): EventRow => ({
    cursor: "1",
    id: "e",
    type,
    source: "s",
    correlationId: null,
    at: 0,
    payload,
    metadata: {},
    unreadable,
  });

  it("has the hue of what it tells, and a neutral one when nobody knows it", () => {
    expect(stateOfEvent("task.failed")).toBe("failed");
    expect(stateOfEvent("plan.execution_completed")).toBe("completed");
    expect(stateOfEvent("review.requested")).toBe("review_pending");
    expect(stateOfEvent("custom.thing")).toBe("queued");
  });

  it("names its task and puts the rest on a line, whatever the payload holds", () => {
    const told = event("task.failed", {
      task_id: "t",
      subtask_id: "unit",
      exit_code: 1,
      error: "no",
      signal: null,
      list: [1],
    });
    expect(taskOfEvent(told)).toEqual({ id: "t", name: "unit" });
    expect(restOfEvent(told)).toBe("error=no  exit_code=1  list=[1]");
    expect(taskOfEvent(event("x", null))).toBeNull();
    expect(restOfEvent(event("x", [1, 2]))).toBe("[1,2]");
    expect(restOfEvent(event("x", "{broken", ["payload"]))).toBe("{broken");
  });
});
