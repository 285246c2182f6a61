import { HiveError, toErrorBody } from "../../../shared/errors";
import type { ParameterValue } from "../../../shared/model/plan-definition";
import type { MissedPolicy, OverlapPolicy, ScheduleDetail, ScheduleRow, Timing } from "../../../shared/model/schedule";
import type { Page } from "../../../shared/page";
import { checkTiming, nextDue, nextDues } from "../plan/due-times";
import { secretNames } from "../plan/expand";
import { type LaunchablePlan, type ReadPlan, readLaunchable, readScheduled } from "../runner/scheduled-plan";
import { type Scheduler, startScheduler } from "../runner/scheduler";
import { forgetSecrets, keepSecrets, readSecrets, type Secrets } from "../runner/secrets";
import type { Store } from "../store/open";
import { noteLaunchedByHand } from "../store/schedule-launches";
import {
  deleteSchedule as deleteRows,
  findScheduleByName,
  insertSchedule,
  pageSchedules,
  pauseSchedule as pauseRow,
  readLaunches,
  readSchedule,
  resumeSchedule as resumeRow,
  type ScheduleAct,
  type StoredSchedule,
  scheduleRow,
  updateSchedule as updateRow,
} from "../store/schedules";
import type { Together } from "../store/staged-launch";
import { cancelPlan, launchPlan } from "./plans";
import { operatorWriter } from "./source";

/** Due times shown ahead. */
const SHOWN_NEXT = 5;
const SHOWN_LAUNCHES = 50;
const LONGEST_NAME = 200;

