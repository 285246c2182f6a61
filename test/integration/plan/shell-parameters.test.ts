import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandPlan } from "../../../src/main/core/plan/expand";
import { parsePlan } from "../../../src/main/core/plan/parse";

/** Runs a plan's only script with a parameter `x`, as the runner does, and answers what it printed. */
function output(script: string, value: string): string {
  const text = JSON.stringify({ title: "x", parameters: { x: "" }, subtasks: [{ id: "a", run: script }] });
  const { definition, findings } = parsePlan(text, { fileName: "plan.json" });
  if (!definition) throw new Error(findings.map((finding) => finding.message).join("\n"));
  const filled = expandPlan(definition, { x: value });
  const env = { PATH: process.env.PATH, LC_ALL: "C", ...filled.env };
  return execFileSync("/bin/sh", ["-c", String(filled.subtasks[0]?.run)], { env, encoding: "utf8" });
}

// A lone surrogate is no text: no process can be given it as it stands.
const value = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc
      .array(fc.constantFrom("'", '"', "\\", "$", "`", "$(id)", "\n", " ", "*", "-n", ";", "#", "!", "~", "}"), {
        maxLength: 12,
      })
      .map((pieces) => pieces.join("")),
  )
  .filter((text) => !text.includes("\0") && Buffer.from(text).toString() === text);

const hole = "$" + "{{ params.x }}";

describe.each([
  ["alone", `printf '<%s>' ${hole}`, (text: string) => `<${text}>`],
  ["in a word", `printf '<%s>' a${hole}b`, (text: string) => `<a${text}b>`],
  ["in double quotes", `printf '<%s>' "say ${hole}!"`, (text: string) => `<say ${text}!>`],
  ["in a command substitution", `printf '<%s>' "$(printf '%s.' ${hole})"`, (text: string) => `<${text}.>`],
  ["in backquotes", `x=\`printf '%s.' ${hole}\`; printf '<%s>' "$x"`, (text: string) => `<${text}.>`],
  ["in a here-document", `# it's\ncat <<END\n${hole}\nEND\n`, (text: string) => `${text}\n`],
  ["in an assignment", `x=${hole}; printf '<%s>' "$x"`, (text: string) => `<${text}>`],
])("a parameter %s of a shell command", (_, script, expected) => {
  it("is its value, whatever the value", () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(output(script, text)).toBe(expected(text));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a parameter that looks like a command", () => {
  it.each(["$(echo ran)", "`echo ran`", "; echo ran", '"; echo ran; "', "'; echo ran; '", "\n echo ran"])(
    "%j is never run",
    (text) => {
      expect(output(`printf '%s' ${hole} | wc -c`, text).trim()).toBe(String(text.length));
      expect(output(`printf '%s' "${hole}" | wc -c`, text).trim()).toBe(String(text.length));
    },
  );
});
