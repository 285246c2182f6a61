import { HiveError } from "../../../shared/errors";
import {
  PLANNING_TRANSITIONS,
  type PlanningRequest,
  type PlanningStatus,
  type ProposedPlan,
} from "../../../shared/model/planning";
import { appendAudit } from "./audit";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { ActWriter } from "./hive-task-writes";
import { formatTime, parseTime } from "./time";

export interface NewPlanningRequest {
  readonly id: string;
  readonly description: string;
  readonly priority: number;
  readonly requestor: string;
  /** JSON; null: none. */
  readonly context: string | null;
  readonly complexity: string | null;
}

const INSERT = `INSERT INTO planning_queue (id, task_description, priority, requestor, context_data, status,
    complexity_estimate, created_at)
  VALUES ($id, $description, $priority, $requestor, $context, 'pending', $complexity, $at)`;

export function insertRequest(tx: WritableDatabase, request: NewPlanningRequest, writer: ActWriter): void {
  statement(tx, INSERT).run({ ...request, at: formatTime(writer.now) });
  const { id, description, priority, requestor } = request;
  tell(tx, "plan.requested", { requestId: id, planId: id, more: { priority, requestor, description } }, writer);
  audit(tx, writer, "planning.add", { requestId: id, before: null, after: { status: "pending", priority } });
}

const NEXT = `SELECT id FROM planning_queue WHERE status = 'pending'
  ORDER BY priority DESC, created_at, rowid LIMIT 1`;
const CLAIM = `UPDATE planning_queue SET status = 'assigned', assigned_at = $at, assigned_agent = $agent,
  completed_at = NULL WHERE id = $id AND status = 'pending'`;

/** Gives a pending request to a planner. Null: none waits. Throws `not_found`, `illegal_transition`. */
export function claimRequest(
  tx: WritableDatabase,
  { requestId, agent }: { readonly requestId: string | undefined; readonly agent: string },
  writer: ActWriter,
): string | null {
  const id = requestId ?? textOrNull(statement(tx, NEXT).get()?.id);
  if (id === null) return null;
  requireMove(tx, id, "assigned");
  statement(tx, CLAIM).run({ id, agent, at: formatTime(writer.now) });
  audit(tx, writer, "planning.claim", {
    requestId: id,
    before: { status: "pending" },
    after: { status: "assigned", agent },
  });
  return id;
}

export function hasPendingRequest(db: ReadableDatabase): boolean {
  return statement(db, "SELECT 1 FROM planning_queue WHERE status = 'pending' LIMIT 1").get() !== undefined;
}

/** Its planner was stopped. Nothing happens to one that was taken from it meanwhile. */
export function releaseRequest(
  tx: WritableDatabase,
  { requestId, agent }: { readonly requestId: string; readonly agent: string },
): void {
  statement(
    tx,
    `UPDATE planning_queue SET status = 'pending', assigned_agent = NULL, assigned_at = NULL
      WHERE id = ? AND status = 'assigned' AND assigned_agent = ?`,
  ).run(requestId, agent);
}

/** What moves a request besides a claim and a plan. Throws `not_found`, `illegal_transition`. */
export function moveRequest(
  tx: WritableDatabase,
  { requestId, to, act, reason }: { requestId: string; to: "pending" | "failed"; act: string; reason: string | null },
  writer: ActWriter,
): void {
  const from = requireMove(tx, requestId, to);
  const sql =
    to === "pending"
      ? "UPDATE planning_queue SET status = 'pending', assigned_agent = NULL, assigned_at = NULL, completed_at = NULL WHERE id = ?"
      : "UPDATE planning_queue SET status = 'failed' WHERE id = ?";
  statement(tx, sql).run(requestId);
  audit(tx, writer, act, { requestId, before: { status: from }, after: { status: to }, reason });
}

/** Its planner could not. Nothing happens to one that was taken from it meanwhile. */
export function failRequest(
  tx: WritableDatabase,
  { requestId, agent, error }: { readonly requestId: string; readonly agent: string; readonly error: string },
  writer: ActWriter,
): void {
  const sql = "UPDATE planning_queue SET status = 'failed' WHERE id = ? AND status = 'assigned' AND assigned_agent = ?";
  if (statement(tx, sql).run(requestId, agent).changes === 0) return;
  appendEvent(tx, {
    id: writer.newId(),
    type: "agent.error",
    at: writer.now,
    source: writer.source,
    correlationId: requestId,
    payload: { agent_id: agent, planning_request_id: requestId, error },
  });
}

export interface GeneratedPlan {
  readonly planId: string;
  readonly requestId: string;
  readonly agent: string;
  readonly data: string;
  readonly subtasks: number;
  readonly dependencies: number;
  readonly minutes: number | null;
  readonly complexity: string;
}

const INSERT_PLAN = `INSERT INTO execution_plans (id, planning_task_id, plan_data, estimated_duration, estimated_complexity,
    subtask_count, dependency_count, generated_at, status)
  VALUES ($planId, $requestId, $data, $minutes, $complexity, $subtasks, $dependencies, $at, 'generated')`;
