import Database from "better-sqlite3";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

/** The command's JSON, when it ends well. */
async function json(...args: string[]): Promise<Array<Record<string, unknown>>> {
  const { code, out, err } = await place.hive([...args, "--json"]);
  expect({ args, code, err }).toEqual({ args, code: 0, err: "" });
  return out === "" ? [] : records(out);
}

function sql(statements: string): void {
  const database = new Database(place.databaseFile);
  database.exec(statements);
  database.close();
}

describe("hive task", () => {
  it("creates, lists, shows, updates and deletes, and audits each act under the operator's name", async () => {
    const created = await place.hive([
      ...[
        "task",
        "create",
        "Build it",
        "--type",
        "dev",
        "-d",
        "now",
        "--payload",
        '{"n": 1}',
        "--tag",
        "a",
        "--tag",
        "b",
      ],
      ...["--priority", "7", "--max-retries", "0", "--phase", "design"],
    ]);
    expect({ code: created.code, err: created.err }).toEqual({ code: 0, err: "" });
    const id = created.out.trim();
    const [other] = await json("task", "create", "Other", "-t", "ops");
    expect(await json("task", "list")).toMatchObject([
      { task_id: id, title: "Build it", status: "queued", priority: 7, payload: { n: 1 }, tags: ["a", "b"] },
      { task_id: other?.task_id, task_type: "ops" },
    ]);
    expect(await json("task", "list", "--type", "ops")).toHaveLength(1);
    expect(await json("task", "list", "--status", "failed")).toEqual([]);
    const table = await place.hive(["task", "list", "-n", "1"]);
    expect(table.out).toContain(id);
    expect(table.err).toContain("There are more");

    expect(await json("task", "update", id, "in_progress", "--worker", "w", "--phase", "code")).toEqual([
      { task_id: id, status: "in_progress" },
    ]);
    await json("task", "update", id, "failed", "--reason", "no disk");
    const shown = await place.hive(["task", "show", id]);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/worker +w\n/);
    const [record] = await json("task", "show", id);
    expect(record).toMatchObject({ current_phase: "code", assigned_worker: "w", max_retries: 0 });
    expect(Date.parse(String(record?.created_at))).toBeGreaterThan(0);

    expect(await json("task", "delete", id)).toEqual([{ task_id: id, deleted: true }]);
    expect(place.rows("SELECT act, entity_id FROM console_audit WHERE entity_id = ? ORDER BY seq", id)).toEqual(
      ["tasks.create", "tasks.updateStatus", "tasks.updateStatus", "tasks.delete"].map((act) => ({
        act,
        entity_id: id,
      })),
    );
  }, 60_000);

  it("says what is wrong, and how to go on", async () => {
    const [task] = await json("task", "create", "x", "--type", "t");
    const id = String(task?.task_id);
    for (const [args, code, message] of [
      [["task", "show", "nobody"], 2, /There is no task nobody in .*hive task list/],
      [["task", "delete", "nobody"], 2, /There is no task nobody/],
      [["task", "update", "nobody", "failed"], 2, /There is no task nobody/],
      [["task", "update", id, "approved"], 1, /cannot go from queued to approved/],
      [["task", "update", id, "done"], 2, /Allowed choices are queued/],
      [["task", "create", "x"], 2, /--type/],
      [["task", "create", "x", "-t", "t", "--payload", "[1]"], 2, /Give a JSON object/],
      [["task", "create", "x", "-t", "t", "--priority", "high"], 2, /Give a whole number/],
      [["task", "create", "", "-t", "t"], 2, /title/],
      [["task", "list", "-s", "failed", "-t", "t"], 2, /only while they are queued/],
      [["task", "list", "--db", "nowhere.db"], 3, /There is no database/],
      [["task", "update", id, "failed", "--db", "nowhere.db"], 3, /There is no database/],
    ] as const) {
      const ended = await place.hive(args);
      expect({ args, code: ended.code, out: ended.out }).toEqual({ args, code, out: "" });
      expect(ended.err).toMatch(message);
      expect(ended.err).not.toMatch(/^\s+at /m);
    }
    const failed = await place.hive(["task", "show", "nobody", "--json"]);
    expect(records(failed.out)).toMatchObject([{ type: "error", code: "not_found" }]);
  }, 60_000);
});

