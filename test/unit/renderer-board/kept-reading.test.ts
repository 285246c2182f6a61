import { expect, it } from "vitest";
import { type Reading, readReading } from "../../../src/renderer/features/board/kept-reading";

const kept: Reading = { query: "state:failed", scrolls: [["table", 840]], ids: ["a", "b"], isAll: false, anchor: "a" };

it("comes back as it was kept", () => {
  expect(readReading(JSON.stringify(kept))).toEqual(kept);
});

it.each([null, "", "nonsense", "7", "[]", "{}", '{"query": 7}'])("is nothing when it makes no sense: %s", (text) => {
  expect(readReading(text)).toBeNull();
});

it("keeps what makes sense of the rest", () => {
  const text = JSON.stringify({
    query: "",
    scrolls: [["a", -1], ["b", 3], "c"],
    ids: ["x", 7],
    isAll: "yes",
    anchor: 7,
  });
  expect(readReading(text)).toEqual({ query: "", scrolls: [["b", 3]], ids: ["x"], isAll: false, anchor: null });
});
