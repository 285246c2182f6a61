import { describe, expect, it } from "vitest";
import {
  appendRows,
  insertRows,
  listRows,
  removeRows,
  rowSet,
  updateRows,
} from "../../../src/renderer/features/plans/row-set";

interface Row {
  readonly id: string;
  readonly at: number;
}
const row = (id: string, at = 0): Row => ({ id, at });
const isBefore = (a: Row, b: Row): boolean => a.at < b.at;
const set = rowSet([row("a", 1), row("b", 2), row("c", 4)]);

describe("a set of rows", () => {
  it("replaces rows where they stand and leaves the others as they were", () => {
    const changed = updateRows(set, [row("b", 9), row("x", 0)]);
    expect(changed.order).toBe(set.order);
    expect(changed.byId.b).toEqual(row("b", 9));
    expect(changed.byId.a).toBe(set.byId.a);
    expect(changed.byId.x).toBeUndefined();
  });

  it("is the same set when nothing of it changed", () => {
    expect(updateRows(set, [row("x")])).toBe(set);
    expect(removeRows(set, ["x", "toString"])).toBe(set);
  });

  it("inserts at the place of a row, replacing those that are there", () => {
    const inserted = insertRows(set, [row("d", 3), row("z", 9), row("a", 5)], isBefore);
    expect(inserted.order).toEqual(["a", "b", "d", "c", "z"]);
    expect(inserted.byId.a).toEqual(row("a", 5));
  });

  it("appends a page without doubling rows that both pages have", () => {
    const appended = appendRows(set, [row("c", 8), row("e", 9)]);
    expect(listRows(appended)).toEqual([row("a", 1), row("b", 2), row("c", 8), row("e", 9)]);
  });

  it("forgets removed rows", () => {
    expect(listRows(removeRows(set, ["b"]))).toEqual([row("a", 1), row("c", 4)]);
  });
});
