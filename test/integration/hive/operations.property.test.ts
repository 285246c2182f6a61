import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { OrchestrationClient } from "../../../src/main/core/orchestration-client";
import { HiveError } from "../../../src/shared/errors";
import { TASK_STATUSES } from "../../../src/shared/model/task";
import { WORKER_STATUSES } from "../../../src/shared/model/worker";
import { startForeignProgram } from "../../helpers/foreign";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { insertPlan, openClient } from "./client";
import { createModel, type Model } from "./model";

const place = fc.nat(30);
const priority = fc.integer({ min: -2, max: 3 });
const taskType = fc.constantFrom("a", "b");
const status = fc.constantFrom(...TASK_STATUSES);
/** Most tasks get somewhere only along the ordinary way. */
const target = fc.oneof(fc.constantFrom("in_progress", "completed", "failed", "queued"), status);
const workerId = fc.constantFrom("w0", "w1", "w2");
const role = fc.constantFrom("backend", "frontend");
const planId = fc.oneof(
  { weight: 6, arbitrary: fc.constant("p0") },
  { weight: 1, arbitrary: fc.constantFrom("p1", "nobody") },
);
/** Subtask i depends only on earlier ones. */
const graph = fc.array(fc.array(fc.nat(5), { maxLength: 2 }), { minLength: 1, maxLength: 6 });

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("create" as const), priority, taskType, after: fc.option(place) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("get" as const), place }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant("update" as const),
      place,
      status: target,
      worker: fc.option(workerId, { nil: undefined }),
      phase: fc.option(fc.constantFrom("x", "y"), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("byStatus" as const), status }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("queued" as const),
      limit: fc.nat(12),
      taskType: fc.option(taskType, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("delete" as const), place }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("register" as const), workerId, role }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("beat" as const),
      workerId,
      status: fc.option(fc.constantFrom(...WORKER_STATUSES), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("active" as const), role: fc.option(role, { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("getWorker" as const), workerId }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("unregister" as const), workerId }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("plan" as const), planId, graph }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constant("createSubtasks" as const), planId }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("start" as const), planId }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("planStatus" as const), planId }) },
  { weight: 8, arbitrary: fc.record({ act: fc.constant("next" as const), planId, take: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("check" as const), place }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("checkBatch" as const) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("tick" as const), ms: fc.integer({ min: 1, max: 9_000 }) }) },
  // What Python programs do meanwhile, with upstream's statements.
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("foreignCreate" as const), priority, taskType, after: fc.option(place) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("foreignStatus" as const),
      place,
      status: fc.oneof(target, fc.constant("odd")),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("foreignDelete" as const), place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("foreignPlanStatus" as const),
      planId,
      status: fc.constantFrom("draft", "approved", "executing", "failed"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("foreignRun" as const), place, workerId }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface World {
  readonly client: OrchestrationClient;
  readonly foreign: DatabaseSync;
  readonly model: Model;
  now: number;
  made: number;
}

const text = (ms: number) => new Date(ms).toISOString().slice(0, 23).replace("T", " ");

/** A task, or nobody: places go round the tasks there are. */
function idAt({ model }: World, at: number): string {
  const ids = [...model.tasks.keys()];
  return ids[at % (ids.length + 1)] ?? "nobody";
}

function dependencyAt(world: World, after: number | null): string[] {
  return after === null ? [] : [idAt(world, after)];
}

