import type { FoundRow } from "../../../../shared/model/doctor";
import { judge } from "../../../../shared/model/task-change";
import { HEARTBEAT_LIMIT_MS, workerState } from "../../../../shared/model/worker";
import { livesWhen, standingOf } from "../../process-identity";
import { integer, type Row, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement } from "../database";
import { forsakeRun } from "../forsake-run";
import { endPlanIfOver, plansToEnd } from "../plan-end";
import { recordedProcess } from "../process-rows";
import { changeTask } from "../task-control";
import { readScopedTask } from "../task-scope";
import { parseTime } from "../time";
import { getWorkers, type WorkerRecord } from "../workers";
import { type DoctorCheck, type ExamContext, type Fix, STEP, whole } from "./check";

const taskRow = (row: Row, words: string, becomes: string | null) => ({
  entity: "task" as const,
  id: text(row.id),
  planId: textOrNull(row.plan_id),
  title: text(row.title),
  words,
  becomes,
});

/** What a task would be queued again for; `becomes` null where the rules leave it to a person. */
function requeueRow(db: ReadableDatabase, row: Row, words: string, now: number): FoundRow {
  const task = readScopedTask(db, text(row.id), now);
  const verdict = task === null ? null : judge({ act: "tasks.forceState", status: "queued" }, task.facts);
  if (verdict?.touch) return taskRow(row, words, "queued");
  return taskRow(row, `${words} ${verdict?.message ?? ""}`.trim(), null);
}

/** A task that nobody works on goes back to the queue. */
const requeue: Fix = (tx, row, { actor, ...writer }) => {
  const act = { taskId: row.id, reason: `The doctor found: ${row.words}`, actor, writer };
  changeTask(tx, act, { act: "tasks.forceState", status: "queued" });
  return true;
};

const WITHOUT_RUN = `SELECT t.id, t.title, t.status, k.plan_id FROM tasks t
    JOIN console_tasks k ON k.task_id = t.id JOIN console_plans p ON p.plan_id = k.plan_id
    LEFT JOIN console_runs cr ON cr.run_id = k.run_id
  WHERE t.status = 'in_progress' AND cr.live IS NULL`;
const IS_WITHOUT_RUN = `${WITHOUT_RUN} AND t.id = ?`;

export const tasksWithoutRun: DoctorCheck = {
  kind: "tasks_without_run",
  severity: "problem",
  needs: ["console_tasks", "console_runs"],
  fine: "Every task in progress has an attempt that runs.",
  find: whole(({ db, now }) =>
    statement(db, WITHOUT_RUN)
      .all()
      .map((row) => requeueRow(db, row, "In progress, and no attempt of it runs.", now)),
  ),
  fix: (tx, row, writer) => statement(tx, IS_WITHOUT_RUN).get(row.id) !== undefined && requeue(tx, row, writer),
};

/** Long enough for a program that does not beat while it works. */
const SILENCE_MS = 15 * 60_000;
const GIVEN = `SELECT t.id, t.title, t.status, t.assigned_worker, t.updated_at, NULL AS plan_id FROM tasks t
  WHERE t.status IN ('assigned', 'in_progress')
    AND NOT EXISTS (SELECT 1 FROM console_tasks k JOIN console_plans p ON p.plan_id = k.plan_id WHERE k.task_id = t.id)`;
const IS_GIVEN = `${GIVEN} AND t.id = ?`;
const OPEN_RUNS = "SELECT id, worker_id FROM runs WHERE task_id = ? AND status IN ('pending', 'running')";

export const tasksAbandoned: DoctorCheck = {
  kind: "tasks_abandoned",
  severity: "warning",
  needs: ["console_tasks", "console_plans"],
  fine: "Every task of another program is with a worker that lives.",
  find: whole(({ db, now }) =>
    statement(db, GIVEN)
      .all()
      .flatMap((row) => {
        const why = whyAbandoned(db, row, now);
        return why === null ? [] : [requeueRow(db, row, why, now)];
      }),
  ),
  fix(tx, row, writer) {
    const found = statement(tx, IS_GIVEN).get(row.id);
    const why = found === undefined ? null : whyAbandoned(tx, found, writer.now);
    if (why === null) return false;
    for (const run of statement(tx, OPEN_RUNS).all(row.id)) {
      forsakeRun(tx, { runId: text(run.id), workerId: text(run.worker_id), error: why, now: writer.now });
    }
    return requeue(tx, row, writer);
  },
};

