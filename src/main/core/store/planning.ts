import { HiveError } from "../../../shared/errors";
import { PLANNING_TRANSITIONS, type PlanningStatus } from "../../../shared/model/planning";
import { appendAudit } from "./audit";
import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { ActWriter } from "./hive-task-writes";
import { formatTime } from "./time";

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

/** One claim of a request: the same agent may be given it again later, and that is another one. */
export interface PlanningClaim {
  readonly requestId: string;
  readonly agent: string;
  /** `assigned_at`. */
  readonly since: number | null;
}

const OF_CLAIM = "id = $requestId AND status = 'assigned' AND assigned_agent = $agent AND assigned_at IS $since";
const claimed = ({ requestId, agent, since }: PlanningClaim) => ({
  requestId,
  agent,
  since: since === null ? null : formatTime(since),
});
const RELEASE = `UPDATE planning_queue SET status = 'pending', assigned_agent = NULL, assigned_at = NULL WHERE ${OF_CLAIM}`;

/** Its planner was stopped. Nothing happens to one that was taken from it meanwhile. */
export function releaseRequest(tx: WritableDatabase, claim: PlanningClaim): void {
  statement(tx, RELEASE).run(claimed(claim));
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
  { error, ...claim }: PlanningClaim & { readonly error: string },
  writer: ActWriter,
): void {
  const { requestId, agent } = claim;
  const sql = `UPDATE planning_queue SET status = 'failed' WHERE ${OF_CLAIM}`;
  if (statement(tx, sql).run(claimed(claim)).changes === 0) return;
  appendEvent(tx, {
    id: writer.newId(),
    type: "agent.error",
    at: writer.now,
    source: writer.source,
    correlationId: requestId,
    payload: { agent_id: agent, planning_request_id: requestId, error },
  });
}

export interface GeneratedPlan extends PlanningClaim {
  readonly planId: string;
  readonly data: string;
  readonly subtasks: number;
  readonly dependencies: number;
  readonly minutes: number | null;
  readonly complexity: string;
}

const INSERT_PLAN = `INSERT INTO execution_plans (id, planning_task_id, plan_data, estimated_duration, estimated_complexity,
    subtask_count, dependency_count, generated_at, status)
  VALUES ($planId, $requestId, $data, $minutes, $complexity, $subtasks, $dependencies, $at, 'generated')`;
const PLANNED = `UPDATE planning_queue SET status = 'planned', completed_at = $at WHERE ${OF_CLAIM}`;

/** False: the request was taken from its planner meanwhile; nothing is written. */
export function insertGenerated(tx: WritableDatabase, plan: GeneratedPlan, writer: ActWriter): boolean {
  const { agent, since: _since, ...columns } = plan;
  const { requestId, planId, subtasks } = plan;
  const at = formatTime(writer.now);
  if (statement(tx, PLANNED).run({ ...claimed(plan), at }).changes === 0) return false;
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
