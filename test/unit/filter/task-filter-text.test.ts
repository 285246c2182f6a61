import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TaskFilter, taskFilter } from "../../../src/shared/model/task-filter";
import { formatFilterText, parseFilterText } from "../../../src/shared/model/task-filter-text";

const item = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
    fc.constantFrom("a b", 'say "hi"', "back\\slash", "a,b", "state:failed", ">=3", "\\", '"', "//host/x"),
  )
  .filter((value) => value.trim() !== "");
const list = fc.array(item, { minLength: 1, maxLength: 4 });
const words = item.map((value) => value.trim());
const range = (number: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.option(number, { nil: undefined }), fc.option(number, { nil: undefined }))
    .filter(([a, b]) => a !== undefined || b !== undefined)
    .map(([a, b]) => {
      if (a === undefined) return { max: b };
      return b === undefined ? { min: a } : { min: Math.min(a, b), max: Math.max(a, b) };
    });
const ages = range(fc.oneof(fc.integer({ min: 0, max: 1e13 }), fc.constantFrom(0, 3_600_000, 86_400_000 * 3)));

const filters: fc.Arbitrary<TaskFilter> = fc
  .record(
    {
      states: list,
      planIds: list,
      types: list,
      workers: list,
      tags: list,
      ids: list,
      priority: range(fc.integer({ min: -1_000, max: 1_000 })),
      attempts: range(fc.integer({ min: 0, max: 50 })),
      age: ages,
      unchangedFor: ages,
      error: words,
      text: words,
      not: fc
        .record(
          { states: list, planIds: list, types: list, workers: list, tags: list, error: words, text: words },
          { requiredKeys: [] },
        )
        .filter((not) => Object.keys(not).length > 0),
    },
    { requiredKeys: [] },
  )
  .filter((filter) => taskFilter.safeParse(filter).success);

describe("filters as typed text", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const { filter: read, problems } = parseFilterText(formatFilterText(filter));
        expect(problems).toEqual([]);
        expect(read).toEqual(filter);
      }),
      { numRuns: 2_000 },
    );
  });

  it("answers any text with a filter that has a text of its own, and names problems within the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.string().map((text) => `state:${text} age:<${text}`),
        ),
        (text) => {
          const { filter, problems } = parseFilterText(text);
          for (const { from, to } of problems) expect(0 <= from && from <= to && to <= text.length).toBe(true);
          // Reading it again from its own text changes nothing.
          expect(parseFilterText(formatFilterText(filter)).filter).toEqual(filter);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, TaskFilter]>([
    ["", {}],
    ['state:failed plan:release "timeout"', { states: ["failed"], planIds: ["release"], text: "timeout" }],
    ["state:failed,blocked state:retrying", { states: ["failed", "blocked", "retrying"] }],
    ["STATE:failed", { states: ["failed"] }],
    ["build the  docs", { text: "build the docs" }],
    ['"build the  docs"', { text: "build the  docs" }],
    ["priority:3", { priority: { min: 3, max: 3 } }],
    ["priority:>3 attempts:<=2", { priority: { min: 4 }, attempts: { max: 2 } }],
    ["priority:2..5", { priority: { min: 2, max: 5 } }],
    ["priority:>=2 priority:<=5", { priority: { min: 2, max: 5 } }],
    ["age:<2h changed:>1d", { age: { max: 7_200_000 }, unchangedFor: { min: 86_400_000 } }],
    ["age:1.5h..2d", { age: { min: 5_400_000, max: 172_800_000 } }],
    ['error:"exit code 1"', { error: "exit code 1" }],
    ["https://example.com/x", { text: "https://example.com/x" }],
    ['worker:"a, b",c', { workers: ["a, b", "c"] }],
  ])("%s", (text, filter) => {
    expect(parseFilterText(text)).toEqual({ filter, problems: [] });
  });

  it.each<[string, string]>([
    ["stat:failed", "no field stat"],
    ["age:<2", "age: takes"],
    ["priority:high", "priority: takes"],
    ["priority:1.5", "priority: takes"],
    ["priority:5..2", "lower end is above"],
    ["state:", "state: needs a value"],
    ['"open', "not closed"],
    ["age:-2h..3h", "age: takes"],
  ])("says what is wrong with %s", (text, message) => {
    const { problems } = parseFilterText(text);
    expect(problems.map((problem) => problem.message).join()).toContain(message);
  });

  it("keeps what it understands beside what it does not", () => {
    expect(parseFilterText("state:failed foo:bar").filter).toEqual({ states: ["failed"] });
  });
});
