import type { FinalPlan, StoredFinalPlan } from "../../../shared/model/board";
import { integerOrNull, json, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

const WRITE = `INSERT INTO console_final_plans (plan_id, created_at, content) VALUES (?, ?, ?)
  ON CONFLICT (plan_id) DO UPDATE SET created_at = excluded.created_at, content = excluded.content`;

/** `content`: as The Board stores it; see `finalPlanText`. One that was there is replaced. */
export function writeFinalPlan(tx: WritableDatabase, planId: string, content: string, createdAt: number | null): void {
  statement(tx, WRITE).run(planId, createdAt, content);
}

export function readFinalPlan(db: ReadableDatabase, planId: string): StoredFinalPlan | null {
  const row = statement(db, "SELECT content, created_at FROM console_final_plans WHERE plan_id = ?").get(planId);
  if (!row) return null;
  const content = text(row.content);
  return { planId, content, finalPlan: parseFinalPlan(content), createdAt: integerOrNull(row.created_at) };
}

export function hasFinalPlan(db: ReadableDatabase, planId: string): boolean {
  return statement(db, "SELECT 1 FROM console_final_plans WHERE plan_id = ?").get(planId) !== undefined;
}

export function finalPlanText(plan: FinalPlan): string {
  return JSON.stringify({
    plan_id: plan.planId,
    synthesized_strategy: plan.synthesizedStrategy,
    contributing_agents: plan.contributingAgents,
    identified_risks: plan.identifiedRisks,
    confidence_score: plan.confidenceScore,
  });
}

/** Null for a text that is no final plan. Risks and confidence may be missing: The Board has defaults for them. */
export function parseFinalPlan(content: string): FinalPlan | null {
  const parsed = json(content);
  if (typeof parsed !== "object" || parsed === null) return null;
  const keys = new Map<string, unknown>(Object.entries(parsed));
  const planId = keys.get("plan_id");
  const strategy = keys.get("synthesized_strategy");
  const agents = keys.get("contributing_agents");
  const risks = keys.get("identified_risks") ?? [];
  const confidence = keys.get("confidence_score") ?? DEFAULT_CONFIDENCE;
  if (typeof planId !== "string" || typeof strategy !== "string" || typeof confidence !== "number") return null;
  if (!isStrings(agents) || !isStrings(risks)) return null;
  return {
    planId,
    synthesizedStrategy: strategy,
    contributingAgents: agents,
    identifiedRisks: risks,
    confidenceScore: confidence,
  };
}

/** What The Board assumes of a synthesis that names none. */
const DEFAULT_CONFIDENCE = 0.8;

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
