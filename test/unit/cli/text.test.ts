import { describe, expect, it } from "vitest";
import { lastLinesOf } from "../../../src/cli/failures";
import { formatFinding } from "../../../src/cli/findings";
import { collectParameter, parseSlots } from "../../../src/cli/parameters";
import { inPlain, wantsColour } from "../../../src/cli/style";
import { column, displayWidth, formatDuration, formatElapsed, plainText, truncate } from "../../../src/cli/text";
import { planTree } from "../../../src/cli/tree";

describe("durations", () => {
  it.each([
    [0, "0ms", "0s"],
    [340, "340ms", "0s"],
    [3_249, "3.2s", "3s"],
    [9_960, "9.9s", "9s"],
    [59_999, "59s", "59s"],
    [251_000, "4m 11s", "4m 11s"],
    [3_840_000, "1h 04m", "1h 04m"],
    [183_600_000, "2d 03h", "2d 03h"],
  ])("%i ms", (ms, duration, elapsed) => {
    expect(formatDuration(ms)).toBe(duration);
    expect(formatElapsed(ms)).toBe(elapsed);
  });
});

describe("text for a terminal", () => {
  it("measures and cuts wide and combining characters by columns", () => {
    expect(displayWidth("日本e\u0301")).toBe(5);
    expect(truncate("日本語", 5)).toBe("日本…");
    expect(truncate("日本語", 4)).toBe("日…");
    expect(column("日本", 6)).toBe("日本  ");
  });

  it("disarms control sequences and joins lines", () => {
    expect(plainText("a\u001b]0;title\u0007b\r\n\tc\u001b[2Jd\u0000")).toBe("ab cd");
  });

  it("finds the last lines of a log that a person would read", () => {
    const log = `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n")}\n10%\r50%\r100%\n\n \n`;
    const lines = lastLinesOf(log);
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe("100%");
    expect(lines.at(-2)).toBe("line 29");
  });
});

describe("findings", () => {
  const text = "title: x\nsubtasks:\n\t- id: a\n";
  const finding = { severity: "error", code: "c", message: 'bad "a"', line: 3, column: 4, subtaskId: "a" } as const;

  it("name file, line and column, and show the place", () => {
    expect(formatFinding(finding, "p.yaml", text, inPlain)).toEqual([
      'p.yaml:3:4: bad "a"',
      "    3 |   - id: a",
      "      |     ^",
    ]);
  });

  it("do without what is not known, and mark warnings", () => {
    expect(formatFinding({ ...finding, line: null, column: null }, "p.yaml", text, inPlain)).toEqual([
      'p.yaml: bad "a"',
    ]);
    expect(formatFinding({ ...finding, severity: "warning", line: 99 }, "p.yaml", text, inPlain)).toEqual([
      'p.yaml:99:4: warning: bad "a"',
    ]);
  });
});

describe("arguments", () => {
  it("reads parameters whose values hold equals signs or nothing", () => {
    expect(collectParameter("b=", collectParameter("a=x=y", {}))).toEqual({ a: "x=y", b: "" });
    expect(collectParameter("__proto__=1", {})).toEqual(Object.fromEntries([["__proto__", "1"]]));
  });

  it.each(["a", "=b", ""])("refuses %j as a parameter", (argument) => {
    expect(() => collectParameter(argument, {})).toThrow(/name=value/);
  });

  it("refuses a parameter given twice", () => {
    expect(() => collectParameter("a=2", { a: "1" })).toThrow(/twice/);
  });

  it.each(["0", "-1", "1.5", "x", "", "1001", "1e3"])("refuses %j slots", (argument) => {
    expect(() => parseSlots(argument)).toThrow(/from 1 to 1000/);
  });
});

describe("colours", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("with %j, terminal %s: %s", (env, isTty, expected) => {
    expect(wantsColour(env, isTty)).toBe(expected);
  });
});

describe("tree", () => {
  it("draws each subtask once, below the dependency that it waits for longest", () => {
    const nodes = [
      { id: "late", dependencies: ["deep", "top"] },
      { id: "top", dependencies: [] },
      { id: "deep", dependencies: ["top"] },
    ];
    expect(planTree(nodes)).toEqual([
      { id: "top", branch: "" },
      { id: "deep", branch: "└─ " },
      { id: "late", branch: "   └─ " },
    ]);
  });

  it("copes with long chains and dense plans", () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      id: `${index}`,
      dependencies: index === 9_999 ? [] : [`${index + 1}`],
    }));
    expect(planTree(chain)).toHaveLength(10_000);
    const dense = Array.from({ length: 200 }, (_, index) => ({
      id: `${index}`,
      dependencies: Array.from({ length: index }, (_unused, on) => `${on}`),
    }));
    expect(planTree(dense)).toHaveLength(200);
  });
});
