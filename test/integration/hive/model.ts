import { topologicalOrder } from "../../../src/main/core/plan/graph";
import { isLegalTaskTransition, isTaskStatus } from "../../../src/shared/model/task";

/** Hive's operations in memory, as simply as they can be said. Ids are given by whoever inserts. */

export interface ModelTask {
  readonly id: string;
  readonly priority: number;
  readonly taskType: string;
  readonly createdAt: number;
  readonly planId: string | null;
  /** Ids of tasks. */
  readonly dependencies: string[];
  status: string;
  assignedWorker: string | null;
  currentPhase: string;
}

interface ModelWorker {
  role: string;
  status: string;
  beatAt: number;
  readonly registeredAt: number;
}

interface ModelPlan {
  status: string;
  readonly graph: Readonly<Record<string, readonly string[]>>;
  /** Task ids by subtask id. */
  readonly created: Map<string, string>;
}

const LIMIT_MS = 15_000;

export function createModel() {
  /** In the order of insertion. */
  const tasks = new Map<string, ModelTask>();
  const workers = new Map<string, ModelWorker>();
  const plans = new Map<string, ModelPlan>();
  const inOrder = (list: readonly ModelTask[]) =>
    [...list].sort((a, b) => b.priority - a.priority || a.createdAt - b.createdAt).map((task) => task.id);
  const met = (task: ModelTask) => task.dependencies.every((id) => tasks.get(id)?.status === "completed");
  return {
    tasks,
    workers,
    plans,
    insert: (task: ModelTask) => tasks.set(task.id, task),
    /** True and false as the operation; "illegal" where it must refuse. */
    update(id: string, status: string, given: { assignedWorker?: string; currentPhase?: string }) {
      const task = tasks.get(id);
      if (!task) return false;
      const legal = isTaskStatus(task.status) && isLegalTaskTransition(task.status, status, "external");
      if (task.status !== status && !legal) return "illegal" as const;
      Object.assign(task, { status, ...given });
      return true;
    },
    /** In a plan that is counted, nothing waits for what is no more; elsewhere a missing dependency is open. */
    remove(id: string) {
      const task = tasks.get(id);
      if (!task) return false;
      tasks.delete(id);
      if (task.planId === null) return true;
      for (const other of tasks.values()) {
        const at = other.planId === task.planId ? other.dependencies.indexOf(id) : -1;
        if (at >= 0) other.dependencies.splice(at, 1);
      }
      return true;
    },
    byStatus: (status: string) => inOrder([...tasks.values()].filter((task) => task.status === status)),
    queued: (limit: number, taskType: string | undefined) =>
      inOrder(
        [...tasks.values()].filter(
          (task) => task.status === "queued" && (taskType === undefined || task.taskType === taskType),
        ),
      ).slice(0, limit),
    check(id: string) {
      const task = tasks.get(id);
      return task === undefined || met(task);
    },
    next: (planId: string) =>
      inOrder(
        [...tasks.values()].filter((task) => task.planId === planId && task.status === "queued" && met(task)),
      )[0] ?? null,
    /** Subtasks to create, each after its dependencies. */
    missing(planId: string): string[] {
      const plan = plans.get(planId);
      if (!plan) return [];
      const nodes = Object.entries(plan.graph).map(([id, dependencies]) => ({ id, dependencies }));
      return (topologicalOrder(nodes) ?? []).filter((id) => !plan.created.has(id));
    },
    start(planId: string) {
      const plan = plans.get(planId);
      if (!plan || !["draft", "generated", "approved"].includes(plan.status)) return false;
      plan.status = "executing";
      return true;
    },
    active: (now: number, role: string | undefined) =>
      [...workers]
        .filter(([, worker]) => worker.status === "active" && now - worker.beatAt <= LIMIT_MS)
        .filter(([, worker]) => role === undefined || worker.role === role)
        .sort(([a, left], [b, right]) => right.beatAt - left.beatAt || (a < b ? -1 : 1))
        .map(([id]) => id),
    register(id: string, role: string, now: number) {
      const registeredAt = workers.get(id)?.registeredAt ?? now;
      workers.set(id, { role, status: "active", beatAt: now, registeredAt });
    },
    beat(id: string, status: string | undefined, now: number) {
      const worker = workers.get(id);
      if (worker) Object.assign(worker, { beatAt: now, ...(status === undefined ? {} : { status }) });
      return worker !== undefined;
    },
  };
}

export type Model = ReturnType<typeof createModel>;
