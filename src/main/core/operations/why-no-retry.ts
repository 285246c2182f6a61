import type { RetryPolicy } from "../../../shared/model/plan-definition";
import { countWords } from "./why-words";

export interface LastAttempt {
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Null: it is not known what its plan says. */
  readonly retries: RetryPolicy | null;
  /** As the run has it; null: there is none. */
  readonly outcome: string | null;
  readonly exitCode: number | null;
  readonly wasAsked: boolean;
}

/** Why nobody tries again by itself what has failed: a sentence, or nothing where no plan says. */
export function noRetryWords(last: LastAttempt): string {
  const { attempts, maxAttempts, retries, outcome, exitCode } = last;
  if (retries === null || outcome === null) return "";
  if (retries.count === 0 && attempts >= maxAttempts) return "Its plan does not retry it.";
  const codes = retries.onExitCodes;
  if (codes !== null && (outcome === "timeout" || exitCode === null || !codes.includes(exitCode))) {
    const only = `only exit code ${listed(codes)} is`;
    if (outcome === "timeout") return `What was stopped at its time limit is not retried: ${only}.`;
    return exitCode === null
      ? `It ended without an exit code, and is not retried: ${only}.`
      : `Exit code ${exitCode} is not retried: ${only}.`;
  }
  if (attempts >= maxAttempts) return `All ${countWords(maxAttempts, "attempt")} are used up.`;
  if (last.wasAsked) return "Somebody asked it to stop, so it was not tried again.";
  return `${attempts} of ${countWords(maxAttempts, "attempt")} are used up: the next would have ended the same, or somebody ended it.`;
}

function listed(codes: readonly number[]): string {
  const last = codes.at(-1);
  return codes.length < 2 ? String(last ?? "none") : `${codes.slice(0, -1).join(", ")} or ${last}`;
}
