import type { TaskRow } from "../../../src/shared/model/views";

/** A task as the views show it; its status follows from the state where they differ. */
export function taskRow(given: Partial<TaskRow>): TaskRow {
  const state = given.state ?? "queued";
  const isDerivedFromQueued = state === "waiting" || state === "retrying" || state === "blocked";
  return {
    id: given.subtaskId ?? "id",
    planId: "plan",
    subtaskId: "task",
    ordinal: 0,
    title: given.subtaskId ?? "task",
    agent: "command",
    priority: 1,
    attempts: 0,
    maxAttempts: 1,
    workerId: null,
    runId: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    notBefore: null,
    reason: null,
    ...given,
    state,
    status: isDerivedFromQueued ? "queued" : state === "stopping" ? "in_progress" : state,
  };
}
