import { integer, type Row, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "../database";
import { REQUEUE } from "../migrations/console-triggers";
import { DEPENDENCY_GOOD, hasDependency, isOver, OBSTACLE } from "../migrations/standing";
import { type DoctorCheck, ranges, whole } from "./check";

/* What is kept counted, against what it counts. */

const TASKS_BY_STATUS = "SELECT status, count(*) AS n FROM tasks GROUP BY status";
const OF_PLAN = `SELECT t.status, count(*) AS n, sum(k.unmet > 0) AS waiting, sum(k.blocked = 1) AS blocked
  FROM console_tasks k JOIN tasks t ON t.id = k.task_id WHERE k.plan_id = ? GROUP BY t.status`;
const COUNTED = "SELECT status, n FROM console_counts WHERE scope = ? AND n <> 0";
const PLANS = "SELECT DISTINCT plan_id AS id FROM console_tasks";
const TITLE = `SELECT coalesce(p.title, e.id) AS title FROM execution_plans e
  LEFT JOIN console_plans p ON p.plan_id = e.id WHERE e.id = ?`;
const SET_COUNT = `INSERT INTO console_counts (scope, status, n) VALUES (?, ?, ?)
  ON CONFLICT (scope, status) DO UPDATE SET n = excluded.n`;

interface Drift {
  readonly scope: string;
  readonly status: string;
  readonly counted: number;
  readonly found: number;
}

function countFor(db: ReadableDatabase, scope: string): Map<string, number> {
  if (scope === "")
    return new Map(
      statement(db, TASKS_BY_STATUS)
        .all()
        .map((row) => [text(row.status), integer(row.n)]),
    );
  const found = new Map<string, number>();
  for (const row of statement(db, OF_PLAN).all(scope)) {
    found.set(text(row.status), integer(row.n));
    for (const state of ["waiting", "blocked"]) {
      const n = integer(row[state]);
      if (n > 0) found.set(state, (found.get(state) ?? 0) + n);
    }
  }
  return found;
}

function driftsOf(db: ReadableDatabase, scope: string): Drift[] {
  const counted = new Map(
    statement(db, COUNTED)
      .all(scope)
      .map((row) => [text(row.status), integer(row.n)]),
  );
  const found = countFor(db, scope);
  return [...new Set([...counted.keys(), ...found.keys()])].flatMap((status) => {
    const drift = { scope, status, counted: counted.get(status) ?? 0, found: found.get(status) ?? 0 };
    return drift.counted === drift.found ? [] : [drift];
  });
}

const SEPARATOR = "\u001f";

export const counts: DoctorCheck = {
  kind: "counts",
  severity: "problem",
  needs: ["console_counts", "console_tasks"],
  fine: "Every counter agrees with the tasks.",
  *find({ db }) {
    const scopes = [
      "",
      ...statement(db, PLANS)
        .all()
        .map((row) => text(row.id)),
    ];
    for (const [index, scope] of scopes.entries()) {
      const title = scope === "" ? "All tasks" : (textOrNull(statement(db, TITLE).get(scope)?.title) ?? scope);
      const rows = driftsOf(db, scope).map(({ status, counted, found }) => ({
        entity: scope === "" ? ("figure" as const) : ("plan" as const),
        id: `${scope}${SEPARATOR}${status}`,
        planId: scope === "" ? null : scope,
        title: `${title}: ${status}`,
        words: `The counter says ${counted}, and there are ${found}.`,
        becomes: String(found),
      }));
      yield { rows, share: (index + 1) / scopes.length, detail: title };
    }
  },
  fix(tx, row) {
    const [scope = "", status = ""] = row.id.split(SEPARATOR);
    const drift = driftsOf(tx, scope).find((one) => one.status === status);
    if (drift === undefined) return false;
    statement(tx, SET_COUNT).run(scope, status, drift.found);
    return true;
  },
};

/** What a queued task waits for, as the triggers count it when a task is queued anew; see console-triggers.ts. */
const SHOULD_UNMET = `CASE WHEN t.status = 'queued' THEN
    (SELECT count(*) FROM console_edges e JOIN console_tasks d ON d.seq = e.depends_on JOIN tasks dt ON dt.id = d.task_id
      WHERE e.task = k.seq AND NOT CASE k.run_when WHEN 0 THEN ${DEPENDENCY_GOOD}
        ELSE ${isOver("dt.status")} OR d.blocked = 1 END)
    + (SELECT count(*) FROM console_awaited a WHERE a.task = k.seq) ELSE 0 END`;
const SHOULD_BLOCKED = `CASE WHEN t.status = 'queued' AND k.run_when = 0 AND ${hasDependency("k.seq", OBSTACLE)} THEN 1 ELSE 0 END`;
const UNMET = `SELECT * FROM (SELECT k.seq, k.plan_id, k.unmet, k.blocked, t.title, t.id, ${SHOULD_UNMET} AS should_unmet,
    ${SHOULD_BLOCKED} AS should_blocked
  FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id WHERE k.seq > ? AND k.seq <= ?)
  WHERE unmet <> should_unmet OR blocked <> should_blocked`;
const SET_UNMET = "UPDATE console_tasks SET unmet = ?, blocked = ? WHERE seq = ?";
const SEQ = "SELECT seq FROM console_tasks WHERE task_id = ?";
const SEQS = "SELECT coalesce(min(seq), 1) AS low, coalesce(max(seq), 0) AS high FROM console_tasks";

export const unmet: DoctorCheck = {
  kind: "unmet",
  severity: "problem",
  needs: ["console_tasks", "console_edges", "console_awaited"],
  fine: "What each task waits for agrees with its dependencies.",
  *find({ db }) {
    const { low, high } = statement(db, SEQS).get() ?? {};
    for (const { after, to, share } of ranges(integer(low), integer(high), 1_000)) {
      const rows = statement(db, UNMET)
        .all(after, to)
        .map((row) => ({
          entity: "task" as const,
          id: text(row.id),
          planId: textOrNull(row.plan_id),
          title: text(row.title),
          words: unmetWords(row),
          becomes: `waits for ${integer(row.should_unmet)}${row.should_blocked === 1 ? ", blocked" : ""}`,
        }));
      yield { rows, share, detail: `task ${to} of ${integer(high)}` };
    }
  },
  fix(tx, row) {
    const seq = statement(tx, SEQ).get(row.id)?.seq;
    const found = seq === undefined ? undefined : statement(tx, UNMET).get(integer(seq) - 1, seq);
    if (found === undefined) return false;
    statement(tx, SET_UNMET).run(found.should_unmet, found.should_blocked, seq);
    return true;
  },
};

function unmetWords(row: Row): string {
  const waits = `It is said to wait for ${integer(row.unmet)} and waits for ${integer(row.should_unmet)}`;
  if (row.blocked === row.should_blocked) return `${waits}.`;
  return row.should_blocked === 1
    ? `${waits}; it is blocked and not marked so.`
    : `${waits}; it is marked as blocked and is not.`;
}

const EXTRA = `SELECT r.seq, r.task_id AS id, r.plan_id, coalesce(t.title, r.task_id) AS title, t.status, k.unmet FROM console_ready r
  LEFT JOIN tasks t ON t.id = r.task_id LEFT JOIN console_tasks k ON k.seq = r.seq
  WHERE r.seq > ? AND r.seq <= ? AND (t.status IS NOT 'queued' OR k.unmet IS NOT 0)`;
const MISSING = `SELECT k.seq, k.task_id AS id, k.plan_id, k.ordinal, t.title FROM console_tasks k
  CROSS JOIN tasks t ON t.id = k.task_id CROSS JOIN execution_plans e ON e.id = k.plan_id
  CROSS JOIN console_plans p ON p.plan_id = k.plan_id
  WHERE k.seq > ? AND k.seq <= ? AND k.unmet = 0 AND t.status = 'queued' AND e.status = 'executing'
    AND NOT EXISTS (SELECT 1 FROM console_ready r WHERE r.seq = k.seq)
    AND NOT EXISTS (SELECT 1 FROM console_requeue q WHERE q.plan_id = k.plan_id)`;

export const readyQueue: DoctorCheck = {
  kind: "ready_queue",
  severity: "problem",
  needs: ["console_tasks", "console_ready", "console_requeue"],
  fine: "The queue holds just the tasks that could start.",
  *find({ db }) {
    const { low, high } = statement(db, SEQS).get() ?? {};
    for (const { after, to, share } of ranges(integer(low), integer(high))) {
      const extra = statement(db, EXTRA)
        .all(after, to)
        .map((row) =>
          readyRow(
            row,
            `It is in the queue and cannot start: it is ${textOrNull(row.status) ?? "deleted"}.`,
            "out of the queue",
          ),
        );
      const missing = statement(db, MISSING)
        .all(after, to)
        .map((row) => readyRow(row, "It could start and is not in the queue.", "in the queue"));
      yield { rows: [...extra, ...missing], share, detail: `task ${to} of ${integer(high)}` };
    }
  },
  fix(tx, row) {
    const seq = statement(tx, "SELECT seq FROM console_ready WHERE task_id = ?").get(row.id)?.seq;
    if (seq !== undefined && statement(tx, EXTRA).get(integer(seq) - 1, seq) !== undefined) {
      statement(tx, "DELETE FROM console_ready WHERE seq = ?").run(seq);
      return true;
    }
    return enqueue(tx, row.id);
  },
};

function readyRow(row: Row, words: string, becomes: string) {
  return {
    entity: "task" as const,
    id: text(row.id),
    planId: textOrNull(row.plan_id),
    title: text(row.title),
    words,
    becomes,
  };
}

function enqueue(tx: WritableDatabase, taskId: string): boolean {
  const seq = statement(tx, SEQ).get(taskId)?.seq;
  const missing = seq === undefined ? undefined : statement(tx, MISSING).get(integer(seq) - 1, seq);
  if (missing === undefined) return false;
  const from = integer(missing.ordinal);
  statement(tx, REQUEUE).run({ planId: missing.plan_id, from, to: from + 1 });
  return true;
}

const GROUPS = `SELECT g.name, g.running, (SELECT count(*) FROM console_lanes l CROSS JOIN console_tasks k ON k.lane = l.lane
    CROSS JOIN tasks t ON t.id = k.task_id WHERE l.group_name = g.name AND t.status IN ('assigned', 'in_progress')) AS found
  FROM console_groups g`;
const GROUP_DRIFT = `SELECT * FROM (${GROUPS}) WHERE running <> found`;

export const groupCounts: DoctorCheck = {
  kind: "group_counts",
  severity: "problem",
  needs: ["console_groups", "console_lanes", "console_tasks"],
  fine: "Every group counts the tasks that run.",
  find: whole(({ db }) =>
    statement(db, GROUP_DRIFT)
      .all()
      .map((row) => ({
        entity: "figure" as const,
        id: text(row.name),
        planId: null,
        title: text(row.name),
        words: `It counts ${integer(row.running)} running tasks, and there are ${integer(row.found)}.`,
        becomes: String(integer(row.found)),
      })),
  ),
  fix(tx, row) {
    const found = statement(tx, GROUP_DRIFT)
      .all()
      .find(({ name }) => name === row.id);
    if (found === undefined) return false;
    statement(tx, "UPDATE console_groups SET running = ? WHERE name = ?").run(found.found, row.id);
    return true;
  },
};
