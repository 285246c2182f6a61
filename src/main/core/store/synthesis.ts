import { eventTypeOfKind, type FinalPlan } from "../../../shared/model/board";
import { json, type Row, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendForeignEvent } from "./events";
import { finalPlanText, parseFinalPlan, writeFinalPlan } from "./final-plans";

/** The plan whose final result is looked for, and who writes. */
export interface Conclusion {
  readonly planId: string;
  readonly subtaskId: string;
  readonly correlationId: string | null;
  readonly now: number;
  readonly source: string;
  readonly newId: () => string;
}

/** Notes at launch which subtask gives the plan's final result. */
export function noteSynthesis(tx: WritableDatabase, planId: string, subtaskId: string): void {
  statement(tx, "INSERT INTO console_synthesis (plan_id, subtask_id) VALUES (?, ?)").run(planId, subtaskId);
}

const TASK = `SELECT t.status, k.reason, r.result_data FROM console_tasks k JOIN tasks t ON t.id = k.task_id
  LEFT JOIN runs r ON r.id = k.result_run_id WHERE k.plan_id = +? AND k.subtask_id = ?`;

/** What became of a synthesis. `none`: it never ran, so that the plan's end is that of its other tasks. */
export type Concluded =
  | { readonly kind: "stored" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "none" };

/** Stores what the synthesis of a plan that is over has come to. It fails, too, by a result that is no final plan. */
export function concludeSynthesis(tx: WritableDatabase, conclusion: Conclusion): Concluded {
  const { planId, subtaskId, now } = conclusion;
  const task = statement(tx, TASK).get(planId, subtaskId);
  if (task?.status === "failed") return { kind: "failed", reason: textOrNull(task.reason) ?? "" };
  if (task?.status !== "completed") return { kind: "none" };
  const finalPlan = finalPlanOf(planId, task);
  if (finalPlan === null)
    return { kind: "failed", reason: `The result of ${subtaskId} is no final plan: ${FINAL_PLAN}` };
  writeFinalPlan(tx, planId, finalPlanText(finalPlan), now);
  tellOf(tx, finalPlan, conclusion);
  return { kind: "stored" };
}

const FINAL_PLAN =
  "that has synthesized_strategy (text), contributing_agents and identified_risks (lists of texts) and " +
  "confidence_score (0 to 1). Correct the subtask and launch the plan again.";

/** A model's answer stands under `output`; a command's result is the final plan itself. */
function finalPlanOf(planId: string, task: Row): FinalPlan | null {
  const result = json(textOrNull(task.result_data));
  if (typeof result !== "object" || result === null) return null;
  const answer: unknown = "output" in result ? result.output : result;
  if (typeof answer !== "object" || answer === null) return null;
  const finalPlan = parseFinalPlan(JSON.stringify({ ...answer, plan_id: planId }));
  if (finalPlan === null || finalPlan.synthesizedStrategy.trim() === "") return null;
  return finalPlan.confidenceScore >= 0 && finalPlan.confidenceScore <= 1 ? finalPlan : null;
}

function tellOf(tx: WritableDatabase, finalPlan: FinalPlan, conclusion: Conclusion): void {
  const { planId, correlationId, now, source, newId } = conclusion;
  appendForeignEvent(tx, {
    id: newId(),
    type: eventTypeOfKind("final_plan_saved"),
    at: now,
    source,
    correlationId,
    payload: {
      plan_id: planId,
      contributing_agents: finalPlan.contributingAgents,
      confidence_score: finalPlan.confidenceScore,
    },
  });
}
