import { expect, it } from "vitest";
import { MARGIN, withinDrawing } from "../../../src/renderer/ui/graph/viewport";

const screen = { width: 1_000, height: 600 };
const drawing = { width: 900, height: 2_000 };

it("puts what is smaller than the screen into its middle, and begins what is larger at its edge", () => {
  expect(withinDrawing({ x: -500, y: -300, zoom: 1 }, drawing, screen)).toEqual({ x: -50, y: -MARGIN, zoom: 1 });
});

it("ends at the far edge, and leaves alone what lies between", () => {
  expect(withinDrawing({ x: 0, y: 1_900, zoom: 1 }, drawing, screen).y).toBe(2_000 + MARGIN - 600);
  expect(withinDrawing({ x: 0, y: 700, zoom: 1 }, drawing, screen).y).toBe(700);
});

it("counts in the drawing's pixels", () => {
  expect(withinDrawing({ x: 0, y: 0, zoom: 2 }, drawing, screen)).toEqual({ x: 0, y: 0, zoom: 2 });
});
