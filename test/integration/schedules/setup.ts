import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/main/core/clock";
import {
  type CreateScheduleRequest,
  createSchedule,
  launchSchedules,
} from "../../../src/main/core/operations/schedules";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { type Runner, startRunner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { readLaunches } from "../../../src/main/core/store/schedules";
import type { ScheduleLaunch, ScheduleRow, Timing } from "../../../src/shared/model/schedule";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";

/** A wall clock that the test sets. */
export interface SetClock {
  time: number;
  now(): number;
  monotonic(): number;
}

export function clockAt(text: string): SetClock {
  const clock = { time: Date.parse(text), now: () => clock.time, monotonic: systemClock.monotonic };
  return clock;
}

/** A database whose clock the test sets, and the folder of its plan files. */
export interface Desk {
  readonly clock: SetClock;
  readonly store: Store;
  readonly folder: string;
  plan(name: string, text: string): string;
  create(given: Partial<CreateScheduleRequest>): Promise<ScheduleRow>;
  /** A console that dispatches, until the test ends. */
  dispatch(): Runner;
}

export const cron = (expression: string, timezone = "UTC"): Timing => ({ kind: "cron", expression, timezone });

export const TRIVIAL = "title: Trivial\nsubtasks: [{ id: a, agent: noop }]\n";

export async function openDesk(at: string): Promise<Desk> {
  const clock = clockAt(at);
  const folder = temporaryFolder();
  const store = await openTestStore({ file: join(folder, "hive.db"), clock });
  const plan = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  return {
    clock,
    store,
    folder,
    plan,
    create: (given) =>
      createSchedule(store, {
        name: "nightly",
        timing: cron("30 2 * * *"),
        planFile: plan("plan.yaml", TRIVIAL),
        parameters: {},
        actor: "ann",
        readPlan: parsePlan,
        ...given,
      }),
    dispatch() {
      const duties = (epoch: number) => launchSchedules(store, epoch, parsePlan);
      const runner = startRunner(store, { slots: 2, program: "cli", graceMs: 200, duties });
      afterThisTest(() => runner.stop({ tasks: "cancel" }));
      return runner;
    },
  };
}

/** What became of each due time, the oldest first: `2026-11-21T02:30 launched`. */
export function story(store: Store, scheduleId: string): string[] {
  return launchesOf(store, scheduleId).map(({ dueAt, outcome }) => `${minute(dueAt)} ${outcome}`);
}

export function launchesOf(store: Store, scheduleId: string): ScheduleLaunch[] {
  return readLaunches(store.read, scheduleId, 1_000).reverse();
}

export function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}

export function planCount(store: Store): number {
  return Number(store.read.prepare("SELECT count(*) FROM execution_plans").pluck().get());
}

export function eventsOf(store: Store, type: string): Array<Record<string, unknown>> {
  const rows = store.read.prepare<[string], string>("SELECT payload FROM events WHERE event_type = ? ORDER BY rowid");
  return rows
    .pluck()
    .all(type)
    .map((payload) => JSON.parse(payload));
}
