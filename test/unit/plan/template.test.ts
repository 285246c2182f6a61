// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of a plan are written like that
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillHoles, parseTemplate, type TemplatePart, templateOf } from "../../../src/main/core/plan/template";

const text = fc
  .array(fc.constantFrom("$", "{", "}", "${{", "}}", "$${{", '"$"', " ", "a", "params.x"), { maxLength: 8 })
  .map((pieces) => pieces.join(""));
const hole = fc.constantFrom<TemplatePart>(
  { parameter: "x", expression: 0 },
  { matrix: "os", expression: 0 },
  { result: { subtask: "a.b", path: ["c", "0"] }, expression: 0 },
);

/** Neighbouring texts are one, empty ones none; expressions are not counted. */
function normal(parts: readonly TemplatePart[]): unknown[] {
  const found: unknown[] = [];
  let open = "";
  for (const part of parts) {
    if ("text" in part) open += part.text;
    else {
      if (open) found.push(open);
      open = "";
      found.push({ ...part, expression: 0 });
    }
  }
  return open ? [...found, open] : found;
}

describe("a template", () => {
  const parts = fc.array(
    fc.oneof(
      text.map((one): TemplatePart => ({ text: one })),
      hole,
    ),
    { maxLength: 8 },
  );
  const merged = parts.map((list) =>
    normal(list).map((part) => (typeof part === "string" ? { text: part } : (part as TemplatePart))),
  );

  it("is read as the parts that it was made of, whatever they hold", () => {
    fc.assert(
      fc.property(merged, (given) => {
        const { parts: read, problems } = parseTemplate(templateOf(given));
        expect(problems).toEqual([]);
        expect(normal(read)).toEqual(normal(given));
      }),
      { numRuns: 1_000 },
    );
  });

  it("keeps its other holes when one is filled in, and takes no value for an expression", () => {
    fc.assert(
      fc.property(merged, text, (given, value) => {
        const filled = fillHoles(templateOf(given), (one) => ("matrix" in one ? value : null));
        const expected = given.map((part) => ("matrix" in part ? { text: value } : part));
        expect(normal(parseTemplate(filled).parts)).toEqual(normal(expected));
      }),
      { numRuns: 1_000 },
    );
  });

  it("has a way to write a dollar before an expression", () => {
    expect(parseTemplate('costs ${{ "$" }}${{ params.x }}').parts).toEqual([
      { text: "costs $" },
      { parameter: "x", expression: 1 },
    ]);
  });
});
