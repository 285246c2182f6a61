import fc from "fast-check";
import { expect, test } from "vitest";
import { createIdSource, systemRandom } from "../../../src/main/core/clock";
import { dataFolder } from "../../../src/main/core/paths";
import { integerOrNull, json, jsonObject, jsonStrings, textOrNull } from "../../../src/main/core/store/columns";
import { parseSpec } from "../../../src/main/core/store/task-spec";
import { commandLine, ownReason, taskState, waitingReason } from "../../../src/main/core/store/task-state";
import { formatTime, parseTime } from "../../../src/main/core/store/time";

test("times are written so that they sort, and come back to the millisecond", () => {
  expect(formatTime(0)).toBe("1970-01-01 00:00:00.000");
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => parseTime(formatTime(ms)) === ms));
});

test.each([
  ["2025-09-27 18:31:15", Date.UTC(2025, 8, 27, 18, 31, 15)],
  ["2025-09-27 18:31:15.5", Date.UTC(2025, 8, 27, 18, 31, 15, 500)],
  ["2025-09-27T02:46:09.615186+00:00", Date.UTC(2025, 8, 27, 2, 46, 9, 615)],
  ["2025-09-27T02:46:09Z", Date.UTC(2025, 8, 27, 2, 46, 9)],
  ["2025-09-27T02:46:09+02:00", Date.UTC(2025, 8, 27, 0, 46, 9)],
  ["2025-09-27T02:46:09-0530", Date.UTC(2025, 8, 27, 8, 16, 9)],
  ["2025-13-45 99:99:99", null],
  ["yesterday", null],
  ["", null],
  [null, null],
  [1_700_000_000, null],
])("the time %o reads as %o", (value, ms) => {
  expect(parseTime(value)).toBe(ms);
});

test("columns that hold something else than they should give a value, never a throw", () => {
  expect(textOrNull(Buffer.from("héé"))).toBe("héé");
  expect(textOrNull(7)).toBe("7");
  expect([integerOrNull("12"), integerOrNull("x"), integerOrNull(null), integerOrNull(3.9)]).toEqual([
    12,
    null,
    null,
    3,
  ]);
  expect(json("{broken")).toBeUndefined();
  expect([jsonObject("[1]"), jsonObject("{"), jsonObject('{"a":1}')]).toEqual([{}, {}, { a: 1 }]);
  expect([jsonStrings('["a",1,null,"b"]'), jsonStrings("{}"), jsonStrings(null)]).toEqual([["a", "b"], [], []]);
  fc.assert(
    fc.property(fc.anything(), (value) => {
      parseSpec(typeof value === "string" ? value : JSON.stringify(value));
      return true;
    }),
  );
});

test("ids sort in the order of their making, even when the clock stands still or goes back", () => {
  let now = 1_800_000_000_000;
  const newId = createIdSource({ now: () => now, monotonic: () => 0 }, systemRandom);
  const ids: string[] = [];
  for (let index = 0; index < 20_000; index += 1) {
    if (index % 5_000 === 4_999) now -= 10;
    if (index % 3 === 0) now += 1;
    ids.push(newId());
  }
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
});

const queued = { status: "queued", unmet: 0, blocked: false, notBefore: null, stopRequested: false };

test.each([
  ["queued", queued],
  ["waiting", { ...queued, unmet: 2 }],
  ["blocked", { ...queued, unmet: 2, blocked: true }],
  ["retrying", { ...queued, notBefore: 101 }],
  ["queued", { ...queued, notBefore: 100 }],
  ["stopping", { ...queued, status: "in_progress", stopRequested: true }],
  ["in_progress", { ...queued, status: "in_progress" }],
  ["completed", { ...queued, status: "completed", stopRequested: true }],
  ["made_up", { ...queued, status: "made_up", unmet: 3 }],
] as const)("a task is shown %s by %o", (state, facts) => {
  expect(taskState(facts, 100)).toBe(state);
});

test("reasons are one line without times", () => {
  expect(waitingReason(["Build", "Test"], 2)).toBe("Waits for Build, Test");
  expect(waitingReason(["A", "B", "C"], 9)).toBe("Waits for A, B, C and 6 more");
  expect(ownReason({ state: "retrying", note: "exit code 2", attempts: 1, maxAttempts: 3 })).toBe(
    "Attempt 1 of 3 failed: exit code 2",
  );
  expect(ownReason({ state: "completed", note: "old", attempts: 1, maxAttempts: 1 })).toBeNull();
});

test("a command is shown as a person would type it", () => {
  expect(commandLine(["git", "log", "--format=%H %s", "it's"])).toBe("git log '--format=%H %s' 'it'\\''s'");
  expect(commandLine("make && make test")).toBe("make && make test");
  expect(commandLine(null)).toBeNull();
});

test("data lives where Electron keeps it, unless HIVE_DATA_DIR says otherwise", () => {
  const home = "/home/ada";
  expect(dataFolder({ platform: "linux", home, env: {} })).toBe("/home/ada/.config/hive-console");
  expect(dataFolder({ platform: "linux", home, env: { XDG_CONFIG_HOME: "/x" } })).toBe("/x/hive-console");
  expect(dataFolder({ platform: "darwin", home, env: {} })).toBe("/home/ada/Library/Application Support/hive-console");
  expect(dataFolder({ platform: "linux", home, env: { HIVE_DATA_DIR: "/data" } })).toBe("/data");
});
