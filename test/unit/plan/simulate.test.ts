import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shapeOf } from "../../../src/main/core/plan/shape";
import { createSimulation, type SimulatedTask, type SimulationSetting } from "../../../src/main/core/plan/simulate";

type PlayedTask = SimulatedTask & { readonly dependencies: number[] };

const task = (dependencies: number[], given: Partial<SimulatedTask> = {}): PlayedTask => ({
  dependencies,
  priority: 1,
  pool: 0,
  group: -1,
  phase: "open",
  earliest: 0,
  tolerant: false,
  ...given,
});

const play = (
  tasks: PlayedTask[],
  durations: number[],
  { pools = [2], groups = [], concurrency = null }: Partial<SimulationSetting> = {},
) => {
  const shape = shapeOf(tasks.map(({ dependencies }) => dependencies));
  const { start, finish, ...rest } = createSimulation({ shape, tasks, pools, groups, concurrency }).run(durations);
  return { ...rest, start: [...start], finish: [...finish] };
};

describe("a plan played on slots", () => {
  it("starts what fits, the most urgent first, and the rest when a slot is free", () => {
    const tasks = [task([]), task([], { priority: 5 }), task([]), task([0])];
    const played = play(tasks, [4, 2, 3, 1]);
    expect(played.start).toEqual([0, 0, 2, 4]);
    expect(played).toMatchObject({ end: 5, peak: 2, poolPeaks: [2], stranded: 0 });
  });

  it("keeps to the plan's and the groups' limits", () => {
    expect(play([task([]), task([])], [3, 4], { concurrency: 1 })).toMatchObject({ end: 7, peak: 1 });
    const grouped = [task([], { group: 0 }), task([], { group: 0 }), task([])];
    const played = play(grouped, [3, 3, 5], { pools: [8], groups: [1] });
    expect(played.start).toEqual([0, 3, 0]);
    expect(played.groupPeaks).toEqual([1]);
  });

  it("gives join points and gates no slot", () => {
    const tasks = [task([]), task([], { pool: -1 }), task([1])];
    expect(play(tasks, [5, 0, 1], { pools: [2], concurrency: 2 }).start).toEqual([0, 0, 0]);
  });

  it("goes on from where a plan stands", () => {
    const tasks = [
      task([], { phase: "over" }),
      task([0], { phase: "running" }),
      task([0], { earliest: 10 }),
      task([1]),
      task([], { phase: "never" }),
      task([4]),
    ];
    const played = play(tasks, [0, 3, 1, 1, 9, 9], { pools: [1] });
    expect(played.start).toEqual([0, 0, 10, 3, Number.NaN, Number.NaN]);
    expect(played).toMatchObject({ end: 11, stranded: 0 });
  });

  it("runs cleanup steps behind what never runs", () => {
    const tasks = [task([], { phase: "never" }), task([0]), task([1], { tolerant: true }), task([2])];
    expect(play(tasks, [0, 1, 2, 3]).start).toEqual([Number.NaN, Number.NaN, 0, 2]);
  });

  it("says how many wait for ever for workers that are not there", () => {
    const tasks = [task([]), task([], { pool: 1 }), task([1])];
    expect(play(tasks, [1, 1, 1], { pools: [1, 0] })).toMatchObject({ stranded: 2, end: 1 });
  });

  it("answers the same again, whatever was played before", () => {
    const tasks = [task([]), task([0]), task([], { earliest: 2 })];
    const shape = shapeOf([[], [0], []]);
    const simulation = createSimulation({ shape, tasks, pools: [1], groups: [], concurrency: null });
    const first = [...simulation.run([3, 1, 1]).finish];
    simulation.run([9, 9, 9]);
    expect([...simulation.run([3, 1, 1]).finish]).toEqual(first);
  });

  it("never breaks a dependency or a limit, and idles no slot that a ready task could use", () => {
    const plans = fc.array(
      fc.record({
        dependencies: fc.array(fc.nat(30), { maxLength: 3 }),
        priority: fc.integer({ min: 0, max: 3 }),
        group: fc.integer({ min: -1, max: 1 }),
        duration: fc.integer({ min: 0, max: 9 }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (plan, slots, concurrency) => {
        const tasks = plan.map((given, place) =>
          task([...new Set(given.dependencies.filter((on) => on < place))], {
            priority: given.priority,
            group: given.group,
          }),
        );
        const durations = plan.map(({ duration }) => duration);
        const limits = { pools: [slots], groups: [1, 2], concurrency };
        const { start, finish, end, stranded } = play(tasks, durations, limits);
        expect(stranded).toBe(0);
        expect(end).toBe(Math.max(...finish));
        tasks.forEach(({ dependencies }, place) => {
          for (const on of dependencies) expect(start[place]).toBeGreaterThanOrEqual(finish[on] ?? Number.NaN);
        });
        for (const moment of new Set(start)) {
          const at = tasks.filter((_, place) => (start[place] ?? 0) <= moment && moment < (finish[place] ?? 0));
          expect(at.length).toBeLessThanOrEqual(Math.min(slots, concurrency));
          expect(at.filter(({ group }) => group === 0).length).toBeLessThanOrEqual(1);
          expect(at.filter(({ group }) => group === 1).length).toBeLessThanOrEqual(2);
          const isFree = at.length < Math.min(slots, concurrency);
          const idle = tasks.some(
            ({ group, dependencies }, place) =>
              group < 0 && (start[place] ?? 0) > moment && dependencies.every((on) => (finish[on] ?? 0) <= moment),
          );
          expect(isFree && idle).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});
