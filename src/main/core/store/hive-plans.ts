import { isLegalPlanTransition } from "../../../shared/model/plan";
import { appendAudit } from "./audit";
import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { ActWriter } from "./hive-task-writes";

const STATUS = "SELECT status FROM execution_plans WHERE id = ?";

/** As it stands. Null: there is no such plan. */
export function readPlanStatus(db: ReadableDatabase, planId: string): string | null {
  return textOrNull(statement(db, STATUS).get(planId)?.status);
}

/** From which `execution_plans.status` a plan begins; a plan that ended is taken up again by retrying a task. */
const BEGINS_FROM: readonly string[] = ["draft", "generated", "approved"];

/** False: there is no such plan, or it executes or has ended. */
export function startPlanRow(tx: WritableDatabase, planId: string, writer: ActWriter): boolean {
  const from = readPlanStatus(tx, planId);
  if (from === null || !BEGINS_FROM.includes(from) || !isLegalPlanTransition(from, "executing")) return false;
  statement(tx, "UPDATE execution_plans SET status = 'executing' WHERE id = ?").run(planId);
  appendEvent(tx, {
    id: writer.newId(),
    type: "plan.execution_started",
    at: writer.now,
    source: writer.source,
    correlationId: planId,
    payload: { plan_id: planId, from },
  });
  if (writer.actor !== null) {
    appendAudit(tx, {
      at: writer.now,
      actor: writer.actor,
      act: "plans.start",
      entity: "plan",
      entityId: planId,
      reason: null,
      before: { status: from },
      after: { status: "executing" },
    });
  }
  return true;
}

/** Statuses of plans, remembered as long as they are true. */
export interface PlanStatusCache {
  read(planId: string): string | null;
}

const FIRST_CHANGE = "SELECT min(seq) AS seq FROM console_changes";
const LAST_CHANGE = "SELECT max(seq) AS seq FROM console_changes";
const CHANGED_PLANS = "SELECT id FROM console_changes WHERE seq > +? AND entity = 'plan'";
/** Further behind than this, forgetting everything is cheaper than asking what changed. */
const MOST_CHANGES = 256;
const MOST_PLANS = 10_000;

const HAS_FEED =
  "SELECT 1 FROM main.sqlite_master WHERE type = 'trigger' AND name = 'console_feed_execution_plans_update'";

/**
 * Every read asks SQLite whether anybody committed since the last one (`PRAGMA data_version`); if so, the change
 * feed says which plans to forget; without a feed (a database that was never adopted) all are. So a status is never
 * older than the moment of asking, whoever wrote it.
 */
export function createPlanStatusCache(db: ReadableDatabase): PlanStatusCache {
  const dataVersion = db.prepare("PRAGMA data_version").pluck();
  const hasFeed = db.prepare(HAS_FEED).get() !== undefined;
  const statuses = new Map<string, string | null>();
  let version: unknown = null;
  let seen = 0;

  function forgetChanged(): void {
    if (!hasFeed) {
      statuses.clear();
      return;
    }
    const last = numberOf(statement(db, LAST_CHANGE).get()?.seq);
    const first = numberOf(statement(db, FIRST_CHANGE).get()?.seq);
    const isGap = last < seen || last - seen > MOST_CHANGES || first > seen + 1;
    if (isGap) statuses.clear();
    else for (const row of statement(db, CHANGED_PLANS).all(seen)) statuses.delete(text(row.id));
    seen = last;
  }

  return {
    read(planId) {
      const current = dataVersion.get();
      if (current !== version) {
        forgetChanged();
        version = current;
      }
      const known = statuses.get(planId);
      if (known !== undefined) return known;
      if (statuses.size >= MOST_PLANS) statuses.clear();
      const status = readPlanStatus(db, planId);
      statuses.set(planId, status);
      return status;
    },
  };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
