import { expect, it } from "vitest";
import { middleCut } from "../../../src/renderer/features/launch/preview-graph";
import { shorten } from "../../../src/renderer/ui/graph/paint-node";

/** Every letter is 6 pixels wide. */
const context = { font: "12px test", measureText: (text: string) => ({ width: text.length * 6 }) };

it.each([
  ["Lint", 100, "Lint"],
  ["Unit tests linux 3/12", 108, "Unit tests…x 3/12"],
  ["Unit tests linux 4/12", 108, "Unit tests…x 4/12"],
  // Without room for both, the beginning.
  ["Unit tests linux 3/12", 48, "Unit te…"],
  ["Deploy to prod", 60, "Deploy to…"],
  ["Anything", 4, ""],
])("%s in %i pixels reads %s", (text, room, shown) => {
  expect(shorten(context, text, room)).toBe(shown);
});

it.each([
  ["Unit tests linux 3/12", 40, "Unit tests linux 3/12"],
  ["Unit tests linux 3/12", 16, "Unit test…x 3/12"],
  ["Unit tests linux 3/12", 8, "Unit tests linux 3/12"],
])("%s in %i letters reads %s", (text, most, shown) => {
  expect(middleCut(text, most)).toBe(shown);
});
