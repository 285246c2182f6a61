import { CalendarClock, Play, Plus, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import type { ScheduleRow } from "../../../shared/model/schedule";
import { messageOf } from "../../api";
import { goTo, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Page, PageBody } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { HelpLink } from "../guide/help-link";
import { useReadOnlyReason } from "../shell/app-store";
import { askScheduleChange } from "./new-schedule";
import { SchedulePanel } from "./schedule-panel";
import {
  askDeleteSchedule,
  loadSchedules,
  pauseSchedule,
  runScheduleNow,
  showSchedule,
  startSchedules,
  useSchedules,
} from "./schedules-store";
import { SchedulesTable } from "./schedules-table";

const show = (scheduleId: string | null): void => goTo({ view: "schedules", scheduleId }, { replace: true });
const showPlan = (planId: string): void => goTo(planPlace(planId));
const add = (): void => goTo({ view: "launch", sample: null });

/** Plans that are launched by the clock: when next, what became of the last time, and what holds them. */
export function SchedulesView({ scheduleId }: { readonly scheduleId: string | null }) {
  useEffect(startSchedules, []);
  useEffect(() => void showSchedule(scheduleId), [scheduleId]);
  const { rows, status, error } = useSchedules();
  const readOnly = useReadOnlyReason();
  const at = rows.findIndex(({ id }) => id === scheduleId);
  const current = rows[at];
  useKeys({ rows, at, readOnly });
  const paused = rows.filter(({ pausedAt }) => pausedAt !== null).length;
  return (
    <Page
      title="Schedules"
      meta={
        rows.length > 0 && (
          <>
            {plural(rows.length, "schedule")}
            {paused > 0 && `, ${paused} paused`}
          </>
        )
      }
      actions={
        <Button icon={<Plus size={14} />} keys="c" disabledReason={readOnly} onClick={add}>
          New schedule
        </Button>
      }
    >
      <PageBody
        beside={
          scheduleId !== null &&
          rows.length > 0 && (
            <SchedulePanel
              row={current ?? null}
              readOnly={readOnly}
              onClose={() => show(null)}
              onDelete={askDelete}
              onShowPlan={showPlan}
            />
          )
        }
      >
        {status === "failed" && rows.length === 0 ? (
          <EmptyState
            icon={<TriangleAlert size={20} />}
            title="The schedules cannot be shown"
            actions={<Button onClick={() => void loadSchedules()}>Try again</Button>}
          >
            {messageOf(error)}
          </EmptyState>
        ) : status === "loading" ? (
          <SkeletonRows height={44} />
        ) : rows.length === 0 ? (
          <EmptyState
            icon={<CalendarClock size={20} />}
            title="No schedules yet"
            actions={
              <>
                <Button icon={<Play size={12} />} disabledReason={readOnly} onClick={add}>
                  Choose a plan
                </Button>
                <HelpLink to="schedules">How schedules work</HelpLink>
              </>
            }
          >
            A schedule launches a plan at set times or intervals. Choose a plan, fill in its parameters, and press
            Schedule in place of Launch.
          </EmptyState>
        ) : (
          <SchedulesTable rows={rows} cursor={scheduleId} onChoose={show} onShowPlan={showPlan} />
        )}
      </PageBody>
    </Page>
  );
}

const askDelete = (row: ScheduleRow): void => askDeleteSchedule(row, () => show(null));

interface KeysOptions {
  readonly rows: readonly ScheduleRow[];
  /** The cursor's place; -1: there is none. */
  readonly at: number;
  readonly readOnly: string | null;
}

function useKeys({ rows, at, readOnly }: KeysOptions): void {
  const current = rows[at];
  const detail = useSchedules((state) => (state.detail?.id === current?.id ? state.detail : null));
  const move = (step: 1 | -1): void => {
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    show(next.id);
    document.getElementById(`schedule-${next.id}`)?.scrollIntoView({ block: "nearest" });
  };
  const isOff = current === undefined || readOnly !== null;
  const withCurrent = (act: (row: ScheduleRow) => void) => (): void => {
    if (current !== undefined) act(current);
  };
  useHotkeys({
    group: "Schedules",
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next schedule",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => move(1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous schedule", run: () => move(-1) },
      { keys: ["c"], label: "New schedule", disabled: readOnly !== null, run: add },
      {
        keys: ["Shift+P"],
        label: current?.pausedAt == null ? "Pause the schedule" : "Resume the schedule",
        disabled: isOff,
        hint: { keys: ["Shift+P"], label: "Pause" },
        run: withCurrent((row) => void pauseSchedule(row, row.pausedAt !== null)),
      },
      {
        keys: ["Shift+L"],
        label: "Launch the schedule's plan now",
        disabled: isOff,
        run: withCurrent((row) => void runScheduleNow(row, showPlan)),
      },
      {
        keys: ["Shift+E"],
        label: "Change the schedule",
        disabled: isOff || detail === null,
        run: () => {
          if (detail !== null) askScheduleChange(detail);
        },
      },
      { keys: ["Shift+X"], label: "Delete the schedule", disabled: isOff, run: withCurrent(askDelete) },
      {
        keys: ["Enter"],
        label: "Open its latest plan",
        disabled: current?.last?.planId == null,
        run: withCurrent(({ last }) => {
          if (last?.planId != null) showPlan(last.planId);
        }),
      },
      { keys: ["Escape"], label: "Close the panel", disabled: current === undefined, run: () => show(null) },
    ],
  });
}
