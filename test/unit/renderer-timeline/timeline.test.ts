import { describe, expect, it } from "vitest";
import {
  concurrencyOf,
  createModel,
  expectedOf,
  readyAt,
  shownAttempts,
  spanOf,
  type TimelineModel,
  takeAttempts,
} from "../../../src/renderer/features/plan-timeline/timeline-model";
import { arrangeRows } from "../../../src/renderer/features/plan-timeline/timeline-rows";
import {
  moveSpan,
  ticksOf,
  tickWords,
  wholeSpan,
  zoomSpan,
} from "../../../src/renderer/features/plan-timeline/timeline-scale";
import { describeRow, factsOfRow } from "../../../src/renderer/features/plan-timeline/timeline-words";
import type { PlanForecastTasks } from "../../../src/shared/model/forecast";
import type { PlanAttempts } from "../../../src/shared/model/plan-attempts";
import type { PlanGraph } from "../../../src/shared/model/plan-graph";

const START = new Date(2026, 10, 21, 14, 0, 0).getTime();

interface Row {
  readonly task: number;
  readonly number?: number;
  readonly worker?: string;
  readonly status?: string;
  /** Seconds after the start. */
  readonly from: number;
  readonly to: number | null;
}

function attemptsOf(rows: readonly Row[]): PlanAttempts {
  const statuses = [...new Set(rows.map(({ status = "success" }) => status))];
  const workers = [...new Set(rows.map(({ worker = "w1" }) => worker))];
  return {
    planId: "p",
    statuses,
    workers,
    ordinals: rows.map(({ task }) => task),
    numbers: rows.map(({ number = 1 }) => number),
    status: rows.map(({ status = "success" }) => statuses.indexOf(status)),
    worker: rows.map(({ worker = "w1" }) => workers.indexOf(worker)),
    startedAt: rows.map(({ from }) => START + from * 1_000),
    endedAt: rows.map(({ to }) => (to === null ? null : START + to * 1_000)),
    isCut: false,
  };
}

/** Tasks `t0`, `t1`...: what each waits for, and its agent. */
function modelOf(
  waits: readonly (readonly number[])[],
  rows: readonly Row[],
  agents: readonly string[] = [],
): TimelineModel {
  const graph: PlanGraph = {
    planId: "p",
    ids: waits.map((_, place) => `id${place}`),
    subtaskIds: waits.map((_, place) => `t${place}`),
    titles: waits.map((_, place) => `Task ${place}`),
    agents: waits.map((_, place) => agents[place] ?? "command"),
    ordinals: waits.map((_, place) => place),
    edges: waits.flatMap((list, to) => list.flatMap((from) => [from, to])),
  };
  return createModel(graph, attemptsOf(rows), START);
}

function stand(model: TimelineModel, place: number, state: string, finished: number | null = null): void {
  model.facts.state[place] = state;
  model.facts.finishedAt[place] = finished === null ? null : START + finished * 1_000;
}

const forecastOf = (tasks: ReadonlyArray<readonly [number | null, number | null]>): PlanForecastTasks => ({
  planId: "p",
  at: START,
  kind: "estimate",
  finishP50: null,
  finishP90: null,
  basis: { pastRuns: 1, known: 1, unknown: 0, approvals: 0, overdue: 0, fewestSamples: 1 },
  criticalPath: [],
  criticalMs: 0,
  usualMs: null,
  remaining: 1,
  slots: 1,
  ordinals: tasks.map((_, place) => place),
  startsAt: tasks.map(([from]) => (from === null ? null : START + from * 1_000)),
  endsAt: tasks.map(([, to]) => (to === null ? null : START + to * 1_000)),
  usualP50: tasks.map(() => null),
  usualP90: tasks.map(() => null),
});

describe("a plan in time", () => {
  it("keeps every attempt in order, and takes later news of a task for all of it", () => {
    const model = modelOf(
      [[]],
      [
        { task: 0, number: 2, from: 8, to: null, status: "running" },
        { task: 0, number: 1, from: 0, to: 5, status: "failure" },
      ],
    );
    expect(model.attempts[0]?.map(({ number, endedAt }) => [number, endedAt === null])).toEqual([
      [1, false],
      [2, true],
    ]);
    takeAttempts(
      model,
      attemptsOf([
        { task: 0, number: 1, from: 0, to: 5 },
        { task: 99, from: 1, to: 2 },
      ]),
    );
    expect(model.attempts[0]).toHaveLength(1);
  });

  it("knows since when a task was ready: when the last it waited for had completed", () => {
    const model = modelOf([[], [], [0, 1]], []);
    expect(readyAt(model, 0)).toBe(START);
    stand(model, 0, "completed", 5);
    expect(readyAt(model, 2)).toBeNull();
    stand(model, 1, "completed", 9);
    expect(readyAt(model, 2)).toBe(START + 9_000);
    stand(model, 1, "failed", 9);
    expect(readyAt(model, 2)).toBeNull();
  });

  it("shows how long a gate waits for a person, although nobody attempts it", () => {
    const model = modelOf([[], [0]], [{ task: 0, from: 0, to: 4 }], ["command", "approval"]);
    stand(model, 0, "completed", 4);
    stand(model, 1, "waiting");
    expect(shownAttempts(model, 1)).toEqual([]);
    stand(model, 1, "review_pending");
    expect(shownAttempts(model, 1)).toMatchObject([{ startedAt: START + 4_000, endedAt: null, worker: "a person" }]);
    stand(model, 1, "completed", 30);
    expect(shownAttempts(model, 1)).toMatchObject([{ endedAt: START + 30_000, status: "success" }]);
  });

  it("counts how many attempts run at once; who follows in a slot does not run beside", () => {
    const model = modelOf(
      [[], [], []],
      [
        { task: 0, from: 0, to: 10 },
        { task: 1, from: 10, to: 20 },
        { task: 2, from: 5, to: null, status: "running" },
      ],
    );
    const { times, counts, peak, now } = concurrencyOf(model);
    expect(times.map((time) => (time - START) / 1_000)).toEqual([0, 5, 10, 20]);
    expect(counts).toEqual([1, 2, 2, 1]);
    expect([peak, now]).toEqual([2, 1]);
  });

  it("reaches from the launch to now or to what is expected, whichever is later", () => {
    const model = modelOf([[], [0]], [{ task: 0, from: 2, to: null, status: "running" }]);
    const now = START + 60_000;
    expect(spanOf(model, new Map(), now)).toEqual({ from: START, to: now });
    const expected = expectedOf(
      model,
      forecastOf([
        [null, 80],
        [80, 120],
      ]),
      now,
    );
    expect(spanOf(model, expected, now)).toEqual({ from: START, to: START + 120_000 });
    expect(spanOf(modelOf([[]], []), new Map(), now)).toEqual({ from: START, to: START + 1_000 });
  });

  it("expects nothing where nothing is known, nor what should be over", () => {
    const model = modelOf([[], [], []], []);
    const expected = expectedOf(
      model,
      forecastOf([
        [10, 10],
        [10, 30],
        [10, 15],
      ]),
      START + 20_000,
    );
    expect([...expected.keys()]).toEqual([1]);
    expect(expectedOf(model, null, START).size).toBe(0);
  });
});