describe("hive worker", () => {
  it("registers, beats, lists, shows and unregisters", async () => {
    await json("worker", "register", "w1", "--role", "backend", "-c", "sql", "-c", "python", "--metadata", '{"v": 2}');
    expect(await json("worker", "list")).toMatchObject([
      { worker_id: "w1", role: "backend", active: true, capabilities: ["sql", "python"], metadata: { v: 2 } },
    ]);
    expect((await place.hive(["worker", "list"])).out).toMatch(/w1 .*backend .*ago .*sql, python/);
    await json("worker", "heartbeat", "w1", "--status", "idle");
    expect(await json("worker", "list")).toMatchObject([
      { worker_id: "w1", status: "idle", active: false, state: "idle" },
    ]);
    expect(await json("worker", "show", "w1")).toMatchObject([{ status: "idle", active: false }]);
    expect((await place.hive(["worker", "show", "w1"])).out).toMatch(/^w1 +idle/m);
    expect(await json("worker", "unregister", "w1")).toEqual([{ worker_id: "w1", unregistered: true }]);
    for (const verb of ["show", "heartbeat", "unregister"]) {
      const { code, err } = await place.hive(["worker", verb, "w1"]);
      expect({ verb, code }).toEqual({ verb, code: 2 });
      expect(err).toContain("There is no worker w1");
    }
  }, 60_000);
});

describe("hive plan", () => {
  it("creates a planner's subtasks, hands them out, checks and starts", async () => {
    await json("worker", "register", "w", "--role", "x");
    sql(`INSERT INTO planning_queue (id, task_description) VALUES ('q', 'x');
      INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES
        ('p', 'q', '{"sub_tasks": [{"id": "a", "title": "First"}, {"id": "b", "depends_on": ["a"]}]}', 'approved'),
        ('bad', 'q', 'not json', 'draft')`);
    expect(await json("plan", "create-subtasks", "p")).toEqual([{ plan_id: "p", created: 2 }]);
    expect((await place.hive(["plan", "create-subtasks", "p"])).out).toBe("✓ 0 tasks created\n");
    expect(await json("plan", "start", "p")).toEqual([{ plan_id: "p", status: "executing" }]);
    expect(await json("plan", "status", "p")).toEqual([{ plan_id: "p", status: "executing" }]);
    const [next] = await json("plan", "next", "p");
    expect(next).toMatchObject({ task: { subtask_id: "a", title: "First" } });
    const ids = place.rows("SELECT id FROM tasks ORDER BY rowid").map(({ id }) => String(id));
    const checked = await place.hive(["plan", "check", ...ids, "--json"]);
    expect(checked.code).toBe(1);
    expect(records(checked.out).map(({ dependencies_met }) => dependencies_met)).toEqual([true, false]);
    for (const status of ["in_progress", "completed"]) await json("task", "update", ids[0] ?? "", status);
    expect((await place.hive(["plan", "check", ...ids])).code).toBe(0);

    for (const [args, code, message] of [
      [["plan", "start", "p"], 1, /cannot begin: it is executing/],
      [["plan", "create-subtasks", "bad"], 2, /plan data of plan bad is not a JSON object/],
      [["plan", "status", "nobody"], 2, /There is no plan nobody/],
      [["plan", "start", "nobody"], 2, /There is no plan nobody/],
      [["plan", "create-subtasks", "nobody"], 2, /There is no plan nobody/],
    ] as const) {
      const ended = await place.hive(args);
      expect({ args, code: ended.code }).toEqual({ args, code });
      expect(ended.err).toMatch(message);
    }
    expect(await place.hive(["plan", "next", "nobody"])).toMatchObject({ code: 2, out: "" });
  }, 60_000);
});
