import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawLayout, edgePath } from "../../../src/renderer/ui/graph/geometry";
import { type GraphLayout, layoutGraph } from "../../../src/renderer/ui/graph/layout";
import { largeGraph } from "../../helpers/large-plan";

const SIZE = { width: 122, height: 44, gapX: 20, gapY: 13 };

function lay(nodeCount: number, ...edges: ReadonlyArray<readonly [number, number]>): GraphLayout {
  return layoutGraph({ nodeCount, edges: Int32Array.from(edges.flat()) });
}

/** A graph without cycles: edges lead from a smaller number to a larger one. */
const acyclic = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 120 }))
  .map(([nodeCount, pairs]) => {
    const edges = new Map<string, readonly [number, number]>();
    for (const [a, b] of pairs) {
      const from = Math.min(a % nodeCount, b % nodeCount);
      const to = Math.max(a % nodeCount, b % nodeCount);
      if (from !== to) edges.set(`${from} ${to}`, [from, to]);
    }
    return { nodeCount, edges: [...edges.values()] };
  });

describe("the layout of a graph", () => {
  it("puts each node right after the last of what it waits for", () => {
    const { layer } = lay(4, [0, 1], [1, 3], [0, 3], [2, 3]);
    expect([...layer]).toEqual([0, 1, 0, 2]);
  });

  it("keeps parallel chains straight and apart", () => {
    const { y, bends } = lay(6, [0, 5], [1, 4], [2, 3]);
    expect([y[5], y[4], y[3]]).toEqual([y[0], y[1], y[2]]);
    expect(bends).toHaveLength(0);
  });

  it("puts a node in the middle of those that wait for it", () => {
    const { y } = lay(4, [0, 1], [0, 2], [0, 3]);
    const [top, middle, bottom] = [y[1], y[2], y[3]].sort((a, b) => (a ?? 0) - (b ?? 0));
    expect(y[0]).toBe(middle);
    expect([(middle ?? 0) - (top ?? 0), (bottom ?? 0) - (middle ?? 0)]).toEqual([4, 4]);
  });

  it("packs loose tasks into a block instead of one column", () => {
    const { layerCount, height } = lay(24);
    expect(layerCount).toBe(4);
    expect(height).toBe(6 * 4);
  });

  it("draws a cycle and an edge from a node to itself", () => {
    const layout = lay(3, [0, 1], [1, 0], [2, 2], [1, 2]);
    expect(new Set([layout.layer[0], layout.layer[1], layout.layer[2]]).size).toBe(3);
    expect(edgePath(drawLayout(layout, SIZE), 0)).toMatch(/^M/);
  });

  it("lays nothing out as nothing", () => {
    expect(lay(0)).toMatchObject({ layerCount: 0, height: 0 });
    expect(drawLayout(lay(0), SIZE)).toMatchObject({ width: 0, height: 0 });
  });

  it("holds for any graph: edges lead on, nothing overlaps, lines end at their nodes, twice the same", () => {
    fc.assert(
      fc.property(acyclic, ({ nodeCount, edges }) => {
        const layout = lay(nodeCount, ...edges);
        for (const [from, to] of edges) expect(layout.layer[from]).toBeLessThan(layout.layer[to] ?? 0);
        expectNoOverlap(layout);
        edges.forEach(([, to], edge) => {
          const end = layout.bendStart[edge + 1] ?? 0;
          const lastHeight =
            end > (layout.bendStart[edge] ?? 0) ? layout.bends[3 * end - 1] : layout.y[layout.low[edge] ?? 0];
          expect(lastHeight).toBe(layout.y[to]);
        });
        expect(lay(nodeCount, ...edges)).toEqual(layout);
      }),
      { numRuns: 200 },
    );
  });

  it("leads no line through a node", () => {
    fc.assert(
      fc.property(acyclic, ({ nodeCount, edges }) => {
        const drawing = drawLayout(lay(nodeCount, ...edges), SIZE);
        edges.forEach(([from, to], edge) => {
          for (let point = drawing.pointStart[edge] ?? 0; point + 2 < (drawing.pointStart[edge + 1] ?? 0); point += 2) {
            const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = drawing.points.slice(point, point + 4);
            for (let node = 0; node < nodeCount; node++) {
              if (node === from || node === to) continue;
              const left = drawing.x[node] ?? 0;
              const top = drawing.y[node] ?? 0;
              const isHit =
                Math.max(x1, x2) > left &&
                Math.min(x1, x2) < left + SIZE.width &&
                Math.max(y1, y2) > top &&
                Math.min(y1, y2) < top + SIZE.height;
              expect(isHit, `edge ${from} > ${to} through ${node}`).toBe(false);
            }
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it("is there for 10,000 tasks, tangled as they may be", () => {
    const edges = largeGraph(10_000, 19_000).flatMap((list, to) => list.map((from) => [from, to] as const));
    const start = performance.now();
    const layout = lay(10_000, ...edges);
    process.stdout.write(`layout of 10,000 nodes and 19,000 edges: ${(performance.now() - start).toFixed(0)} ms\n`);
    for (const [from, to] of edges) expect(layout.layer[from] ?? 0).toBeLessThan(layout.layer[to] ?? 0);
    expectNoOverlap(layout);
  });
});

/** In each layer, a node's middle is at least a row below that of the one above. */
function expectNoOverlap({ layer, y, height }: GraphLayout): void {
  const columns = new Map<number, number[]>();
  layer.forEach((column, node) => {
    columns.set(column, [...(columns.get(column) ?? []), y[node] ?? 0]);
  });
  for (const heights of columns.values()) {
    heights.sort((a, b) => a - b);
    expect(heights[0]).toBeGreaterThanOrEqual(2);
    expect(heights.at(-1)).toBeLessThanOrEqual(height - 2);
    for (let index = 1; index < heights.length; index++) {
      expect((heights[index] ?? 0) - (heights[index - 1] ?? 0)).toBeGreaterThanOrEqual(4);
    }
  }
}
