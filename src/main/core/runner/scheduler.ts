import { setTimeout as delay } from "node:timers/promises";
import { type ErrorCode, HiveError, toErrorBody } from "../../../shared/errors";
import type { WritableDatabase } from "../store/database";
import { appendEvent } from "../store/events";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";
import type { Writer } from "../store/plan-end";
import {
  claimWaiting,
  decideDue,
  listDue,
  listOpenLaunches,
  noteFailed,
  noteLaunched,
  type OpenLaunch,
  soonestDue,
} from "../store/schedule-launches";
import { readSchedule, runningPlans, type StoredSchedule } from "../store/schedules";
import type { Together } from "../store/staged-launch";
import { EVENT_SOURCE } from "./claim-batch";
import { type LaunchablePlan, type ReadPlan, readScheduled } from "./scheduled-plan";

export interface SchedulerOptions {
  readonly store: Store;
  /** The epoch that this process holds the dispatcher's lease under. Nothing is launched under a later one. */
  readonly epoch: number;
  readonly readPlan: ReadPlan;
  readonly launch: (plan: LaunchablePlan, schedule: StoredSchedule, together: Together) => Promise<unknown>;
  /** Asks a running plan to end; of one that has ended meanwhile it says nothing. */
  readonly cancelPlan: (planId: string, schedule: StoredSchedule) => Promise<unknown>;
}

export interface Scheduler {
  /** Begins nothing more; resolves when what was begun is over. */
  stop(): Promise<void>;
}

/** The clock on the wall is asked this often: it may be set. */
const LONGEST_WAIT_MS = 1_000;
const SHORTEST_WAIT_MS = 10;
/** Plans read and launched at once. */
const AT_ONCE = 8;
const READING_MS = 30_000;
/** A launch that takes longer at the end is taken up by the next console. */
const FAREWELL_MS = 3_000;

/** Launches the plans of schedules when they are due, while its epoch lasts. */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { store } = options;
  const underWay = new Map<string, Promise<unknown>>();
  let stopped = false;
  let told = "";
  let timer: NodeJS.Timeout | undefined;

  /** A full disk or a lock is shown by the runner, and all is still as it was at the next turn. */
  const tellOfTrouble = (error: unknown): number => {
    const { code, message } = toErrorBody(error);
    if (code === "internal" && message !== told) void store.write((tx) => tellOf(tx, message)).catch(() => undefined);
    told = message;
    return LONGEST_WAIT_MS;
  };
  const tellOf = (tx: WritableDatabase, message: string): void => {
    const payload = { error: `Schedules: ${message}` };
    const { now: at, source, newId } = writerOf(store);
    appendEvent(tx, { id: newId(), type: "system.error", at, source, correlationId: null, payload });
  };

  /** A plan file that is slow to read holds up no other schedule. */
  const begin = (open: OpenLaunch): void => {
    if (underWay.has(open.id) || underWay.size >= AT_ONCE) return;
    const launching = carryOut(options, open)
      .catch(tellOfTrouble)
      .finally(() => underWay.delete(open.id));
    underWay.set(open.id, launching);
  };

  const turn = async (): Promise<number> => {
    await decideAll(options);
    if (stopped) return 0;
    for (const open of listOpenLaunches(store.read)) if (open.outcome === "claimed") begin(open);
    return (soonestDue(store.read) ?? Number.POSITIVE_INFINITY) - store.clock.now();
  };
  const next = (): void => {
    turning = turn()
      .catch(tellOfTrouble)
      .then((wait) => {
        if (!stopped) timer = setTimeout(next, Math.min(Math.max(wait, SHORTEST_WAIT_MS), LONGEST_WAIT_MS));
      });
  };
  let turning: Promise<void> = Promise.resolve();
  next();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const over = turning.then(() => Promise.all(underWay.values()));
      const enough = new AbortController();
      await Promise.race([over, delay(FAREWELL_MS, undefined, { signal: enough.signal }).catch(() => undefined)]);
      enough.abort();
    },
  };
}

/** Decides what is due, and what of that waits no longer. */
async function decideAll(options: SchedulerOptions): Promise<void> {
  const { store, epoch } = options;
  for (const id of listDue(store.read, store.clock.now())) {
    await store.write((tx) => {
      if (holdsLease(tx, epoch)) decideDue(tx, id, writerOf(store));
    });
  }
  for (const open of listOpenLaunches(store.read)) if (open.outcome === "waiting") await makeWay(options, open);
}

/** Lets a launch that waits for the plan before it go on, once that has ended; which it is asked to where it is replaced. */
async function makeWay({ store, epoch, cancelPlan }: SchedulerOptions, open: OpenLaunch): Promise<void> {
  const schedule = readSchedule(store.read, open.scheduleId);
  if (schedule === null) return;
  const running = runningPlans(store.read, schedule.id);
  if (schedule.overlap === "replace") {
    const toEnd = running.filter(({ isCancelling }) => !isCancelling);
    for (const { planId } of toEnd) await cancelPlan(planId, schedule);
  }
  if (running.length > 0) return;
  await store.write((tx) => {
    if (holdsLease(tx, epoch)) claimWaiting(tx, open);
  });
}

/** These are the plan's fault, not the moment's: trying again would change nothing. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["file_unreadable", "invalid_plan", "invalid_input", "internal"]);

async function carryOut(options: SchedulerOptions, { id, scheduleId }: OpenLaunch): Promise<void> {
  const { store, epoch, readPlan, launch } = options;
  const schedule = readSchedule(store.read, scheduleId);
  if (schedule === null) return;
  try {
    const plan = await inTime(schedule, readScheduled(store, schedule, readPlan));
    await launch(plan, schedule, (tx, planId) => {
      if (!holdsLease(tx, epoch)) throw new HiveError("not_allowed", "Another console launches schedules now.", {});
      noteLaunched(tx, id, planId, writerOf(store));
    });
  } catch (error) {
    const { code, message } = toErrorBody(error);
    if (!FINAL.has(code)) return;
    await store.write((tx) => {
      if (holdsLease(tx, epoch)) noteFailed(tx, id, message, writerOf(store));
    });
  }
}

/** A file on a network that is gone may never be read. */
async function inTime<T>({ planFile }: StoredSchedule, reading: Promise<T>): Promise<T> {
  const enough = new AbortController();
  const message = `The plan file ${planFile} could not be read within ${READING_MS / 1_000} seconds.`;
  const late = delay(READING_MS, undefined, { signal: enough.signal }).then(() => {
    throw new HiveError("file_unreadable", message, { file: planFile });
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    enough.abort();
  }
}

function holdsLease(tx: WritableDatabase, epoch: number): boolean {
  return readLease(tx)?.epoch === epoch;
}

function writerOf(store: Store): Writer {
  return { now: store.clock.now(), source: EVENT_SOURCE, newId: store.newId };
}
