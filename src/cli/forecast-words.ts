import type { ForecastBasis, ForecastKind, PlanForecast } from "../shared/model/forecast";
import { formatDuration, formatElapsed, plural } from "./text";

export interface Predicted {
  readonly kind: ForecastKind;
  /** Milliseconds from now. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly basis: ForecastBasis;
}

/** When a plan ends, and what that is known from, in one line. */
export function forecastWords({ kind, p50, p90, basis }: Predicted): string {
  switch (kind) {
    case "never":
      return "never, as things stand";
    case "unknown":
      return `unknown: ${gaps(basis).join(", ")}`;
    case "at_least":
      return `${times(p50, p90)} at least: ${gaps(basis).join(", ")} (${sample(basis)})`;
    case "estimate":
      return basis.known === 0 ? "at once" : `${times(p50, p90)}, ${sample(basis)}`;
  }
}

function times(p50: number | null, p90: number | null): string {
  return `in ${formatDuration(p50 ?? 0)} (P50), ${formatDuration(p90 ?? 0)} (P90)`;
}

function sample({ pastRuns, fewestSamples }: ForecastBasis): string {
  if (pastRuns === 0) return "from the same tasks of other plans";
  const fewer = fewestSamples !== null && fewestSamples < pastRuns ? `, at least ${fewestSamples} of each task` : "";
  return `from ${plural(pastRuns, "past run")}${fewer}`;
}

function gaps({ unknown, approvals, overdue }: ForecastBasis): string[] {
  return [
    ...(unknown > 0 ? [`${plural(unknown, "task")} never completed before`] : []),
    ...(approvals > 0 ? [`${plural(approvals, "decision")} of a person`] : []),
    ...(overdue > 0 ? [`${plural(overdue, "task")} running longer than ever`] : []),
  ];
}

/** `ends in about 4m 10s, 9 of 10 times within 6m 02s`: for a line that is drawn again and again. Null where there is nothing to say. */
export function endsWords({ kind, finishP50, finishP90, remaining }: PlanForecast, now: number): string | null {
  if (remaining === 0 || finishP50 === null || finishP90 === null) return null;
  const left = formatElapsed(finishP50 - now + 999);
  if (kind === "at_least") return `ends in ${left} at the earliest`;
  const late = formatElapsed(finishP90 - now + 999);
  return left === late ? `ends in about ${left}` : `ends in about ${left}, 9 of 10 times within ${late}`;
}
