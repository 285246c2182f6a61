import { describe, expect, it } from "vitest";
import { takeRows, takeStates, unknownFacts } from "../../../src/renderer/features/plan-graph/facts";
import type { TaskRow } from "../../../src/shared/model/views";

const placeOf = new Map([
  [0, 0],
  [5, 1],
]);

function row(ordinal: number, state: string): TaskRow {
  return {
    id: `task-${ordinal}`,
    planId: "plan",
    subtaskId: `t${ordinal}`,
    ordinal,
    title: "A task",
    status: state,
    state,
    agent: "command",
    priority: 1,
    attempts: 2,
    maxAttempts: 3,
    workerId: "local-1",
    runId: null,
    createdAt: null,
    startedAt: 10,
    finishedAt: null,
    notBefore: null,
    reason: null,
  };
}

describe("where the tasks of a graph stand", () => {
  it("is taken over by ordinal; tasks that the graph does not have are left out", () => {
    const facts = unknownFacts(2);
    const states = {
      planId: "plan",
      states: ["failed", "queued"],
      workers: ["local-2"],
      ordinals: [5, 9, 0],
      state: [0, 1, 1],
      worker: [0, -1, -1],
      attempts: [3, 0, 0],
      startedAt: [1, null, null],
      finishedAt: [2, null, null],
      notBefore: [null, null, 7],
    };
    takeStates(facts, states, placeOf);
    expect(facts.state).toEqual(["queued", "failed"]);
    expect(facts.worker).toEqual([null, "local-2"]);
    expect(facts.notBefore).toEqual([7, null]);
    expect(facts.earlier, "the first look fades nothing in").toEqual([null, null]);
  });

  it("follows rows that change, remembers what was before, and names those it does not know", () => {
    const facts = unknownFacts(2);
    expect(takeRows(facts, [row(5, "in_progress"), row(7, "queued")], placeOf, 100)).toEqual([row(7, "queued")]);
    expect(facts.state).toEqual(["waiting", "in_progress"]);
    expect([facts.earlier[1], facts.changedAt[1], facts.attempts[1]]).toEqual(["waiting", 100, 2]);
    takeRows(facts, [row(5, "in_progress")], placeOf, 200);
    expect([facts.earlier[1], facts.changedAt[1]], "a row without a new state").toEqual(["waiting", 100]);
  });
});
