import { expect, it } from "vitest";
import { type LastAttempt, noRetryWords } from "../../../src/main/core/operations/why-no-retry";

const POLICY = { count: 2, backoffMs: 1, maxMs: 1, jitter: 0, onExitCodes: null };
const last = (more: Partial<LastAttempt> = {}): LastAttempt => ({
  attempts: 3,
  maxAttempts: 3,
  retries: POLICY,
  outcome: "failure",
  exitCode: 4,
  wasAsked: false,
  ...more,
});
const onCodes = (onExitCodes: number[]) => ({ ...POLICY, onExitCodes });

it.each<[string, Partial<LastAttempt>]>([
  ["All 3 attempts are used up.", {}],
  ["Its plan does not retry it.", { attempts: 1, maxAttempts: 1, retries: { ...POLICY, count: 0 } }],
  ["Exit code 4 is not retried: only exit code 75 is.", { attempts: 1, retries: onCodes([75]) }],
  ["Exit code 4 is not retried: only exit code 1, 2 or 75 is.", { attempts: 1, retries: onCodes([1, 2, 75]) }],
  ["All 3 attempts are used up.", { retries: onCodes([4]) }],
  [
    "What was stopped at its time limit is not retried: only exit code 75 is.",
    { outcome: "timeout", exitCode: 75, retries: onCodes([75]) },
  ],
  [
    "It ended without an exit code, and is not retried: only exit code 75 is.",
    { exitCode: null, retries: onCodes([75]) },
  ],
  ["Somebody asked it to stop, so it was not tried again.", { attempts: 1, wasAsked: true }],
  ["1 of 3 attempts are used up: the next would have ended the same, or somebody ended it.", { attempts: 1 }],
  ["", { retries: null }],
  ["", { outcome: null }],
])("%s", (words, more) => {
  expect(noRetryWords(last(more))).toBe(words);
});
