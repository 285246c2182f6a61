import { useEffect, useState } from "react";
import type { PlanForecast } from "../../../shared/model/forecast";
import { call, on } from "../../api";
import { formatMoment } from "../../time-format";

/** A prediction moves slowly, and is not worth much more often. */
const ASK_MS = 10_000;

interface Asked {
  readonly planId: string;
  readonly forecast: PlanForecast | null;
}

/** When a running plan will have ended, asked now and then; null: nobody knows yet, or it does not run. */
export function useForecast(planId: string, isRunning = true): PlanForecast | null {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(() => {
    if (!isRunning) return undefined;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const ask = async (): Promise<void> => {
      // A plan that ended meanwhile, or is too large, has none; what was known is too old then.
      const forecast = document.hidden ? undefined : await call("plans.forecast", { planId }).catch(() => null);
      if (gone) return;
      if (forecast !== undefined) setAsked({ planId, forecast });
      timer = setTimeout(() => void ask(), ASK_MS);
    };
    void ask();
    // The plan on screen is told of without asking.
    const end = on("forecast", (forecast) => {
      if (forecast.planId === planId) setAsked({ planId, forecast });
    });
    return () => {
      gone = true;
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [planId, isRunning]);
  return isRunning && asked?.planId === planId ? asked.forecast : null;
}

/** When it ends, in words: `14:58`, `at least 14:58`; null where nothing can be said. */
export function finishWords(forecast: PlanForecast, which: "P50" | "P90", now: number): string | null {
  const time = which === "P50" ? forecast.finishP50 : forecast.finishP90;
  if (time === null) return null;
  return `${forecast.kind === "at_least" && which === "P50" ? "≥ " : ""}${formatMoment(time, now)}`;
}

/** What a prediction rests on, or why there is none, in a sentence. */
export function basisWords({ kind, basis }: PlanForecast): string {
  if (kind === "never") return "What is left cannot run as things stand.";
  if (kind === "unknown") return "Nothing is known of how long its tasks take: none of them has ended before.";
  const runs = `${basis.pastRuns} past ${basis.pastRuns === 1 ? "run" : "runs"}`;
  const left = [
    basis.unknown > 0 ? `${basis.unknown} that never ended before` : "",
    basis.approvals > 0 ? `${basis.approvals} that wait for a person` : "",
  ].filter((words) => words !== "");
  const without = left.length === 0 ? "" : ` Without the time of ${left.join(" and ")}.`;
  return `Predicted from ${runs}.${without}`;
}