const PLANNED = `UPDATE planning_queue SET status = 'planned', completed_at = $at
  WHERE id = $requestId AND status = 'assigned' AND assigned_agent = $agent`;

/** False: the request was taken from its planner meanwhile; nothing is written. */
export function insertGenerated(tx: WritableDatabase, plan: GeneratedPlan, writer: ActWriter): boolean {
  const { agent, ...columns } = plan;
  const { requestId, planId, subtasks } = plan;
  const at = formatTime(writer.now);
  if (statement(tx, PLANNED).run({ requestId, agent, at }).changes === 0) return false;
  statement(tx, INSERT_PLAN).run({ ...columns, at });
  tell(tx, "plan.generated", { requestId, planId, more: { agent_id: agent, subtask_count: subtasks } }, writer);
  return true;
}

export interface PlanToJudge {
  readonly planId: string;
  readonly requestId: string;
  readonly status: string;
  readonly data: string;
}

/** Throws `not_found`; `illegal_transition` for a plan that was launched, or ended. */
export function requireProposal(db: ReadableDatabase, planId: string): PlanToJudge {
  const row = statement(db, "SELECT planning_task_id, status, plan_data FROM execution_plans WHERE id = +?").get(
    planId,
  );
  if (!row)
    throw new HiveError("not_found", `There is no plan ${planId}. hive planning list names the requests.`, { planId });
  const status = text(row.status);
  if (!["draft", "generated", "approved"].includes(status)) {
    throw new HiveError(
      "illegal_transition",
      `Plan ${planId} is ${status}: only a plan that was not launched can be judged.`,
      {
        planId,
        from: status,
      },
    );
  }
  return { planId, requestId: text(row.planning_task_id), status, data: text(row.plan_data) };
}

export interface Judgement {
  readonly planId: string;
  readonly reason: string | null;
}

/** Throws as `requireProposal`. */
export function approveProposal(tx: WritableDatabase, { planId, reason }: Judgement, writer: ActWriter): void {
  const { status, requestId } = requireProposal(tx, planId);
  if (status === "approved") return;
  statement(tx, "UPDATE execution_plans SET status = 'approved' WHERE id = ?").run(planId);
  tell(tx, "plan.approved", { requestId, planId, more: { by: writer.actor, reason } }, writer);
  auditPlan(tx, writer, "planning.approve", { planId, before: { status }, after: { status: "approved" }, reason });
}

/** Throws as `requireProposal`. */
export function cancelProposal(tx: WritableDatabase, { planId, reason }: Judgement, writer: ActWriter): void {
  const { status } = requireProposal(tx, planId);
  statement(tx, "UPDATE execution_plans SET status = 'cancelled' WHERE id = ?").run(planId);
  auditPlan(tx, writer, "planning.reject", { planId, before: { status }, after: { status: "cancelled" }, reason });
}

const EDIT = `UPDATE execution_plans SET plan_data = $data, subtask_count = $subtasks, dependency_count = $dependencies,
  status = CASE status WHEN 'approved' THEN 'generated' ELSE status END WHERE id = $planId`;

/** Another text; what was approved is to be approved again. Throws as `requireProposal`. */
export function editProposal(
  tx: WritableDatabase,
  {
    planId,
    reason,
    ...edit
  }: Judgement & { readonly data: string; readonly subtasks: number; readonly dependencies: number },
  writer: ActWriter,
): void {
  const { data } = requireProposal(tx, planId);
  statement(tx, EDIT).run({ planId, ...edit });
  auditPlan(tx, writer, "planning.edit", { planId, before: { data }, after: { data: edit.data }, reason });
}

/** The launched plan is one of the request's, and its launch made no request of its own. */
export function bindLaunched(
  tx: WritableDatabase,
  {
    planId,
    launchedId,
    requestId,
  }: { readonly planId: string; readonly launchedId: string; readonly requestId: string },
  writer: ActWriter,
): void {
  const own = textOrNull(
    statement(tx, "SELECT planning_task_id FROM execution_plans WHERE id = ?").get(launchedId)?.planning_task_id,
  );
  statement(tx, "UPDATE execution_plans SET planning_task_id = ? WHERE id = ?").run(requestId, launchedId);
  if (own !== null) statement(tx, "DELETE FROM planning_queue WHERE id = ?").run(own);
  auditPlan(tx, writer, "planning.launch", {
    planId,
    before: { status: "approved" },
    after: { launched: launchedId },
    reason: null,
  });
}

function requireMove(db: ReadableDatabase, requestId: string, to: PlanningStatus): string {
  const row = statement(db, "SELECT status FROM planning_queue WHERE id = +?").get(requestId);
  if (!row) {
    throw new HiveError("not_found", `There is no planning request ${requestId}. List them with: hive planning list`, {
      requestId,
    });
  }
  const from = text(row.status);
  const legal = PLANNING_TRANSITIONS.filter((transition) => transition.from === from).map(
    (transition) => transition.to,
  );
  if (legal.includes(to)) return from;
  throw new HiveError(
    "illegal_transition",
    `Planning request ${requestId} cannot go from ${from} to ${to}. ${legal.length > 0 ? `From ${from} it can go to ${legal.join(", ")}.` : `Nothing follows ${from}.`}`,
    { requestId, from, to, legal },
  );
}

