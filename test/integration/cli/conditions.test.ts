import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { buildHive, makePlace, type Place } from "./hive";

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const PLAN = `
title: Release
groups: { disk: 2 }
subtasks:
  - id: lint
    run: exit 4
    on_failure: continue
    group: disk
  - id: build
    run: echo built; [ $HIVE_ATTEMPT -gt 1 ] || exit 75
    retries: { count: 1, backoff: 10ms, jitter: 0.5, on_exit_codes: [75] }
    dependencies: [lint]
  - id: roll-back
    run: touch rolled-back
    when: failure
    dependencies: [build]
  - id: clean
    run: "true"
    when: always
    dependencies: [build, roll-back]
`;

const states = () =>
  Object.fromEntries(
    place
      .rows("SELECT k.subtask_id, t.status FROM console_tasks k JOIN tasks t ON t.id = k.task_id")
      .map(({ subtask_id, status }) => [subtask_id, status]),
  );

it("a plan with conditions, groups and retries by exit code runs as it is written", async () => {
  const { code, out } = await place.hive(["run", place.file("release.yaml", PLAN)]);
  expect(out).toMatch(/Release completed, 1 failure allowed, in /);
  expect(code).toBe(0);
  expect(states()).toEqual({ lint: "failed", build: "completed", "roll-back": "cancelled", clean: "completed" });
  expect(place.rows("SELECT 1 FROM runs")).toHaveLength(4);
});

it("an exit code that is not named is not retried, and cleaning up follows", async () => {
  const text = PLAN.replace("exit 75", "exit 3");
  const { code } = await place.hive(["run", place.file("release.yaml", text)]);
  expect(code).toBe(1);
  expect(states()).toEqual({ lint: "failed", build: "failed", "roll-back": "completed", clean: "completed" });
});