describe("rows of a timeline", () => {
  const model = modelOf(
    [[], [], [], []],
    [
      { task: 0, worker: "w10", from: 5, to: 6 },
      { task: 1, worker: "w2", from: 1, to: 2 },
      { task: 2, worker: "w2", from: 0, to: 1 },
    ],
  );

  it("stand by begin, those that have not begun last", () => {
    expect(arrangeRows(model, new Map(), "task").map(({ place }) => place)).toEqual([2, 1, 0, 3]);
  });

  it("stand by worker, counted as people count, with what has not begun at the end", () => {
    expect(arrangeRows(model, new Map(), "worker")).toEqual([
      { place: 2, worker: "w2", isFirst: true, groupSize: 2 },
      { place: 1, worker: "w2", isFirst: false, groupSize: 2 },
      { place: 0, worker: "w10", isFirst: true, groupSize: 1 },
      { place: 3, worker: null, isFirst: true, groupSize: 1 },
    ]);
  });

  it("are told in words", () => {
    const waits = modelOf(
      [[], [0]],
      [
        { task: 0, from: 0, to: 4 },
        { task: 1, worker: "w9", from: 10, to: null, status: "running" },
      ],
    );
    stand(waits, 0, "completed", 4);
    stand(waits, 1, "in_progress");
    const row = factsOfRow(waits, 1, new Map(), START + 15_000);
    expect(describeRow(row)).toBe(
      "Task 1, in progress, attempt 1, worker w9, running 14:00:10, 5s, waited on Task 0, waited 6s for a slot",
    );
    expect(describeRow(factsOfRow(waits, 0, new Map(), START))).toContain("unblocks Task 1");
  });

  it("are many in a moment", () => {
    const count = 10_000;
    const rows = Array.from({ length: count }, (_, task) => ({
      task,
      worker: `w${task % 50}`,
      from: count - task,
      to: count - task + 3,
    }));
    const large = modelOf(
      Array.from({ length: count }, () => []),
      rows,
    );
    const start = performance.now();
    const arranged = arrangeRows(large, new Map(), "worker");
    const { peak } = concurrencyOf(large);
    const took = performance.now() - start;
    process.stdout.write(`timeline of 10,000 attempts: rows and concurrency in ${took.toFixed(0)} ms\n`);
    expect(arranged).toHaveLength(count);
    expect(peak).toBe(3);
  });
});

describe("the scale of a timeline", () => {
  const whole = { from: 0, to: 1_000_000 };

  it("keeps the moment under the pointer where it is, and never leaves the whole", () => {
    const closer = zoomSpan(whole, 4, 250_000, whole);
    expect(closer).toEqual({ from: 187_500, to: 437_500 });
    expect(zoomSpan(closer, 1 / 8, 250_000, whole)).toEqual(whole);
    expect(moveSpan(closer, 1e9, whole)).toEqual({ from: 750_000, to: 1_000_000 });
    expect(moveSpan(closer, -1e9, whole)).toEqual({ from: 0, to: 250_000 });
    const closest = zoomSpan(whole, 1e9, 500_000, whole);
    expect(closest.to - closest.from).toBeCloseTo(200);
    expect(wholeSpan({ from: 0, to: 100 })).toEqual({ from: -1, to: 104 });
  });

  it("has a tick at whole steps of the clock, never too many, at any length", () => {
    for (const length of [500, 30_000, 3_600_000, 86_400_000, 40 * 86_400_000, 4_000 * 86_400_000]) {
      const { times, step } = ticksOf({ from: START + 17, to: START + 17 + length }, 1_000);
      expect(times.length, String(length)).toBeLessThanOrEqual(10);
      expect(times.length, String(length)).toBeGreaterThan(0);
      expect(times.every((time) => time >= START + 17 && time <= START + 17 + length)).toBe(true);
      expect(tickWords(times[0] ?? 0, step)).toMatch(/^\d\d[:-]\d\d/);
    }
  });
});
