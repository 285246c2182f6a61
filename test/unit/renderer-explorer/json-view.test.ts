import { expect, it } from "vitest";
import { parseJson } from "../../../src/renderer/features/explorer/cell-words";
import { firstOf, holds } from "../../../src/renderer/features/explorer/json-view";

it("finds names and values wherever they are, and does not fall into what has no bottom", () => {
  const value = { depth: 3, target: { name: "API", tags: ["late", null] } };
  expect(["target", "api", "late", "3", "null", "nothing"].map((word) => holds(value, word))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  const deep = parseJson(`${"[".repeat(100_000)}"here"${"]".repeat(100_000)}`);
  expect(deep === null || !holds(deep, "here")).toBe(true);
});

it("shows of a long list the items that hold what is looked for", () => {
  const items = Array.from({ length: 5_000 }, (_, at) => [String(at), `value ${at}`] as const);
  expect(firstOf(items, "").map(([name]) => name)).toEqual(items.slice(0, 200).map(([name]) => name));
  expect(firstOf(items, "value 4999").map(([name]) => name)).toEqual(["4999"]);
  expect(firstOf(items, "not there")).toHaveLength(200);
});