export interface SchedulePageRequest {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** By name. */
export function listSchedules(store: Store, { after = "", limit }: SchedulePageRequest): Page<ScheduleRow> {
  const schedules = pageSchedules(store.read, after, limit);
  const next = schedules.length === limit ? (schedules.at(-1)?.name ?? null) : null;
  return { rows: schedules.map((schedule) => scheduleRow(store.read, schedule)), next };
}

/** With the next due times, what became of the latest ones, and whether its plan could be launched. Throws `not_found`. */
export async function getSchedule(store: Store, scheduleId: string, readPlan: ReadPlan): Promise<ScheduleDetail> {
  const schedule = existing(store, scheduleId);
  const secrets = Object.keys(await readSecrets(store.filesFolder, scheduleId));
  const problem = await readScheduled(store, schedule, readPlan).then(
    () => null,
    (error: unknown) => toErrorBody(error).message,
  );
  return {
    ...scheduleRow(store.read, schedule),
    parameters: schedule.parameters,
    secrets,
    next: nextDues(schedule.timing, store.clock.now(), SHOWN_NEXT),
    launches: readLaunches(store.read, scheduleId, SHOWN_LAUNCHES),
    planProblem: problem,
  };
}

/** The schedule's id, by its name or itself. Throws `not_found`. */
export function resolveSchedule(store: Store, nameOrId: string): string {
  const found = findScheduleByName(store.read, nameOrId) ?? readSchedule(store.read, nameOrId);
  if (found) return found.id;
  throw new HiveError("not_found", `There is no schedule "${nameOrId}" in ${store.file}.`, { schedule: nameOrId });
}

/** The next due times of a timing; nothing is stored. Throws `invalid_input`. */
export function previewTiming(store: Pick<Store, "clock">, timing: Timing, count: number = SHOWN_NEXT): number[] {
  const now = store.clock.now();
  checkTiming(timing, now);
  return nextDues(timing, now, count);
}

export interface CreateScheduleRequest {
  readonly name: string;
  readonly timing: Timing;
  /** Absolute; read now to see that it can be launched, and again at each launch. */
  readonly planFile: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Default `skip`. */
  readonly overlap?: OverlapPolicy | undefined;
  /** Default `skip`. */
  readonly missed?: MissedPolicy | undefined;
  readonly paused?: boolean | undefined;
  readonly actor: string;
  readonly readPlan: ReadPlan;
  /** What a relative `folder` parameter stands on. Default: the plan file's folder. */
  readonly callerFolder?: string;
}

/**
 * Secrets are kept beside the database and go with the schedule. Throws `invalid_input`, `file_unreadable`, `invalid_plan`,
 * `not_allowed` (too many).
 */
export async function createSchedule(store: Store, request: CreateScheduleRequest): Promise<ScheduleRow> {
  const { timing, planFile, parameters, overlap = "skip", missed = "skip", paused = false, actor, readPlan } = request;
  const name = checkedName(request.name);
  const createdAt = store.clock.now();
  checkTiming(timing, createdAt);
  const { callerFolder } = request;
  const plan = await readLaunchable({ planFile, parameters, databaseFile: store.file, readPlan, callerFolder });
  const id = store.newId();
  const { open, secrets } = givenOf(plan, parameters);
  const schedule = {
    id,
    name,
    timing,
    planFile,
    parameters: open,
    overlap,
    missed,
    pausedAt: paused ? createdAt : null,
    nextAt: paused ? null : nextDue(timing, createdAt),
    createdAt,
    createdBy: actor,
  };
  await keepSecrets(store.filesFolder, id, secrets);
  try {
    await store.write((tx) => insertSchedule(tx, schedule, actor));
  } catch (error) {
    await forgetSecrets(store.filesFolder, id);
    throw error;
  }
  return scheduleRow(store.read, existing(store, id));
}

function checkedName(given: string): string {
  const name = given.trim();
  if (name !== "" && name.length <= LONGEST_NAME) return name;
  throw new HiveError("invalid_input", `A schedule needs a name of at most ${LONGEST_NAME} characters.`, { name });
}

/** The values of what was given, as the plan checked them: those that are stored, and those that are not. */
function givenOf(
  { definition, parameters }: LaunchablePlan,
  given: Readonly<Record<string, ParameterValue>>,
): { readonly open: Record<string, ParameterValue>; readonly secrets: Record<string, string> } {
  const names = secretNames(definition.parameters);
  const values = Object.keys(given).flatMap((key) => {
    const value = parameters[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    open: Object.fromEntries(values.filter(([key]) => !names.has(key))),
    secrets: Object.fromEntries(values.filter(([key]) => names.has(key)).map(([key, value]) => [key, String(value)])),
  };
}

/** What is left out stays as it is. */
export interface UpdateScheduleRequest extends ScheduleActRequest {
  readonly name?: string | undefined;
  readonly timing?: Timing | undefined;
  /** All of them; secrets that are left out stay as they are. */
  readonly parameters?: Readonly<Record<string, ParameterValue>> | undefined;
  readonly overlap?: OverlapPolicy | undefined;
  readonly missed?: MissedPolicy | undefined;
  readonly readPlan: ReadPlan;
  /** As in `CreateScheduleRequest`. */
  readonly callerFolder?: string;
}

/**
 * Changes a schedule. With another timing it is due by that from now on; what was due before is not made up for. Throws
 * `not_found`, `invalid_input`, `file_unreadable`, `invalid_plan`.
 */
export async function updateSchedule(store: Store, request: UpdateScheduleRequest): Promise<ScheduleRow> {
  const { scheduleId, overlap, missed, parameters, readPlan, callerFolder } = request;
  const before = existing(store, scheduleId);
  const act = actOf(store, request);
  const name = request.name === undefined ? before.name : checkedName(request.name);
  const timing = request.timing ?? before.timing;
  const isMoved = JSON.stringify(timing) !== JSON.stringify(before.timing);
  if (isMoved) checkTiming(timing, act.now);
  const changed = { name, timing, overlap: overlap ?? before.overlap, missed: missed ?? before.missed };
  const dues = isMoved ? { nextAt: before.pausedAt === null ? nextDue(timing, act.now) : null } : null;
  const { filesFolder } = store;
  if (parameters === undefined) {
    await store.write((tx) => updateRow(tx, act, { ...changed, parameters: before.parameters }, dues));
    return scheduleRow(store.read, existing(store, scheduleId));
  }
  const kept = await readSecrets(filesFolder, scheduleId);
  const given = { ...kept, ...parameters };
  const plan = await readLaunchable({ ...before, parameters: given, databaseFile: store.file, readPlan, callerFolder });
  const { open, secrets } = givenOf(plan, given);
  await replaceSecrets(filesFolder, scheduleId, secrets);
  try {
    await store.write((tx) => updateRow(tx, act, { ...changed, parameters: open }, dues));
  } catch (error) {
    await replaceSecrets(filesFolder, scheduleId, kept);
    throw error;
  }
  return scheduleRow(store.read, existing(store, scheduleId));
}

async function replaceSecrets(filesFolder: string, scheduleId: string, secrets: Secrets): Promise<void> {
  if (Object.keys(secrets).length === 0) await forgetSecrets(filesFolder, scheduleId);
  else await keepSecrets(filesFolder, scheduleId, secrets);
}

export interface ScheduleActRequest {
  readonly scheduleId: string;
  readonly reason?: string | undefined;
  readonly actor: string;
}

function actOf(store: Store, { scheduleId, reason, actor }: ScheduleActRequest): ScheduleAct {
  return { scheduleId, actor, reason: reason ?? null, now: store.clock.now() };
}

/** Nothing of it is launched until it is resumed; what runs goes on. Throws `not_found`, `illegal_transition`. */
export async function pauseSchedule(store: Store, request: ScheduleActRequest): Promise<ScheduleRow> {
  await store.write((tx) => pauseRow(tx, actOf(store, request)));
  return scheduleRow(store.read, existing(store, request.scheduleId));
}

/** It is due again from now on. Throws `not_found`, `illegal_transition`. */
export async function resumeSchedule(store: Store, request: ScheduleActRequest): Promise<ScheduleRow> {
  const { timing } = existing(store, request.scheduleId);
  const act = actOf(store, request);
  await store.write((tx) => resumeRow(tx, act, nextDue(timing, act.now)));
  return scheduleRow(store.read, existing(store, request.scheduleId));
}

/** Plans that it has launched stay. Throws `not_found`. */
export async function deleteSchedule(store: Store, request: ScheduleActRequest): Promise<null> {
  await store.write((tx) => deleteRows(tx, actOf(store, request)));
  await forgetSecrets(store.filesFolder, request.scheduleId);
  return null;
}

/**
 * Launches its plan now, paused or not and whatever else of it runs; its due times stay as they are. Throws
 * `not_found`, `file_unreadable`, `invalid_plan`.
 */
export async function runScheduleNow(
  store: Store,
  { scheduleId, actor }: ScheduleActRequest,
  readPlan: ReadPlan,
): Promise<{ planId: string }> {
  const schedule = existing(store, scheduleId);
  const plan = await readScheduled(store, schedule, readPlan);
  return launchScheduled(store, plan, schedule, actor, (tx, planId) => {
    noteLaunchedByHand(tx, scheduleId, planId, operatorWriter(store));
  });
}

/** What whoever dispatches does with the schedules of a database, under its epoch. */
export function launchSchedules(store: Store, epoch: number, readPlan: ReadPlan): Scheduler {
  return startScheduler({
    store,
    epoch,
    readPlan,
    launch: (plan, schedule, together) => launchScheduled(store, plan, schedule, actorOf(schedule), together),
    async cancelPlan(planId, schedule) {
      const reason = `A later launch of the schedule "${schedule.name}" takes its place`;
      try {
        await cancelPlan(store, { planId, reason, actor: actorOf(schedule) });
      } catch (error) {
        if (!(error instanceof HiveError && error.code === "illegal_transition")) throw error;
      }
    },
  });
}

function launchScheduled(
  store: Store,
  plan: LaunchablePlan,
  schedule: StoredSchedule,
  actor: string,
  together: Together,
): Promise<{ planId: string }> {
  return launchPlan(store, { ...plan, launchedBy: actorOf(schedule), actor, together });
}

function actorOf({ name }: StoredSchedule): string {
  return `schedule ${name}`;
}

function existing(store: Store, scheduleId: string): StoredSchedule {
  const schedule = readSchedule(store.read, scheduleId);
  if (schedule) return schedule;
  throw new HiveError("not_found", `There is no schedule ${scheduleId} in ${store.file}. It may have been deleted.`, {
    scheduleId,
  });
}
