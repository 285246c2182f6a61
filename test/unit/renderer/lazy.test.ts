import { expect, it } from "vitest";
import { lazyPart } from "../../../src/renderer/lazy";

const View = () => null;

it("fetches a part's code once, tells when it is there, and tries again after a failure", async () => {
  let fetched = 0;
  let isBroken = true;
  const part = lazyPart(async () => {
    fetched += 1;
    if (isBroken) throw new Error("no such file");
    return View;
  });
  const told: boolean[] = [];
  const end = part.subscribe(() => void told.push(part.isLoaded()));
  expect(part.isLoaded()).toBe(false);
  await Promise.all([part.load(), part.load()]);
  expect([fetched, told]).toEqual([1, [true]]);
  isBroken = false;
  await part.load();
  end();
  await part.load();
  expect([fetched, told]).toEqual([2, [true, true]]);
});
