/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const CRASHED = { passed: 0, failed: 1, skipped: 0 };

/** Counts of a suite that is one check: it passed or it did not. */
export function countExit(code) {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

// A suite that fails outside its tests (a file that does not load, an error after the last test), or has no tests at
// all, must not look like success.
function settle(counts, code) {
  if (counts.passed + counts.failed === 0) return CRASHED;
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1 };
  return counts;
}

/**
 * Counts of a vitest run.
 * @param {object | undefined} report what its json reporter wrote; undefined when it wrote nothing
 * @param {number} code its exit code
 * @returns {Counts}
 */
export function countVitest(report, code) {
  if (!report) return CRASHED;
  const brokenFiles = (report.testResults ?? []).filter(
    (file) => file.status === "failed" && !(file.assertionResults ?? []).some((test) => test.status === "failed"),
  ).length;
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  };
  return settle(counts, code);
}

/**
 * Counts of a Playwright run; a test that passed on a retry has passed, an error outside the tests is a failure.
 * @param {object | undefined} report what its json reporter wrote; undefined when it wrote nothing
 * @param {number} code its exit code
 * @returns {Counts}
 */
export function countPlaywright(report, code) {
  if (!report?.stats) return CRASHED;
  const { expected, flaky, unexpected, skipped } = report.stats;
  const outsideTests = report.errors?.length ?? 0;
  return settle({ passed: expected + flaky, failed: unexpected + outsideTests, skipped }, code);
}

/** The sum of several counts. */
export function sumCounts(list) {
  return list.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}
