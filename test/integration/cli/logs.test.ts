import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { theBoard } from "../board/board";
import { buildHive, makePlace, type Place, records } from "./hive";

beforeAll(buildHive, 120_000);

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const PLAN = "title: A plan\nsubtasks:\n  - { id: good, agent: noop }\n  - { id: bad, run: exit 3 }\n";

async function runPlan(): Promise<string> {
  await place.hive(["run", place.file("plan.yaml", PLAN), "--json"]);
  return String(place.rows("SELECT id FROM execution_plans")[0]?.id);
}

describe("hive event", () => {
  it("lists events by pattern, correlation, entity and time, the latest first", async () => {
    const planId = await runPlan();
    const failed = await place.hive(["event", "list", "--topic", "*.failed", "--json"]);
    expect(failed).toMatchObject({ code: 0, err: "" });
    expect(records(failed.out)).toMatchObject([
      { event_type: "task.failed", correlation_id: planId, payload: { subtask_id: "bad", exit_code: 3 } },
    ]);
    const of = async (...flags: string[]) => {
      const { out } = await place.hive(["event", "list", "--json", ...flags]);
      return out === "" ? [] : records(out).map((event) => event.event_type);
    };
    expect(await of("--correlation", planId, "--oldest", "-n", "2")).toEqual([
      "plan.execution_started",
      "task.created",
    ]);
    expect((await of("--plan", planId))[0]).toBe("plan.execution_completed");
    const task = String(place.rows("SELECT task_id FROM console_tasks WHERE subtask_id = 'good'")[0]?.task_id);
    expect(await of("--task", task)).toEqual(["task.completed", "task.started", "task.assigned", "task.created"]);
    expect(await of("--until", "1h")).toEqual([]);
    expect(await of("--since", "1h", "--topic", "task.failed")).toEqual(["task.failed"]);
    expect(await of("--source", "nobody")).toEqual([]);

    const shown = await place.hive(["event", "list", "--topic", "task.failed"]);
    expect(shown.out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}task\.failed .*"exit_code":3/);
    expect((await place.hive(["event", "list", "-n", "1"])).err).toContain("There may be more: 1 are shown");
    expect((await place.hive(["event", "list", "--topic", "nothing"])).out).toBe("No such events.\n");
  });

  it("refuses times and entities that it cannot understand", async () => {
    await runPlan();
    const time = await place.hive(["event", "list", "--since", "yesterday"]);
    expect(time.code).toBe(2);
    expect(time.err).toContain("Give a time (2026-11-21 14:03) or an age (30m)");
    const two = await place.hive(["event", "list", "--task", "a", "--plan", "b"]);
    expect(two).toMatchObject({ code: 2, err: expect.stringContaining("not several") });
  });

  it("follows events of any program until ^C, which is a good end", async () => {
    await runPlan();
    const since = ["--since", "1h", "--topic", "plan.*", "--not", "*.execution_completed"];
    const tail = place.start(["event", "tail", "--topic", "odd.*", ...since, "--json"]);
    const foreign = new DatabaseSync(place.databaseFile);
    const insert =
      foreign.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, payload, metadata)
      VALUES (?, ?, datetime('now'), 'python', '{}', '{}')`);
    const beat = setInterval(() => insert.run(crypto.randomUUID(), "odd.thing"), 100);
    try {
      await tail.printed(/plan\.execution_started[\s\S]*odd\.thing[\s\S]*odd\.thing/);
    } finally {
      clearInterval(beat);
      foreign.close();
    }
    tail.child.kill("SIGINT");
    const ended = await tail.ended;
    expect(ended.code).toBe(0);
    const [first, ...others] = records(ended.out).map((event) => event.event_type);
    expect(first).toBe("plan.execution_started");
    expect(others.every((type) => type === "odd.thing")).toBe(true);
  });
});

describe("hive audit", () => {
  it("lists who did what", async () => {
    const planId = await runPlan();
    const { code, out } = await place.hive(["audit", "list", "--plan", planId, "--json"]);
    expect(code).toBe(0);
    expect(records(out)).toMatchObject([{ act: "plans.launch", entity: "plan", entity_id: planId, before: null }]);
    expect((await place.hive(["audit", "list", "--act", "tasks.*"])).out).toBe("No such acts.\n");
  });
});

describe("hive plan bundle", () => {
  it("writes a plan as one file, which every command reads and none changes", async () => {
    const planId = await runPlan();
    const file = `${place.folder}/incident.hivebundle`;
    const made = await place.hive(["plan", "bundle", planId.slice(0, 20), "--out", file]);
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(made.out).toMatch(/incident\.hivebundle: A plan, 2 tasks, \d+ rows, 1 log\n$/);
    const shown = await place.hive(["plan", "show", planId, "--db", file, "--json"]);
    expect(shown.code).toBe(0);
    const retry = await place.hive(["plan", "retry", planId, "--db", file]);
    expect(retry.code).toBe(1);
    expect(retry.out).toContain("is an incident bundle");
    const task = place.rows("SELECT id FROM tasks WHERE status = 'failed'")[0]?.id;
    const one = await place.hive([
      "task",
      "bundle",
      String(task),
      "--out",
      `${place.folder}/task.hivebundle`,
      "--json",
    ]);
    expect(records(one.out)).toMatchObject([{ kind: "task", logs: 1, rows: { tasks: 1, runs: 1 } }]);
    expect((await place.hive(["plan", "bundle", "nothing", "--out", file])).code).toBe(2);
  });
});

describe("hive board import", () => {
  it("imports a Board, reports what it could not, and shows it among the plans", async () => {
    const file = `${place.folder}/the_board_state.db`;
    const ids = theBoard(file, [
      ["plan", "a", "Enter the market"],
      ["sql", "INSERT INTO tasks VALUES ('orphan', 'nowhere', 'CEO', 'x', 'pending', 0, NULL, '', '')"],
    ]);
    const first = await place.hive(["board", "import", file, "--json"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(records(first.out)).toMatchObject([
      {
        plans: { imported: 1 },
        tasks: { imported: 4, kept: 0, refused: 1 },
        findings: [{ table: "tasks", id: "orphan", imported: false }],
      },
    ]);
    const second = await place.hive(["board", "import", file]);
    expect(second.out).toContain("4 here already, 1 left out");
    const plans = await place.hive(["plan", "list", "--json"]);
    expect(records(plans.out)).toMatchObject([{ plan_id: ids.a, title: "Enter the market", status: "approved" }]);
    const none = await place.hive(["board", "import", place.file("x.db", "words")]);
    expect(none.code).toBe(3);
  });
});
