import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandWord } from "../../../src/main/core/plan/command-word";

/** Filled in only when the task starts. */
const TEMPLATE = ["$", "{{ params.tool }}"].join("");

describe("the program that a command begins with", () => {
  it.each([
    ["make test", "make"],
    ["./gradlew build", "./gradlew"],
    ["  LANG=C TZ=UTC sort -u x", "sort"],
    ["exec node server.js", "node"],
    ["set -eu\n\n# a note\ncargo build", "cargo"],
    ["export A=1; npm ci && npm test", "npm"],
    ["cat x | grep y", "cat"],
  ])("of %j is %s", (run, word) => {
    expect(commandWord(run)).toEqual({ word, moved: false });
  });

  it("is behind a cd, from where its path does not begin any more", () => {
    expect(commandWord("cd sub && ./run")).toEqual({ word: "./run", moved: true });
  });

  it.each([
    "if [ -e x ]; then make; fi",
    "for f in *; do x; done",
    "(cd a; make)",
    "{ make; }",
    "echo hi",
    '"$TOOL" --x',
    "$TOOL",
    "`which x`",
    "~/bin/x",
    'export A="x; y"; make',
    "",
    "# nothing",
    "A=1",
    `${TEMPLATE} x`,
  ])("of %j nobody knows", (run) => {
    expect(commandWord(run)).toBeNull();
  });

  it("is the first of an argument vector", () => {
    expect(commandWord(["my tool", "x"])).toEqual({ word: "my tool", moved: false });
    expect(commandWord([TEMPLATE])).toBeNull();
    expect(commandWord([])).toBeNull();
    expect(commandWord(null)).toBeNull();
  });

  it("is a plain word, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const found = commandWord(text);
        if (found !== null) expect(found.word).toMatch(/^[\w@%+:,./-]+$/);
      }),
    );
  });
});
