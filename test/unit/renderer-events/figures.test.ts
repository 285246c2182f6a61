import fc from "fast-check";
import { expect, test } from "vitest";
import { diffJson } from "../../../src/renderer/features/events/json-diff";
import { bandsOf, barTypes, flowOf } from "../../../src/renderer/features/events/rate-figures";
import { linksOf, NO_SUBJECTS, subjectsOfEvent, subjectWords } from "../../../src/renderer/features/events/subjects";
import { density, neighbour } from "../../../src/renderer/features/plan-past/past-facts";
import { figuresOf, type KindCount, MOST_FIGURE_NAMES, OTHERS } from "../../../src/shared/model/event-figures";

const SPAN = { since: 0, stepMs: 10, bars: 4 };
const STATE = { isCounting: false, readBackTo: null };

test("counts are summed by name, the most frequent first, the rest together", () => {
  const counts: KindCount[] = Array.from({ length: 60 }, (_, index) => ({
    type: `type.${index}`,
    source: index % 2 === 0 ? "a" : "b",
    bar: index % 4,
    count: 60 - index,
  }));
  const figures = figuresOf(counts, SPAN, STATE);
  expect(figures.types).toHaveLength(MOST_FIGURE_NAMES);
  expect([figures.types[0], figures.types.at(-1)]).toEqual(["type.0", OTHERS]);
  expect(figures.sources).toEqual(["a", "b"]);
  expect(figures.total).toBe(1_830);
  expect(figures.bars.flat().reduce((sum, count) => sum + count, 0)).toBe(1_830);
  expect(barTypes(figures, 1)[0]).toEqual(["type.1", 59]);
});

test("bands hold every event once, whatever its type is called", () => {
  const name = fc.constantFrom(
    "task.started",
    "task.failed",
    "review.requested",
    "odd",
    "agent.error",
    "task.completed",
  );
  const count = fc.record({ type: name, source: name, bar: fc.nat(3), count: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(fc.array(count, { maxLength: 40 }), (counts) => {
      const figures = figuresOf(counts, SPAN, STATE);
      expect(bandsOf(figures).reduce((sum, band) => sum + band.total, 0)).toBe(figures.total);
      const flow = flowOf(figures);
      expect(flow.ribbons.reduce((sum, ribbon) => sum + ribbon.count, 0)).toBe(figures.total);
      for (const ends of [flow.sources, flow.types]) {
        expect(ends.length).toBeLessThanOrEqual(7);
        let before = 0;
        for (const { from, to } of ends) {
          expect(from).toBeGreaterThanOrEqual(before);
          expect(to).toBeGreaterThan(from);
          before = to;
        }
        expect(before).toBeLessThanOrEqual(1.000001);
      }
    }),
  );
});

test("before and after are told line by line, and both can be read from it", () => {
  const json = fc.jsonValue({ maxDepth: 2 });
  fc.assert(
    fc.property(json, json, (before, after) => {
      const lines = diffJson(before, after);
      const side = (name: "before" | "after") => lines.flatMap((line) => line[name] ?? []).join("\n");
      expect(side("before")).toBe(before === null ? "" : JSON.stringify(before, null, 2));
      expect(side("after")).toBe(after === null ? "" : JSON.stringify(after, null, 2));
      for (const { kind, before: was, after: is } of lines) expect(kind === "same").toBe(was === is);
    }),
  );
  expect(
    diffJson({ status: "failed", a: 1 }, { status: "queued", a: 1 }).filter(({ kind }) => kind !== "same"),
  ).toEqual([{ kind: "changed", before: '  "status": "failed",', after: '  "status": "queued",' }]);
});

test("what an event speaks of is opened where it is, as long as it is there", () => {
  const event = (type: string, payload: unknown, correlationId: string | null = null) => ({
    ...{ cursor: "1", id: "e", type, source: "s", correlationId, at: 0, payload, metadata: {} },
    unreadable: [],
  });
  const names = { tasks: { t: { title: "Build", planId: "p" }, gone: null }, plans: { p: "Nightly" } };
  const failed = subjectsOfEvent(event("task.failed", { task_id: "t", plan_id: "p", run_id: "r", worker_id: "w" }));
  expect(linksOf(failed, names).map(({ kind, label }) => [kind, label])).toEqual([
    ["Task", "Build"],
    ["Attempt", "Its log"],
    ["Plan", "Nightly"],
    ["Worker", "w"],
  ]);
  expect(subjectWords(failed, names)).toBe("Build");
  const gone = subjectsOfEvent(event("task.failed", { task_id: "gone", subtask_id: "unit" }));
  expect(linksOf(gone, names)).toEqual([]);
  expect(subjectWords(gone, names)).toBe("unit");
  expect(subjectsOfEvent(event("agent.heartbeat", {}, "worker-1")).workerId).toBe("worker-1");
  expect(subjectsOfEvent(event("odd", "{broken"))).toEqual(NO_SUBJECTS);
});

test("changes are stepped through one moment at a time", () => {
  const moments = [10, 20, 30];
  expect([5, 10, 15, 30].map((at) => neighbour(moments, at, 1))).toEqual([10, 20, 20, null]);
  expect([5, 10, 15, 99].map((at) => neighbour(moments, at, -1))).toEqual([null, null, 10, 30]);
  expect(neighbour([], 1, 1)).toBeNull();
  expect(density([0, 1, 99, 100], 0, 100, 4)).toEqual([2, 0, 0, 2]);
  expect(density([5], 5, 5, 2)).toEqual([1, 0]);
});
