import { describe, expect, it } from "vitest";
import { type PlanSource, watchPlan } from "../../../src/cli/watch";
import { NO_RETRIES, SUBTASK_DEFAULTS, type SubtaskDefinition } from "../../../src/shared/model/plan-definition";
import type { PlanSummary, TaskRow } from "../../../src/shared/model/views";
import { taskRow } from "./task-row";

function subtask(id: string, ...dependencies: string[]): SubtaskDefinition {
  return {
    id,
    title: id,
    description: "",
    agent: "noop",
    run: null,
    dependencies,
    priority: 1,
    ...SUBTASK_DEFAULTS,
    retries: NO_RETRIES,
    timeoutMs: null,
    env: {},
    cwd: null,
  };
}

const PLAN: PlanSummary = {
  id: "plan",
  title: "t",
  status: "executing",
  sourceName: null,
  launchedBy: null,
  createdAt: null,
  startedAt: null,
  finishedAt: null,
  taskCount: 4,
  counts: {},
  cancelRequested: false,
  cleaning: false,
  paused: false,
};

/** a <- b <- c, and d alone, in a database that the test is the writer of. */
function fakePlan() {
  const rows = new Map(["a", "b", "c", "d"].map((id) => [id, taskRow({ subtaskId: id, state: "waiting" })]));
  let status = "executing";
  let tell: (ids: ReadonlySet<string> | null) => void = () => {};
  const reads: string[][] = [];
  const source: PlanSource = {
    plan: () => ({ ...PLAN, status }),
    tasks: () => [...rows.values()],
    tasksByIds: (ids) => {
      reads.push([...ids].sort());
      return ids.flatMap((id) => rows.get(id) ?? []);
    },
    subscribe: (listener) => {
      tell = listener;
      return () => {
        tell = () => {};
      };
    },
  };
  return {
    source,
    reads,
    subtasks: [subtask("a"), subtask("b", "a"), subtask("c", "b"), subtask("d")],
    set: (id: string, change: Partial<TaskRow>) => rows.set(id, taskRow({ ...rows.get(id), ...change })),
    end: (final: string) => {
      status = final;
    },
    tell: (...ids: string[]) => tell(ids.length === 0 ? null : new Set(ids)),
  };
}

function watched() {
  const plan = fakePlan();
  const seen: string[][] = [];
  const watch = watchPlan(plan.source, plan.subtasks, (_plan, _tasks, changed) =>
    seen.push(changed.map((task) => `${task.subtaskId} ${task.state} ${task.attempts}`)),
  );
  return { ...plan, watch, seen };
}

describe("watching a plan", () => {
  it("tells the end of a task before the beginning of the one that waited for it, when both are news", () => {
    const { set, tell, seen } = watched();
    set("b", { state: "in_progress", attempts: 1, startedAt: 20 });
    set("a", { state: "completed", attempts: 1, startedAt: 10, finishedAt: 20 });
    tell("b", "a");
    expect(seen).toEqual([["a completed 1", "b in_progress 1"]]);
  });

  it("tells what changed, and reads the tasks right behind a completed one again", () => {
    const { set, tell, seen, reads } = watched();
    set("a", { state: "in_progress", attempts: 1 });
    tell("a", "of another plan");
    set("a", { state: "completed" });
    set("b", { state: "queued" });
    tell("a");
    expect(seen).toEqual([["a in_progress 1"], ["a completed 1", "b queued 0"]]);
    expect(reads).toEqual([["a"], ["a"], ["b"]]);
  });

  it("tells of a new attempt in the same state, and of nothing when nothing changed as shown", () => {
    const { set, tell, seen } = watched();
    set("d", { state: "in_progress", attempts: 1 });
    tell("d");
    set("d", { attempts: 2 });
    tell("d");
    set("d", { priority: 5 });
    tell("d");
    expect(seen).toEqual([["d in_progress 1"], ["d in_progress 2"], []]);
  });

  it("ends with the plan", async () => {
    const { watch, end, tell, set } = watched();
    for (const id of ["a", "b", "c", "d"]) set(id, { state: "completed" });
    end("completed");
    tell();
    await watch.ended;
    expect(watch.plan.status).toBe("completed");
    expect(watch.tasks.map((task) => task.state)).toEqual(Array(4).fill("completed"));
  });

  it("fails when the plan cannot be read any more", async () => {
    const plan = fakePlan();
    const watch = watchPlan(plan.source, plan.subtasks, () => {
      throw new Error("gone");
    });
    plan.tell();
    await expect(watch.ended).rejects.toThrow("gone");
  });
});
