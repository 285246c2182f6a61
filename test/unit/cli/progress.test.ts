import { describe, expect, it } from "vitest";
import { renderProgress } from "../../../src/cli/progress";
import { inColour, inPlain } from "../../../src/cli/style";
import { displayWidth } from "../../../src/cli/text";
import { planTree } from "../../../src/cli/tree";
import type { TaskRow } from "../../../src/shared/model/views";
import { taskRow } from "./task-row";

const NOW = 1_800_000_000_000;

function lines(tasks: readonly TaskRow[], frame: { width?: number; height?: number; notice?: string } = {}) {
  const tree = planTree(tasks.map((task) => ({ id: task.subtaskId ?? "", dependencies: [] })));
  return renderProgress(
    { title: "Nightly", status: "executing", since: NOW - 62_000, tasks, tree, notice: frame.notice ?? null },
    { now: NOW, width: frame.width ?? 80, height: frame.height ?? 24, paint: inPlain },
  );
}

describe("a plan that fits", () => {
  it("shows every task with glyph, word, elapsed time, attempts and reason", () => {
    const text = lines([
      taskRow({ subtaskId: "fetch", state: "completed", startedAt: NOW - 5_000, finishedAt: NOW - 4_660 }),
      taskRow({ subtaskId: "build", state: "in_progress", startedAt: NOW - 4_000, attempts: 2, maxAttempts: 3 }),
      taskRow({ subtaskId: "check", state: "failed", startedAt: NOW - 9_000, finishedAt: NOW, reason: "exit code 3" }),
      taskRow({ subtaskId: "flaky", state: "retrying", attempts: 1, maxAttempts: 3, notBefore: NOW + 1_500 }),
      taskRow({ subtaskId: "report", state: "waiting", reason: "waits for build" }),
    ]);
    expect(text[0]).toMatch(/^. Nightly {2}━+╌+ {2}2 of 5 {2}1m 02s$/);
    expect(text.slice(2)).toEqual([
      expect.stringMatching(/^ {2}✓ fetch +completed +340ms$/),
      expect.stringMatching(/^ {2}. build +in progress +4s +2\/3$/),
      expect.stringMatching(/^ {2}✗ check +failed +9\.0s +exit code 3$/),
      expect.stringMatching(/^ {2}↻ flaky +retrying +1\/3 +again in 2s$/),
      expect.stringMatching(/^ {2}◌ report +waiting +waits for build$/),
    ]);
  });

  it("draws dependencies as a tree", () => {
    const tasks = ["a", "b", "c", "d"].map((subtaskId) => taskRow({ subtaskId, state: "queued" }));
    const tree = planTree([
      { id: "a", dependencies: [] },
      { id: "b", dependencies: ["a"] },
      { id: "c", dependencies: ["b"] },
      { id: "d", dependencies: ["a"] },
    ]);
    const text = renderProgress(
      { title: "t", status: "executing", since: NOW, tasks, tree, notice: null },
      { now: NOW, width: 60, height: 20, paint: inPlain },
    );
    expect(text.slice(2).map((line) => line.replace(/ +queued.*/, ""))).toEqual([
      "  ○ a",
      "  ├─ ○ b",
      "  │  └─ ○ c",
      "  └─ ○ d",
    ]);
  });
});

describe("a plan that does not fit", () => {
  const many = Array.from({ length: 1_000 }, (_, index) => {
    const subtaskId = `task-${String(index).padStart(4, "0")}`;
    const ordinal = index;
    if (index < 500)
      return taskRow({ subtaskId, ordinal, state: "completed", startedAt: NOW - 9_000, finishedAt: NOW });
    if (index < 510) return taskRow({ subtaskId, ordinal, state: "in_progress", startedAt: NOW - 1_000 });
    if (index < 550) return taskRow({ subtaskId, ordinal, state: "failed", reason: "exit code 1" });
    return taskRow({ subtaskId, ordinal, state: "waiting" });
  });

  it("stays within the terminal's height and says what is left out", () => {
    const text = lines(many, { height: 20, notice: "Cancelling" });
    expect(text).toHaveLength(20);
    expect(text.at(-1)).toBe("Cancelling");
    const counted = text.join("\n");
    expect(counted).toContain("10 in progress");
    expect(text.at(-2)).toMatch(/… 984 more: \d+ failed, 450 waiting, 500 completed/);
  });

  it("shows the running tasks first, and leaves a third to the failed ones", () => {
    const text = lines(many, { height: 20 });
    const words = text
      .slice(2, -1)
      .map((line) => (line.includes("in progress") ? "running" : line.match(/failed/)?.[0]));
    expect(words).toEqual([...Array(10).fill("running"), ...Array(7).fill("failed")]);
    const crowded = lines(
      many.map((task) => (task.state === "waiting" ? taskRow({ ...task, state: "in_progress" }) : task)),
      { height: 20 },
    );
    expect(crowded.filter((line) => line.includes(" failed ")).length).toBe(5 + 1);
  });

  it("keeps to the least height", () => {
    expect(lines(many, { height: 1 })).toHaveLength(4);
  });
});

describe("widths", () => {
  const odd = [
    taskRow({
      subtaskId: "名前の長い作業です",
      title: "日本語のとても長い題名".repeat(9),
      state: "in_progress",
      startedAt: NOW,
    }),
    taskRow({
      subtaskId: "x".repeat(200),
      state: "failed",
      reason: "a\u001b[31mred\u001b[0m\u0007\nreason ".repeat(20),
    }),
  ];

  it.each([20, 33, 80, 200])("never goes beyond %i columns", (width) => {
    for (const line of lines(odd, { width, notice: "n".repeat(300) }))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it("lets no control character of a plan or log through", () => {
    expect(lines(odd).join("")).not.toMatch(/\p{Cc}/u);
  });

  it("takes no columns for colours", () => {
    const state = { title: "t", status: "executing", since: NOW, tasks: odd, tree: planTree([]), notice: null };
    const frame = { now: NOW, width: 40, height: 10 };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
    const bare = renderProgress(state, { ...frame, paint: inColour }).map((line) => line.replace(/\u001b\[\d+m/g, ""));
    expect(bare.map((line) => line.trimEnd())).toEqual(
      renderProgress(state, { ...frame, paint: inPlain }).map((line) => line.trimEnd()),
    );
  });
});
