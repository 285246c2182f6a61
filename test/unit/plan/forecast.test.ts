import { describe, expect, it } from "vitest";
import { type ForecastTask, forecast, forecastSteps, futuresFor, quantile } from "../../../src/main/core/plan/forecast";
import { shapeOf } from "../../../src/main/core/plan/shape";
import { largeGraph, seededRandom } from "../../helpers/large-plan";

const task = (given: Partial<ForecastTask> = {}): ForecastTask => ({
  priority: 1,
  pool: 0,
  group: -1,
  phase: "open",
  earliest: 0,
  tolerant: false,
  pace: "work",
  elapsed: 0,
  samples: null,
  ...given,
});
const seen = (...durations: number[]) => ({ durations, runs: durations.map((_, run) => run) });
const predict = (tasks: ForecastTask[], pastRuns = 5, pools = [4], waits = tasks.map((): number[] => [])) =>
  forecast({ shape: shapeOf(waits), tasks, pools, groups: [], concurrency: null, pastRuns }, seededRandom(1));

describe("the forecast", () => {
  it("lies within what was seen, P90 after P50, and names its sample", () => {
    const { kind, p50, p90, basis, criticalMs } = predict([task({ samples: seen(100, 200, 300, 400, 1_000) })]);
    expect(kind).toBe("estimate");
    expect([100, 200, 300, 400, 1_000]).toContain(p50);
    expect(p50).toBeGreaterThanOrEqual(200);
    expect(p50).toBeLessThanOrEqual(400);
    expect(p90).toBe(1_000);
    expect(basis).toEqual({ pastRuns: 5, known: 1, unknown: 0, approvals: 0, overdue: 0, fewestSamples: 5 });
    expect(criticalMs).toBe(300);
  });

  it("is exact where every past run took the same, and follows the slots", () => {
    const tasks = Array.from({ length: 4 }, () => task({ samples: seen(50, 50) }));
    expect(predict(tasks, 2, [4])).toMatchObject({ p50: 50, p90: 50, remaining: 4 });
    expect(predict(tasks, 2, [1])).toMatchObject({ p50: 200, p90: 200 });
  });

  it("keeps a slow day together: the P90 of many tasks is that of a slow run", () => {
    const tasks = Array.from({ length: 40 }, () => task({ samples: seen(10, 10, 10, 10, 100) }));
    const { p50, p90 } = predict(tasks, 5, [1]);
    expect(p50).toBeLessThan(1_600);
    expect(p90).toBeGreaterThan(1_200);
    expect(predict(tasks, 5, [1]).p90).toBe(p90);
  });

  it("invents nothing: without a past it is unknown, with some of it at least so much", () => {
    expect(predict([task()])).toMatchObject({ kind: "unknown", p50: null, p90: null, basis: { unknown: 1 } });
    expect(predict([task({ samples: seen(70) }), task()])).toMatchObject({ kind: "at_least", p50: 70 });
    expect(predict([task({ samples: seen(70) }), task({ pace: "person", pool: -1 })])).toMatchObject({
      kind: "at_least",
      basis: { approvals: 1, unknown: 0 },
    });
    expect(predict([task({ pace: "instant", pool: -1 })])).toMatchObject({ kind: "estimate", p50: 0, p90: 0 });
    expect(predict([])).toMatchObject({ kind: "estimate", p50: 0, remaining: 0, critical: [] });
  });

  it("counts what a running task has behind it, and says when it takes longer than ever", () => {
    const running = (elapsed: number) => task({ phase: "running", elapsed, samples: seen(100, 200) });
    expect(predict([running(150)])).toMatchObject({ kind: "estimate", p50: 50, p90: 50 });
    expect(predict([running(500)])).toMatchObject({ kind: "at_least", p50: 0, basis: { overdue: 1 } });
  });

  it("says never when nobody could run what is left, but a failure's dependents hold up nobody", () => {
    expect(predict([task({ pool: 1, samples: seen(1) })], 1, [4, 0])).toMatchObject({ kind: "never", p50: null });
    const tasks = [task({ phase: "never" }), task(), task({ samples: seen(30) })];
    expect(predict(tasks, 1, [4], [[], [0], []])).toMatchObject({
      kind: "estimate",
      p50: 30,
      remaining: 1,
      critical: [2],
    });
  });

  it("takes steps of a few milliseconds for a plan of 10,000 tasks", () => {
    const random = seededRandom(3);
    const shape = shapeOf(largeGraph(10_000, 19_000));
    const tasks = Array.from({ length: 10_000 }, () =>
      task({ samples: seen(...[1, 2, 3, 4].map((n) => n * 100 + Math.floor(random() * 100))) }),
    );
    const steps = forecastSteps({ shape, tasks, pools: [16], groups: [], concurrency: null, pastRuns: 4 }, random);
    const times: number[] = [];
    for (let done = false; !done; ) {
      const begun = performance.now();
      done = steps.next().done ?? false;
      times.push(performance.now() - begun);
    }
    expect(times.length).toBeGreaterThan(futuresFor(10_000));
    times.sort((a, b) => a - b);
    // A loaded machine takes several times as long as the 4 ms of an idle one.
    expect(quantile(times, 0.5)).toBeLessThan(50);
  });
});
