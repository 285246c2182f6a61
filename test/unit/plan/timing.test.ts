import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_DURATION_MS, parseDuration } from "../../../src/main/core/plan/duration";
import { retryDelayMs } from "../../../src/main/core/plan/retry";

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1_500],
    [" 2s ", 2_000],
    [90, 90_000],
    [0.25, 250],
    ["336h", MAX_DURATION_MS],
  ])("%s is %d ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "5", "5 minutes", "-1s", "1d", "s", "1..5s", "337h", -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "%s is none",
    (text) => expect(parseDuration(text)).toBeNull(),
  );
});

describe("the delay before a retry", () => {
  const policy = { count: 5, backoffMs: 1_000, maxMs: 10_000, jitter: 0.5, onExitCodes: null };

  it("doubles with each attempt up to the cap", () => {
    const longest = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(policy, attempt, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it("is at least the half, at most the whole, and a whole number whatever the attempt", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const whole = retryDelayMs(policy, attempt, () => 1);
          const delay = retryDelayMs(policy, attempt, () => random);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(whole / 2);
          expect(delay).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });
});
