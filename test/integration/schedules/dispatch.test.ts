import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { getPlan, launchPlan } from "../../../src/main/core/operations/plans";
import {
  deleteSchedule,
  getSchedule,
  launchSchedules,
  pauseSchedule,
  resumeSchedule,
  runScheduleNow,
} from "../../../src/main/core/operations/schedules";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { ReadPlan } from "../../../src/main/core/runner/scheduled-plan";
import { readLease } from "../../../src/main/core/store/lease";
import { decideDue, listOpenLaunches, noteLaunched } from "../../../src/main/core/store/schedule-launches";
import { listLaunches } from "../../../src/main/core/store/staged-launch";
import { afterThisTest, planOf, subtask } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";
import { cron, type Desk, eventsOf, launchesOf, openDesk, planCount, story, TRIVIAL } from "./setup";

const HOUR = 3_600_000;
const GREET = `
title: Greet \${{ params.who }}
parameters: { who: { type: string }, often: { type: number, default: 3 } }
subtasks: [{ id: a, agent: noop }]
`;
const HOURLY = cron("0 * * * *");

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk("2026-11-21T02:00:30Z");
});

const ended = (id: string, lines: readonly string[]) =>
  waitFor(`the story ${lines.join(", ")}`, () => JSON.stringify(story(desk.store, id)) === JSON.stringify(lines), {
    timeoutMs: 30_000,
  }).catch((error: unknown) => {
    expect(story(desk.store, id)).toEqual(lines);
    throw error;
  });

/** A plan that runs until the file "go" is there. */
function longPlan(): string {
  return desk.plan("long.yaml", "title: Long\nsubtasks: [{ id: a, run: 'until [ -e go ]; do sleep 0.05; done' }]\n");
}
const go = () => writeFileSync(join(desk.folder, "go"), "");
const planStatus = (planId: string | null) => getPlan(desk.store, { planId: planId ?? "" }).status;

