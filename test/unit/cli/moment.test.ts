import { expect, test } from "vitest";
import { parseMoment } from "../../../src/cli/moment";

const NOW = Date.UTC(2026, 10, 21, 12);

test.each([
  ["90s", NOW - 90_000],
  ["30m", NOW - 1_800_000],
  ["2h", NOW - 7_200_000],
  ["7d", NOW - 604_800_000],
  ["2026-11-21", Date.UTC(2026, 10, 21)],
  ["2026-11-21 14:03", Date.UTC(2026, 10, 21, 14, 3)],
  ["2026-11-21T14:03:05.250Z", Date.UTC(2026, 10, 21, 14, 3, 5, 250)],
  ["2026-11-21 14:03+02:00", Date.UTC(2026, 10, 21, 12, 3)],
  ["2026-13-41", null],
  ["yesterday", null],
  ["5", null],
  ["", null],
])("%s", (text, expected) => {
  expect(parseMoment(text, NOW)).toBe(expected);
});