async function take(one: Step, world: World): Promise<void> {
  const { client, foreign, model, now } = world;
  const fresh = { planId: null, status: "queued", assignedWorker: null, currentPhase: "start", createdAt: now };
  switch (one.act) {
    case "create": {
      const { priority, taskType } = one;
      const dependencies = dependencyAt(world, one.after);
      const id = await client.createTask({ title: "t", taskType, priority, payload: { dependencies } });
      model.insert({ ...fresh, id, priority, taskType, dependencies });
      return;
    }
    case "foreignCreate": {
      const id = `python-${world.made++}`;
      const dependencies = dependencyAt(world, one.after);
      foreign
        .prepare("INSERT INTO tasks (id, title, task_type, priority, payload, created_at) VALUES (?, 't', ?, ?, ?, ?)")
        .run(
          id,
          one.taskType,
          one.priority,
          JSON.stringify({ dependencies }),
          `${text(now).replace(" ", "T")}000+00:00`,
        );
      model.insert({ ...fresh, id, priority: one.priority, taskType: one.taskType, dependencies });
      return;
    }
    case "get": {
      const id = idAt(world, one.place);
      const expected = model.tasks.get(id);
      const found = await client.getTask(id);
      if (!expected) expect(found).toBeNull();
      else {
        const { status, assignedWorker, currentPhase, priority, taskType, planId, createdAt } = expected;
        expect(found).toMatchObject({
          id,
          status,
          assignedWorker,
          currentPhase,
          priority,
          taskType,
          planId,
          createdAt,
        });
      }
      return;
    }
    case "update": {
      const id = idAt(world, one.place);
      const given = {
        ...(one.worker === undefined ? {} : { assignedWorker: one.worker }),
        ...(one.phase === undefined ? {} : { currentPhase: one.phase }),
      };
      const answer = await client.updateTaskStatus(id, one.status, given).catch(illegal);
      expect(answer).toBe(model.update(id, one.status, given));
      return;
    }
    case "foreignStatus": {
      const task = model.tasks.get(idAt(world, one.place));
      if (!task) return;
      task.status = one.status;
      foreign
        .prepare("UPDATE tasks SET status = ?, updated_at = CURRENT_TIMESTAMP WHERE id = ?")
        .run(one.status, task.id);
      return;
    }
    case "foreignDelete": {
      const id = idAt(world, one.place);
      foreign.prepare("DELETE FROM runs WHERE task_id = ?").run(id);
      foreign.prepare("DELETE FROM tasks WHERE id = ?").run(id);
      model.remove(id);
      return;
    }
    case "foreignRun": {
      const id = idAt(world, one.place);
      if (!model.tasks.has(id)) return;
      foreign
        .prepare(
          "INSERT INTO runs (id, task_id, worker_id, run_number) SELECT ?, ?, ?, coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = ?",
        )
        .run(`run-${world.made++}`, id, one.workerId, id);
      return;
    }
    case "byStatus":
      expect((await client.getTasksByStatus(one.status)).map(({ id }) => id)).toEqual(model.byStatus(one.status));
      return;
    case "queued": {
      const { limit, taskType } = one;
      const found = await client.getQueuedTasks({ limit, ...(taskType === undefined ? {} : { taskType }) });
      expect(found.map(({ id }) => id)).toEqual(model.queued(limit, taskType));
      return;
    }
    case "delete": {
      const id = idAt(world, one.place);
      expect(await client.deleteTask(id)).toBe(model.remove(id));
      return;
    }
    case "register":
      expect(await client.registerWorker({ workerId: one.workerId, role: one.role })).toBe(true);
      model.register(one.workerId, one.role, now);
      return;
    case "beat":
      expect(await client.heartbeat(one.workerId, one.status)).toBe(model.beat(one.workerId, one.status, now));
      return;
    case "active":
      expect((await client.getActiveWorkers(one.role)).map(({ id }) => id)).toEqual(model.active(now, one.role));
      return;
    case "getWorker": {
      const expected = model.workers.get(one.workerId);
      const found = await client.getWorker(one.workerId);
      if (!expected) expect(found).toBeNull();
      else {
        const { role, status, beatAt, registeredAt } = expected;
        expect(found).toMatchObject({ role, status, lastHeartbeat: beatAt, registeredAt });
      }
      return;
    }
    case "unregister":
      expect(await client.unregisterWorker(one.workerId)).toBe(model.workers.delete(one.workerId));
      return;
    case "plan": {
      if (one.planId === "nobody" || model.plans.has(one.planId)) return;
      const graph = Object.fromEntries(
        one.graph.map((list, i) => [`s${i}`, [...new Set(list.filter((on) => on < i).map((on) => `s${on}`))]]),
      );
      insertPlan(foreign, one.planId, {
        subtasks: Object.entries(graph).map(([id, dependencies], i) => ({ id, dependencies, priority: i % 3 })),
      });
      model.plans.set(one.planId, { status: "generated", graph, created: new Map() });
      return;
    }
    case "createSubtasks": {
      const missing = model.missing(one.planId);
      // A subtask deleted since is created again, and known by its id only from then on.
      const plan = model.plans.get(one.planId);
      expect(await client.createSubtasksFromPlan(one.planId)).toBe(missing.length);
      if (!plan) return;
      for (const id of missing) {
        const row = foreign
          .prepare(
            "SELECT t.id, t.priority FROM tasks t JOIN console_tasks k ON k.task_id = t.id WHERE k.plan_id = ? AND k.subtask_id = ?",
          )
          .get(one.planId, id);
        const dependencies = (plan.graph[id] ?? []).flatMap((on) => plan.created.get(on) ?? []);
        const taskId = String(row?.id);
        plan.created.set(id, taskId);
        model.insert({
          ...fresh,
          id: taskId,
          priority: Number(row?.priority),
          taskType: "planned",
          planId: one.planId,
          dependencies: dependencies.filter((on) => model.tasks.has(on)),
        });
      }
      return;
    }
    case "start":
      expect(await client.startPlanExecution(one.planId)).toBe(model.start(one.planId));
      return;
    case "foreignPlanStatus": {
      const plan = model.plans.get(one.planId);
      if (plan) plan.status = one.status;
      foreign.prepare("UPDATE execution_plans SET status = ? WHERE id = ?").run(one.status, one.planId);
      return;
    }
    case "planStatus": {
      const expected = model.plans.get(one.planId)?.status ?? null;
      expect(await client.getPlanStatus(one.planId)).toBe(expected);
      expect(await client.getExecutionPlanStatusCached(one.planId)).toBe(expected);
      return;
    }
    case "next": {
      const next = await client.getNextSubtask(one.planId);
      expect(next?.id ?? null).toBe(model.next(one.planId));
      if (!next || !one.take) return;
      await client.updateTaskStatus(next.id, "in_progress");
      model.update(next.id, "in_progress", {});
      return;
    }
    case "check": {
      const id = idAt(world, one.place);
      expect(await client.checkDependencies(id)).toBe(model.check(id));
      return;
    }
    case "checkBatch": {
      const ids = [...model.tasks.keys(), "nobody"];
      expect(await client.checkSubtaskDependenciesBatch(ids)).toEqual(
        Object.fromEntries(ids.map((id) => [id, model.check(id)])),
      );
      return;
    }
    case "tick":
      world.now += one.ms;
  }
}

