import type { ReadableDatabase } from "../../src/main/core/store/database";

interface Derived {
  readonly counts: Record<string, number>;
  readonly unmet: Record<string, number>;
  readonly blocked: string[];
  readonly ready: string[];
}

/** What the console's tables hold about readiness: counters, unmet dependencies, blocked and ready tasks. */
export function storedDerivations(db: ReadableDatabase): Derived {
  const counts = db.prepare<[], CountRow>("SELECT scope, status, n FROM console_counts WHERE n <> 0").all();
  const tasks = db.prepare<[], TaskRow>("SELECT task_id AS id, unmet, blocked FROM console_tasks").all();
  return {
    counts: Object.fromEntries(counts.map(({ scope, status, n }) => [`${scope}/${status}`, n])),
    unmet: Object.fromEntries(tasks.filter((task) => task.unmet > 0).map((task) => [task.id, task.unmet])),
    blocked: tasks.flatMap((task) => (task.blocked === 1 ? [task.id] : [])).sort(),
    ready: db.prepare<[], string>("SELECT task_id FROM console_ready").pluck().all().sort(),
  };
}

interface CountRow {
  readonly scope: string;
  readonly status: string;
  readonly n: number;
}

interface TaskRow {
  readonly id: string;
  readonly unmet: number;
  readonly blocked: number;
}

interface GraphRow {
  readonly id: string;
  readonly status: string;
  readonly seq: number | null;
  readonly plan_id: string | null;
  readonly plan_status: string | null;
  /** Null: a plan that the console does not run. Its ready tasks are handed out on request. */
  readonly own_plan: string | null;
}

/** The same from scratch, from statuses and edges alone: slow and obvious. */
export function recomputedDerivations(db: ReadableDatabase): Derived {
  const tasks = db
    .prepare<[], GraphRow>(
      `SELECT t.id, t.status, k.seq, k.plan_id, e.status AS plan_status, p.plan_id AS own_plan FROM tasks t
        LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN execution_plans e ON e.id = k.plan_id
        LEFT JOIN console_plans p ON p.plan_id = k.plan_id`,
    )
    .all();
  const bySeq = new Map(tasks.map((task) => [task.seq, task]));
  const dependencies = new Map<number | null, GraphRow[]>();
  for (const edge of db.prepare<[], { depends_on: number; task: number }>("SELECT * FROM console_edges").all()) {
    const dependency = bySeq.get(edge.depends_on);
    if (!dependency) throw new Error(`edge from a task that is not there: ${edge.depends_on}`);
    dependencies.set(edge.task, [...(dependencies.get(edge.task) ?? []), dependency]);
  }

  const obstacles = new Map<string, boolean>();
  const isBlocked = (task: GraphRow): boolean =>
    task.status === "queued" && (dependencies.get(task.seq) ?? []).some(isObstacle);
  const isObstacle = (task: GraphRow): boolean => {
    const known = obstacles.get(task.id);
    if (known !== undefined) return known;
    const answer = task.status === "failed" || task.status === "cancelled" || isBlocked(task);
    obstacles.set(task.id, answer);
    return answer;
  };

  const counts: Record<string, number> = {};
  const add = (scope: string, status: string) => {
    counts[`${scope}/${status}`] = (counts[`${scope}/${status}`] ?? 0) + 1;
  };
  const unmet: Record<string, number> = {};
  const blocked: string[] = [];
  const ready: string[] = [];
  for (const task of tasks) {
    add("", task.status);
    if (task.plan_id === null) continue;
    add(task.plan_id, task.status);
    if (task.status !== "queued") continue;
    const open = (dependencies.get(task.seq) ?? []).filter(({ status }) => status !== "completed").length;
    if (open > 0) {
      unmet[task.id] = open;
      add(task.plan_id, "waiting");
    } else if (task.plan_status !== null && (task.own_plan === null || task.plan_status === "executing")) {
      ready.push(task.id);
    }
    if (isBlocked(task)) {
      blocked.push(task.id);
      add(task.plan_id, "blocked");
    }
  }
  return { counts, unmet, blocked: blocked.sort(), ready: ready.sort() };
}
