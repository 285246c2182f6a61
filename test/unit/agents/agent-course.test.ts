import { expect, it } from "vitest";
import { COURSE_BARS, type CourseRun, foldCourse, quantileOf } from "../../../src/shared/model/agent-course";

const NOW = 100 * 3_600_000;
const HOUR = 3_600_000;

const run = (more: Partial<CourseRun>): CourseRun => ({
  runId: "r",
  taskId: "t",
  agent: "ceo",
  status: "success",
  startedAt: NOW - 2_000,
  endedAt: NOW - 1_000,
  error: null,
  ...more,
});

it("puts attempts into bars of the range, the newest in the last one", () => {
  const fold = foldCourse("24h", NOW);
  for (const ended of [NOW, NOW - 1, NOW - HOUR - 1, NOW - 24 * HOUR, NOW - 24 * HOUR - 1]) {
    fold.take(run({ endedAt: ended, startedAt: ended - 10 }));
  }
  const { agents, since, stepMs, until } = fold.result(NOW);
  expect({ since, stepMs, until }).toEqual({ since: NOW - 24 * HOUR, stepMs: HOUR, until: NOW });
  const [ceo] = agents;
  expect(ceo).toMatchObject({ ended: 4, succeeded: 4, p50: 10, p95: 10 });
  expect(ceo?.bars.map(({ ended }) => ended)).toEqual([1, ...Array(COURSE_BARS - 3).fill(0), 1, 2]);
});

it("counts what failed and timed out, not what was cancelled, has no end, or runs", () => {
  const fold = foldCourse("1h", NOW);
  fold.take(run({ status: "failure", error: "no", runId: "a", endedAt: NOW - 5 }));
  fold.take(run({ status: "timeout", runId: "b", startedAt: null }));
  fold.take(run({ status: "cancelled" }));
  fold.take(run({ status: "success", endedAt: null }));
  fold.take(run({ status: "running", endedAt: null, agent: "cfo" }));
  const [ceo, cfo] = fold.result(NOW).agents;
  expect(ceo).toMatchObject({ ended: 2, succeeded: 0, running: 0 });
  expect(ceo?.errors.map(({ runId }) => runId)).toEqual(["a", "b"]);
  expect(ceo?.bars.at(-1)).toMatchObject({ failed: 2, p50: 1_995 });
  expect(cfo).toMatchObject({ running: 1, ended: 0, p50: null });
});

it("takes the nearest rank as a quantile", () => {
  expect(quantileOf([], 0.5)).toBeNull();
  expect(quantileOf([7], 0.95)).toBe(7);
  expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2);
  expect(quantileOf([1, 2, 3, 4], 0.95)).toBe(4);
});