function illegal(error: unknown): "illegal" {
  if (error instanceof HiveError && error.code === "illegal_transition") return "illegal";
  throw error;
}

/** A deleted subtask of a plan is missing again. */
function forgetDeleted({ model }: World): void {
  for (const plan of model.plans.values()) {
    for (const [subtaskId, taskId] of plan.created) if (!model.tasks.has(taskId)) plan.created.delete(subtaskId);
  }
}

test("any sequence of the operations and of Python's statements answers as a simple model does", async () => {
  const world = { now: Date.parse("2026-01-01T00:00:00Z"), made: 0 };
  const clock = { now: () => world.now, monotonic: () => performance.now() };
  const { store, client, foreign } = await openClient({ clock });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 90, size: "max" }), async (steps) => {
      // Also after a sequence that failed.
      foreign.exec(`DELETE FROM runs; DELETE FROM tasks; DELETE FROM workers; DELETE FROM execution_plans;
        DELETE FROM planning_queue; DELETE FROM events`);
      const current: World = Object.assign(world, { client, foreign, model: createModel() });
      for (const one of steps) {
        await take(one, current);
        forgetDeleted(current);
        world.now += 1;
      }
      const { unmet, blocked, counts } = storedDerivations(store.read);
      expect({ unmet, blocked, counts }).toEqual(
        (({ unmet, blocked, counts }) => ({ unmet, blocked, counts }))(recomputedDerivations(store.read)),
      );
    }),
    { numRuns: 80 },
  );
}, 180_000);

test("the same, while another process writes all the time: neither loses anything nor fails", async () => {
  const world = { now: Date.parse("2026-01-01T00:00:00Z"), made: 0 };
  const clock = { now: () => world.now, monotonic: () => performance.now() };
  const { store, client, foreign } = await openClient({ clock });
  foreign.exec("PRAGMA busy_timeout = 10000");
  const other = await startForeignProgram(store.file);
  let writing = true;
  let rounds = 0;
  const background = (async () => {
    while (writing) {
      rounds += 1;
      await other.exec(`BEGIN IMMEDIATE;
        INSERT INTO tasks (id, title, task_type, status) VALUES ('other-${rounds}', 'o', 'other', 'held');
        UPDATE tasks SET priority = priority + 1 WHERE id = 'other-1';
        INSERT OR REPLACE INTO workers (id, role, status, last_heartbeat) VALUES ('other', 'o', 'offline', CURRENT_TIMESTAMP);
        COMMIT`);
    }
  })();
  const current: World = Object.assign(world, { client, foreign, model: createModel() });
  for (let seed = 1; seed <= 5 || rounds < 20; seed += 1) {
    for (const one of fc.sample(step, { numRuns: 100, seed })) {
      await take(one, current);
      forgetDeleted(current);
      world.now += 1;
    }
  }
  writing = false;
  await background;
  expect(
    foreign.prepare("SELECT count(*) AS n, max(priority) AS most FROM tasks WHERE task_type = 'other'").get(),
  ).toEqual({
    n: rounds,
    most: 1 + rounds,
  });
  const { counts } = storedDerivations(store.read);
  expect(counts).toEqual(recomputedDerivations(store.read).counts);
}, 120_000);
