import { describe, expect, it } from "vitest";
import { findCriticalPath } from "../../../src/main/core/plan/critical-path";
import { shapeOf, wavesOf } from "../../../src/main/core/plan/shape";

const graph = (...dependencies: number[][]) => shapeOf(dependencies);

describe("the critical path", () => {
  it("is the longest chain, not the one of most tasks", () => {
    // 0 -> 1 -> 2 -> 4 and 0 -> 3 -> 4, where 3 takes longer than 1 and 2 together
    const tasks = graph([], [0], [1], [0], [2, 3]);
    expect(findCriticalPath(tasks, [1, 2, 2, 9, 1])).toEqual({ places: [0, 3, 4], length: 11 });
  });

  it("takes the chain of more tasks, then of earlier places, where chains are of the same length", () => {
    expect(findCriticalPath(graph([], [], [1]), [0, 0, 0])).toEqual({ places: [1, 2], length: 0 });
    expect(findCriticalPath(graph([], []), [3, 3]).places).toEqual([0]);
  });

  it("leaves out what is over and begins behind it", () => {
    expect(findCriticalPath(graph([], [0], [1]), [-1, 5, 2])).toEqual({ places: [1, 2], length: 7 });
  });

  it("is empty without tasks, and leaves cycles alone", () => {
    expect(findCriticalPath(graph(), [])).toEqual({ places: [], length: 0 });
    expect(findCriticalPath(graph([1], [0], []), [9, 9, 1])).toEqual({ places: [2], length: 1 });
    expect([...graph([1], [0], [0]).order]).toEqual([]);
  });

  it("knows the wave of each task", () => {
    expect([...wavesOf(graph([], [0], [], [1, 2], [5], [4]))]).toEqual([0, 1, 0, 2, -1, -1]);
  });

  it("copes with a chain of 100,000 tasks", () => {
    const chain = shapeOf(Array.from({ length: 100_000 }, (_, place) => (place === 0 ? [] : [place - 1])));
    const { places, length } = findCriticalPath(chain, new Float64Array(chain.count).fill(1));
    expect([places.length, length]).toEqual([100_000, 100_000]);
  });
});
