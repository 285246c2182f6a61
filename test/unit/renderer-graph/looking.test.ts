import { describe, expect, it } from "vitest";
import { drawLayout } from "../../../src/renderer/ui/graph/geometry";
import { layoutGraph } from "../../../src/renderer/ui/graph/layout";
import { createFinder } from "../../../src/renderer/ui/graph/picking";
import { fitAll, pan, reveal, zoomAt } from "../../../src/renderer/ui/graph/viewport";

const SCREEN = { width: 800, height: 600 };
const DRAWING = { width: 2_000, height: 300 };

describe("a viewport", () => {
  it("keeps what is under the pointer where it is", () => {
    const before = { x: 100, y: 50, zoom: 1 };
    const after = zoomAt(before, 1.5, { x: 200, y: 100 }, DRAWING, SCREEN);
    expect(after.zoom).toBe(1.5);
    expect(after.x + 200 / after.zoom).toBeCloseTo(before.x + 200);
    expect(after.y + 100 / after.zoom).toBeCloseTo(before.y + 100);
  });

  it("zooms neither beyond double size nor until nothing is left", () => {
    const view = { x: 0, y: 0, zoom: 1 };
    expect(zoomAt(view, 100, { x: 0, y: 0 }, DRAWING, SCREEN).zoom).toBe(2);
    expect(zoomAt(view, 1e-6, { x: 0, y: 0 }, DRAWING, SCREEN).zoom).toBe(0.1);
  });

  it("shows all of a drawing in the middle, a small one not enlarged", () => {
    const { x, y, zoom } = fitAll(DRAWING, SCREEN);
    expect(DRAWING.width * zoom).toBeCloseTo(SCREEN.width - 32);
    expect((x + SCREEN.width / zoom / 2) * 2).toBeCloseTo(DRAWING.width);
    expect((y + SCREEN.height / zoom / 2) * 2).toBeCloseTo(DRAWING.height);
    expect(fitAll({ width: 10, height: 10 }, SCREEN).zoom).toBe(1);
  });

  it("cannot be moved away from the drawing", () => {
    const far = pan({ x: 0, y: 0, zoom: 1 }, 1e6, -1e6, DRAWING, SCREEN);
    expect(far.x).toBeLessThan(DRAWING.width);
    expect(far.y).toBeGreaterThan(-SCREEN.height);
  });

  it("moves no more than it must to show something", () => {
    const view = { x: 0, y: 0, zoom: 1 };
    expect(reveal(view, { x: 300, y: 200, width: 122, height: 44 }, SCREEN)).toEqual(view);
    expect(reveal(view, { x: 900, y: 200, width: 122, height: 44 }, SCREEN)).toEqual({ x: 254, y: 0, zoom: 1 });
  });
});

describe("finding nodes and edges", () => {
  const drawing = drawLayout(layoutGraph({ nodeCount: 5, edges: Int32Array.from([0, 1, 0, 2, 1, 3, 2, 3, 3, 4]) }), {
    width: 122,
    height: 44,
    gapX: 20,
    gapY: 13,
  });
  const finder = createFinder(drawing);
  const corner = (node: number) => ({ x: drawing.x[node] ?? 0, y: drawing.y[node] ?? 0 });

  it("finds the node under a point, and none between nodes", () => {
    for (let node = 0; node < 5; node++) {
      const { x, y } = corner(node);
      expect(finder.nodeAt(x + 1, y + 1)).toBe(node);
      expect(finder.nodeAt(x + 121, y + 43)).toBe(node);
      expect(finder.nodeAt(x + 130, y + 10)).toBeNull();
      expect(finder.nodeAt(x + 10, y - 1)).toBeNull();
    }
    expect(finder.nodeAt(-10, 10)).toBeNull();
  });

  it("finds what a rectangle touches", () => {
    const { x, y } = corner(0);
    expect([...finder.nodesIn({ x, y, width: 10, height: 10 })]).toEqual([0]);
    expect([...finder.nodesIn({ x: -50, y: -50, width: 1e4, height: 1e4 })].sort()).toEqual([0, 1, 2, 3, 4]);
    expect([...finder.edgesIn({ x: corner(4).x - 5, y: corner(4).y, width: 4, height: 44 })]).toEqual([4]);
  });

  it("walks along the edges, and up and down in a layer", () => {
    const [upper, lower] = corner(1).y < corner(2).y ? [1, 2] : [2, 1];
    expect(finder.neighbour(0, "left")).toBeNull();
    expect(finder.neighbour(upper, "right")).toBe(3);
    expect(finder.neighbour(3, "right")).toBe(4);
    expect(finder.neighbour(lower, "left")).toBe(0);
    expect(finder.neighbour(upper, "down")).toBe(lower);
    expect(finder.neighbour(lower, "up")).toBe(upper);
    expect(finder.neighbour(upper, "up")).toBeNull();
  });
});
