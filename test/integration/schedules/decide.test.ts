import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextDue } from "../../../src/main/core/plan/due-times";
import { decideDue, listDue, listOpenLaunches, noteLaunched } from "../../../src/main/core/store/schedule-launches";
import { readSchedule } from "../../../src/main/core/store/schedules";
import type { MissedPolicy, Timing } from "../../../src/shared/model/schedule";
import { cron, type Desk, launchesOf, openDesk, story } from "./setup";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Decides what is due and counts it as launched, as the dispatcher does. */
async function turn({ store, clock }: Desk): Promise<void> {
  const writer = () => ({ now: clock.now(), source: "test", newId: store.newId });
  for (const id of listDue(store.read, clock.now())) await store.write((tx) => decideDue(tx, id, writer()));
  for (const { id, outcome } of listOpenLaunches(store.read)) {
    if (outcome === "claimed") await store.write((tx) => noteLaunched(tx, id, `plan of ${id}`, writer()));
  }
}

async function begin(at: string, timing: Timing, missed: MissedPolicy = "skip") {
  const desk = await openDesk(at);
  const { id } = await desk.create({ timing, missed, overlap: "allow" });
  const told = () => story(desk.store, id);
  const goTo = (time: string) => {
    desk.clock.time = Date.parse(time);
    return turn(desk);
  };
  return { ...desk, id, told, goTo };
}

describe("a due time", () => {
  it("is launched once, when it has come, and the next one is known", async () => {
    const { told, goTo, store, id } = await begin("2026-11-21T02:00Z", cron("30 2 * * *"));
    await goTo("2026-11-21T02:29:59.999Z");
    expect(told()).toEqual([]);
    await goTo("2026-11-21T02:30:00.000Z");
    await goTo("2026-11-21T02:30:00.001Z");
    await goTo("2026-11-21T03:30:00Z");
    expect(told()).toEqual(["2026-11-21T02:30 launched"]);
    expect(readSchedule(store.read, id)?.nextAt).toBe(Date.parse("2026-11-22T02:30Z"));
  });

  it("found up to a minute late is launched, and each of several is", async () => {
    const { told, goTo } = await begin("2026-11-21T02:00:30Z", cron("*/20 * * * * *"));
    await goTo("2026-11-21T02:01:00Z");
    expect(told()).toHaveLength(2);
    expect(new Set(told())).toEqual(new Set(["2026-11-21T02:00 launched", "2026-11-21T02:01 launched"]));
  });

  it("that does not exist comes behind the gap; that exists twice comes once", async () => {
    const spring = await begin("2026-03-28T12:00Z", cron("30 2 * * *", "Europe/Berlin"));
    for (let at = spring.clock.time; at < Date.parse("2026-03-30T12:00Z"); at += 30_000) {
      await spring.goTo(new Date(at).toISOString());
    }
    expect(spring.told()).toEqual(["2026-03-29T01:00 launched", "2026-03-30T00:30 launched"]);
    const autumn = await begin("2026-10-24T22:00Z", cron("30 2 * * *", "Europe/Berlin"));
    for (let at = autumn.clock.time; at < Date.parse("2026-10-25T12:00Z"); at += 30_000) {
      await autumn.goTo(new Date(at).toISOString());
    }
    expect(autumn.told()).toEqual(["2026-10-25T00:30 launched"]);
  });
});

describe("times that passed while nobody dispatched", () => {
  it("are skipped, and one row tells of them", async () => {
    const { told, goTo, store, id } = await begin("2026-11-21T02:00Z", cron("0 * * * *"));
    await goTo("2026-11-21T07:10Z");
    expect(told()).toEqual(["2026-11-21T07:00 missed"]);
    expect(launchesOf(store, id)[0]?.reason).toContain("earlier times may have been missed as well");
    await goTo("2026-11-21T08:00:10Z");
    expect(told()).toEqual(["2026-11-21T07:00 missed", "2026-11-21T08:00 launched"]);
  });

  it("are made up for once where that is asked for", async () => {
    const { told, goTo } = await begin("2026-11-21T02:00Z", cron("0 * * * *"), "run_once");
    await goTo("2026-11-21T07:10Z");
    expect(told()).toEqual(["2026-11-21T07:00 launched"]);
  });

  it("are made up for by a due time that is there just then", async () => {
    const { told, goTo } = await begin("2026-11-21T02:00Z", cron("0 * * * *"), "run_once");
    await goTo("2026-11-21T08:00:10Z");
    expect(told()).toEqual(["2026-11-21T07:00 missed", "2026-11-21T08:00 launched"]);
  });

  it("of years take no longer than those of a day", async () => {
    const { told, goTo } = await begin("2016-11-21T02:00Z", cron("* * * * * *"));
    const begun = performance.now();
    await goTo("2026-11-21T02:00:00Z");
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(told().filter((line) => line.endsWith("missed"))).toHaveLength(1);
    expect(told().filter((line) => line.endsWith("launched")).length).toBeLessThanOrEqual(61);
  });
});

