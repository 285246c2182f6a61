import type { Handlers } from "../../../shared/contract";
import type { ReadPlan } from "../runner/scheduled-plan";
import type { Store } from "../store/open";
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  pauseSchedule,
  previewTiming,
  resumeSchedule,
  runScheduleNow,
  updateSchedule,
} from "./schedules";

export interface ScheduleServices {
  readonly store: Store;
  readonly actor: string;
  readonly readPlan: ReadPlan;
  /** The file of an opened plan. Throws `not_found`. */
  readonly planFileOf: (sourceId: string) => string;
  /** What a relative `folder` parameter stands on. */
  readonly callerFolder: string;
}

export function scheduleHandlers({ store, actor, readPlan, planFileOf, callerFolder }: ScheduleServices) {
  return {
    "schedules.list": (input) => listSchedules(store, input),
    "schedules.get": ({ scheduleId }) => getSchedule(store, scheduleId, readPlan),
    "schedules.preview": ({ timing, count }) => ({ next: previewTiming(store, timing, count) }),
    "schedules.create": ({ sourceId, ...input }) =>
      createSchedule(store, { ...input, planFile: planFileOf(sourceId), actor, readPlan, callerFolder }),
    "schedules.update": (input) => updateSchedule(store, { ...input, actor, readPlan }),
    "schedules.pause": (input) => pauseSchedule(store, { ...input, actor }),
    "schedules.resume": (input) => resumeSchedule(store, { ...input, actor }),
    "schedules.delete": (input) => deleteSchedule(store, { ...input, actor }),
    "schedules.runNow": (input) => runScheduleNow(store, { ...input, actor }, readPlan),
  } satisfies Partial<Handlers>;
}
