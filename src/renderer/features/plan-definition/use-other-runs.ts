import { useEffect, useState } from "react";
import type { PlanSummary } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { toast } from "../../ui/toast";

/** Other runs of a plan, the latest first; none until they are read. */
export function useOtherRuns(planId: string): readonly PlanSummary[] {
  const [read, setRead] = useState<{ readonly planId: string; readonly runs: readonly PlanSummary[] } | null>(null);
  useEffect(() => {
    let gone = false;
    const load = async (): Promise<void> => {
      try {
        const runs = await call("plans.otherRuns", { planId });
        if (!gone) setRead({ planId, runs });
      } catch (error) {
        if (!gone) toast.error("Other runs of the plan could not be read", { description: messageOf(error) });
      }
    };
    void load();
    return () => {
      gone = true;
    };
  }, [planId]);
  return read?.planId === planId ? read.runs : [];
}
