import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { processesWith } from "../../helpers/processes";
import { waitFor } from "../../helpers/wait";
import { buildHive, HIVE, makePlace, type Place, records, run } from "./hive";

const DIAMOND = `title: Diamond
parameters:
  word: { type: string, default: none }
subtasks:
  - { id: top, run: 'echo "word: $WORD"', env: { WORD: "\${{ params.word }}" } }
  - { id: left, run: [sleep, "0.2"], dependencies: [top] }
  - { id: right, run: [sleep, "0.2"], dependencies: [top] }
  - { id: end, agent: noop, dependencies: [left, right] }
`;

const BROKEN = `title: Broken
subtasks:
  - { id: good, run: "true" }
  - { id: bad, run: 'for i in 1 2 3; do echo "step $i"; done; printf "\\033[31mlast words\\033[0m\\n"; exit 7' }
  - { id: behind, run: "true", dependencies: [bad] }
`;

// It waits long enough that a busy machine shows the wait, too.
const FLAKY = `title: Flaky
subtasks:
  - id: flaky
    run: 'test "$HIVE_ATTEMPT" = 2'
    retries: { count: 2, backoff: 2s }
`;

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

describe("a run in a pipe", () => {
  it("prints a line for each change of state, and ends with 0", async () => {
    place.file("plan.yaml", DIAMOND);
    const { code, out, err } = await place.hive(["run", "plan.yaml", "--param", "word=a=b", "--workers", "2"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).not.toContain("\u001b");
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}launched {8}Diamond \(4 tasks, plan [0-9a-f-]{36}\)$/);
    for (const id of ["top", "left", "right", "end"]) {
      expect(lines.some((line) => new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}completed +${id}$`).test(line))).toBe(true);
    }
    expect(lines.some((line) => /in_progress +left$/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^✓ Diamond completed in .+: 4 completed$/);
  });

  it("tells what failed, the end of its log and where the log is, and ends with 1", async () => {
    place.file("plan.yaml", BROKEN);
    const { code, out } = await place.hive(["run", "plan.yaml"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ bad failed: .*7.*$/m);
    expect(out).toMatch(/^ {2}│ step 3\n {2}│ last words\n {2}log: .+\.log$/m);
    expect(out).toMatch(/^◑ Broken partly completed in .+: 1 failed, 1 blocked, 1 completed$/m);
    const log = /^ {2}log: (.+)$/m.exec(out)?.[1] ?? "";
    expect(await run("tail", ["-n", "1", log], place.folder).ended).toMatchObject({ code: 0 });
  });

  it("shows attempts", async () => {
    place.file("plan.yaml", FLAKY);
    const { code, out } = await place.hive(["run", "plan.yaml"]);
    expect(code).toBe(0);
    expect(out).toMatch(/retrying +flaky/);
    expect(out).toMatch(/completed +flaky +attempt 2 of 3/);
  });

  it("ends quietly when nobody reads on", async () => {
    place.file("plan.yaml", DIAMOND);
    const command = `"${process.execPath}" "${HIVE}" run plan.yaml --db pipe.db | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { out, err } = await run("bash", ["-c", command], place.folder).ended;
    expect(err).toBe("");
    expect(out).toMatch(/^.* launched .*\n0\n$/);
  });
});

describe("a run as JSON", () => {
  it("prints the plan, each change and a summary", async () => {
    place.file("plan.yaml", DIAMOND);
    const { code, out, err } = await place.hive(["run", "plan.yaml", "--json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = records(out);
    const [launched] = lines;
    const summary = lines.at(-1);
    expect(launched).toMatchObject({ type: "plan", title: "Diamond", tasks: 4 });
    expect(summary).toMatchObject({ plan_id: launched?.plan_id, status: "completed", tasks: { completed: 4 } });
    expect(summary?.duration_ms).toBeGreaterThan(200);
    const changes = lines.slice(1, -1);
    expect(new Set(changes.map((line) => line.type))).toEqual(new Set(["task"]));
    expect(changes.find((line) => line.subtask_id === "left" && line.state === "in_progress")).toMatchObject({
      attempt: 1,
    });
    for (const change of changes) expect(new Date(String(change.at)).toISOString()).toBe(change.at);
  });

  it("names failures with their logs", async () => {
    place.file("plan.yaml", BROKEN);
    const { code, out } = await place.hive(["run", "plan.yaml", "--json"]);
    expect(code).toBe(1);
    const lines = records(out);
    expect(lines.find((line) => line.type === "failure")).toMatchObject({
      subtask_id: "bad",
      exit_code: 7,
      attempt: 1,
    });
    expect(lines.at(-1)).toMatchObject({
      status: "partially_completed",
      tasks: { completed: 1, failed: 1, blocked: 1 },
    });
  });
});

describe("two commands on one database", () => {
  it("both run to their ends, by one dispatcher", async () => {
    place.file("plan.yaml", DIAMOND.replaceAll('[sleep, "0.2"]', '"until [ -e go ]; do sleep 0.05; done"'));
    const first = place.start(["run", "plan.yaml"]);
    await first.printed(/in_progress +left/);
    const watching = place.start(["run", "plan.yaml", "--json"]);
    const told = new RegExp(`^Tasks are started by another hive command .*process ${first.child.pid}`, "m");
    await waitFor("who starts the tasks", () => told.test(watching.output().err));
    place.file("go", "");
    const second = await watching.ended;
    expect(second.code).toBe(0);
    expect(records(second.out).at(-1)).toMatchObject({ status: "completed", tasks: { completed: 4 } });
    expect((await first.ended).code).toBe(0);
    expect(place.rows("SELECT DISTINCT status, count(*) AS n FROM runs GROUP BY status")).toEqual([
      { status: "success", n: 8 },
    ]);
  });

  it("the one that watches takes over when the other is killed, and learns the orphan's exit code", async () => {
    const until = (name: string) => `while [ ! -e ${name} ]; do sleep 0.05; done`;
    place.file("slow.yaml", `title: Slow\nsubtasks:\n  - { id: slow, run: "${until("one")}; exit 5" }\n`);
    place.file("last.yaml", `title: Last\nsubtasks:\n  - { id: last, run: "${until("two")}" }\n`);
    const first = place.start(["run", "slow.yaml", "--workers", "1"]);
    await first.printed(/in_progress +slow/);
    const second = place.start(["run", "last.yaml", "--workers", "2"]);
    await waitFor("the second to watch", () => second.output().err.includes(`process ${first.child.pid}`));
    first.child.kill("SIGKILL");
    await second.printed(/in_progress +last/);
    expect(second.output().err).toMatch(/this one does now/);
    place.file("one", "");
    const orphan = () =>
      place.rows(`SELECT r.status, c.exit_code FROM runs r JOIN console_runs c ON c.run_id = r.id
        JOIN tasks t ON t.id = r.task_id WHERE t.title = 'slow' AND r.status <> 'running'`);
    await waitFor("the orphan's end", () => orphan().length > 0);
    expect(orphan()).toEqual([{ status: "failure", exit_code: 5 }]);
    place.file("two", "");
    expect((await second.ended).code).toBe(0);
  });
});

describe("plans in the database", () => {
  it("are listed and shown", async () => {
    const plan = place.file("plan.yaml", BROKEN);
    const { out } = await place.hive(["run", plan, "--json"]);
    const id = String(records(out)[0]?.plan_id);

    const list = await place.hive(["plan", "list"]);
    expect(list).toMatchObject({ code: 0, err: "" });
    expect(list.out).toMatch(new RegExp(`^${id} {2}◑ partly completed +1/3 .* Broken$`, "m"));
    expect(records((await place.hive(["plan", "list", "--json"])).out)).toMatchObject([
      { plan_id: id, status: "partially_completed", task_count: 3, source: basename(plan) },
    ]);

    const show = await place.hive(["plan", "show", id]);
    expect(show).toMatchObject({ code: 0, err: "" });
    expect(show.out).toMatch(/✗ bad +failed/);
    const [shown] = records((await place.hive(["plan", "show", id, "--json"])).out);
    expect(shown).toMatchObject({
      plan_id: id,
      tasks: [{ state: "completed" }, { state: "failed" }, { state: "blocked" }],
    });
  });

  it("launched paused wait until they are resumed", async () => {
    const plan = place.file("plan.yaml", DIAMOND);
    const launched = await place.hive(["run", plan, "--paused"]);
    expect(launched).toMatchObject({ code: 0, err: "" });
    const id = /as plan (\S+)\nLet it go on with: hive plan resume \1\. Follow it/.exec(launched.out)?.[1] ?? "";
    expect(records((await place.hive(["run", plan, "--paused", "--json"])).out)).toMatchObject([
      { title: "Diamond", status: "executing", paused: true, tasks: 4 },
    ]);
    // Whoever starts the tasks passes them by.
    expect((await place.hive(["run", plan])).code).toBe(0);
    const begun = "SELECT 1 FROM runs r JOIN console_tasks t ON t.task_id = r.task_id WHERE t.plan_id = ?";
    expect(place.rows(begun, id)).toEqual([]);
    expect((await place.hive(["plan", "resume", id])).code).toBe(0);
    expect((await place.hive(["plan", "watch", id])).code).toBe(0);
    expect(place.rows(begun, id)).toHaveLength(4);
    expect((await place.hive(["run", plan, "--paused", "-w", "2"])).code).toBe(2);
  });

  it("are not invented", async () => {
    place.file("plan.yaml", FLAKY);
    await place.hive(["run", "plan.yaml"]);
    const { code, err } = await place.hive(["plan", "show", "nobody"]);
    expect(code).toBe(2);
    expect(err).toMatch(/^hive: .*nobody/);
  });
});

describe("interruption", () => {
  const plan = (mark: string, run: string) => `title: Endless
env: { CLI_TEST_MARK: "${mark}" }
subtasks:
  - { id: endless, run: ${JSON.stringify(run)} }
  - { id: next, run: "true", dependencies: [endless] }
`;

  const cancelled = () => ({
    plans: place.rows("SELECT status FROM execution_plans"),
    tasks: place.rows("SELECT status, count(*) AS n FROM tasks GROUP BY status"),
    runs: place.rows("SELECT status FROM runs"),
  });
  const ALL_CANCELLED = {
    plans: [{ status: "cancelled" }],
    tasks: [{ status: "cancelled", n: 2 }],
    runs: [{ status: "cancelled" }],
  };

  it.each(["SIGINT", "SIGTERM"] as const)("by %s cancels the plan and leaves nothing alive", async (signal) => {
    const mark = `${place.folder}-${signal}`;
    place.file("plan.yaml", plan(mark, "sleep 300 & sleep 300"));
    const running = place.start(["run", "plan.yaml", "--json"]);
    await running.printed(/"subtask_id":"endless".*"in_progress"/);
    await waitFor("its processes", () => processesWith(`CLI_TEST_MARK=${mark}`).length >= 2);
    running.child.kill(signal);
    const { code, out } = await running.ended;
    expect(code).toBe(130);
    expect(records(out).at(-1)).toMatchObject({ status: "cancelled", tasks: { cancelled: 2 } });
    expect(processesWith(`CLI_TEST_MARK=${mark}`)).toEqual([]);
    expect(cancelled()).toEqual(ALL_CANCELLED);
  });

  it("lets the plan clean up, and twice does without", async () => {
    const text = (run: string) =>
      `${plan(`${place.folder}-cleaning`, run)}  - { id: clean, run: touch cleaned, dependencies: [next], when: always }\n`;
    place.file("plan.yaml", text("sleep 300"));
    const first = place.start(["run", "plan.yaml"]);
    await first.printed(/in_progress +endless/);
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    expect(existsSync(join(place.folder, "cleaned"))).toBe(true);
    expect(first.output().err).toContain("waiting for 1 task to stop, then 1 clean-up step to run");

    rmSync(join(place.folder, "cleaned"));
    place.file("plan.yaml", text("trap '' TERM INT; touch deaf; while :; do sleep 0.1; done"));
    const second = place.start(["run", "plan.yaml"]);
    await waitFor("its process not to listen", () => existsSync(join(place.folder, "deaf")));
    second.child.kill("SIGINT");
    await waitFor("the first to be told", () => /waiting for 1 task/.test(second.output().err));
    second.child.kill("SIGINT");
    expect((await second.ended).code).toBe(130);
    expect(existsSync(join(place.folder, "cleaned"))).toBe(false);
    expect(place.rows("SELECT DISTINCT status FROM execution_plans")).toEqual([{ status: "cancelled" }]);
  });

  it("twice kills what does not want to stop, and records it", async () => {
    const mark = `${place.folder}-twice`;
    place.file("plan.yaml", plan(mark, "trap '' TERM INT; touch deaf; while :; do sleep 0.1; done"));
    const running = place.start(["run", "plan.yaml"]);
    await running.printed(/in_progress +endless/);
    await waitFor("its process not to listen", () => existsSync(join(place.folder, "deaf")));
    running.child.kill("SIGINT");
    await waitFor("the first to be told", () => /waiting for 1 task/.test(running.output().err));
    expect(processesWith(`CLI_TEST_MARK=${mark}`)).not.toEqual([]);
    const before = performance.now();
    running.child.kill("SIGINT");
    const { code } = await running.ended;
    expect(performance.now() - before).toBeLessThan(4_000);
    expect(code).toBe(130);
    expect(processesWith(`CLI_TEST_MARK=${mark}`)).toEqual([]);
    expect(cancelled()).toEqual(ALL_CANCELLED);
  });
});
