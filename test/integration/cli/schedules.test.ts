import { rmSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;
let plan: string;

beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
  plan = place.file(
    "plan.yaml",
    "title: Nightly\nparameters: { n: 1 }\nsubtasks: [{ id: a, run: echo hello }]\n".replace(
      "n: 1",
      "n: { type: number, default: 1 }",
    ),
  );
});
afterEach(() => place.remove());

const hive = (...args: string[]) => place.hive(["schedule", ...args]);

describe("hive schedule", () => {
  it("makes, lists, shows, pauses, resumes and deletes", async () => {
    // Half a day away from now, where clocks are never set: it is not due meanwhile, and always as far away.
    const hour = String((new Date().getUTCHours() + 9 + 12) % 24);
    const time = `${hour.padStart(2, "0")}:30`;
    const given = ["--cron", `30 ${hour} * * *`, "--timezone", "Asia/Tokyo", "-p", "n=7"];
    const made = await hive("create", "nightly", plan, ...given);
    expect(made).toMatchObject({ code: 0, err: "" });
    const line = String.raw`30 ${hour} \* \* \* Asia/Tokyo`;
    expect(made.out).toMatch(new RegExp(String.raw`✓ nightly: ${line}; next \w{3} \d{4}-\d\d-\d\d ${time}\n`));
    expect((await hive("list")).out).toMatch(new RegExp(`^nightly +${line} +in 1[12]h`));
    const shown = await hive("show", "nightly");
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out).toContain("parameter   n=7");
    expect(shown.out.match(new RegExp(` ${time} {2}in `, "g"))).toHaveLength(5);
    expect((await hive("pause", "nightly", "--reason", "holidays")).out).toContain("nightly is paused");
    expect((await hive("list")).out).toContain("paused");
    expect(await hive("pause", "nightly")).toMatchObject({ code: 1 });
    expect((await hive("resume", "nightly")).out).toMatch(/nightly goes on; next /);
    expect(records((await hive("list", "--json")).out)).toMatchObject([
      { name: "nightly", overlap: "skip", paused_at: null },
    ]);
    expect(await hive("delete", "nightly")).toMatchObject({ code: 0 });
    expect((await hive("list")).out).toContain("No schedules yet");
    expect(await hive("show", "nightly")).toMatchObject({ code: 2 });
  });

  it("changes what is said and leaves the rest", async () => {
    const shown = async (name: string) => records((await hive("show", name, "--json")).out)[0] ?? {};
    await hive("create", "poll", plan, "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "-p", "n=7");
    const edited = await hive("edit", "poll", "--timezone", "UTC", "--overlap", "queue", "--reason", "moved");
    expect(edited).toMatchObject({ code: 0, err: "" });
    expect(edited.out).toMatch(/✓ poll: 30 2 \* \* \* UTC; next \w{3} \d{4}-\d\d-\d\d 02:30\n/);
    expect(await shown("poll")).toMatchObject({ overlap: "queue", missed: "skip", parameters: { n: 7 } });
    await hive("edit", "poll", "--name", "check", "-p", "n=9", "--every", "2h", "--from", "2100-01-01T00:00:00Z");
    expect(await shown("check")).toMatchObject({
      name: "check",
      timing: { kind: "interval", every_ms: 7_200_000, from: "2100-01-01T00:00:00.000Z" },
      parameters: { n: 9 },
    });
    expect(await hive("edit", "check", "--default-param", "n", "--json")).toMatchObject({ code: 0 });
    expect(await shown("check")).toMatchObject({ overlap: "queue", parameters: {} });
    const acts = place.rows("SELECT act, reason FROM console_audit WHERE entity = 'schedule' ORDER BY seq");
    expect(acts).toHaveLength(4);
    expect(acts[1]).toMatchObject({ reason: "moved" });
  });

  it("refuses what no schedule can be, and changes nothing", async () => {
    await hive("create", "poll", plan, "--every", "1h", "--from", "2100-01-01T00:00:00Z");
    const before = place.rows("SELECT * FROM console_schedules");
    const wrong: ReadonlyArray<readonly [readonly string[], RegExp]> = [
      [["nobody", "--name", "x"], /no schedule "nobody"/],
      [["poll"], /Say what is to change/],
      [["poll", "--timezone", "UTC"], /either by a clock or by an interval/],
      [["poll", "-p", "n=many"], /"n"/],
      [["poll", "--default-param", "n"], /gives no value to "n"\. Those it gives: /],
    ];
    const refused = await Promise.all(wrong.map(([args]) => hive("edit", ...args)));
    refused.forEach(({ code, err }, index) => {
      expect(code).toBe(2);
      expect(err).toMatch(wrong[index]?.[1] ?? /never/);
    });
    expect(place.rows("SELECT * FROM console_schedules")).toEqual(before);
  });

  it("says when something would be due, stored or not", async () => {
    const times = await hive("next", "--cron", "0 12 24 12 *", "--timezone", "UTC", "-n", "2");
    expect(times.out).toMatch(/^\w{3} \d{4}-12-24 12:00\n\w{3} \d{4}-12-24 12:00\n$/);
    await hive("create", "poll", plan, "--every", "15m", "--overlap", "queue");
    expect(records((await hive("next", "poll", "--json")).out)).toHaveLength(5);
  });

  it.each([
    [["create", "x", "plan.yaml"], /either --cron or --every/],
    [["create", "x", "plan.yaml", "--cron", "0 0 * * *", "--every", "1h"], /either --cron or --every/],
    [["create", "x", "plan.yaml", "--cron", "0 0 * *"], /too few fields/],
    [["create", "x", "plan.yaml", "--every", "soon"], /15m, 6h or 2d/],
    [["create", "x", "plan.yaml", "--every", "1h", "--overlap", "maybe"], /skip, queue, allow, replace/],
    [["create", "x", "plan.yaml", "--cron", "@daily", "--timezone", "Mars/Base"], /no time zone/],
    [["create", "x", "nowhere.yaml", "--cron", "@daily"], /nowhere.yaml cannot be read/],
    [["next"], /Name a schedule, or give --cron/],
  ])("refuses %j with 2", async (args, says) => {
    const refused = await hive(...args);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(says);
  });

  it("launches at once on request, and by the clock while a console dispatches", async () => {
    await hive("create", "poll", plan, "--every", "1s", "--paused");
    const now = await hive("run-now", "poll", "--json");
    expect(now).toMatchObject({ code: 0, err: "" });
    const [{ plan_id: planId } = {}] = records(now.out);
    await hive("resume", "poll");
    const watching = place.start([
      "run",
      place.file("wait.yaml", "title: Wait\nsubtasks: [{ id: w, run: sleep 60 }]\n"),
    ]);
    const launched = () =>
      place.rows("SELECT 1 FROM console_schedule_launches WHERE outcome = 'launched' AND cause = 'time'").length;
    await waitFor("launches by the clock", () => launched() >= 2, { timeoutMs: 60_000, intervalMs: 100 });
    await waitFor(
      "the plan launched by hand",
      () => place.rows("SELECT status FROM execution_plans WHERE id = ?", planId)[0]?.status === "completed",
      { timeoutMs: 60_000, intervalMs: 100 },
    );
    watching.child.kill("SIGINT");
    await watching.ended;
    rmSync(plan);
    const shown = await hive("show", "poll");
    expect(shown.code).toBe(1);
    expect(shown.out).toMatch(/✓ launched {2}by hand {2}plan \S+ completed/);
    expect(shown.out).toMatch(/problem +The plan file .*plan\.yaml cannot be read/);
  });
});
