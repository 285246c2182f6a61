import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;
beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const GATED = `title: Gated
subtasks:
  - { id: gate, agent: approval, approval: { instructions: Go? } }
  - { id: after, run: echo after, dependencies: gate }
`;

const only = async (...args: string[]) => {
  const { code, out, err } = await place.hive([...args, "--json"]);
  expect({ args, code, err }).toMatchObject({ code: 0, err: "" });
  return records(out)[0];
};

async function launch(): Promise<{ planId: string; ended: Promise<{ code: number | null }> }> {
  const running = place.start(["run", place.file("gated.yaml", GATED)]);
  await running.printed(/review_pending/);
  const [plan] = records((await place.hive(["plan", "list", "--json"])).out);
  return { planId: String(plan?.plan_id), ended: running.ended };
}

describe("what a person calls a task or a plan", () => {
  it("tasks by the subtask's name and plans by the beginning of their id, in acts and in previews", async () => {
    const { planId, ended } = await launch();
    const short = planId.slice(0, 18);
    expect(await only("task", "show", "gate")).toMatchObject({ subtask_id: "gate" });
    expect(await only("task", "approve", "gate", "--preview")).toMatchObject({ matched: 1, count: 1 });
    expect(await only("plan", "pause", short, "--preview")).toMatchObject({ plans: [{ id: planId }] });
    expect(await only("plan", "pause", short)).toMatchObject({ plan_id: planId, paused: true });
    expect(await only("plan", "status", short)).toEqual({ plan_id: planId, status: "executing" });
    expect(await only("plan", "resume", short)).toMatchObject({ plan_id: planId, paused: false });
    expect(await only("task", "priority", "7", "gate", "after")).toMatchObject({ report: { done: 2 } });
    expect(await only("task", "priority", "8", "--plan", short)).toMatchObject({ report: { done: 2 } });
    expect(await only("task", "edit", "after", "--set", "run=echo changed", "--preview")).toMatchObject({ count: 1 });
    expect(await only("task", "approve", "gate", "--reason", "good")).toMatchObject({ status: "completed" });
    expect((await ended).code).toBe(0);
    expect(await only("task", "retry", "after", "--from", "--preview")).toMatchObject({ count: 1 });
    expect(await only("plan", "show", short)).toMatchObject({ plan_id: planId, status: "completed" });
    expect((await place.hive(["plan", "export", short])).out).toContain("Gated");
  }, 60_000);

  it("names that fit nothing, or several, are refused and nothing is done", async () => {
    const first = await launch();
    const second = await launch();
    // What waits for a person is told to whoever joins.
    const watching = place.start(["plan", "watch", second.planId, "--leave"]);
    await watching.printed(/watching +Gated[\s\S]*review_pending/);
    watching.child.kill("SIGINT");
    expect((await watching.ended).code).toBe(130);
    for (const [args, message] of [
      [["task", "approve", "nobody"], /no task nobody in .*hive task list/],
      [["task", "approve", "gate"], /gate may be several tasks\. Give the id of one: \S+, \S+/],
      [["task", "approve", "gate", "--preview"], /gate may be several tasks/],
      [["task", "cancel", "gate", "nobody"], /gate may be several tasks/],
      [["task", "retry", "nobody", "--from"], /no task nobody/],
      [["task", "edit", "nobody"], /no task nobody/],
      [["plan", "pause", first.planId.slice(0, 4)], /ids of several plans begin with/],
      [["plan", "cancel", "nothing"], /no plan nothing in .*hive plan list/],
      [["plan", "show", "nothing"], /no plan nothing in .*hive plan list/],
    ] as const) {
      const { code, out, err } = await place.hive(args);
      expect({ args, code, out }).toEqual({ args, code: 2, out: "" });
      expect(err).toMatch(message);
    }
    expect(place.rows("SELECT status FROM tasks WHERE task_type = 'approval'")).toEqual([
      { status: "review_pending" },
      { status: "review_pending" },
    ]);
    for (const { planId } of [first, second]) await only("plan", "cancel", planId);
    await Promise.all([first.ended, second.ended]);
  }, 60_000);
});

describe("hive plan validate --json", () => {
  it("gives each finding with its place", async () => {
    const wrong = place.file("wrong.yaml", "title: W\nsubtasks:\n  - { id: a, run: x, timeot: 3 }\n");
    const { code, out, err } = await place.hive(["plan", "validate", wrong, "--json"]);
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(records(out)).toMatchObject([
      { valid: false, findings: [{ severity: "error", line: 3, column: 22, subtask_id: "a" }] },
    ]);
    const right = await place.hive(["plan", "validate", place.file("right.yaml", GATED), "--json"]);
    expect(right.code).toBe(0);
    expect(records(right.out)).toMatchObject([{ valid: true, findings: [] }]);
  });
});

describe("hive worker list", () => {
  it("says who is drained, in the table, in JSON and of one worker", async () => {
    for (const id of ["w1", "w2"]) await place.hive(["worker", "register", id, "--role", "backend"]);
    await only("worker", "drain", "w1");
    const table = (await place.hive(["worker", "list"])).out;
    expect(table).toMatch(/^w1 +backend +drained /m);
    expect(table).toMatch(/^w2 +backend +idle /m);
    const listed = records((await place.hive(["worker", "list", "--json"])).out);
    expect(listed).toMatchObject([
      { worker_id: "w1", drained: true, state: "idle" },
      { worker_id: "w2", drained: false },
    ]);
    expect((await place.hive(["worker", "show", "w1"])).out).toContain("drained");
    await only("worker", "heartbeat", "w2", "--status", "offline");
    expect((await place.hive(["worker", "list"])).out).not.toContain("w2");
    expect((await place.hive(["worker", "list", "--all"])).out).toMatch(/^w2 +backend +offline /m);
  }, 60_000);
});

it("records for scripts have the columns' names and readable times, wrong command lines too", async () => {
  await place.hive(["run", place.file("one.yaml", "title: One\nsubtasks: [{ id: a, run: 'false' }]\n")]);
  const preview = await only("task", "retry", "a", "--preview");
  expect(preview).toMatchObject({ matched: 1, also_queued: { count: 0 } });
  const job = await only("task", "retry", "--state", "failed");
  expect(job).toMatchObject({ abort_requested: false, started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  for (const args of [
    ["task", "nonsense"],
    ["worker", "slots", "0"],
    ["task", "approve", "--nothing"],
  ]) {
    const { code, out, err } = await place.hive([...args, "--json"]);
    expect(code).toBe(2);
    expect(records(out)).toMatchObject([{ type: "error", code: "invalid_input", message: expect.stringMatching(/./) }]);
    expect(err).toContain("hive: ");
  }
}, 60_000);

it("a dry run reckons with as many tasks at once as the database was set to", async () => {
  const file = place.file("gated.yaml", GATED);
  await place.hive(["worker", "register", "w", "--role", "r"]);
  await only("worker", "slots", "7");
  expect(await only("plan", "dry-run", file)).toMatchObject({ slots: 7 });
  expect(await only("plan", "dry-run", file, "--slots", "3")).toMatchObject({ slots: 3 });
});
