import { describe, expect, it } from "vitest";
import { lookOf, planState, segmentsOf } from "../../../src/renderer/ui/looks";
import { PLAN_STATUSES } from "../../../src/shared/model/plan";
import { RUN_STATUSES } from "../../../src/shared/model/run";
import { TASK_STATES } from "../../../src/shared/model/task";
import { WORKER_STATES } from "../../../src/shared/model/worker";

describe("lookOf", () => {
  const known = [
    ...TASK_STATES.map((state) => ["task", state] as const),
    ...PLAN_STATUSES.map((state) => ["plan", state] as const),
    ...RUN_STATUSES.map((state) => ["run", state] as const),
    ...WORKER_STATES.map((state) => ["worker", state] as const),
    ...["healthy", "degraded", "unhealthy", "broken", "unchecked"].map((state) => ["agent", state] as const),
  ];

  it.each(known)("knows %s %s", (kind, state) => {
    expect(lookOf(kind, state).glyph).not.toMatch(/unknown/);
  });

  it("tells the states of a kind apart by word and by glyph and hue", () => {
    for (const kind of ["task", "worker", "agent"] as const) {
      const looks = known.filter(([of]) => of === kind).map(([, state]) => lookOf(kind, state));
      expect(new Set(looks.map((look) => look.label)).size).toBe(looks.length);
      expect(new Set(looks.map((look) => `${look.glyph} ${look.tone}`)).size).toBe(looks.length);
    }
  });

  it("shows a state nobody knows as it stands", () => {
    expect(lookOf("task", "on_hold")).toMatchObject({ label: "on_hold", glyph: "ring-unknown" });
    expect(lookOf("worker", "constructor")).toMatchObject({ label: "constructor", glyph: "hex-unknown" });
    expect(lookOf("plan", "").label).toBe("No state");
  });
});

describe("segmentsOf", () => {
  it("orders from what is over to what has not begun and drops the empty", () => {
    const segments = segmentsOf({ waiting: 3, failed: 1, completed: 9, on_hold: 2, in_progress: 2, queued: 0 });
    expect(segments.map((segment) => segment.state)).toEqual([
      "completed",
      "in_progress",
      "failed",
      "on_hold",
      "waiting",
    ]);
  });
});

describe("planState", () => {
  it("is stopping from the request to cancel until the plan has ended", () => {
    expect(planState({ status: "executing", cancelRequested: true })).toBe("stopping");
    expect(planState({ status: "cancelled", cancelRequested: true })).toBe("cancelled");
    expect(planState({ status: "executing", cancelRequested: false })).toBe("executing");
  });

  it("is paused while it is held, as long as it has not ended and is not stopping", () => {
    expect(planState({ status: "executing", cancelRequested: false, paused: true })).toBe("paused");
    expect(planState({ status: "executing", cancelRequested: true, paused: true })).toBe("stopping");
    expect(planState({ status: "completed", cancelRequested: false, paused: true })).toBe("completed");
    expect(lookOf("plan", "paused").label).toBe("Paused");
  });
});
