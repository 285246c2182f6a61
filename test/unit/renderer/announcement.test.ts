import { expect, it } from "vitest";
import { tellIn } from "../../../src/renderer/ui/announcement";

it("lets a text settle before it is told, and tells what goes on changing every five seconds", () => {
  expect(tellIn(100, Number.NEGATIVE_INFINITY)).toBe(1_000);
  expect(tellIn(10_000, 9_800)).toBe(4_800);
  expect(tellIn(10_000, 5_500)).toBe(1_000);
});
