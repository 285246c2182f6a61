import { describe, expect, it } from "vitest";
import { formatPlace, parsePlace, queryPlace, tablePlace } from "../../../src/renderer/location";

describe("the explorer's address", () => {
  it.each([
    ["#/explorer", { view: "explorer", show: null }],
    ["#/explorer/query/q1", queryPlace("q1")],
    [
      "#/explorer/table/tasks?where=status%3A%3D%20failed&order=created_at.desc",
      tablePlace("tasks", [{ column: "status", operator: "=", value: "failed" }], {
        column: "created_at",
        isDescending: true,
      }),
    ],
  ] as const)("%s", (hash, place) => {
    expect(parsePlace(hash)).toEqual(place);
    expect(formatPlace(place)).toBe(hash);
  });

  it("keeps names and values whatever is in them", () => {
    const odd = tablePlace("a/b?c&d", [{ column: "x:y %", operator: "contains", value: "1:2 & 3%" }], {
      column: "z.desc",
      isDescending: false,
    });
    expect(parsePlace(formatPlace(odd))).toEqual(odd);
  });

  it("shows what was looked at last for an address that it does not know", () => {
    expect(parsePlace("#/explorer/table")).toEqual({ view: "explorer", show: null });
    expect(parsePlace("#/explorer/table/tasks?order=nonsense")).toEqual(tablePlace("tasks"));
  });
});
