import { inBulk, type Ledger } from "./bulk";
import { integer, integerOrNull, json, jsonObject, jsonStrings, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { settlePlans } from "./finish-run";
import { openGate } from "./gate";
import { insertionOf, insertTogether } from "./insert-together";
import { LANE_OF_ENTRY } from "./migrations/console-triggers";
import { NOT_ON_HOLD } from "./migrations/sql-workers";
import type { Writer } from "./plan-end";
import { isNeedless, skipTask } from "./skip";
import { parseSpec, type TaskSpec } from "./task-spec";
import { formatTime } from "./time";
import { occupyWorker } from "./turn";

/** One task taken by one worker: the attempt that the caller now owns. */
export interface Claim {
  readonly taskId: string;
  readonly planId: string;
  readonly subtaskId: string;
  readonly title: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly workerId: string;
  readonly correlationId: string | null;
  readonly agent: string;
  /** Null when it does not parse: nothing of it can be run. */
  readonly spec: TaskSpec | null;
  /** The plan's parameters by name, as launched. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The plan's folder. */
  readonly folder: string;
  /** Results of the direct dependencies by subtask id; null where there is none. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Attempts begun, this one included, of `maxAttempts`. A retry by hand allows further ones. */
  readonly attempts: number;
  readonly maxAttempts: number;
}

/** What kind of worker somebody is. */
export interface Skills {
  readonly role: string;
  readonly capabilities: readonly string[];
  /** They take only what asks for this one of their capabilities. Default: also what asks for less, or nothing. */
  readonly only?: string;
}

export interface ClaimRequest {
  readonly now: number;
  /** Free slots: each gets one task at most. Their rows exist in workers. */
  readonly workerIds: readonly string[];
  /** What they all can do. Default: only what asks for no role and no capability. */
  readonly skills?: Skills;
  /** Written as the events' source. */
  readonly source: string;
  readonly newId: () => string;
}

export const PROMOTE = `UPDATE console_ready INDEXED BY console_ready_later SET held = ${LANE_OF_ENTRY}
  WHERE held = 2 AND not_before <= ? RETURNING task_id`;
const NOTE_TASK = "INSERT INTO console_changes (entity, id) VALUES ('task', ?)";
// What a claim needs of a task comes with it: a look-up of its own for each costs more than all of this.
const COLUMNS = `SELECT q.seq, q.task_id, q.plan_id, q.priority, q.lane, t.title, t.task_type, k.subtask_id, k.agent, k.attempts, k.max_attempts,
    s.spec, (SELECT coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = q.task_id) AS run_number,
    EXISTS (SELECT 1 FROM console_edges WHERE task = q.seq) AS has_inputs`;
const ready = (
  by: string,
) => `${COLUMNS} FROM console_ready q INDEXED BY ${by} CROSS JOIN console_tasks k ON k.seq = q.seq LEFT JOIN tasks t ON t.id = q.task_id
    LEFT JOIN console_specs s ON s.seq = q.seq`;
export const FREE = `${ready("console_ready_order")} WHERE q.held = +? AND ${NOT_ON_HOLD} ORDER BY q.priority DESC, q.seq LIMIT ?`;
/** The lane of tasks without work: `completeReady` is quicker, but a claim takes them like any other. */
const WITHOUT_WORK = 5;
const ROOM = `p.concurrency - coalesce((SELECT sum(n) FROM console_counts
    WHERE scope = p.plan_id AND status IN ('assigned', 'in_progress')), 0)`;
/**
 * The plans that limit themselves, and the lanes that hold ready tasks for such workers. From lane to lane by the
 * index, whatever is in them.
 */
export const LANES = `SELECT p.plan_id, NULL AS lane, ${ROOM} AS room, NULL AS group_name, NULL AS places,
    NULL AS needed
  FROM console_plans p WHERE p.concurrency IS NOT NULL AND p.finished_at IS NULL
  UNION ALL
  SELECT l.plan_id, l.lane, ${ROOM}, l.group_name, g.capacity - g.running, l.capabilities
  FROM (WITH RECURSIVE filled (lane) AS (
      SELECT min(lane) FROM console_ready INDEXED BY console_ready_in_lane WHERE held = 7
      UNION ALL
      SELECT (SELECT min(q.lane) FROM console_ready q INDEXED BY console_ready_in_lane
          WHERE q.held = 7 AND q.lane > filled.lane)
        FROM filled WHERE filled.lane IS NOT NULL
    ) SELECT lane FROM filled WHERE lane IS NOT NULL) f
    CROSS JOIN console_lanes l ON l.lane = f.lane
    LEFT JOIN console_groups g ON g.name = l.group_name
    LEFT JOIN console_plans p ON p.plan_id = l.plan_id
  WHERE l.role IN ('', $role) AND NOT EXISTS (
    SELECT 1 FROM json_each(l.capabilities) n WHERE n.value NOT IN (SELECT value FROM json_each($capabilities)))`;
export const FREE_IN_LANE = `${ready("console_ready_in_lane")} WHERE q.held = 7 AND q.lane = +? AND ${NOT_ON_HOLD}
  ORDER BY q.priority DESC, q.seq LIMIT ?`;
export const FREE_IN_PLAN = `${ready("console_ready_by_plan")} WHERE q.plan_id = +? AND q.held = 3 AND ${NOT_ON_HOLD}
  ORDER BY q.priority DESC, q.seq LIMIT ?`;
// FAIL: a throw undoes the whole claim, so SQLite need not keep what it takes to undo this statement alone.
export const TAKE = `UPDATE OR FAIL tasks SET status = 'in_progress', assigned_worker = ?, updated_at = ?
  WHERE id = ? AND status = 'queued'`;
export const TASK_BEGUN = `UPDATE console_tasks SET attempts = attempts + 1, run_id = ?, result_run_id = NULL,
  reason = NULL, not_before = NULL WHERE seq = ?`;
export const INPUTS = `SELECT d.subtask_id, r.result_data FROM console_edges e
  JOIN console_tasks d ON d.seq = e.depends_on LEFT JOIN runs r ON r.id = d.result_run_id WHERE e.task = +?`;
const RUNS = insertionOf(
  "INSERT INTO runs (id, task_id, worker_id, run_number, status, phase, started_at)",
  "(?, ?, ?, ?, 'running', 'start', ?)",
);
const CONSOLE_RUNS = insertionOf("INSERT INTO console_runs (run_id, task_id, live, started_at)", "(?, ?, 1, ?)");
const STOP_EARLIER = `UPDATE console_runs SET stop_requested = coalesce(nullif(stop_requested, 'let_end'), 'cancel')
  WHERE live IS NOT NULL AND run_id IN (SELECT id FROM runs WHERE task_id = ? AND id <> ?)`;
const PLAN_BEGUN = `UPDATE console_plans SET started_at = ? WHERE plan_id = ? AND started_at IS NULL`;

/**
 * Gives each free worker the most urgent ready task: highest priority first, then the oldest, within the plans'
 * limits. Reads the ready queue alone, so its cost does not grow with the number of tasks.
 */
export function claimReady(tx: WritableDatabase, request: ClaimRequest): Claim[] {
  const { now, workerIds } = request;
  if (workerIds.length === 0) return [];
  promoteReady(tx, now);
  const ready = candidates(tx, workerIds.length, request.skills ?? NO_SKILLS);
  if (ready.length === 0) return [];
  const planOf = planReader(tx, now);
  const { others, work } = endWithoutWorker(tx, ready, planOf, request);
  const claims = inBulk(tx, (ledger) => {
    const claims: Claim[] = [];
    for (const candidate of work) {
      const workerId = workerIds[claims.length];
      if (workerId === undefined) break;
      const claim = take(tx, request, { candidate, plan: planOf(text(candidate.plan_id)), workerId, ledger });
      if (claim) claims.push(claim);
    }
    insertRuns(tx, claims, now);
    return claims;
  });
  settlePlans(tx, others, request);
  return claims;
}

const NO_SKILLS: Skills = { role: "", capabilities: [] };

export interface ReadySorted {
  /** Those that somebody has to do, or a no-op. */
  readonly work: readonly Row[];
  /** Plans that may be over because of the others. */
  readonly others: ReadonlySet<string>;
}

/** Opens the gates among ready tasks and cancels those that are not needed. Outside of bulk. */
export function endWithoutWorker(
  tx: WritableDatabase,
  ready: readonly Row[],
  planOf: (planId: string) => Row | undefined,
  writer: Writer,
): ReadySorted {
  const work: Row[] = [];
  const others = new Set<string>();
  for (const task of ready) {
    if (isNeedless(task)) {
      skipTask(tx, task, textOrNull(planOf(text(task.plan_id))?.correlation_id), writer);
      others.add(text(task.plan_id));
    } else if (isGate(task)) openReadyGate(tx, task, planOf, writer);
    else work.push(task);
  }
  return { work, others };
}

function isGate(candidate: Row): boolean {
  return candidate.task_type === "approval";
}

/** Outside of bulk: the triggers see to what follows. */
function openReadyGate(
  tx: WritableDatabase,
  { task_id, plan_id, seq }: Row,
  planOf: (planId: string) => Row | undefined,
  writer: Writer,
): void {
  const correlationId = textOrNull(planOf(text(plan_id))?.correlation_id);
  const isOpen = openGate(tx, { taskId: text(task_id), seq, correlationId }, writer);
  if (!isOpen) statement(tx, "DELETE FROM console_ready WHERE seq = ?").run(seq);
}

/** Lets in those whose retry time has come. */
export function promoteReady(tx: WritableDatabase, now: number): void {
  for (const { task_id } of statement(tx, PROMOTE).all(now)) statement(tx, NOTE_TASK).run(task_id);
}

/** Answers the rows of plans, each read once, whose tasks begin to run. */
export function planReader(tx: WritableDatabase, now: number): (planId: string) => Row | undefined {
  const plans = new Map<string, Row | undefined>();
  return (planId) => {
    if (!plans.has(planId)) {
      const sql = "SELECT correlation_id, folder, parameters FROM console_plans WHERE plan_id = ?";
      plans.set(planId, statement(tx, sql).get(planId));
      statement(tx, PLAN_BEGUN).run(now, planId);
    }
    return plans.get(planId);
  };
}

/** Ready tasks in the order in which they are to start, at most `most`. */
function candidates(tx: WritableDatabase, most: number, { role, capabilities, only }: Skills): Row[] {
  const rows = only === undefined ? statement(tx, FREE).all(0, most) : [];
  let isSorted = true;
  const add = (more: readonly Row[]): void => {
    isSorted &&= rows.length === 0 || more.length === 0;
    rows.push(...more);
  };
  if (only === undefined) add(statement(tx, FREE).all(WITHOUT_WORK, most));
  const rooms: Rooms = new Map();
  const sharing = new Map<Row, readonly string[]>();
  for (const lane of statement(tx, LANES).all({ role, capabilities: JSON.stringify(capabilities) })) {
    if (only !== undefined && !jsonStrings(lane.needed).includes(only)) continue;
    const shares = sharesOf(lane, rooms);
    const room = Math.min(most, ...shares.map((share) => rooms.get(share) ?? 0));
    if (room <= 0) continue;
    const more =
      lane.lane === null
        ? statement(tx, FREE_IN_PLAN).all(lane.plan_id, room)
        : statement(tx, FREE_IN_LANE).all(lane.lane, room);
    for (const row of more) sharing.set(row, shares);
    add(more);
  }
  if (!isSorted) {
    rows.sort((a, b) => integer(b.priority) - integer(a.priority) || integer(a.seq) - integer(b.seq));
  }
  return withinRooms(rows, sharing, rooms).slice(0, most);
}

/** How many more may start, by what limits them: a plan or a group. */
type Rooms = Map<string, number>;

/** What a lane's tasks need room in. */
function sharesOf({ plan_id, room, group_name, places }: Row, rooms: Rooms): readonly string[] {
  const shares: string[] = [];
  const share = (key: string, left: unknown): void => {
    shares.push(key);
    if (!rooms.has(key)) rooms.set(key, integer(left));
  };
  if (room !== null) share(`plan ${text(plan_id)}`, room);
  if (places !== null) share(`group ${text(group_name)}`, places);
  return shares;
}

/** Those that fit when they start in this order: lanes may share a plan's or a group's room. */
function withinRooms(rows: readonly Row[], sharing: ReadonlyMap<Row, readonly string[]>, rooms: Rooms): readonly Row[] {
  if (sharing.size === 0) return rows;
  return rows.filter((row) => {
    const shares = sharing.get(row) ?? [];
    if (shares.some((share) => (rooms.get(share) ?? 0) <= 0)) return false;
    for (const share of shares) rooms.set(share, (rooms.get(share) ?? 0) - 1);
    return true;
  });
}

function insertRuns(tx: WritableDatabase, claims: readonly Claim[], now: number): void {
  const at = formatTime(now);
  insertTogether(tx, RUNS, claims, ({ runId, taskId, workerId, runNumber }) => [
    runId,
    taskId,
    workerId,
    runNumber,
    at,
  ]);
  insertTogether(tx, CONSOLE_RUNS, claims, ({ runId, taskId }) => [runId, taskId, now]);
}

interface Taking {
  readonly candidate: Row;
  readonly plan: Row | undefined;
  readonly workerId: string;
  readonly ledger: Ledger;
}

function take(
  tx: WritableDatabase,
  { now, source, newId }: ClaimRequest,
  { candidate, plan, workerId, ledger }: Taking,
): Claim | null {
  const seq = integer(candidate.seq);
  const taskId = text(candidate.task_id);
  const planId = text(candidate.plan_id);
  const at = formatTime(now);
  ledger.left(seq);
  // Queued no more, in a way that no trigger saw (a foreign INSERT OR REPLACE): the entry was out of date.
  if (statement(tx, TAKE).run(workerId, at, taskId).changes === 0) return null;
  const runId = newId();
  const runNumber = integer(candidate.run_number);
  statement(tx, TASK_BEGUN).run(runId, seq);
  occupyWorker(tx, workerId, taskId);
  ledger.moved(planId, "queued", "in_progress");
  ledger.grouped(integerOrNull(candidate.lane), 1);
  ledger.changed("task", taskId);
  ledger.changed("run", runId);
  ledger.changed("worker", workerId);

  const correlationId = textOrNull(plan?.correlation_id);
  const subtaskId = text(candidate.subtask_id);
  const attempts = integer(candidate.attempts) + 1;
  if (attempts > 1) stopEarlierRuns(tx, taskId, runId);
  const payload = { task_id: taskId, plan_id: planId, subtask_id: subtaskId, run_id: runId, worker_id: workerId };
  ledger.happened({ id: newId(), type: "task.assigned", at: now, source, correlationId, payload });
  ledger.happened({
    id: newId(),
    type: "task.started",
    at: now,
    source,
    correlationId,
    payload: { ...payload, run_number: runNumber, attempt: attempts },
  });
  return {
    taskId,
    planId,
    subtaskId,
    title: text(candidate.title),
    runId,
    runNumber,
    workerId,
    correlationId,
    agent: text(candidate.agent),
    spec: parseSpec(candidate.spec),
    parameters: jsonObject(plan?.parameters),
    folder: text(plan?.folder),
    inputs: candidate.has_inputs === 1 ? inputsOf(tx, seq) : {},
    attempts,
    maxAttempts: integer(candidate.max_attempts),
  };
}

/** A foreign hand may have queued the task again under a running process: one task, one process. */
export function stopEarlierRuns(tx: WritableDatabase, taskId: string, runId: string): void {
  statement(tx, STOP_EARLIER).run(taskId, runId);
}

function inputsOf(db: ReadableDatabase, seq: number): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const row of statement(db, INPUTS).all(seq)) {
    const parsed = json(row.result_data);
    inputs[text(row.subtask_id)] = parsed === undefined ? textOrNull(row.result_data) : parsed;
  }
  return inputs;
}
