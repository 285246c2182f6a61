import { expect, it } from "vitest";
import { compareRuns, lastLines, ownLines } from "../../../src/renderer/features/task-inspector/attempt-differences";
import type { RunRow } from "../../../src/shared/model/views";

const run = (given: Partial<RunRow>): RunRow => ({
  id: "r1",
  taskId: "t",
  number: 1,
  status: "failure",
  workerId: "local-1",
  startedAt: Date.UTC(2026, 10, 21, 12),
  completedAt: Date.UTC(2026, 10, 21, 12, 5, 26),
  exitCode: 2,
  signal: null,
  error: "linker out of memory",
  pid: 4711,
  hasLog: true,
  ...given,
});

const line = (label: string, first: RunRow, second: RunRow, now = 0) =>
  compareRuns(first, second, now).find((difference) => difference.label === label);

it("says how much longer the second took, and which lines are the same", () => {
  const second = run({ completedAt: Date.UTC(2026, 10, 21, 12, 9, 37), status: "success", exitCode: 0, error: null });
  expect(line("Took", run({}), second)).toMatchObject({
    first: "5m 26s",
    second: "9m 37s (4m 11s longer)",
    isSame: false,
  });
  expect(line("Took", second, run({}))?.second).toBe("5m 26s (4m 11s shorter)");
  expect(line("Worker", run({}), second)).toMatchObject({ isSame: true });
  expect(line("End", run({}), second)).toMatchObject({ first: "exit code 2", second: "exit code 0" });
  expect(line("Error", run({}), second)).toMatchObject({ first: "linker out of memory", second: "–" });
});

it("tells one that still runs, one that was killed, and one that never started", () => {
  const now = Date.UTC(2026, 10, 21, 12, 1);
  const running = run({ status: "running", completedAt: null, exitCode: null });
  expect(line("Took", running, running, now)).toMatchObject({ first: "1m 00s so far", isSame: true });
  expect(line("End", running, run({ exitCode: null, signal: "SIGKILL" }))).toMatchObject({
    first: "still running",
    second: "signal SIGKILL",
  });
  expect(line("Took", run({ startedAt: null, completedAt: null }), run({}))).toMatchObject({
    first: "not started",
    second: "5m 26s",
  });
});

it("shows whole last lines only", () => {
  expect(lastLines("half\na\nb\n", true, 5)).toEqual(["a", "b"]);
  expect(lastLines("a\nb\nc", false, 2)).toEqual(["b", "c"]);
  expect(lastLines("one line without an end", true, 5)).toEqual(["one line without an end"]);
  expect(lastLines("", false, 5)).toEqual([]);
});

it("finds the lines that the other log does not have, whatever time they begin with", () => {
  const first = ["12:00:01 start", "12:00:02 linking", "12:00:09 out of memory"];
  const second = ["13:10:01 start", "13:10:03 linking", "13:10:04 done"];
  expect(ownLines(first, second)).toEqual([false, false, true]);
});
