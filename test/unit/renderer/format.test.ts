import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatElapsed,
  plural,
  shortId,
} from "../../../src/renderer/ui/format";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("formatDuration", () => {
  it.each([
    [-5, "0ms"],
    [0, "0ms"],
    [340, "340ms"],
    [SECOND, "1s"],
    [48_900, "48s"],
    [MINUTE, "1m 00s"],
    [4 * MINUTE + 11 * SECOND, "4m 11s"],
    [HOUR - 1, "59m 59s"],
    [HOUR + 4 * MINUTE, "1h 04m"],
    [3 * DAY + 2 * HOUR + 59 * MINUTE, "3d 02h"],
  ])("%i ms reads %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("reads whole seconds for what still runs", () => {
    expect(formatElapsed(999)).toBe("0s");
    expect(formatElapsed(61_000)).toBe("1m 01s");
  });
});

describe("formatAge", () => {
  it.each([
    [-3 * SECOND, "0s"],
    [27_400, "27s"],
    [14 * MINUTE + 59 * SECOND, "14m"],
    [3 * HOUR + 59 * MINUTE, "3h"],
    [6 * DAY, "6d"],
  ])("%i ms reads %s", (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [212_000, "212 kB"],
    [999_600, "1.0 MB"],
    [4_200_000, "4.2 MB"],
    [118_000_000, "118 MB"],
    [3_900_000_000, "3.9 GB"],
  ])("%i reads %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("numbers and words", () => {
  it("separates thousands", () => {
    expect(formatCount(1_204)).toBe("1,204");
  });

  it("counts", () => {
    expect(plural(1, "task")).toBe("1 task");
    expect(plural(1_204, "task")).toBe("1,204 tasks");
    expect(plural(2, "retry", "retries")).toBe("2 retries");
  });

  it("shortens ids by their end, which differs between ids of one moment", () => {
    expect(shortId("0199a3c1-2b4d-7e10-8a44-5be2a9c31f07")).toBe("a9c31f07");
    expect(shortId("task-1")).toBe("task-1");
  });
});
