import { expect, it } from "vitest";
import { parseStored } from "../../../src/renderer/features/explorer/stored-queries";

it("takes from a window's storage what is whole, and nothing else", () => {
  const past = { sql: "SELECT 1", at: 1, ms: 2, rows: null, trouble: null };
  const text = JSON.stringify({
    saved: [{ name: "late", sql: "SELECT 1" }, { name: " ", sql: "SELECT 1" }, { name: "no text" }, null, 7],
    history: [past, { ...past, at: "yesterday" }, { ...past, sql: "" }, "SELECT 1"],
  });
  expect(parseStored(text)).toEqual({ saved: [{ name: "late", sql: "SELECT 1" }], history: [past] });
  for (const broken of ["", "{", "7", "null", '{"saved": {}}']) {
    expect(parseStored(broken)).toEqual({ saved: [], history: [] });
  }
});
