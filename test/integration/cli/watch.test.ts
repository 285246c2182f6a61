import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;
beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

/** Ends when the file `go` exists, with this exit code. */
const waiting = (exitCode: number) => `title: Waiting
subtasks:
  - { id: waits, run: "touch begun; while [ ! -e go ]; do sleep 0.05; done; exit ${exitCode}" }
  - { id: after, run: "true", dependencies: waits }
`;
const go = () => writeFileSync(`${place.folder}/go`, "");

describe("hive plan watch", () => {
  it("follows what another command runs, with its exit code", async () => {
    const running = place.start(["run", place.file("plan.yaml", waiting(0))]);
    await running.printed(/in_progress +waits/);
    const watching = place.start(["plan", "watch", "--last"]);
    await watching.printed(/watching +Waiting[\s\S]*in_progress +waits/);
    go();
    const { code, out, err } = await watching.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/✓ Waiting completed in .+: 2 completed/);
    expect(err).toMatch(/another hive command .*watching it/);
    expect((await running.ended).code).toBe(0);
    // Watching what has ended tells the outcome.
    const [plan] = place.rows("SELECT plan_id FROM console_plans");
    const again = await place.hive(["plan", "watch", String(plan?.plan_id).slice(0, 13), "--json"]);
    expect(again.code).toBe(0);
    expect(records(again.out).at(-1)).toMatchObject({ type: "summary", status: "completed" });
  });

  it("runs the plan when nobody else does", async () => {
    const running = place.start(["run", place.file("plan.yaml", waiting(3))]);
    await waitFor("its process", () => existsSync(`${place.folder}/begun`));
    running.child.kill("SIGKILL");
    await running.ended;
    const watching = place.start(["plan", "watch"]);
    await watching.printed(/in_progress +waits/);
    go();
    const { code, out } = await watching.ended;
    expect(code).toBe(1);
    expect(out).toMatch(/✗ waits failed: Exit code 3/);
  });

  it("^C cancels the plan, and with --leave only ends the watching", async () => {
    const running = place.start(["run", place.file("plan.yaml", waiting(0))]);
    await running.printed(/in_progress +waits/);
    const leaving = place.start(["plan", "watch", "--leave"]);
    await leaving.printed(/in_progress +waits/);
    leaving.child.kill("SIGINT");
    const left = await leaving.ended;
    expect(left.code).toBe(130);
    expect(left.out).toContain("Waiting goes on");
    expect(place.rows("SELECT status FROM execution_plans")).toEqual([{ status: "executing" }]);

    const cancelling = place.start(["plan", "watch"]);
    await cancelling.printed(/in_progress +waits/);
    cancelling.child.kill("SIGINT");
    expect((await cancelling.ended).code).toBe(130);
    expect((await running.ended).code).toBe(1);
    expect(place.rows("SELECT status FROM execution_plans")).toEqual([{ status: "cancelled" }]);
  });

  it("ends with 2 for a plan that is not there, 3 without a database", async () => {
    expect(await place.hive(["plan", "watch"])).toMatchObject({ code: 3, out: "" });
    await place.hive(["run", place.file("plan.yaml", "title: Small\nsubtasks:\n  - { id: a, agent: noop }\n")]);
    expect(await place.hive(["plan", "watch", "nobody"])).toMatchObject({ code: 2, out: "" });
    expect(await place.hive(["plan", "watch", "nobody", "--last"])).toMatchObject({ code: 2 });
  });
});
