import { expect, test } from "vitest";
import { wordsOfEvent, workerStateOf } from "../../../src/renderer/features/plan-events/event-words";
import type { EventRow } from "../../../src/shared/model/log-views";

const event = (type: string, payload: unknown, more: Partial<EventRow> = {}): EventRow => ({
  cursor: "1",
  id: "e",
  type,
  source: "hive-runner",
  correlationId: null,
  at: 0,
  payload,
  metadata: null,
  unreadable: [],
  ...more,
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ["task.assigned", { task_id: "t", worker_id: "local-1", slot: 2 }, "to local-1  slot=2"],
  ["task.started", { attempt: 2, run_number: 3, worker_id: "local-1" }, "attempt 2, local-1"],
  ["task.completed", { outcome: "success", run_number: 1, exit_code: 0, will_retry: false }, "exit 0, attempt 1"],
  ["task.completed", { outcome: "success", run_number: 1, exit_code: null }, "success, attempt 1"],
  [
    "task.failed",
    { error: "No room", exit_code: 1, run_number: 3, will_retry: true },
    "No room, attempt 3, is retried",
  ],
  ["agent.heartbeat", { worker_id: "w", status: "dead", lost: true, reason: "Gone" }, "is dead: Gone"],
  ["agent.heartbeat", { worker_id: "w", drained: true, by: "ann" }, "drained=true  by=ann"],
  ["plan.approved", { status: "ok", list: [1] }, "status=ok  list=[1]"],
])("%s %j says %s", (type, payload, words) => expect(wordsOfEvent(event(type, payload))).toBe(words));

test("what cannot be read, or is no list of values, is said as it stands", () => {
  expect(wordsOfEvent(event("task.failed", "{broken", { unreadable: ["payload"] }))).toBe("{broken");
  expect(wordsOfEvent(event("task.failed", null))).toBe("null");
  expect(wordsOfEvent(event("task.assigned", {}))).toBe("to a worker");
});

test("a worker's state is shown by its own glyph, and only by one that there is", () => {
  expect(workerStateOf(event("agent.heartbeat", { status: "zombie" }))).toBe("zombie");
  expect(workerStateOf(event("agent.heartbeat", { status: "singing" }))).toBeNull();
  expect(workerStateOf(event("task.failed", { status: "dead" }))).toBeNull();
});
