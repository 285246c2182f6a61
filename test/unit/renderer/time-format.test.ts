import { afterEach, describe, expect, it } from "vitest";
import {
  formatClock,
  formatDateTime,
  formatMoment,
  formatTimeOfDay,
  offsetWords,
  readTimeStyle,
  setTimeStyle,
  useTimeStyle,
  zoneOffset,
} from "../../../src/renderer/time-format";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

afterEach(() => setTimeStyle({ zone: null, hours: 24 }));

it("says how far the clocks are ahead of UTC", () => {
  const winter = Date.UTC(2026, 0, 10);
  expect(offsetWords(winter, "UTC")).toBe("UTC");
  expect(offsetWords(winter, "Europe/Berlin")).toBe("UTC+1");
  expect(offsetWords(winter, "Asia/Kolkata")).toBe("UTC+5:30");
  setTimeStyle({ zone: "America/St_Johns" });
  expect(offsetWords(winter)).toBe("UTC-3:30");
});

describe("in the computer's zone", () => {
  const time = new Date(2026, 10, 21, 14, 2, 7).getTime();

  it("uses 24 hours and two digits", () => {
    expect(formatClock(time)).toBe("14:02:07");
    expect(formatDateTime(time)).toBe("2026-11-21 14:02:07");
  });

  it("names the date only when it is another day's", () => {
    expect(formatMoment(time, time + HOUR)).toBe("14:02");
    expect(formatMoment(time, time + DAY)).toBe("2026-11-21 14:02");
    expect(formatMoment(time, time + HOUR, true)).toBe("14:02:07");
    expect(formatMoment(time, time + DAY, true)).toBe("2026-11-21 14:02:07");
  });
});

describe("in a chosen zone", () => {
  const time = Date.UTC(2026, 10, 21, 23, 30, 5);

  it.each([
    ["UTC", "2026-11-21 23:30:05"],
    ["Europe/Berlin", "2026-11-22 00:30:05"],
    ["America/New_York", "2026-11-21 18:30:05"],
    ["Asia/Kathmandu", "2026-11-22 05:15:05"],
  ])("%s shows what its clocks show", (zone, words) => {
    setTimeStyle({ zone });
    expect(formatDateTime(time)).toBe(words);
  });

  it("knows the days on which clocks are changed, and times before 1970", () => {
    setTimeStyle({ zone: "Europe/Berlin" });
    expect(formatTimeOfDay(Date.UTC(2026, 2, 29, 0, 59))).toBe("01:59");
    expect(formatTimeOfDay(Date.UTC(2026, 2, 29, 1, 0))).toBe("03:00");
    expect(zoneOffset(Date.UTC(2026, 9, 25, 0, 59))).toBe(2 * HOUR);
    expect(zoneOffset(Date.UTC(2026, 9, 25, 1, 0))).toBe(HOUR);
    expect(formatDateTime(-500)).toBe("1970-01-01 00:59:59");
  });

  it("decides by that zone which day it is", () => {
    setTimeStyle({ zone: "Europe/Berlin" });
    expect(formatMoment(time, time + HOUR)).toBe("00:30");
    setTimeStyle({ zone: "UTC" });
    expect(formatMoment(time, time + HOUR)).toBe("2026-11-21 23:30");
  });

  it("falls back to the computer's zone where it is not known", () => {
    setTimeStyle({ zone: "Mars/Olympus" });
    expect(useTimeStyle.getState().zone).toBeNull();
  });
});

it.each([
  [0, "12:00:00 AM"],
  [9 * HOUR, "9:00:00 AM"],
  [12 * HOUR, "12:00:00 PM"],
  [23 * HOUR, "11:00:00 PM"],
])("writes twelve hours when they are chosen: %i", (time, words) => {
  setTimeStyle({ zone: "UTC", hours: 12 });
  expect(formatClock(time)).toBe(words);
});

it.each([
  [null, null, 24],
  ["nonsense", null, 24],
  ["7", null, 24],
  ['{"zone":"UTC","hours":12}', "UTC", 12],
  ['{"zone":"Mars/Olympus","hours":13}', null, 24],
])("reads what was kept, as far as it makes sense: %s", (kept, zone, hours) => {
  expect(readTimeStyle(kept)).toEqual({ zone, hours });
});
