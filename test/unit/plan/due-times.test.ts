import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTiming, latestDue, nextDue, nextDues } from "../../../src/main/core/plan/due-times";
import type { Timing } from "../../../src/shared/model/schedule";

const cron = (expression: string, timezone = "Europe/Berlin"): Timing => ({ kind: "cron", expression, timezone });
const at = (text: string): number => Date.parse(text);
const times = (list: readonly number[]): string[] => list.map((time) => new Date(time).toISOString().slice(0, 16));

describe("the times that a cron expression is due", () => {
  it("are those of the wall clock in its zone", () => {
    expect(times(nextDues(cron("30 2 * * 1-5"), at("2026-11-20T12:00Z"), 3))).toEqual([
      "2026-11-23T01:30",
      "2026-11-24T01:30",
      "2026-11-25T01:30",
    ]);
    expect(times(nextDues(cron("@daily", "America/New_York"), at("2026-07-01T12:00Z"), 1))).toEqual([
      "2026-07-02T04:00",
    ]);
    expect(times(nextDues(cron("*/30 * * * * *", "UTC"), at("2026-07-01T12:00:01Z"), 2))).toEqual([
      "2026-07-01T12:00",
      "2026-07-01T12:01",
    ]);
  });

  it("move behind the gap when a time does not exist, and come once when it exists twice", () => {
    expect(times(nextDues(cron("30 2 * * *"), at("2026-03-28T12:00Z"), 2))).toEqual([
      "2026-03-29T01:00",
      "2026-03-30T00:30",
    ]);
    expect(times(nextDues(cron("30 2 * * *"), at("2026-10-24T12:00Z"), 2))).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    expect(nextDue(cron("30 2 * * *"), at("2026-10-25T00:30Z"))).toBe(at("2026-10-26T01:30Z"));
  });

  it("of every half hour go by time passed", () => {
    expect(times(nextDues(cron("*/30 * * * *"), at("2026-10-24T23:45Z"), 5))).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T00:30",
      "2026-10-25T01:00",
      "2026-10-25T01:30",
      "2026-10-25T02:00",
    ]);
    expect(times(nextDues(cron("*/30 * * * *"), at("2026-03-29T00:15Z"), 3))).toEqual([
      "2026-03-29T00:30",
      "2026-03-29T01:00",
      "2026-03-29T01:30",
    ]);
  });
});

describe("the times of an interval", () => {
  it("are whole intervals from the first", () => {
    const every: Timing = { kind: "interval", everyMs: 90_000, from: at("2026-03-29T00:00Z") };
    expect(nextDue(every, at("2026-03-28T00:00Z"))).toBe(at("2026-03-29T00:00Z"));
    expect(nextDues(every, at("2026-03-29T00:59Z"), 2)).toEqual([at("2026-03-29T01:00Z"), at("2026-03-29T01:01:30Z")]);
  });
});

const timings = fc.constantFrom<Timing>(
  cron("* * * * *"),
  cron("*/7 1-3 * * *"),
  cron("30 2 * * *"),
  cron("15,45 2,3 * * 0"),
  cron("0 0 29 2 *"),
  cron("*/20 * * * * *", "America/New_York"),
  cron("0 12 1 */3 *", "Asia/Kathmandu"),
  { kind: "interval", everyMs: 61_001, from: at("2026-01-01T00:00Z") },
);
const moments = fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2027-12-31T00:00Z") });

describe("the latest due time of a span", () => {
  it("is the last that going from one to the next finds", () => {
    fc.assert(
      fc.property(timings, moments, fc.integer({ min: 0, max: 4_000_000 }), (timing, after, length) => {
        const until = after + length;
        let expected: number | null = null;
        for (let next = nextDue(timing, after); next !== null && next <= until; next = nextDue(timing, next))
          expected = next;
        expect(latestDue(timing, after, until)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("is found as fast when the span is long", () => {
    expect(latestDue(cron("* * * * * *"), 0, at("2026-11-21T00:00:00.500Z"))).toBe(at("2026-11-21T00:00:00Z"));
    expect(latestDue(cron("0 0 1 1 *"), at("2026-01-02T00:00Z"), at("2026-12-01T00:00Z"))).toBeNull();
  });
});

describe("a timing that cannot be used", () => {
  it.each<[Timing, RegExp]>([
    [cron("60 * * * *"), /"60 \* \* \* \*" is no cron expression: Invalid value for minute: 60\. Write five fields/],
    [cron("* * *"), /too few fields/],
    [cron("2026-12-24T18:00:00"), /too few fields/],
    [cron("@sometimes"), /is no cron expression/],
    [cron("0 0 30 2 *"), /never due/],
    [cron("0 0 * * *", "Mars/Base"), /"Mars\/Base" is no time zone/],
    [{ kind: "interval", everyMs: 10, from: 0 }, /at least one second/],
    [{ kind: "interval", everyMs: 1e12, from: 0 }, /at most a year/],
  ])("%j is refused", (timing, says) => expect(() => checkTiming(timing, at("2026-11-21T00:00Z"))).toThrow(says));
});
