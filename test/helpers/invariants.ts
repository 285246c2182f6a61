import type { ReadableDatabase } from "../../src/main/core/store/database";

interface Derived {
  readonly counts: Record<string, number>;
  readonly unmet: Record<string, number>;
  readonly blocked: string[];
  readonly ready: string[];
  /** Ready, and to be cancelled as not needed. */
  readonly needless: string[];
  /** Running tasks by concurrency group; groups of which none runs are left out. */
  readonly groups: Record<string, number>;
}

/** What the console's tables hold about readiness: counters, unmet dependencies, blocked and ready tasks, groups. */
export function storedDerivations(db: ReadableDatabase): Derived {
  const counts = db.prepare<[], CountRow>("SELECT scope, status, n FROM console_counts WHERE n <> 0").all();
  const tasks = db.prepare<[], TaskRow>("SELECT task_id AS id, unmet, blocked FROM console_tasks").all();
  return {
    counts: Object.fromEntries(counts.map(({ scope, status, n }) => [`${scope}/${status}`, n])),
    unmet: Object.fromEntries(tasks.filter((task) => task.unmet > 0).map((task) => [task.id, task.unmet])),
    blocked: tasks.flatMap((task) => (task.blocked === 1 ? [task.id] : [])).sort(),
    ready: db.prepare<[], string>("SELECT task_id FROM console_ready").pluck().all().sort(),
    needless: db.prepare<[], string>("SELECT task_id FROM console_ready WHERE lane = -1").pluck().all().sort(),
    groups: Object.fromEntries(
      db
        .prepare<[], { name: string; running: number }>("SELECT name, running FROM console_groups WHERE running <> 0")
        .all()
        .map(({ name, running }) => [name, running]),
    ),
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
  /** 0 its dependencies succeeded, 1 one of them did not, 2 always. */
  readonly run_when: number | null;
  readonly on_failure: number | null;
  readonly skipped: number | null;
  readonly group_name: string | null;
}

/** The same from scratch, from statuses and edges alone: slow and obvious. */
export function recomputedDerivations(db: ReadableDatabase): Derived {
  const tasks = db
    .prepare<[], GraphRow>(
      `SELECT t.id, t.status, k.seq, k.plan_id, e.status AS plan_status, p.plan_id AS own_plan,
          k.run_when, k.on_failure, k.skipped, l.group_name FROM tasks t
        LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN execution_plans e ON e.id = k.plan_id
        LEFT JOIN console_plans p ON p.plan_id = k.plan_id
        LEFT JOIN console_lanes l ON l.lane = k.lane AND l.group_name <> ''`,
    )
    .all();
  const bySeq = new Map(tasks.map((task) => [task.seq, task]));
  const dependencies = new Map<number | null, GraphRow[]>();
  for (const edge of db.prepare<[], { depends_on: number; task: number }>("SELECT * FROM console_edges").all()) {
    const dependency = bySeq.get(edge.depends_on);
    if (!dependency) throw new Error(`edge from a task that is not there: ${edge.depends_on}`);
    dependencies.set(edge.task, [...(dependencies.get(edge.task) ?? []), dependency]);
  }

  const awaited = new Map<number | null, number>();
  for (const { task } of db.prepare<[], { task: number }>("SELECT task FROM console_awaited").all()) {
    awaited.set(task, (awaited.get(task) ?? 0) + 1);
  }
  const before = (task: GraphRow) => dependencies.get(task.seq) ?? [];
  const standings = new Map<string, Standing>();
  const isBlocked = (task: GraphRow): boolean =>
    task.status === "queued" && task.run_when === 0 && before(task).some((one) => standingOf(one) === "bad");
  const standingOf = (task: GraphRow): Standing => {
    const known = standings.get(task.id);
    if (known !== undefined) return known;
    const answer = isBlocked(task) ? "bad" : ownStanding(task);
    standings.set(task.id, answer);
    return answer;
  };
  const waitsFor = (task: GraphRow, one: GraphRow): boolean => {
    const standing = standingOf(one);
    return standing === "open" || (standing === "bad" && task.run_when === 0);
  };
  const isNeedless = (task: GraphRow): boolean => {
    if (task.run_when === 1) return !before(task).some((one) => standingOf(one) === "bad");
    return task.run_when === 0 && before(task).some((one) => standingOf(one) === "skipped");
  };

  const counts: Record<string, number> = {};
  const add = (scope: string, status: string) => {
    counts[`${scope}/${status}`] = (counts[`${scope}/${status}`] ?? 0) + 1;
  };
  const unmet: Record<string, number> = {};
  const blocked: string[] = [];
  const ready: string[] = [];
  const needless: string[] = [];
  const groups: Record<string, number> = {};
  for (const task of tasks) {
    add("", task.status);
    if (task.plan_id === null) continue;
    if (task.group_name !== null && (task.status === "in_progress" || task.status === "assigned")) {
      groups[task.group_name] = (groups[task.group_name] ?? 0) + 1;
    }
    add(task.plan_id, task.status);
    if (task.status !== "queued") continue;
    const open = before(task).filter((one) => waitsFor(task, one)).length + (awaited.get(task.seq) ?? 0);
    if (open > 0) {
      unmet[task.id] = open;
      add(task.plan_id, "waiting");
    } else if (task.plan_status !== null && (task.own_plan === null || task.plan_status === "executing")) {
      ready.push(task.id);
      if (task.own_plan !== null && isNeedless(task)) needless.push(task.id);
    }
    if (isBlocked(task)) {
      blocked.push(task.id);
      add(task.plan_id, "blocked");
    }
  }
  return { counts, unmet, blocked: blocked.sort(), ready: ready.sort(), needless: needless.sort(), groups };
}

/** What a task is to those behind it. */
type Standing = "open" | "good" | "bad" | "skipped";

function ownStanding({ status, on_failure, skipped }: GraphRow): Standing {
  if (status === "completed") return "good";
  if (status === "failed") return on_failure === 1 ? "good" : "bad";
  if (status === "cancelled") return skipped === 1 ? "skipped" : "bad";
  return "open";
}
