import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCycles, type GraphNode, levels, topologicalOrder } from "../../../src/main/core/plan/graph";

/** A graph whose edges point only to earlier nodes, in shuffled order. */
const soundGraph = fc.array(fc.array(fc.nat(200), { maxLength: 5 }), { minLength: 1, maxLength: 80 }).chain((rows) => {
  const nodes = rows.map((row, index): GraphNode => {
    const below = index === 0 ? [] : row.map((pick) => `n${pick % index}`);
    return { id: `n${index}`, dependencies: [...new Set(below)] };
  });
  return fc.shuffledSubarray(nodes, { minLength: nodes.length });
});

const anyGraph = fc.array(fc.array(fc.nat(40), { maxLength: 3 }), { minLength: 1, maxLength: 40 }).map((rows) =>
  rows.map(
    (row, index): GraphNode => ({
      id: `n${index}`,
      dependencies: [...new Set(row.map((pick) => `n${pick % rows.length}`))],
    }),
  ),
);

describe("a graph without cycles", () => {
  it("has an order that puts every node after its dependencies", () => {
    fc.assert(
      fc.property(soundGraph, (nodes) => {
        const order = topologicalOrder(nodes) ?? [];
        expect([...order].sort()).toEqual(nodes.map((node) => node.id).sort());
        const placeOf = new Map(order.map((id, place) => [id, place]));
        for (const { id, dependencies } of nodes) {
          for (const below of dependencies) expect(placeOf.get(below)).toBeLessThan(placeOf.get(id) ?? -1);
        }
      }),
    );
  });

  it("has levels: one more than the highest dependency", () => {
    fc.assert(
      fc.property(soundGraph, (nodes) => {
        const found = levels(nodes);
        for (const { id, dependencies } of nodes) {
          const below = dependencies.map((dependency) => found?.get(dependency) ?? Number.NaN);
          expect(found?.get(id)).toBe(Math.max(-1, ...below) + 1);
        }
        expect(findCycles(nodes)).toEqual([]);
      }),
    );
  });
});

describe("any graph", () => {
  it("has either an order or cycles, and each cycle is a real one", () => {
    fc.assert(
      fc.property(anyGraph, (nodes) => {
        const byId = new Map(nodes.map((node) => [node.id, node]));
        const cycles = findCycles(nodes);
        expect(cycles.length === 0).toBe(topologicalOrder(nodes) !== null);
        expect(levels(nodes) === null).toBe(cycles.length > 0);
        for (const cycle of cycles) {
          expect(new Set(cycle).size).toBe(cycle.length);
          for (const [index, id] of cycle.entries()) {
            expect(byId.get(id)?.dependencies).toContain(cycle[(index + 1) % cycle.length]);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("names one cycle of each knot", () => {
    const cycles = findCycles([
      { id: "a", dependencies: ["b"] },
      { id: "b", dependencies: ["a", "c"] },
      { id: "c", dependencies: ["d"] },
      { id: "d", dependencies: ["c"] },
      { id: "e", dependencies: ["e"] },
      { id: "f", dependencies: ["a", "unknown"] },
    ]);
    expect(cycles).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("may be a chain of 100,000 nodes, closed to one cycle or not", () => {
    const chain = Array.from(
      { length: 100_000 },
      (_, index): GraphNode => ({
        id: `n${index}`,
        dependencies: index === 0 ? [] : [`n${index - 1}`],
      }),
    );
    expect(levels(chain)?.get("n99999")).toBe(99_999);
    const ring = [{ id: "n0", dependencies: ["n99999"] }, ...chain.slice(1)];
    expect(findCycles(ring)[0]).toHaveLength(100_000);
  });
});
