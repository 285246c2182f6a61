import { describe, expect, it } from "vitest";
import { countExit, countPlaywright, countVitest, sumCounts } from "../../../scripts/lib/test-counts.mjs";

const vitestReport = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults,
});

describe("counts of the suites", () => {
  it.each([
    ["all pass", vitestReport(5, 0), 0, { passed: 5, failed: 0, skipped: 1 }],
    ["some fail", vitestReport(5, 2), 1, { passed: 5, failed: 2, skipped: 1 }],
    ["nothing ran", vitestReport(0, 0), 0, { passed: 0, failed: 1, skipped: 0 }],
    ["no report", undefined, 0, { passed: 0, failed: 1, skipped: 0 }],
    ["an error outside the tests", vitestReport(5, 0), 1, { passed: 5, failed: 1, skipped: 1 }],
    [
      "a file that does not load",
      vitestReport(5, 0, [{ status: "failed", assertionResults: [] }]),
      1,
      { passed: 5, failed: 1, skipped: 1 },
    ],
    [
      "a failing test makes its file fail, which counts once",
      vitestReport(5, 1, [{ status: "failed", assertionResults: [{ status: "failed" }] }]),
      1,
      { passed: 5, failed: 1, skipped: 1 },
    ],
  ])("vitest: %s", (_what, report, code, expected) => {
    expect(countVitest(report, code)).toEqual(expected);
  });

  it.each([
    ["all pass, one at the second try", { expected: 3, flaky: 1, unexpected: 0, skipped: 0 }, 0, [4, 0]],
    ["some fail", { expected: 3, flaky: 0, unexpected: 2, skipped: 1 }, 1, [3, 2]],
    ["nothing ran", { expected: 0, flaky: 0, unexpected: 0, skipped: 4 }, 0, [0, 1]],
    ["an error outside the tests", { expected: 3, flaky: 0, unexpected: 0, skipped: 0 }, 1, [3, 1]],
  ])("Playwright: %s", (_what, stats, code, [passed, failed]) => {
    expect(countPlaywright({ stats }, code)).toMatchObject({ passed, failed });
  });

  it("Playwright: errors outside the tests count beside failing tests", () => {
    const stats = { expected: 3, flaky: 0, unexpected: 1, skipped: 0 };
    expect(countPlaywright({ stats, errors: [{ message: "teardown" }] }, 1)).toMatchObject({ passed: 3, failed: 2 });
  });

  it("Playwright: a run without a report has failed", () => {
    expect(countPlaywright(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("adds up, with one for each check that has only an exit code", () => {
    expect(sumCounts([countExit(0), countExit(2), { passed: 7, failed: 1, skipped: 2 }])).toEqual({
      passed: 8,
      failed: 2,
      skipped: 2,
    });
  });
});
