import { expect, it } from "vitest";
import { createPlaces } from "../../../src/main/core/fleet/worker/places";

it("gives no more places than there are, and gives them on in the order in which they were asked for", async () => {
  const places = createPlaces(2);
  const taken: string[] = [];
  const take = async (name: string) => {
    const giveBack = await places.take();
    taken.push(name);
    return giveBack;
  };
  const [a, b, c, d] = [take("a"), take("b"), take("c"), take("d")];
  const [giveBackA, giveBackB] = await Promise.all([a, b]);
  expect(taken).toEqual(["a", "b"]);
  giveBackB();
  const giveBackC = await c;
  expect(taken).toEqual(["a", "b", "c"]);
  giveBackA();
  giveBackC();
  (await d)();
  await Promise.all([take("e"), take("f")]);
  expect(taken).toEqual(["a", "b", "c", "d", "e", "f"]);
});
