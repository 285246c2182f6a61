import fc from "fast-check";
import { expect, it } from "vitest";
import { simulateFleet } from "../../bench/fleet-simulation.ts";
import { seededRandom } from "../../bench/place.ts";

const base = { wayMs: 1, beatMs: 0.1, beatEveryMs: 1_000, workerLifeMs: 1e12, silenceMs: 5_000 };

it("a simulated fleet does all tasks, and never faster than its slots or its console can", () => {
  const given = fc.record({
    tasks: fc.integer({ min: 1, max: 500 }),
    workers: fc.integer({ min: 1, max: 20 }),
    slotsEach: fc.integer({ min: 1, max: 4 }),
    ms: fc.integer({ min: 1, max: 1_000 }),
    consoleMs: fc.double({ min: 0.01, max: 50, noNaN: true }),
  });
  fc.assert(
    fc.property(given, ({ ms, ...model }) => {
      const outcome = simulateFleet({ ...base, ...model, durationMs: () => ms, random: seededRandom(3) });
      const waves = Math.ceil(model.tasks / (model.workers * model.slotsEach));
      expect(outcome.tookMs).toBeGreaterThanOrEqual(waves * ms);
      expect(outcome.tookMs * (1 + 1e-9)).toBeGreaterThanOrEqual(model.tasks * model.consoleMs);
      expect(outcome.slotsBusy).toBeLessThanOrEqual(1);
      expect(outcome.lost).toBe(0);
    }),
  );
});

it("workers that die cost time, and no task", () => {
  const model = { ...base, tasks: 2_000, workers: 10, slotsEach: 2, durationMs: () => 1_000, consoleMs: 0.5 };
  const calm = simulateFleet({ ...model, random: seededRandom(3) });
  const rough = simulateFleet({ ...model, workerLifeMs: 20_000, random: seededRandom(3) });
  expect(rough.lost).toBeGreaterThan(20);
  expect(rough.tookMs).toBeGreaterThan(calm.tookMs);
});