describe("whoever dispatches", () => {
  it("launches a plan when it is due, with the parameters of the schedule, and tells of it", async () => {
    const planFile = desk.plan("greet.yaml", GREET);
    const { id } = await desk.create({ timing: HOURLY, planFile, parameters: { who: "bees" } });
    desk.dispatch();
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched"]);
    const [launch] = launchesOf(desk.store, id);
    const plan = getPlan(desk.store, { planId: launch?.planId ?? "" });
    expect(plan).toMatchObject({
      title: "Greet bees",
      sourceName: "greet.yaml",
      folder: desk.folder,
      launchedBy: "schedule nightly",
      parameters: { who: "bees", often: 3 },
    });
    await waitFor("the plan's end", () => planStatus(plan.id) === "completed");
    expect(eventsOf(desk.store, "schedule.launched")).toEqual([
      { schedule_id: id, schedule: "nightly", due_at: "2026-11-21 03:00:00.000", plan_id: plan.id, reason: null },
    ]);
  });

  it("is alone in it: a console that watches launches nothing", async () => {
    const { id } = await desk.create({ timing: HOURLY });
    const first = desk.dispatch();
    await waitFor("the lease", () => first.info().dispatching);
    desk.dispatch();
    for (let hour = 0; hour < 3; hour += 1) {
      desk.clock.time += HOUR;
      await waitFor("the launch", () => story(desk.store, id).length === hour + 1);
    }
    await waitFor("the launches", () => listOpenLaunches(desk.store.read).length === 0);
    expect(planCount(desk.store)).toBe(3);
  });

  it("carries out what another decided and did not live to launch, once", async () => {
    const { id } = await desk.create({ timing: HOURLY });
    desk.clock.time += HOUR;
    const writer = { now: desk.clock.now(), source: "test", newId: desk.store.newId };
    await desk.store.write((tx) => decideDue(tx, id, writer));
    expect(story(desk.store, id)).toEqual(["2026-11-21T03:00 claimed"]);
    desk.dispatch();
    await ended(id, ["2026-11-21T03:00 launched"]);
    expect(planCount(desk.store)).toBe(1);
  });

  it("launches nothing that somebody else has launched meanwhile, large or small", async () => {
    const { id } = await desk.create({ timing: HOURLY });
    desk.clock.time += HOUR;
    const writer = () => ({ now: desk.clock.now(), source: "test", newId: desk.store.newId });
    await desk.store.write((tx) => decideDue(tx, id, writer()));
    const [open] = listOpenLaunches(desk.store.read);
    const launch = (tasks: number) =>
      launchPlan(desk.store, {
        definition: planOf(Array.from({ length: tasks }, (_, index) => subtask(`t${index}`))),
        parameters: {},
        sourceName: null,
        sourceText: null,
        folder: desk.folder,
        launchedBy: "test",
        together: (tx, planId) => noteLaunched(tx, open?.id ?? "", planId, writer()),
      });
    await launch(3);
    await expect(launch(3)).rejects.toMatchObject({ code: "not_allowed" });
    await expect(launch(200)).rejects.toMatchObject({ code: "not_allowed" });
    expect(planCount(desk.store)).toBe(1);
    expect(listLaunches(desk.store.read)).toEqual([]);
  });

  it("whose epoch has passed launches nothing any more", async () => {
    const { id } = await desk.create({ timing: HOURLY });
    const runner = desk.dispatch();
    const lease = await waitFor("the lease", () => (runner.info().dispatching ? readLease(desk.store.read) : null));
    await runner.stop({ tasks: "leave" });
    desk.clock.time += HOUR;
    // Its first turn is over when it has stopped.
    await launchSchedules(desk.store, lease.epoch - 1, parsePlan).stop();
    expect(story(desk.store, id)).toEqual([]);
    desk.dispatch();
    await ended(id, ["2026-11-21T03:00 launched"]);
  });

  it("is not held up by a plan file that cannot be read to its end", async () => {
    let answer: () => void = () => undefined;
    const slow: ReadPlan = (text, options) =>
      text.includes("Slow")
        ? new Promise((resolve) => {
            answer = () => resolve(parsePlan(text, options));
          })
        : parsePlan(text, options);
    const stuck = await desk.create({
      name: "stuck",
      timing: HOURLY,
      planFile: desk.plan("slow.yaml", TRIVIAL.replace("Trivial", "Slow")),
    });
    const quick = await desk.create({ timing: HOURLY, overlap: "allow" });
    const lease = await waitFor("the lease", async () => {
      const runner = desk.dispatch();
      await waitFor("dispatching", () => runner.info().dispatching);
      await runner.stop({ tasks: "leave" });
      return readLease(desk.store.read);
    });
    const scheduler = launchSchedules(desk.store, lease.epoch, slow);
    afterThisTest(() => scheduler.stop());
    desk.clock.time += HOUR;
    await ended(quick.id, ["2026-11-21T03:00 launched"]);
    desk.clock.time += HOUR;
    await ended(quick.id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 launched"]);
    expect(story(desk.store, stuck.id)[0]).toBe("2026-11-21T03:00 claimed");
    answer();
    await waitFor("the slow one", () => story(desk.store, stuck.id)[0] === "2026-11-21T03:00 launched");
  });
});

describe("while a plan of it still runs", () => {
  const twice = async (overlap: "skip" | "queue" | "allow" | "replace") => {
    const { id } = await desk.create({ timing: HOURLY, planFile: longPlan(), overlap });
    desk.dispatch();
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched"]);
    desk.clock.time += HOUR;
    await waitFor("the second decision", () => story(desk.store, id).length === 2);
    return id;
  };

  it("skip: the next is not launched", async () => {
    const id = await twice("skip");
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 skipped"]);
    expect(eventsOf(desk.store, "schedule.skipped")).toMatchObject([{ reason: "The plan launched before still runs" }]);
    go();
    await waitFor("its end", () => planStatus(launchesOf(desk.store, id)[0]?.planId ?? null) === "completed");
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 skipped", "2026-11-21T05:00 launched"]);
  });

  it("queue: one waits, and is launched when that one has ended", async () => {
    const id = await twice("queue");
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 waiting"]);
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 waiting", "2026-11-21T05:00 skipped"]);
    go();
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 launched", "2026-11-21T05:00 skipped"]);
    expect(planCount(desk.store)).toBe(2);
  });

  it("allow: both run", async () => {
    const id = await twice("allow");
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 launched"]);
    expect(launchesOf(desk.store, id).map(({ planId }) => planStatus(planId))).toEqual(["executing", "executing"]);
    go();
  });

  it("replace: it is cancelled, and the next launched when it has stopped", async () => {
    const id = await twice("replace");
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 launched"]);
    const [first, second] = launchesOf(desk.store, id);
    expect(planStatus(first?.planId ?? null)).toBe("cancelled");
    expect(planStatus(second?.planId ?? null)).toBe("executing");
    const audit = desk.store.read.prepare("SELECT actor, reason FROM console_audit WHERE act = 'plans.cancel'").all();
    expect(audit).toEqual([
      { actor: "schedule nightly", reason: 'A later launch of the schedule "nightly" takes its place' },
    ]);
    go();
  });
});

describe("a plan file", () => {
  it("that is missing or broken when it is due is a failed launch that is told of; repaired, it is launched", async () => {
    const planFile = desk.plan("nightly.yaml", TRIVIAL);
    const { id } = await desk.create({ timing: HOURLY, planFile });
    desk.dispatch();
    rmSync(planFile);
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 failed"]);
    expect(launchesOf(desk.store, id)[0]?.reason).toBe(
      `The plan file ${planFile} cannot be read: it is not there any more.`,
    );
    expect((await getSchedule(desk.store, id, parsePlan)).planProblem).toContain("it is not there any more");
    desk.plan("nightly.yaml", "title: x\nsubtasks: [{ id: a, run: x, after: b }]\n");
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 failed", "2026-11-21T04:00 failed"]);
    expect(launchesOf(desk.store, id)[1]?.reason).toMatch(/nightly\.yaml:2: Subtask "a" .*"after"/);
    expect(eventsOf(desk.store, "schedule.failed")).toHaveLength(2);
    desk.plan("nightly.yaml", TRIVIAL.replace("Trivial", "Repaired"));
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 failed", "2026-11-21T04:00 failed", "2026-11-21T05:00 launched"]);
    expect(getPlan(desk.store, { planId: launchesOf(desk.store, id)[2]?.planId ?? "" }).title).toBe("Repaired");
  });

  it("that asks for a new parameter since fails, and says which", async () => {
    const planFile = desk.plan("nightly.yaml", TRIVIAL);
    const { id } = await desk.create({ timing: HOURLY, planFile });
    desk.plan("nightly.yaml", `parameters: { who: { type: string, required: true } }\n${TRIVIAL}`);
    desk.dispatch();
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 failed"]);
    expect(launchesOf(desk.store, id)[0]?.reason).toContain('"who"');
  });
});

describe("a person", () => {
  it("pauses it, so that nothing is launched nor made up for, and resumes it", async () => {
    const { id } = await desk.create({ timing: HOURLY, missed: "run_once" });
    desk.dispatch();
    const paused = await pauseSchedule(desk.store, { scheduleId: id, reason: "holidays", actor: "ann" });
    expect(paused).toMatchObject({ pausedAt: desk.clock.time, pauseReason: "holidays", nextAt: null });
    desk.clock.time += 5 * HOUR;
    const resumed = await resumeSchedule(desk.store, { scheduleId: id, actor: "ann" });
    expect(resumed).toMatchObject({ pausedAt: null, nextAt: Date.parse("2026-11-21T08:00Z") });
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T08:00 launched"]);
    const acts = desk.store.read
      .prepare("SELECT act, actor, reason FROM console_audit WHERE entity = 'schedule'")
      .all();
    expect(acts).toEqual([
      { act: "schedules.create", actor: "ann", reason: null },
      { act: "schedules.pause", actor: "ann", reason: "holidays" },
      { act: "schedules.resume", actor: "ann", reason: null },
    ]);
    await expect(resumeSchedule(desk.store, { scheduleId: id, actor: "ann" })).rejects.toMatchObject({
      code: "illegal_transition",
    });
  });

  it("pauses it, and what waits for a plan to end is given up", async () => {
    const { id } = await desk.create({ timing: HOURLY, planFile: longPlan(), overlap: "queue" });
    desk.dispatch();
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched"]);
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 waiting"]);
    await pauseSchedule(desk.store, { scheduleId: id, actor: "ann" });
    await ended(id, ["2026-11-21T03:00 launched", "2026-11-21T04:00 skipped"]);
    go();
  });

  it("launches it by hand, paused or running; its due times stay", async () => {
    const { id } = await desk.create({ timing: HOURLY, planFile: longPlan(), paused: true });
    desk.dispatch();
    const run = () => runScheduleNow(desk.store, { scheduleId: id, actor: "ann" }, parsePlan);
    const [first, second] = [await run(), await run()];
    expect(first.planId).not.toBe(second.planId);
    expect(launchesOf(desk.store, id)).toMatchObject([
      { cause: "operator", outcome: "launched", planId: first.planId, planStatus: "executing" },
      { cause: "operator", outcome: "launched", planId: second.planId },
    ]);
    expect((await getSchedule(desk.store, id, parsePlan)).running).toBe(2);
    rmSync(join(desk.folder, "long.yaml"));
    await expect(run()).rejects.toMatchObject({ code: "file_unreadable" });
    expect(launchesOf(desk.store, id)).toHaveLength(2);
    go();
  });

  it("deletes it; the plans that it has launched stay", async () => {
    const { id } = await desk.create({ timing: HOURLY });
    desk.dispatch();
    desk.clock.time += HOUR;
    await ended(id, ["2026-11-21T03:00 launched"]);
    await deleteSchedule(desk.store, { scheduleId: id, actor: "ann" });
    expect(planCount(desk.store)).toBe(1);
    expect(desk.store.read.prepare("SELECT count(*) FROM console_schedule_launches").pluck().get()).toBe(0);
    await expect(deleteSchedule(desk.store, { scheduleId: id, actor: "ann" })).rejects.toMatchObject({
      code: "not_found",
    });
    desk.clock.time += HOUR;
    await desk.create({ name: "next", timing: cron("1 * * * *") });
    expect(planCount(desk.store)).toBe(1);
  });
});