describe("a clock that is set", () => {
  it("back launches nothing twice, and goes on from there", async () => {
    const { told, goTo } = await begin("2026-11-20T02:00Z", cron("30 2 * * *"));
    await goTo("2026-11-20T02:30Z");
    await goTo("2026-11-21T02:30Z");
    await goTo("2026-11-20T01:30Z");
    await goTo("2026-11-20T02:30Z");
    await goTo("2026-11-21T02:30Z");
    await goTo("2026-11-22T02:30Z");
    expect(told()).toEqual(["2026-11-20T02:30 launched", "2026-11-21T02:30 launched", "2026-11-22T02:30 launched"]);
  });

  it("forward by mistake and back: what was taken for missed comes in its time", async () => {
    const { told, goTo } = await begin("2026-11-20T02:00Z", cron("30 2 * * *"));
    await goTo("2030-01-01T12:00Z");
    await goTo("2026-11-20T02:10Z");
    await goTo("2026-11-20T02:30Z");
    await goTo("2026-11-21T02:30Z");
    expect(told()).toEqual(["2026-11-20T02:30 launched", "2026-11-21T02:30 launched", "2030-01-01T02:30 missed"]);
    await goTo("2030-01-01T02:30Z");
    expect(told().at(-1)).toBe("2030-01-01T02:30 launched");
  });

  it("back behind all rows that are kept launches nothing twice either", { timeout: 120_000 }, async () => {
    const { told, goTo, clock, store, id } = await begin("2026-11-20T00:00Z", {
      kind: "interval",
      everyMs: MINUTE,
      from: 0,
    });
    for (let step = 1; step <= 560; step += 1)
      await goTo(new Date(Date.parse("2026-11-20T00:00Z") + step * MINUTE).toISOString());
    expect(told()).toHaveLength(500);
    const events = () =>
      store.read.prepare("SELECT count(*) FROM events WHERE event_type = 'schedule.launched'").pluck().get();
    expect(events()).toBe(560);
    await goTo("2026-11-20T00:00:30Z");
    for (let step = 1; step <= 560; step += 10)
      await goTo(new Date(Date.parse("2026-11-20T00:00Z") + step * MINUTE).toISOString());
    expect(events()).toBe(560);
    await goTo("2026-11-20T09:21Z");
    expect(events()).toBe(561);
    expect(readSchedule(store.read, id)?.nextAt).toBe(clock.time + MINUTE);
  });
});

describe("any walk of the clock", () => {
  const walk = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 100, max: 50_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: MINUTE, max: 30 * HOUR }) },
      { weight: 1, arbitrary: fc.integer({ min: -30 * HOUR, max: -1 }) },
    ),
    { minLength: 5, maxLength: 60 },
  );
  const timings = fc.constantFrom<Timing>(cron("* * * * *"), cron("*/7 * * * *", "Europe/Berlin"), {
    kind: "interval",
    everyMs: 45_000,
    from: Date.parse("2026-10-24T00:00Z"),
  });

  it("launches no time twice and none before it has come", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        timings,
        walk,
        fc.constantFrom<MissedPolicy>("skip", "run_once"),
        async (timing, steps, missed) => {
          const { clock, store, id, ...desk } = await begin("2026-10-24T20:00Z", timing, missed);
          let latest = clock.time;
          for (const step of steps) {
            clock.time += step;
            latest = Math.max(latest, clock.time);
            await turn({ ...desk, clock, store });
          }
          const launched = store.read
            .prepare<[], string>(
              "SELECT json_extract(payload, '$.due_at') FROM events WHERE event_type = 'schedule.launched'",
            )
            .pluck()
            .all();
          expect(new Set(launched).size).toBe(launched.length);
          for (const { dueAt } of launchesOf(store, id)) expect(dueAt).toBeLessThanOrEqual(latest);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("that only goes on, never by more than a minute, launches every time", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        timings,
        fc.array(fc.integer({ min: 1, max: MINUTE }), { minLength: 20, maxLength: 80 }),
        async (timing, steps) => {
          const { clock, store, id, ...desk } = await begin("2026-10-25T00:20Z", timing);
          const begun = clock.time;
          for (const step of steps) {
            clock.time += step;
            await turn({ ...desk, clock, store });
          }
          const expected: number[] = [];
          for (let at = nextDue(timing, begun); at !== null && at <= clock.time; at = nextDue(timing, at))
            expected.push(at);
          expect(launchesOf(store, id).map(({ dueAt }) => dueAt)).toEqual(expected);
          expect(launchesOf(store, id).every(({ outcome }) => outcome === "launched")).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });
});

it("a day without a console is one row for each schedule, however many there are", async () => {
  const desk = await openDesk("2026-11-20T00:30Z");
  for (const name of ["a", "b", "c"]) await desk.create({ name, timing: cron("0 * * * *") });
  desk.clock.time += DAY;
  await turn(desk);
  expect(desk.store.read.prepare("SELECT count(*) FROM console_schedule_launches").pluck().get()).toBe(3);
});
