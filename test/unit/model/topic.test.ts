import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES } from "../../../src/shared/model/event";
import { isPlainTopic, matchesTopic, topicMatcher } from "../../../src/shared/model/topic";

describe("a topic pattern", () => {
  it.each([
    ["*", "task.created", true],
    ["*", "", true],
    ["task.*", "task.created", true],
    ["task.*", "task.", true],
    ["task.*", "task", false],
    ["task.*", "subtask.created", false],
    ["*.failed", "workflow.failed", true],
    ["*.failed", "workflow.failed.twice", false],
    ["*a*", "deployment.rolled_back", true],
    ["task.?reated", "task.created", true],
    ["task.?", "task.", false],
    ["[tw]*.failed", "workflow.failed", true],
    ["[tw]*.failed", "deployment.failed", false],
    ["[!tw]*.failed", "deployment.failed", true],
    ["[a-c]x", "bx", true],
    ["[a-c]x", "dx", false],
    ["[]]", "]", true],
    ["[!]]", "]", false],
    ["[", "[", true],
    ["a[b", "a[b", true],
    ["[z-a]", "m", false],
    ["[!z-a]", "m", true],
    ["[a-]", "-", true],
    ["[*]", "*", true],
    ["[*]", "x", false],
    ["Task.*", "task.created", false],
    ["task.created", "task.created", true],
    ["?", "\u{1f600}", true],
    ["", "", true],
    ["", "x", false],
  ])("%j on %j: %s", (pattern, topic, expected) => {
    expect(matchesTopic(pattern, topic)).toBe(expected);
  });

  it("takes no longer than pattern times topic, however many stars there are", () => {
    const pattern = `${"a*".repeat(2_000)}b`;
    const topic = "a".repeat(2_000);
    const began = performance.now();
    expect(matchesTopic(pattern, topic)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it("tells a plain type from a pattern", () => {
    expect(EVENT_TYPES.every(isPlainTopic)).toBe(true);
    expect(["*", "task.?", "[ab]"].some(isPlainTopic)).toBe(false);
  });
});

/** As Python's fnmatch.translate does it. */
function reference(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at] ?? "";
    at += 1;
    if (character === "*") source += "[^]*";
    else if (character === "?") source += "[^]";
    else if (character !== "[") source += character.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    else {
      let end = at;
      if (pattern[end] === "!") end += 1;
      if (pattern[end] === "]") end += 1;
      while (end < pattern.length && pattern[end] !== "]") end += 1;
      if (end >= pattern.length) source += "\\[";
      else {
        source += classOf(pattern.slice(at, end));
        at = end + 1;
      }
    }
  }
  return new RegExp(`^${source}$`);
}

function classOf(content: string): string {
  const negated = content.startsWith("!");
  const listed = negated ? content.slice(1) : content;
  const literal = (character: string) => character.replaceAll(/[\\^[\]-]/g, "\\$&");
  let members = "";
  for (let at = 0; at < listed.length; at += 1) {
    const from = listed[at] ?? "";
    const to = listed[at + 2];
    if (listed[at + 1] === "-" && to !== undefined) {
      if (from <= to) members += `${literal(from)}-${literal(to)}`;
      at += 2;
    } else members += literal(from);
  }
  return `[${negated ? "^" : ""}${members}]`;
}

const letters = (set: string, most: number) =>
  fc.array(fc.constantFrom(...set), { maxLength: most }).map((characters) => characters.join(""));

describe("against a translation to regular expressions", () => {
  it("agrees on any pattern", () => {
    fc.assert(
      fc.property(letters("ab.*?[]!-^\\", 12), letters("ab.[]!-^\\", 10), (pattern, topic) => {
        expect(topicMatcher(pattern)(topic)).toBe(reference(pattern).test(topic));
      }),
      { numRuns: 20_000 },
    );
  });

  it("agrees on the types there are", () => {
    const piece = fc.oneof(fc.constantFrom("*", "?", "[a-t]", "[!t]", "."), fc.constantFrom(...EVENT_TYPES));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), fc.constantFrom(...EVENT_TYPES), (pieces, type) => {
        const pattern = pieces.join("");
        expect(matchesTopic(pattern, type)).toBe(reference(pattern).test(type));
      }),
      { numRuns: 5_000 },
    );
  });
});
