import { useEffect, useState } from "react";
import { isTerminalTask } from "../../../shared/model/task";
import type { TaskDetail } from "../../../shared/model/views";
import { call } from "../../api";

/** What is expected of a task, from how its plan and those before it went. */
export interface Outlook {
  /** When it would start, milliseconds since the epoch; null: it has, or nobody can tell. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** It is one of those that decide when the plan ends. */
  readonly isCritical: boolean;
  /** How long it usually takes, in milliseconds: half of its past runs were done by then, and nine of ten. */
  readonly usualP50: number | null;
  readonly usualP90: number | null;
}

const NOTHING: Outlook = { startsAt: null, endsAt: null, isCritical: false, usualP50: null, usualP90: null };
/** Times move on with the plan: they are made again so often. */
const AGAIN_MS = 10_000;

type Expected = Pick<TaskDetail, "id" | "planId" | "subtaskId" | "ordinal" | "status">;

/** What is expected of a task that has not ended; nothing for others, and where nobody can tell. */
export function useOutlook({ id, planId, subtaskId, ordinal, status }: Expected): Outlook {
  const [outlook, setOutlook] = useState<Outlook>(NOTHING);
  const asked = planId !== null && subtaskId !== null && !isTerminalTask(status) ? planId : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another state, another outlook
  useEffect(() => {
    setOutlook(NOTHING);
    if (asked === null) return;
    let gone = false;
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      try {
        const forecast = await call("plans.forecastTasks", { planId: asked });
        const { ordinals, startsAt, endsAt, usualP50, usualP90 } = forecast;
        const at = ordinals.indexOf(ordinal);
        if (gone || at === -1) return;
        setOutlook({
          startsAt: startsAt[at] ?? null,
          endsAt: endsAt[at] ?? null,
          isCritical: forecast.criticalPath.includes(id),
          usualP50: usualP50[at] ?? null,
          usualP90: usualP90[at] ?? null,
        });
      } catch {
        // A plan that is no longer running, or too large, has no outlook; everything else is shown without.
        if (!gone) setOutlook(NOTHING);
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [asked, id, ordinal, status]);
  return outlook;
}
