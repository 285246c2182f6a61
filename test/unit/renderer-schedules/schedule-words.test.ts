import { describe, expect, it } from "vitest";
import {
  cronWords,
  knownZones,
  parseSpan,
  timingSource,
  timingWords,
} from "../../../src/renderer/features/schedules/schedule-words";
import { formatZoned } from "../../../src/renderer/time-format";

describe("a length of time", () => {
  it.each([
    ["15m", 900_000],
    ["1h 30m", 5_400_000],
    ["1.5h", 5_400_000],
    [" 2D ", 172_800_000],
    ["1w", 604_800_000],
    ["90s", 90_000],
  ])("reads %s", (text, ms) => {
    expect(parseSpan(text)).toBe(ms);
  });

  it.each(["", "soon", "15", "m", "0m", "15 minutes", "-5m", "1h x"])("refuses %j", (text) => {
    expect(parseSpan(text)).toBeNull();
  });
});

describe("a timing in words", () => {
  it.each([
    ["* * * * *", "Every minute"],
    ["*/15 * * * *", "Every 15 minutes"],
    ["0 * * * *", "Every hour"],
    ["5 * * * *", "Every hour at :05"],
    ["30 2 * * *", "Every day at 02:30"],
    ["0 9 * * 1-5", "Weekdays at 09:00"],
    ["0 6 * * 1", "Every Monday at 06:00"],
    ["0 6 * * 7", "Every Sunday at 06:00"],
    ["@daily", "Every day at 00:00"],
    ["0 9 1 * *", "0 9 1 * *"],
    ["0 0 9 * * 1", "0 0 9 * * 1"],
    ["0 9-17 * * *", "0 9-17 * * *"],
  ])("%s: %s", (expression, words) => {
    expect(cronWords(expression)).toBe(words);
  });

  it("keeps the source beside", () => {
    const cron = { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" } as const;
    expect(timingSource(cron)).toBe("30 2 * * *, Europe/Berlin");
    expect(timingWords({ kind: "interval", everyMs: 900_000, from: 0 })).toBe("Every 15m 00s");
  });
});

it("shows a moment by the clock of its zone, whatever the clocks do there", () => {
  expect(formatZoned(Date.UTC(2026, 10, 23, 1, 30), "Europe/Berlin")).toBe("Mon 2026-11-23 02:30");
  expect(formatZoned(Date.UTC(2026, 6, 23, 0, 30), "Europe/Berlin")).toBe("Thu 2026-07-23 02:30");
  expect(formatZoned(Date.UTC(2026, 10, 23, 1, 30, 5), "UTC")).toBe("Mon 2026-11-23 01:30:05");
  expect(formatZoned(0, "Nowhere/Land")).toBe("1970-01-01T00:00:00.000Z");
  expect(new Set(knownZones()).size).toBe(knownZones().length);
});
