import { describe, expect, it, vi } from "vitest";
import { actsOfKeys, findActs } from "../../../src/renderer/features/palette/palette-acts";
import { markPieces, matchLabel, readQuery } from "../../../src/renderer/features/palette/query";

describe("what is typed into the palette", () => {
  it.each([
    ["retry", "all", "retry"],
    ["> retry", "acts", "retry"],
    ["#4f2c", "tasks", "4f2c"],
    ["  @infra ", "workers", "infra"],
    ["", "all", ""],
    [">", "acts", ""],
  ])("%j asks for %s %j", (text, kind, words) => {
    expect(readQuery(text)).toEqual({ kind, words });
  });

  it("finds a label by every word, the beginnings of words before their middles", () => {
    expect(matchLabel("Retry failed tasks", "fail ret")).toBeGreaterThan(0);
    expect(matchLabel("Retry failed tasks", "fail gone")).toBe(0);
    expect(matchLabel("Retry", "ret")).toBeGreaterThan(matchLabel("Do not retry", "ret"));
    expect(matchLabel("Do not retry", "ret")).toBeGreaterThan(matchLabel("Interpret", "ret"));
  });

  it("marks what was typed, whatever signs it has", () => {
    const marked = (text: string, words: string) =>
      markPieces(text, words)
        .map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text))
        .join("");
    expect(marked("Unit tests (3/4)", "TEST (3")).toBe("Unit [test]s [(3]/4)");
    expect(marked("Plain", "")).toBe("Plain");
    expect(marked("a.b", ".")).toBe("a[.]b");
  });
});

describe("acts of the palette", () => {
  const run = vi.fn();
  const groups = [
    { group: "Everywhere", hotkeys: [{ keys: ["n"], label: "Launch plan", run }] },
    {
      group: "Task",
      hotkeys: [
        { keys: ["r"], label: "Retry", run },
        { keys: ["x"], label: "Cancel", run, disabled: true },
        { keys: ["j", "ArrowDown"], label: "Next row", run },
        { keys: ["n"], label: "Launch plan", run },
      ],
    },
  ];

  it("are those that keys can do now, the closest first, each once, without moving about", () => {
    expect(actsOfKeys(groups).map(({ group, label }) => `${group}: ${label}`)).toEqual([
      "Task: Retry",
      "Task: Launch plan",
    ]);
  });

  it("are found by their label or by where they belong", () => {
    const acts = actsOfKeys(groups);
    expect(findActs(acts, "laun").map(({ label }) => label)).toEqual(["Launch plan"]);
    expect(findActs(acts, "task retry").map(({ label }) => label)).toEqual(["Retry"]);
    expect(findActs(acts, "nothing like it")).toEqual([]);
    expect(findActs(actsOfKeys(groups.slice(0, 1)), "every")).toEqual([]);
    expect(findActs(acts, "")).toHaveLength(2);
  });
});
