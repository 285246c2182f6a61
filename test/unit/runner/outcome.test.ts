import { describe, expect, it } from "vitest";
import { type EndingFacts, endingOf, nextAttemptAt } from "../../../src/main/core/runner/outcome";
import { lastLine } from "../../../src/main/core/runner/result-file";

const facts: EndingFacts = {
  end: { exitCode: 0, signal: null, trouble: null },
  stopped: null,
  timeoutMs: null,
  subtaskId: "build",
  run: "make",
  lastLine: null,
  result: { kind: "none" },
};
const failing = (exitCode: number | null, more: Partial<EndingFacts> = {}) =>
  endingOf({ ...facts, end: { exitCode, signal: null, trouble: null }, ...more });

describe("what an attempt came to", () => {
  it("is a success with exit code 0, and carries its result", () => {
    expect(endingOf({ ...facts, result: { kind: "json", text: "[1]" } })).toEqual({
      outcome: "success",
      exitCode: 0,
      signal: null,
      error: null,
      result: "[1]",
    });
  });

  it("is a failure when the result cannot be read, or nobody knows how it ended", () => {
    expect(endingOf({ ...facts, result: { kind: "bad", message: "not JSON" } })).toMatchObject({
      outcome: "failure",
      exitCode: 0,
      error: "not JSON",
    });
    expect(failing(null, { end: { exitCode: null, signal: null, trouble: "gone" } })).toMatchObject({
      outcome: "failure",
      error: "gone",
    });
  });

  it.each([
    [3, null, "Exit code 3"],
    [3, "3 tests failed", "Exit code 3: 3 tests failed"],
    [137, "anything", "Killed by signal SIGKILL from outside the console"],
    [139, null, "Ended by signal SIGSEGV"],
    [255, null, "Exit code 255"],
    [
      127,
      "sh: 1: mak: not found",
      'The command "mak" was not found (exit code 127). Install it or correct "run" of subtask "build".',
    ],
    [
      127,
      "bash: line 1: mak: command not found",
      'The command "mak" was not found (exit code 127). Install it or correct "run" of subtask "build".',
    ],
    [127, null, 'A command in "run" was not found (exit code 127). Install it or correct "run" of subtask "build".'],
  ])("exit code %s with last line %s", (exitCode, line, error) => {
    expect(failing(exitCode, { lastLine: line })).toMatchObject({ outcome: "failure", exitCode, error });
  });

  it("is ours when we stopped it, whatever its exit code", () => {
    expect(failing(0, { stopped: "cancel" })).toMatchObject({ outcome: "cancelled", exitCode: 0 });
    expect(failing(143, { stopped: "timeout", timeoutMs: 90_000 })).toMatchObject({
      outcome: "timeout",
      signal: "SIGTERM",
      error: "Stopped at its time limit of 90 s",
    });
  });
});

describe("the last line of a log", () => {
  it("is free of colours, progress and emptiness", () => {
    expect(lastLine("one\n\u001b[31mtwo\u001b[0m  \n\n  \n")).toBe("two");
    expect(lastLine("10 %\r90 %\r100 %\n")).toBe("100 %");
    expect(lastLine(" \n")).toBeNull();
    expect(lastLine("x".repeat(1_000))).toHaveLength(301);
  });
});

describe("the next attempt", () => {
  const policy = { count: 2, backoffMs: 1_000, maxMs: 1_500, jitter: 0.5, onExitCodes: null };
  const next = (
    attempts: number,
    maxAttempts = 3,
    outcome: "failure" | "timeout" | "cancelled" | "success" = "failure",
  ) =>
    nextAttemptAt({
      outcome,
      exitCode: 1,
      retries: policy,
      attempts,
      maxAttempts,
      now: 10_000,
      random: () => 0.999_999,
    });

  it("comes after a growing, capped delay while attempts are left", () => {
    expect([next(1), next(2), next(3)]).toEqual([11_000, 11_500, null]);
    expect(next(1, 3, "timeout")).toBe(11_000);
  });

  it("never comes after a success or a cancel", () => {
    expect(next(1, 3, "success")).toBeNull();
    expect(next(1, 3, "cancelled")).toBeNull();
  });

  it("comes only after the exit codes that the plan names, when it names some", () => {
    const retries = { ...policy, onExitCodes: [75, 111] };
    const retryAfter = (exitCode: number | null) =>
      nextAttemptAt({ outcome: "failure", exitCode, retries, attempts: 1, maxAttempts: 3, now: 0, random: () => 1 });
    expect([retryAfter(75), retryAfter(111)]).toEqual([1_000, 1_000]);
    const late = { outcome: "timeout", exitCode: 75, retries, attempts: 1, maxAttempts: 3, now: 0 } as const;
    expect(nextAttemptAt({ ...late, random: () => 1 })).toBeNull();
    expect([retryAfter(1), retryAfter(0), retryAfter(null)]).toEqual([null, null, null]);
  });

  it("is spread by chance over the share of the delay that the plan names", () => {
    const at = (jitter: number, random: number) =>
      nextAttemptAt({
        outcome: "failure",
        exitCode: 1,
        retries: { ...policy, jitter },
        attempts: 1,
        maxAttempts: 3,
        now: 0,
        random: () => random,
      });
    expect([at(0.5, 0), at(0.5, 0.5), at(0.5, 1), at(0, 0), at(1, 0)]).toEqual([500, 750, 1_000, 1_000, 0]);
  });

  it("begins with the shortest delay again after a retry by hand", () => {
    expect(next(4, 6)).toBe(11_000);
  });
});
