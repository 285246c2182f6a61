import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { scheduleHandlers } from "../../../src/main/core/operations/schedule-handlers";
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  previewTiming,
  resolveSchedule,
  runScheduleNow,
  type UpdateScheduleRequest,
  updateSchedule,
} from "../../../src/main/core/operations/schedules";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { readSecrets, sweepSecrets } from "../../../src/main/core/runner/secrets";
import { openStore } from "../../../src/main/core/store/open";
import { contract } from "../../../src/shared/contract";
import { MOST_SCHEDULES } from "../../../src/shared/model/schedule";
import { makeHiveDatabase } from "../../helpers/hive-database";
import { afterThisTest } from "../../helpers/store";
import { cron, type Desk, minute, openDesk, TRIVIAL } from "./setup";

const SECRETIVE = `title: s
parameters: { key: { type: secret }, n: { type: number, default: 1 } }
subtasks: [{ id: a, run: "true", env: { KEY: "\${{ params.key }}" } }]
`;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk("2026-11-21T02:00:30Z");
});

describe("making a schedule", () => {
  it("answers with when it is due next, and stores what was given", async () => {
    const row = await desk.create({
      timing: cron("30 2 * * 1-5", "Europe/Berlin"),
      overlap: "queue",
      missed: "run_once",
    });
    expect(row).toMatchObject({
      name: "nightly",
      timing: { kind: "cron", expression: "30 2 * * 1-5", timezone: "Europe/Berlin" },
      overlap: "queue",
      missed: "run_once",
      nextAt: Date.parse("2026-11-23T01:30Z"),
      pausedAt: null,
      last: null,
      running: 0,
      createdBy: "ann",
    });
    const detail = await getSchedule(desk.store, row.id, parsePlan);
    expect(detail.next.map(minute)).toEqual([
      "2026-11-23T01:30",
      "2026-11-24T01:30",
      "2026-11-25T01:30",
      "2026-11-26T01:30",
      "2026-11-27T01:30",
    ]);
    expect(detail).toMatchObject({ launches: [], planProblem: null, parameters: {} });
    expect(resolveSchedule(desk.store, "nightly")).toBe(row.id);
    expect(resolveSchedule(desk.store, row.id)).toBe(row.id);
    expect(() => resolveSchedule(desk.store, "daily")).toThrow('There is no schedule "daily"');
  });

  it("keeps given values as the plan reads them, and folders as absolute paths", async () => {
    const planFile = desk.plan(
      "p.yaml",
      "title: p\nparameters: { n: { type: number, default: 1 }, f: { type: folder, default: . } }\nsubtasks: [{ id: a, agent: noop }]\n",
    );
    const { id } = await desk.create({ planFile, parameters: { n: "7", f: "data" }, callerFolder: "/somewhere" });
    expect((await getSchedule(desk.store, id, parsePlan)).parameters).toEqual({ n: 7, f: "/somewhere/data" });
  });

  it.each([
    ["a name that is taken", { name: "taken" }, "invalid_input", /There is a schedule "taken" already/],
    ["no name", { name: "  " }, "invalid_input", /needs a name/],
    ["a bad expression", { timing: cron("61 * * * *") }, "invalid_input", /Invalid value for minute: 61/],
    ["a plan file that is not there", { planFile: "/nowhere/p.yaml" }, "file_unreadable", /not there any more/],
    ["a folder as plan file", { planFile: "/" }, "file_unreadable", /it is no file/],
    ["a relative plan file", { planFile: "p.yaml" }, "file_unreadable", /not absolute/],
    ["an unknown parameter", { parameters: { bees: 1 } }, "invalid_plan", /"bees"/],
  ])("refuses %s, and changes nothing", async (_, given, code, message) => {
    await desk.create({ name: "taken" });
    await expect(desk.create({ name: "new", ...given })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(listSchedules(desk.store, { limit: 10 }).rows).toHaveLength(1);
  });

  it("refuses a plan that is not valid, and a device that never ends", async () => {
    const planFile = desk.plan("broken.yaml", "title: x\nsubtasks: [{ id: a }]\n");
    await expect(desk.create({ planFile })).rejects.toMatchObject({
      code: "invalid_plan",
      message: expect.stringContaining("broken.yaml:2"),
    });
    await expect(desk.create({ planFile: "/dev/zero" })).rejects.toMatchObject({ code: "file_unreadable" });
    const latin = join(desk.folder, "latin.yaml");
    writeFileSync(latin, Buffer.from([0x74, 0xff, 0xfe]));
    await expect(desk.create({ planFile: latin })).rejects.toMatchObject({ message: expect.stringContaining("UTF-8") });
  });

  it("keeps secrets beside the database, fills them in at a launch, and forgets them with the schedule", async () => {
    const planFile = desk.plan("s.yaml", SECRETIVE);
    const { id } = await desk.create({ planFile, parameters: { key: "sk-very-secret", n: 2 } });
    expect(await getSchedule(desk.store, id, parsePlan)).toMatchObject({
      parameters: { n: 2 },
      secrets: ["key"],
      planProblem: null,
    });
    const { planId } = await runScheduleNow(desk.store, { scheduleId: id, actor: "ann" }, parsePlan);
    expect(await readSecrets(desk.store.filesFolder, planId)).toEqual({ key: "sk-very-secret" });
    expect(JSON.stringify(desk.store.read.prepare("SELECT * FROM console_schedules").all())).not.toContain("sk-very");
    expect(JSON.stringify(desk.store.read.prepare("SELECT * FROM console_audit").all())).not.toContain("sk-very");
    expect(JSON.stringify(desk.store.read.prepare("SELECT * FROM console_plans").all())).not.toContain("sk-very");
    // A long time later nobody sweeps them away.
    await sweepSecrets(desk.store.filesFolder, desk.store.read, Date.now() + 30 * 86_400_000);
    expect(await readSecrets(desk.store.filesFolder, id)).toEqual({ key: "sk-very-secret" });

    desk.plan("s.yaml", SECRETIVE.replace("type: secret", "type: string"));
    await expect(runScheduleNow(desk.store, { scheduleId: id, actor: "ann" }, parsePlan)).rejects.toMatchObject({
      code: "invalid_plan",
      message: expect.stringContaining('"key" is kept as a secret'),
    });
    await deleteSchedule(desk.store, { scheduleId: id, actor: "ann" });
    expect(await readSecrets(desk.store.filesFolder, id)).toEqual({});
  });

  it("leaves no secret of one that could not be made", async () => {
    const planFile = desk.plan("s.yaml", SECRETIVE);
    await desk.create({ name: "taken" });
    await expect(desk.create({ name: "taken", planFile, parameters: { key: "sk-very-secret" } })).rejects.toMatchObject(
      { code: "invalid_input" },
    );
    expect(
      existsSync(join(desk.store.filesFolder, ".secrets")) ? readdirSync(join(desk.store.filesFolder, ".secrets")) : [],
    ).toEqual([]);
  });

  it("stops at so many", async () => {
    await desk.store.write((tx) => {
      const insert = tx.prepare(
        `INSERT INTO console_schedules (id, name, every_ms, starts_at, plan_file, parameters, overlap, missed, checked_until, created_at, created_by)
          VALUES (?, ?, 1000, 0, '/p', '{}', 'skip', 'skip', 0, 0, 'x')`,
      );
      for (let index = 0; index < MOST_SCHEDULES; index += 1) insert.run(`s${index}`, `name ${index}`);
    });
    await expect(desk.create({})).rejects.toMatchObject({ code: "not_allowed" });
  });
});

describe("changing a schedule", () => {
  const update = (scheduleId: string, change: Partial<UpdateScheduleRequest>) =>
    updateSchedule(desk.store, { scheduleId, actor: "bob", readPlan: parsePlan, ...change });

  it("changes what is given, goes by the new timing from now on, and tells before and after", async () => {
    const { id } = await desk.create({ timing: cron("30 2 * * *") });
    const row = await update(id, {
      name: " often ",
      timing: cron("*/10 * * * *"),
      overlap: "queue",
      reason: "too rare",
    });
    expect(row).toMatchObject({
      name: "often",
      overlap: "queue",
      missed: "skip",
      nextAt: Date.parse("2026-11-21T02:10Z"),
    });
    expect(
      desk.store.read
        .prepare("SELECT actor, reason, before, after FROM console_audit WHERE act = 'schedules.update'")
        .all(),
    ).toMatchObject([
      {
        actor: "bob",
        reason: "too rare",
        before: expect.stringContaining("30 2 * * *"),
        after: expect.stringContaining("*/10 * * * *"),
      },
    ]);
  });

  it("stays paused, and due at the same time where the timing stays", async () => {
    const made = await desk.create({ timing: cron("30 2 * * *") });
    expect(await update(made.id, { missed: "run_once" })).toMatchObject({ nextAt: made.nextAt, missed: "run_once" });
    const paused = await desk.create({ name: "held", paused: true });
    expect(await update(paused.id, { timing: cron("@hourly") })).toMatchObject({
      nextAt: null,
      pausedAt: expect.any(Number),
    });
  });

  it("keeps secrets that are not given anew", async () => {
    const planFile = desk.plan("s.yaml", SECRETIVE);
    const { id } = await desk.create({ planFile, parameters: { key: "sk-very-secret", n: 2 } });
    await update(id, { parameters: { n: 3 } });
    expect(await getSchedule(desk.store, id, parsePlan)).toMatchObject({ parameters: { n: 3 }, secrets: ["key"] });
    await update(id, { parameters: { key: "another-one" } });
    expect(await getSchedule(desk.store, id, parsePlan)).toMatchObject({ parameters: {}, secrets: ["key"] });
    expect(await readSecrets(desk.store.filesFolder, id)).toEqual({ key: "another-one" });
  });

  it.each([
    ["a name that is taken", { name: "taken" }, "invalid_input"],
    ["no name", { name: " " }, "invalid_input"],
    ["a bad expression", { timing: cron("61 * * * *") }, "invalid_input"],
    ["an unknown parameter", { parameters: { bees: 1, key: "another-one" } }, "invalid_plan"],
  ])("refuses %s, and changes nothing", async (_, change, code) => {
    await desk.create({ name: "taken" });
    const planFile = desk.plan("s.yaml", SECRETIVE);
    const { id } = await desk.create({ name: "mine", planFile, parameters: { key: "sk-very-secret" } });
    const before = await getSchedule(desk.store, id, parsePlan);
    await expect(update(id, change)).rejects.toMatchObject({ code });
    expect(await getSchedule(desk.store, id, parsePlan)).toEqual(before);
    expect(await readSecrets(desk.store.filesFolder, id)).toEqual({ key: "sk-very-secret" });
  });

  it("says when it is gone", async () => {
    await expect(update("nobody", { name: "x" })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("looking at schedules", () => {
  it("goes by name, a page at a time", async () => {
    for (const name of ["c", "a", "b"]) await desk.create({ name });
    const first = listSchedules(desk.store, { limit: 2 });
    expect(first.rows.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(listSchedules(desk.store, { limit: 2, after: first.next ?? "" })).toMatchObject({
      rows: [{ name: "c" }],
      next: null,
    });
  });

  it("shows times before anything is stored", () => {
    expect(previewTiming(desk.store, cron("@hourly"), 2).map(minute)).toEqual(["2026-11-21T03:00", "2026-11-21T04:00"]);
    expect(() => previewTiming(desk.store, cron("x"))).toThrow("is no cron expression");
  });

  it("stands a hand that wrote into the table", async () => {
    const { id } = await desk.create({});
    await desk.store.write((tx) =>
      tx.prepare("UPDATE console_schedules SET parameters = 'no json', overlap = 'x', missed = 7 WHERE id = ?").run(id),
    );
    expect(await getSchedule(desk.store, id, parsePlan)).toMatchObject({
      parameters: {},
      overlap: "skip",
      missed: "skip",
    });
  });

  it("finds none in a database that the console never adopted", async () => {
    const store = await openStore({ file: makeHiveDatabase(), mode: "observe" });
    afterThisTest(() => store.close());
    expect(listSchedules(store, { limit: 10 })).toEqual({ rows: [], next: null });
  });
});

it("the window's operations take what the contract takes", async () => {
  const planFile = desk.plan("plan.yaml", TRIVIAL);
  const handlers = scheduleHandlers({
    store: desk.store,
    actor: "operator",
    readPlan: parsePlan,
    planFileOf: () => planFile,
    callerFolder: desk.folder,
  });
  const given = { sourceId: "1", name: " x ", timing: cron("@daily") };
  const created = await handlers["schedules.create"](contract["schedules.create"].input.parse(given));
  expect(created).toMatchObject({ name: "x", planFile, overlap: "skip", missed: "skip", createdBy: "operator" });
  const act = { scheduleId: created.id };
  expect(await handlers["schedules.pause"](act)).toMatchObject({ pausedAt: desk.clock.time });
  expect(await handlers["schedules.get"](act)).toMatchObject({ nextAt: null, next: { length: 5 } });
  expect(await handlers["schedules.resume"](act)).toMatchObject({ pausedAt: null });
  expect(await handlers["schedules.runNow"](act)).toEqual({ planId: expect.any(String) });
  expect(handlers["schedules.list"]({ limit: 10 })).toMatchObject({
    rows: [{ last: { cause: "operator" }, running: 1 }],
  });
  const bad = { ...given, timing: { kind: "cron", expression: "@daily" } };
  expect(contract["schedules.create"].input.safeParse(bad).success).toBe(false);
  expect(() => handlers["schedules.preview"]({ timing: cron("no"), count: 1 })).toThrow("is no cron expression");
  expect(await handlers["schedules.delete"](act)).toBeNull();
  await expect(
    createSchedule(desk.store, { ...given, name: "y", planFile, parameters: {}, actor: "a", readPlan: parsePlan }),
  ).resolves.toMatchObject({ name: "y" });
});
