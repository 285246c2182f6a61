import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finishedTasks, foldGraph } from "../../../src/renderer/features/plan-graph/fold";
import { layoutGraph } from "../../../src/renderer/ui/graph/layout";

describe("folding what is over", () => {
  //  0 -> 1 -> 3 -> 4
  //  2 ------> 3
  const edges = [0, 1, 1, 3, 2, 3, 3, 4];

  it("takes the completed tasks with everything before them", () => {
    const completed = new Set([0, 1, 2, 4]);
    expect([...finishedTasks(5, edges, (place) => completed.has(place))]).toEqual([0, 1, 2]);
  });

  it("makes connected ones one node, and leaves a lone one as it is", () => {
    const { shape, nodeOf, members } = foldGraph(5, edges, new Set([0, 1, 2]));
    expect(members).toEqual([[0, 1], [2], [3], [4]]);
    expect([...nodeOf]).toEqual([0, 0, 1, 2, 3]);
    expect([...shape.edges]).toEqual([0, 2, 1, 2, 2, 3]);
  });

  it("folds nothing when asked for nothing", () => {
    const { shape, members } = foldGraph(5, edges, new Set());
    expect(members).toHaveLength(5);
    expect([...shape.edges]).toEqual(edges);
  });

  it("takes tasks of a cycle for not over", () => {
    expect(finishedTasks(3, [0, 1, 1, 0, 1, 2], () => true).size).toBe(0);
  });

  it("never makes a cycle, whatever is completed", () => {
    const graph = fc
      .tuple(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }),
        fc.array(fc.nat()),
      )
      .map(([count, pairs, done]) => ({
        count,
        edges: pairs
          .map(([a, b]) => [Math.min(a % count, b % count), Math.max(a % count, b % count)] as const)
          .filter(([a, b]) => a !== b)
          .flat(),
        done: new Set(done.map((place) => place % count)),
      }));
    fc.assert(
      fc.property(graph, ({ count, edges: list, done }) => {
        const finished = finishedTasks(count, list, (place) => done.has(place));
        const { shape } = foldGraph(count, list, finished);
        const { layer } = layoutGraph(shape);
        for (let index = 0; index < shape.edges.length; index += 2) {
          expect(layer[shape.edges[index] ?? 0]).toBeLessThan(layer[shape.edges[index + 1] ?? 0] ?? 0);
        }
      }),
    );
  });
});
