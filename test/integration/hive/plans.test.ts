import { describe, expect, test } from "vitest";
import type { OrchestrationClient } from "../../../src/main/core/orchestration-client";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim } from "../../helpers/store";
import { eventsOf, insertPlan, openClient } from "./client";

const chain = {
  subtasks: [
    { id: "c", title: "Third", dependencies: ["b"] },
    { id: "b", title: "Second", depends_on: ["a"], priority: 9, task_type: "review", assignee: "worker:backend" },
    { id: "a", description: "the first" },
  ],
};

async function work(client: OrchestrationClient, planId: string): Promise<string[]> {
  const order: string[] = [];
  for (;;) {
    const next = await client.getNextSubtask(planId);
    if (next === null) return order;
    order.push(next.subtaskId ?? "?");
    expect(await client.checkDependencies(next.id)).toBe(true);
    await client.updateTaskStatus(next.id, "in_progress");
    await client.updateTaskStatus(next.id, "completed");
  }
}

describe("createPlannedSubtasksFromPlan", () => {
  test("creates each subtask once, in upstream's shape, and hands them out as they become ready", async () => {
    const { store, client, foreign } = await openClient();
    insertPlan(foreign, "p", chain);
    expect(await client.createSubtasksFromPlan("p")).toBe(3);
    expect(await client.createSubtasksFromPlan("p")).toBe(0);
    const tasks = await client.getTasksByStatus("queued");
    expect(
      tasks.map(({ subtaskId, title, description, taskType, priority, planId, dependencies }) => ({
        ...{ subtaskId, title, description, taskType, priority, planId, dependencies },
      })),
    ).toEqual([
      {
        subtaskId: "b",
        title: "Second",
        description: "",
        taskType: "review",
        priority: 9,
        planId: "p",
        dependencies: ["a"],
      },
      {
        subtaskId: "a",
        title: "Planned Subtask",
        description: "the first",
        taskType: "planned",
        priority: 1,
        planId: "p",
        dependencies: [],
      },
      {
        subtaskId: "c",
        title: "Third",
        description: "",
        taskType: "planned",
        priority: 1,
        planId: "p",
        dependencies: ["b"],
      },
    ]);
    // Both names of the plan, as upstream's versions differ.
    expect(
      foreign
        .prepare(`SELECT count(*) AS n FROM tasks WHERE json_extract(payload, '$.plan_id') = 'p'
      AND json_extract(payload, '$.parent_plan_id') = 'p'`)
        .get(),
    ).toEqual({ n: 3 });
    expect(await work(client, "p")).toEqual(["a", "b", "c"]);
    expect(eventsOf(store, "p").filter(({ event_type }) => event_type === "task.created")).toHaveLength(3);
    expect(storedDerivations(store.read)).toMatchObject({ unmet: {}, blocked: [], ready: [] });
  });

  test("leaves its tasks to those who ask for them: no console claims them", async () => {
    const { store, client, foreign } = await openClient();
    insertPlan(foreign, "p", chain);
    await client.createSubtasksFromPlan("p");
    await client.startPlanExecution("p");
    expect(await claim(store, await addWorkers(store, 3))).toEqual([]);
    foreign.exec("UPDATE execution_plans SET status = 'failed'");
    expect(await client.getNextSubtask("p")).toMatchObject({ subtaskId: "a" });
  });

  test.each([
    ["sub_tasks and parent ids as numbers", { sub_tasks: [{ id: 1 }, { id: 2, depends_on: [1] }] }, 2],
    ["an empty list", { subtasks: [] }, 0],
    ["nothing about subtasks", { title: "x" }, 0],
    ["subtask_id for id", { subtasks: [{ subtask_id: "x" }] }, 1],
  ])("takes %s", async (_what, data, count) => {
    const { client, foreign } = await openClient();
    insertPlan(foreign, "p", data);
    expect(await client.createSubtasksFromPlan("p")).toBe(count);
    expect(await work(client, "p")).toHaveLength(count);
  });

  test.each([
    ["no JSON", "{bad", /not a JSON object/],
    ["a list", "[1]", /not a JSON object/],
    ["subtasks that are no list", { subtasks: "all" }, /not a list/],
    ["a subtask that is no object", { subtasks: ["x"] }, /place 1 .* no object/],
    ["a subtask without id", { subtasks: [{ id: "a" }, { title: "x" }] }, /without id, at place 2/],
    ["an id given twice", { subtasks: [{ id: "a" }, { id: "a" }] }, /two subtasks with the id "a"/],
    [
      "a cycle",
      {
        subtasks: [
          { id: "a", dependencies: ["b"] },
          { id: "b", dependencies: ["a"] },
        ],
      },
      /"a" → "b" → "a"/,
    ],
    ["a subtask that waits for itself", { subtasks: [{ id: "a", dependencies: ["a"] }] }, /"a" → "a"/],
  ])("refuses %s and creates nothing", async (_what, data, message) => {
    const { store, client, foreign } = await openClient();
    insertPlan(foreign, "p", data);
    const refused = expect(client.createSubtasksFromPlan("p")).rejects;
    await refused.toMatchObject({ code: "invalid_plan", details: { planId: "p" } });
    await refused.toThrow(message);
    expect(store.read.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(0);
  });

  test("is 0 for a plan that is not there", async () => {
    const { client } = await openClient();
    expect(await client.createSubtasksFromPlan("nobody")).toBe(0);
  });

  test("takes tasks that Python made already as they are, and goes on with what became of the plan", async () => {
    const { store, client, foreign } = await openClient();
    insertPlan(foreign, "p", {
      subtasks: [{ id: "a" }, { id: "b", dependencies: ["a"] }, { id: "c", dependencies: ["b"] }, { id: "d" }],
    });
    const insert = foreign.prepare(
      "INSERT INTO tasks (id, title, task_type, status, payload) VALUES (?, ?, 'x', ?, ?)",
    );
    insert.run("uuid-1", "by payload", "completed", '{"plan_id":"p","subtask_id":"a"}');
    insert.run("subtask_p_b", "by id", "queued", '{"parent_plan_id":"p","subtask_id":"b","dependencies":["a"]}');
    insert.run("uuid-4", "failed", "failed", '{"plan_id":"p","subtask_id":"d"}');
    expect(await client.createSubtasksFromPlan("p")).toBe(1);
    expect(storedDerivations(store.read).unmet).toEqual(recomputedDerivations(store.read).unmet);
    expect(storedDerivations(store.read).counts).toEqual(recomputedDerivations(store.read).counts);
    expect(await work(client, "p")).toEqual(["b", "c"]);
  });

  test("a large plan is created whole, without a long turn, and is finished when it was cut short", async () => {
    const { store, client, foreign } = await openClient();
    const size = 1_050;
    const subtasks = Array.from({ length: size }, (_, i) => ({
      id: `s${i}`,
      dependencies: i === 0 ? [] : [`s${i - 1}`],
    }));
    insertPlan(foreign, "p", { subtasks: subtasks.slice(0, 130) });
    expect(await client.createSubtasksFromPlan("p")).toBe(130);
    foreign.prepare("UPDATE execution_plans SET plan_data = ?").run(JSON.stringify({ subtasks }));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const both = await Promise.all([client.createSubtasksFromPlan("p"), client.createSubtasksFromPlan("p")]);
    clearInterval(timer);
    expect(both[0] + both[1]).toBe(size - 130);
    expect(longest).toBeLessThan(250);
    expect(storedDerivations(store.read).counts).toMatchObject({ "p/queued": size, "p/waiting": size - 1 });
  });
});

describe("dependencies of tasks that Python inserted", () => {
  async function inserted() {
    const opened = await openClient();
    const { foreign } = opened;
    const insert = foreign.prepare(
      "INSERT INTO tasks (id, title, task_type, status, payload, priority, created_at) VALUES (?, 't', 'x', ?, ?, ?, ?)",
    );
    const put = (id: string, status: string, payload: unknown, priority = 1, at = "2025-01-01 00:00:00") =>
      insert.run(id, status, typeof payload === "string" ? payload : JSON.stringify(payload), priority, at);
    return { ...opened, put };
  }

  test("are found by task id and by subtask id, in either spelling", async () => {
    const { client, put, foreign } = await inserted();
    put("1", "completed", { plan_id: "p", subtask_id: "a" });
    put("2", "queued", { parent_plan_id: "p", subtask_id: "b", depends_on: ["a"] });
    put("3", "queued", { plan_id: "p", subtask_id: "c", dependencies: ["a", "2"] });
    put("4", "queued", { plan_id: "other", subtask_id: "x", dependencies: ["a"] });
    put("5", "queued", { plan_id: "p", subtask_id: 6, dependencies: [] });
    put("6", "queued", { plan_id: "p", dependencies: [6] });
    put("7", "queued", "{bad");
    put("8", "queued", { dependencies: ["1"] });
    put("9", "queued", { dependencies: "a" });
    foreign.exec("INSERT INTO tasks (id, title, task_type) VALUES ('10', 't', 'x')");
    const expected = {
      "1": true,
      "2": true,
      "3": false,
      "4": false,
      "5": true,
      "6": false,
      "7": false,
      "8": true,
      "9": true,
      "10": true,
      nobody: true,
    };
    expect(await client.checkSubtaskDependenciesBatch(Object.keys(expected))).toEqual(expected);
    for (const [id, met] of Object.entries(expected))
      expect([id, await client.checkDependencies(id)]).toEqual([id, met]);
    foreign.exec("UPDATE tasks SET status = 'completed' WHERE id IN ('2', '5')");
    expect(await client.checkSubtaskDependenciesBatch(["3", "6"])).toEqual({ "3": true, "6": false });
    expect(await client.checkSubtaskDependenciesBatch([])).toEqual({});
  });

  test("decide who is next: priority, then age, then the first whose dependencies are met", async () => {
    const { client, put, foreign } = await inserted();
    insertPlan(foreign, "p", {}, "executing");
    put("urgent", "queued", { plan_id: "p", subtask_id: "u", dependencies: ["o"] }, 9);
    put("young", "queued", { plan_id: "p", subtask_id: "y" }, 5, "2025-01-02T00:00:00");
    put("old", "queued", { plan_id: "p", subtask_id: "o" }, 5, "2025-01-01 00:00:00");
    put("foreign", "queued", { plan_id: "q", subtask_id: "z" }, 99);
    expect((await client.getNextSubtask("p"))?.id).toBe("old");
    await client.updateTaskStatus("old", "in_progress");
    expect((await client.getNextSubtask("p"))?.id).toBe("young");
    await client.updateTaskStatus("old", "completed");
    expect((await client.getNextSubtask("p"))?.id).toBe("urgent");
    expect(await client.getNextSubtask("nobody")).toBeNull();
  });

  test("may lie outside the plan, or come later: such a plan is asked by its payloads", async () => {
    const { client, put, foreign } = await inserted();
    insertPlan(foreign, "p", {
      subtasks: [
        { id: "a", dependencies: ["gate"] },
        { id: "b", dependencies: ["a"] },
      ],
    });
    expect(await client.createSubtasksFromPlan("p")).toBe(2);
    expect(await client.createSubtasksFromPlan("p")).toBe(0);
    expect(await client.getNextSubtask("p")).toBeNull();
    put("gate", "queued", {});
    expect(await client.getNextSubtask("p")).toBeNull();
    foreign.exec("UPDATE tasks SET status = 'completed' WHERE id = 'gate'");
    expect(await work(client, "p")).toEqual(["a", "b"]);
  });

  test("and tasks that the console knows are handed out together", async () => {
    const { client, put, foreign } = await inserted();
    insertPlan(foreign, "p", { subtasks: [{ id: "a" }, { id: "b", dependencies: ["a"] }] });
    await client.createSubtasksFromPlan("p");
    put("extra", "queued", { plan_id: "p", subtask_id: "x", dependencies: ["b"] }, 50);
    expect(await work(client, "p")).toEqual(["a", "b", "x"]);
  });
});

describe("the status of a plan", () => {
  test("is as it stands, and null for none", async () => {
    const { client, foreign } = await openClient();
    insertPlan(foreign, "p", {}, "made up");
    expect(await client.getPlanStatus("p")).toBe("made up");
    expect(await client.getPlanStatus("nobody")).toBeNull();
  });

  test("begins once, from draft, generated or approved alone", async () => {
    const { store, client, foreign } = await openClient();
    for (const from of ["draft", "generated", "approved"]) {
      insertPlan(foreign, from, {}, from);
      expect(await client.startPlanExecution(from)).toBe(true);
      expect(await client.startPlanExecution(from)).toBe(false);
      expect(await client.getPlanStatus(from)).toBe("executing");
      expect(eventsOf(store, from)).toMatchObject([{ event_type: "plan.execution_started" }]);
    }
    for (const from of ["completed", "failed", "cancelled", "odd"]) {
      insertPlan(foreign, from, {}, from);
      expect(await client.startPlanExecution(from)).toBe(false);
      expect(await client.getPlanStatus(from)).toBe(from);
    }
    expect(await client.startPlanExecution("nobody")).toBe(false);
  });

  test("is never out of date in the cache, whoever changes it", async () => {
    const { client, foreign } = await openClient();
    expect(await client.getExecutionPlanStatusCached("p")).toBeNull();
    insertPlan(foreign, "p", {}, "draft");
    insertPlan(foreign, "q", {}, "draft");
    expect(await client.getExecutionPlanStatusCached("p")).toBe("draft");
    expect(await client.getExecutionPlanStatusCached("q")).toBe("draft");
    for (let round = 0; round < 50; round += 1) {
      foreign.exec(`UPDATE execution_plans SET status = 'round ${round}' WHERE id = 'p'`);
      expect(await client.getExecutionPlanStatusCached("p")).toBe(`round ${round}`);
      expect(await client.getExecutionPlanStatusCached("q")).toBe("draft");
      await client.createTask({ title: "unrelated", taskType: "x" });
    }
    await client.startPlanExecution("q");
    expect(await client.getExecutionPlanStatusCached("q")).toBe("executing");
    foreign.exec("BEGIN");
    for (let i = 0; i < 600; i += 1) foreign.exec("UPDATE execution_plans SET status = 'many' WHERE id = 'p'");
    foreign.exec("COMMIT; DELETE FROM execution_plans WHERE id = 'q'");
    expect(await client.getExecutionPlanStatusCached("p")).toBe("many");
    expect(await client.getExecutionPlanStatusCached("q")).toBeNull();
    foreign.exec("DELETE FROM console_changes; UPDATE execution_plans SET status = 'after'");
    expect(await client.getExecutionPlanStatusCached("p")).toBe("after");
  });
});
