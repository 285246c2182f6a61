import { create } from "zustand";
import type { ScheduleDetail, ScheduleRow } from "../../../shared/model/schedule";
import { ApiError, call, messageOf } from "../../api";
import { keepLive } from "../../sync";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";

/** Launches come with the plans' patches; due times and other consoles' schedules are looked for at this pace. */
const POLL_MS = 5_000;
const PAGE = 200;

interface SchedulesState {
  readonly rows: readonly ScheduleRow[];
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** The row with the cursor; what the panel shows comes with it. */
  readonly detail: ScheduleDetail | null;
  readonly detailError: unknown;
}

export const useSchedules = create<SchedulesState>()(() => ({
  rows: [],
  status: "loading",
  error: null,
  detail: null,
  detailError: null,
}));

let wanted: string | null = null;
let request = 0;

export async function loadSchedules(): Promise<void> {
  try {
    const rows: ScheduleRow[] = [];
    for (let after: string | undefined; ; ) {
      const page = await call("schedules.list", { limit: PAGE, ...(after === undefined ? {} : { after }) });
      rows.push(...page.rows);
      if (page.next === null) break;
      after = page.next;
    }
    useSchedules.setState({ rows, status: "ready", error: null });
  } catch (error) {
    useSchedules.setState({ error, status: "failed" });
  }
}

/** Reads what the panel shows; null: nothing. */
export async function showSchedule(scheduleId: string | null): Promise<void> {
  request += 1;
  const mine = request;
  wanted = scheduleId;
  if (scheduleId === null) {
    useSchedules.setState({ detail: null, detailError: null });
    return;
  }
  try {
    const detail = await call("schedules.get", { scheduleId });
    if (mine === request) useSchedules.setState({ detail, detailError: null });
  } catch (detailError) {
    if (mine === request) useSchedules.setState({ detail: null, detailError });
  }
}

export async function refreshSchedules(): Promise<void> {
  await Promise.all([loadSchedules(), wanted === null ? undefined : showSchedule(wanted)]);
}

/** Keeps the list fresh until the returned function is called. */
export function startSchedules(): () => void {
  void refreshSchedules();
  const timer = setInterval(() => {
    if (!document.hidden) void refreshSchedules();
  }, POLL_MS);
  let soon: ReturnType<typeof setTimeout> | null = null;
  const end = keepLive({
    patch({ plans }) {
      if (plans.length === 0 || soon !== null) return;
      soon = setTimeout(() => {
        soon = null;
        void refreshSchedules();
      }, 500);
    },
    reload: () => void refreshSchedules(),
  });
  return () => {
    clearInterval(timer);
    if (soon !== null) clearTimeout(soon);
    end();
  };
}

type ActedSchedule = Pick<ScheduleRow, "id" | "name">;

/** Holds a schedule or lets it go on: at once, because the other takes it back. */
export async function pauseSchedule({ id, name }: ActedSchedule, isPaused: boolean): Promise<void> {
  try {
    await call(isPaused ? "schedules.resume" : "schedules.pause", { scheduleId: id });
    toast.success(isPaused ? `${name} goes on` : `${name} is paused`, {
      description: isPaused ? "It is launched at its next time." : "It is not launched until it is resumed.",
      undo: () => void pauseSchedule({ id, name }, !isPaused),
    });
  } catch (error) {
    toast.error(`Could not ${isPaused ? "resume" : "pause"} ${name}`, { description: messageOf(error) });
  }
  await refreshSchedules();
}

/** Launches a schedule's plan now; what shows it is called with the plan. */
export async function runScheduleNow({ id, name }: ActedSchedule, show: (planId: string) => void): Promise<void> {
  try {
    const { planId } = await call("schedules.runNow", { scheduleId: id });
    toast.success(`Launched the plan of ${name}`, {
      description: "Its due times stay as they are.",
      action: { label: "Show", run: () => show(planId) },
    });
  } catch (error) {
    toast.error(`Could not launch the plan of ${name}`, { description: messageOf(error) });
  }
  await refreshSchedules();
}

/** Takes a schedule away, once it was seen what stays. */
export function askDeleteSchedule({ id, name, running }: ScheduleRow, onDeleted: () => void): void {
  askAct({
    title: `Delete the schedule ${name}`,
    keepLabel: "Keep it",
    reasons: ["Not needed any more", "Replaced by another"],
    preview: () => ({
      title: `Delete the schedule ${name}?`,
      consequence: `It is not launched any more, and the record of its launches goes with it. Plans that it has launched stay${
        running > 0 ? ", and the one that runs goes on" : ""
      }.`,
      affected: [],
      confirmLabel: "Delete the schedule",
    }),
    run: async ({ reason }) => {
      try {
        await call("schedules.delete", { scheduleId: id, ...(reason ? { reason } : {}) });
      } catch (error) {
        // Somebody else has deleted it meanwhile: that is what was asked for.
        if (!(error instanceof ApiError) || error.code !== "not_found") throw error;
      }
      onDeleted();
      toast.success(`Deleted the schedule ${name}`);
      await loadSchedules();
    },
  });
}
