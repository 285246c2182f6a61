import Database from "better-sqlite3";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;

beforeAll(buildHive, 23_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const hive = (...args: string[]) => place.hive(["migration", ...args]);

async function makeTasks(count: number): Promise<void> {
  const plan = place.file("plan.yaml", "title: One\nsubtasks: [{ id: a, agent: noop }]\n");
  expect(await place.hive(["run", plan])).toMatchObject({ code: 0 });
  const db = new Database(place.databaseFile);
  const insert = db.prepare("INSERT INTO tasks (id, title, task_type, payload) VALUES (?, 'T', 'review', ?)");
  const payload = JSON.stringify({ code_path: "a", text: "x".repeat(200) });
  db.transaction(() => {
    for (let at = 0; at < count; at += 1) insert.run(`t-${at}`, payload);
  })();
  db.close();
}

describe("hive migration", () => {
  it("goes the whole road and back", async () => {
    await makeTasks(20);
    expect((await hive("status")).out).toMatch(/^Phase A {2}infrastructure\n {2}alembic +f97f94fd1a27\n/);
    expect(await hive("flags", "enable_dual_write=on")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--reason/),
    });
    const on = await hive("flags", "enable_dual_write=on", "enable_unified_events=on", "--reason", "pilot", "--json");
    expect(on).toMatchObject({ code: 0, err: "" });
    expect(records(on.out)).toMatchObject([
      { flag: "enable_unified_events", on: true, reason: "pilot" },
      { flag: "enable_dual_write", on: true },
      { flag: "enable_agent_adapters", on: false },
    ]);
    const differing = await hive("parity", "--limit", "2");
    expect(differing).toMatchObject({ code: 1 });
    expect(differing.out).toMatch(/^missing {2}unified_tasks {2}\S+\n(.*\n)*… more.*\n✗ 21 tasks compared, 41 missing/);
    expect(await hive("cutover", "--reason", "too early")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/differ in 41 row/),
    });
    expect((await hive("backfill")).out).toMatch(/✓ done: 21 tasks seen, 41 unified rows written, 0 removed/);
    expect(await hive("parity")).toMatchObject({ code: 0, out: "✓ 21 tasks compared, no difference\n" });
    expect((await hive("cutover", "--reason", "go")).out).toContain("Phase D  cutover");
    expect((await hive("rollback", "--reason", "back")).out).toContain("Phase C  dual write");
    expect(await hive("down", "--reason", "too early")).toMatchObject({ code: 1 });
    await hive("flags", "enable_dual_write=off", "enable_unified_events=off", "--reason", "back");
    expect((await hive("rollback", "--reason", "back")).out).toContain("not begun");
    expect(records((await hive("up", "--reason", "again", "--json")).out)).toMatchObject([{ phase: "A" }]);
    expect(place.rows("SELECT count(*) AS n FROM tasks")).toEqual([{ n: 21 }]);
  });

  it("goes on with a backfill that was killed", async () => {
    await makeTasks(3_000);
    const first = place.start(["migration", "backfill"]);
    const seen = () => Number(place.rows("SELECT coalesce(max(seen), 0) AS n FROM console_backfills")[0]?.n);
    await waitFor("the backfill to be under way", () => seen() > 10);
    first.child.kill("SIGKILL");
    expect(await first.ended).toMatchObject({ signal: "SIGKILL" });
    const before = seen();
    expect(before).toBeLessThan(3_001);
    expect(records((await hive("status", "--json")).out)).toMatchObject([{ backfill: { state: "interrupted" } }]);
    const again = await hive("backfill", "--json");
    expect(records(again.out)).toMatchObject([{ state: "done", resumed: true, seen: 3_001, written: 6_001 }]);
  }, 60_000);
});

it("is a command of nothing without a database", async () => {
  expect(await hive("status")).toMatchObject({ code: 3 });
});
