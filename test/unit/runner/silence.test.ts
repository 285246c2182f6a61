import { expect, it } from "vitest";
import { listen, type Sighting } from "../../../src/main/core/runner/silence";

/** Looks at these heartbeats, each at its time, and answers how long there was silence after each. */
function silences(looks: ReadonlyArray<readonly [at: number, beat: number | null]>, longestMs = 1_000): number[] {
  let sighting: Sighting | undefined;
  return looks.map(([at, beat]) => {
    sighting = listen(sighting, beat, at, longestMs);
    return sighting.silentMs;
  });
}

it("silence grows from look to look, and ends with any change of the heartbeat", () => {
  expect(
    silences([
      [0, 5],
      [500, 5],
      [1_200, 5],
      [1_300, 6],
      [1_900, 6],
    ]),
  ).toEqual([0, 500, 1_200, 0, 600]);
});

it("a heartbeat that goes back, as a clock that is set does, is one", () => {
  expect(
    silences([
      [0, 9_000_000],
      [800, 9_000_000],
      [900, 1],
      [1_000, 1],
    ]),
  ).toEqual([0, 800, 0, 100]);
});

it("who never beat is silent from the first look on", () => {
  expect(
    silences([
      [10, null],
      [400, null],
      [401, 7],
    ]),
  ).toEqual([0, 390, 0]);
});

it("while the listener was stopped itself, only so much counts", () => {
  expect(
    silences([
      [0, 5],
      [60_000, 5],
      [60_500, 5],
    ]),
  ).toEqual([0, 1_000, 1_500]);
});
