import { expect, test } from "vitest";
import { traceOf } from "../../../src/shared/model/event-trace";
import type { EventRow } from "../../../src/shared/model/log-views";

let place = 0;

function event(type: string, at: number | null, payload: unknown = {}, source = "hive-runner"): EventRow {
  place += 1;
  return {
    cursor: String(place),
    id: `e${place}`,
    type,
    source,
    correlationId: "c",
    at,
    payload,
    metadata: {},
    unreadable: [],
  };
}

const of = (task: string, run: number | null = null, more = {}) => ({
  task_id: task,
  subtask_id: `name of ${task}`,
  ...(run === null ? {} : { run_id: `${task}-${run}`, run_number: run, worker_id: `w-${run}` }),
  ...more,
});

const STORY = [
  event("plan.execution_started", 1_000),
  event("task.created", 1_000, of("t")),
  event("task.assigned", 5_000, of("t", 1)),
  event("task.started", 5_000, of("t", 1)),
  event("task.failed", 8_000, of("t", 1, { will_retry: true })),
  event("task.started", 12_000, of("t", 2)),
  event("task.progress", 13_000, of("t", 2)),
  event("task.created", 13_500, of("u")),
  event("task.completed", 14_000, of("t", 2), "python"),
  event("task.started", 15_000, of("u", 1)),
];

test("steps: waiting, attempts, backoff and single moments in the order in which they began", () => {
  const { rows, from, to, sources, count } = traceOf(STORY, "steps");
  const told = rows.map(({ label, bars: [bar], marks: [mark] }) => [label, bar?.from ?? mark?.at, bar?.to, bar?.state]);
  expect(told).toEqual([
    ["plan.execution_started", 1_000, undefined, undefined],
    ["queued", 1_000, 5_000, "queued"],
    ["run 1", 5_000, 8_000, "failed"],
    ["backoff", 8_000, 12_000, "queued"],
    ["run 2", 12_000, 14_000, "completed"],
    ["task.progress", 13_000, undefined, undefined],
    ["queued", 13_500, 15_000, "queued"],
    ["run 1", 15_000, null, "in_progress"],
  ]);
  expect({ from, to, sources, count }).toEqual({
    from: 1_000,
    to: 15_000,
    sources: ["hive-runner", "python"],
    count: 10,
  });
});

test("by task, and by who worked", () => {
  const tasks = traceOf(STORY, "tasks").rows;
  expect(tasks.map(({ label, taskId, bars, marks }) => [label, taskId, bars.length, marks.length])).toEqual([
    ["plan", null, 0, 1],
    ["name of t", "t", 4, 1],
    ["name of u", "u", 2, 0],
  ]);
  const agents = traceOf(STORY, "agents").rows;
  expect(agents.map(({ label, bars }) => [label, bars.map(({ state }) => state)])).toEqual([
    ["w-1", ["failed", "in_progress"]],
    ["w-2", ["completed"]],
  ]);
});

test("events of other programs, without times or in no order, end nothing that has not begun", () => {
  const { rows } = traceOf(
    [event("task.completed", null, { task_id: 5 }), event("odd", 9_000, "text"), event("task.failed", 4_000, of("t"))],
    "steps",
  );
  expect(rows.map(({ label, marks: [mark] }) => [label, mark?.at])).toEqual([
    ["task.completed", 0],
    ["odd", 9_000],
    ["task.failed", 9_000],
  ]);
  expect(traceOf([], "tasks")).toEqual({ from: 0, to: 0, rows: [], sources: [], count: 0 });
});
