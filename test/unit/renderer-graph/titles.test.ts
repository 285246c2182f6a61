import { expect, it } from "vitest";
import { twoLines } from "../../../src/renderer/features/launch/preview-graph";
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
  ["Lint", 8, "Lint"],
  ["Typecheck", 9, "Typecheck"],
  ["Sign linux", 8, "Sign\nlinux"],
  ["Unit tests linux 3/12", 8, "Unit\ntes…3/12"],
  ["Unit tests linux 3/12", 12, "Unit tests\nlinux 3/12"],
  ["Typecheck", 8, "Typecheck"],
  ["Deduplicate everything", 8, "Deduplic\nate…hing"],
  ["Publish 2.4.0", 7, "Publish\n2.4.0"],
])("%s in two lines of %i letters reads %s", (text, letters, shown) => {
  expect(twoLines(text, letters)).toBe(shown);
});