interface AuditGiven {
  readonly before: unknown;
  readonly after: unknown;
  readonly reason?: string | null;
}

function audit(
  tx: WritableDatabase,
  writer: ActWriter,
  act: string,
  { requestId, ...given }: AuditGiven & { readonly requestId: string },
): void {
  note(tx, writer, act, { entity: "job", entityId: requestId, ...given });
}

function auditPlan(
  tx: WritableDatabase,
  writer: ActWriter,
  act: string,
  { planId, ...given }: AuditGiven & { readonly planId: string },
): void {
  note(tx, writer, act, { entity: "plan", entityId: planId, ...given });
}

function note(
  tx: WritableDatabase,
  { actor, now }: ActWriter,
  act: string,
  { reason = null, ...entry }: AuditGiven & { readonly entity: "job" | "plan"; readonly entityId: string },
): void {
  if (actor !== null) appendAudit(tx, { at: now, actor, act, reason, ...entry });
}

function tell(
  tx: WritableDatabase,
  type: "plan.requested" | "plan.generated" | "plan.approved",
  { requestId, planId, more }: { requestId: string; planId: string; more: Readonly<Record<string, unknown>> },
  { newId, now, source }: ActWriter,
): void {
  const payload = { plan_id: planId, planning_request_id: requestId, ...more };
  appendEvent(tx, { id: newId(), type, at: now, source, correlationId: requestId, payload });
}

const COLUMNS = `q.id, q.task_description, q.priority, q.requestor, q.context_data, q.status, q.complexity_estimate,
  q.assigned_agent, q.created_at, q.assigned_at, q.completed_at, q.rowid AS row`;
const PLANS = "SELECT count(*) AS n FROM execution_plans WHERE planning_task_id = +?";

/** A launch writes a row of its own there, as upstream's tables ask: nobody requested that one. */
const OF_OTHERS = "q.assigned_agent IS NOT 'hive-console'";

export interface PlanningPage {
  readonly requests: readonly PlanningRequest[];
  /** Null: nothing follows. */
  readonly next: number | null;
}

/** Of one status the most urgent first; of all the latest first. `after`: how many came before. */
export function listRequests(
  db: ReadableDatabase,
  { status, after, limit }: { readonly status: string | undefined; readonly after: number; readonly limit: number },
): PlanningPage {
  const rows =
    status === undefined
      ? statement(
          db,
          `SELECT ${COLUMNS} FROM planning_queue q WHERE ${OF_OTHERS} ORDER BY q.rowid DESC LIMIT ? OFFSET ?`,
        ).all(limit + 1, after)
      : statement(
          db,
          `SELECT ${COLUMNS} FROM planning_queue q WHERE q.status = +? AND ${OF_OTHERS}
            ORDER BY q.priority DESC, q.created_at, q.rowid LIMIT ? OFFSET ?`,
        ).all(status, limit + 1, after);
  const requests = rows.slice(0, limit).map((row) => decode(db, row));
  return { requests, next: rows.length > limit ? after + limit : null };
}

export function readRequest(db: ReadableDatabase, requestId: string): PlanningRequest | null {
  const row = statement(db, `SELECT ${COLUMNS} FROM planning_queue q WHERE q.id = +?`).get(requestId);
  return row ? decode(db, row) : null;
}

function decode(db: ReadableDatabase, row: Row): PlanningRequest {
  const raw = textOrNull(row.context_data);
  const context = raw === null || raw === "" ? null : (json(raw) ?? raw);
  return {
    id: text(row.id),
    description: text(row.task_description),
    priority: integer(row.priority),
    requestor: textOrNull(row.requestor),
    context,
    status: text(row.status),
    complexity: textOrNull(row.complexity_estimate),
    agent: textOrNull(row.assigned_agent),
    createdAt: parseTime(row.created_at),
    assignedAt: parseTime(row.assigned_at),
    completedAt: parseTime(row.completed_at),
    plans: integer(statement(db, PLANS).get(row.id)?.n),
  };
}

const PROPOSALS = `SELECT id, status, subtask_count, dependency_count, estimated_duration, estimated_complexity,
    generated_at, plan_data
  FROM execution_plans WHERE planning_task_id = +? ORDER BY coalesce(generated_at, '') DESC, id DESC LIMIT 50`;

/** The plans that were made for a request, without findings; the latest first. */
export function readProposals(db: ReadableDatabase, requestId: string): Array<Omit<ProposedPlan, "findings">> {
  return statement(db, PROPOSALS)
    .all(requestId)
    .map((row) => ({
      id: text(row.id),
      status: text(row.status),
      subtasks: integer(row.subtask_count),
      dependencies: integer(row.dependency_count),
      estimatedMinutes: integerOrNull(row.estimated_duration),
      complexity: textOrNull(row.estimated_complexity),
      generatedAt: parseTime(row.generated_at),
      data: text(row.plan_data),
    }));
}
