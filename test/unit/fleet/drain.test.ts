import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Drain, predictDrain, slotsToDrainWithin } from "../../../src/shared/model/fleet-drain.ts";

const durations = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 60 });
const slots = fc.integer({ min: 1, max: 200 });

function drain(facts: Parameters<typeof predictDrain>[0]): Drain {
  const found = predictDrain(facts);
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** How long it takes when every slot takes the next task as soon as it is free. */
function reality(tasks: readonly number[], count: number): number {
  const free = Array.from({ length: count }, () => 0);
  for (const ms of tasks) {
    const next = free.indexOf(Math.min(...free));
    free[next] = (free[next] ?? 0) + ms;
  }
  return Math.max(...free);
}

/** Sums of floating point numbers differ in their last digits. */
const ROUGHLY = 1 + 1e-9;

describe("the time that a queue needs to drain", () => {
  it("is never exceeded by tasks like those of late, in any order", () => {
    fc.assert(
      fc.property(durations, slots, (tasks, count) => {
        const { ms, atMostMs } = drain({ waiting: tasks.length, running: 0, slots: count, durations: tasks });
        const real = reality(tasks, count);
        expect(real).toBeLessThanOrEqual(atMostMs * ROUGHLY);
        // What is left is shared ideally at best, and some task takes at least the mean.
        expect(real * ROUGHLY).toBeGreaterThanOrEqual(ms);
      }),
    );
  });

  it("is exact for tasks of one length that fill all slots", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), slots, fc.integer({ min: 1, max: 50 }), (ms, count, waves) => {
        const found = drain({ waiting: count * waves, running: 0, slots: count, durations: [ms, ms] });
        expect(found.ms).toBeCloseTo(reality(new Array(count * waves).fill(ms), count), 6);
      }),
    );
  });

  it("grows with what waits and shrinks with slots", () => {
    const facts = fc.record({ waiting: fc.nat(10_000), running: fc.nat(100), slots, durations });
    fc.assert(
      fc.property(facts, (given) => {
        const now = drain(given);
        expect(now.atMostMs * ROUGHLY).toBeGreaterThanOrEqual(now.ms);
        expect(drain({ ...given, waiting: given.waiting + 1 }).ms * ROUGHLY).toBeGreaterThanOrEqual(now.ms);
        expect(drain({ ...given, slots: given.slots + 1 }).ms).toBeLessThanOrEqual(now.ms * ROUGHLY);
      }),
    );
  });

  it("is nothing for an empty queue, and unknown without slots or experience", () => {
    expect(predictDrain({ waiting: 0, running: 0, slots: 0, durations: [] })).toEqual({ ms: 0, atMostMs: 0 });
    expect(predictDrain({ waiting: 5, running: 0, slots: 0, durations: [1] })).toBe("no_slots");
    expect(predictDrain({ waiting: 5, running: 0, slots: 2, durations: [] })).toBe("nothing_ended");
  });

  it("within a given time asks for so many slots, and not for one fewer", () => {
    const facts = fc.record({ waiting: fc.integer({ min: 1, max: 5_000 }), running: fc.nat(50), slots, durations });
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 10_000_000 }), (given, withinMs) => {
        const needed = slotsToDrainWithin(withinMs, given);
        if (needed === null) {
          expect(drain({ ...given, slots: given.waiting + given.running }).ms).toBeGreaterThan(withinMs);
          return;
        }
        expect(drain({ ...given, slots: needed }).ms).toBeLessThanOrEqual(withinMs * ROUGHLY);
        if (needed > 1) expect(drain({ ...given, slots: needed - 1 }).ms * ROUGHLY).toBeGreaterThan(withinMs);
      }),
    );
  });
});