/** Null: somebody may be at it. */
function whyAbandoned(db: ReadableDatabase, row: Row, now: number): string | null {
  const changed = parseTime(row.updated_at);
  if (changed !== null && now - changed < SILENCE_MS) return null;
  const workerId = textOrNull(row.assigned_worker);
  if (workerId === null) return `${text(row.status)}, and given to nobody.`;
  const [worker] = getWorkers(db, [workerId]);
  if (worker === undefined) return `Given to ${workerId}, which is not registered.`;
  const silent = worker.lastHeartbeat === null ? Number.POSITIVE_INFINITY : now - worker.lastHeartbeat;
  const state = stateOf(worker, silent);
  if (state === "dead" || state === "zombie") return `Given to ${workerId}, whose process has ended.`;
  if (state === "offline") return `Given to ${workerId}, which signed off.`;
  return silent > SILENCE_MS ? `Given to ${workerId}, which has been silent for over 15 minutes.` : null;
}

function stateOf(worker: WorkerRecord, heartbeatAgeMs: number) {
  const standing = standingOf(worker);
  return workerState({
    status: worker.status,
    heartbeatAgeMs: Number.isFinite(heartbeatAgeMs) ? Math.max(0, heartbeatAgeMs) : null,
    processAlive: livesWhen(standing),
    isZombie: standing === "zombie",
    hasTask: worker.currentTaskId !== null,
  });
}

const UNWELL_STATUS = "SELECT id FROM workers WHERE id > ? AND status <> 'offline' ORDER BY id LIMIT ?";

/** Workers that did not sign off, by their heartbeats and processes. */
export const workersUnwell: DoctorCheck = {
  kind: "workers_unwell",
  severity: "warning",
  needs: ["workers", "console_workers"],
  fine: "Every worker that did not sign off reports.",
  *find({ db, now }: ExamContext) {
    for (let after = ""; ; ) {
      const ids = statement(db, UNWELL_STATUS)
        .all(after, STEP)
        .map((row) => text(row.id));
      const rows = getWorkers(db, ids).flatMap((worker) => {
        const state = stateOf(
          worker,
          worker.lastHeartbeat === null ? Number.POSITIVE_INFINITY : now - worker.lastHeartbeat,
        );
        if (state === "busy" || state === "idle") return [];
        const holds = worker.currentTaskTitle === null ? "" : `, with ${worker.currentTaskTitle}`;
        const words = `${UNWELL_WORDS[state] ?? `It is ${state}`}${holds}.`;
        return [{ entity: "worker" as const, id: worker.id, planId: null, title: worker.id, words, becomes: null }];
      });
      yield { rows, share: ids.length < STEP ? 1 : 0.5, detail: "workers" };
      const last = ids.at(-1);
      if (last === undefined || ids.length < STEP) return;
      after = last;
    }
  },
};

const UNWELL_WORDS: Readonly<Record<string, string>> = {
  stale: `No heartbeat for over ${HEARTBEAT_LIMIT_MS / 1_000} s`,
  dead: "Its process no longer exists",
  zombie: "Its process has ended, and its parent has not noticed",
  error: "It reports an error",
};

const EXECUTING = "SELECT id FROM execution_plans WHERE status = 'executing'";
const PLAN = `SELECT e.id, coalesce(p.title, e.id) AS title FROM execution_plans e
  LEFT JOIN console_plans p ON p.plan_id = e.id WHERE e.id = ?`;

/** For a moment that is so until whoever dispatches has seen the last end. */
export const plansNotEnded: DoctorCheck = {
  kind: "plans_not_ended",
  severity: "warning",
  needs: ["console_plans", "console_counts"],
  fine: "Every plan whose tasks are over has ended.",
  find: whole(({ db }) => {
    const ids = statement(db, EXECUTING)
      .all()
      .map((row) => text(row.id));
    return plansToEnd(db, ids).map((id) => ({
      entity: "plan" as const,
      id,
      planId: id,
      title: text(statement(db, PLAN).get(id)?.title),
      words: "All of its tasks are over.",
      becomes: "ended",
    }));
  }),
  fix: (tx, row, writer) => plansToEnd(tx, [row.id]).length > 0 && endPlanIfOver(tx, row.id, writer),
};

const LIVE = `SELECT cr.run_id, cr.task_id AS id, cr.pid, cr.pid_start, cr.host, cr.boot_id, t.title, k.plan_id
  FROM console_runs cr LEFT JOIN tasks t ON t.id = cr.task_id LEFT JOIN console_tasks k ON k.task_id = cr.task_id
  WHERE cr.live IS NOT NULL AND cr.pid IS NOT NULL`;

export const runsWithoutProcess: DoctorCheck = {
  kind: "runs_without_process",
  severity: "warning",
  needs: ["console_runs", "console_tasks"],
  fine: "Every attempt that runs has its process.",
  find: whole(({ db }) =>
    statement(db, LIVE)
      .all()
      .filter((row) => livesWhen(standingOf(recordedProcess(row))) === false)
      .map((row) => taskRow(row, `Process ${integer(row.pid)} of attempt ${text(row.run_id)} is gone.`, null)),
  ),
};
