import type { PlanDetail } from "../../../shared/model/views";
import { PlanBar } from "../plans/plan-progress";

/** How far the plan was. */
export function PastProgress({ plan, at }: { readonly plan: PlanDetail; readonly at: number }) {
  return <PlanBar plan={plan} until={plan.finishedAt ?? at} />;
}
