import { CSPProvider } from "@base-ui/react/csp-provider";
import { useEffect } from "react";
import { on } from "./api";
import { AgentsView } from "./features/agents/agents-view";
import { startBoard } from "./features/board/board-store";
import { TasksView } from "./features/board/tasks-view";
import { chooseDatabase, newDatabase } from "./features/databases/database-choice";
import { OpenDatabaseDialog } from "./features/databases/open-database-dialog";
import { Dialogs } from "./features/dialogs/dialogs";
import { DoctorView } from "./features/doctor/doctor-view";
import { EventsView } from "./features/events/events-view";
import { ExplorerView } from "./features/explorer/explorer-view";
import { DropTarget } from "./features/launch/drop-target";
import { LaunchView } from "./features/launch/launch-view";
import { MigrationView } from "./features/migration/migration-view";
import { startNotifications } from "./features/notifications/notifications-store";
import { startOverview } from "./features/overview/overview-store";
import { OverviewView } from "./features/overview/overview-view";
import { Palette } from "./features/palette/palette";
import { PlanPastView } from "./features/plan-past/plan-past-view";
import { PlanningView } from "./features/planning/planning-view";
import { startPlan } from "./features/plans/plan-store";
import { PlanView } from "./features/plans/plan-view";
import { PlansList } from "./features/plans/plans-list";
import { startPlans } from "./features/plans/plans-store";
import { ScheduleDialog } from "./features/schedules/schedule-dialog";
import { SchedulesView } from "./features/schedules/schedules-view";
import { startSettings } from "./features/settings/settings-store";
import { SettingsView } from "./features/settings/settings-view";
import { startApp, useNoDatabase, useReadOnlyReason } from "./features/shell/app-store";
import { Banners } from "./features/shell/banners";
import { NoDatabase } from "./features/shell/no-database";
import { Rail } from "./features/shell/rail";
import styles from "./features/shell/shell.module.css";
import { StatusBar } from "./features/shell/status-bar";
import { applyTheme } from "./features/shell/theme";
import { TopBar } from "./features/shell/top-bar";
import { WINDOW_KEYS } from "./features/shell/window-acts";
import { WorkersView } from "./features/workers/workers-view";
import { followLocation, goTo, type Place, usePlace } from "./location";
import { startSync } from "./sync";
import { followTimeStyle, useTimeStyle } from "./time-format";
import { useHotkeys } from "./ui/hotkeys";
import { Toasts } from "./ui/toast";
import { TooltipProvider } from "./ui/tooltip";

const launch = (): void => goTo({ view: "launch", sample: null });

/** Everything that runs as long as the window does. */
function useRuntime(): void {
  useEffect(() => {
    const ends = [
      followLocation(),
      applyTheme(),
      followTimeStyle(),
      startSync(),
      startApp(),
      startPlans(),
      startPlan(),
      startBoard(),
      startOverview(),
      startSettings(),
      startNotifications(),
      on("command", ({ name }) => {
        if (name === "launch") launch();
        if (name === "settings") goTo({ view: "settings", section: "databases" });
        if (name === "openDatabase") void chooseDatabase();
        if (name === "newDatabase") void newDatabase();
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const readOnly = useReadOnlyReason();
  useHotkeys({
    group: "Everywhere",
    hotkeys: [{ keys: ["n"], label: "Launch plan", disabled: readOnly !== null, run: launch }, ...WINDOW_KEYS],
  });
}

export function App() {
  useRuntime();
  // Whatever shows a moment is written anew with it.
  useTimeStyle();
  const place = usePlace();
  const error = useNoDatabase();
  return (
    <CSPProvider disableStyleElements>
      <TooltipProvider>
        <Toasts>
          <div className={styles.app}>
            <TopBar />
            <Rail />
            <main className={styles.main}>
              {error === null ? (
                <>
                  <Banners />
                  <View place={place} />
                </>
              ) : (
                <NoDatabase error={error} />
              )}
            </main>
            <StatusBar />
          </div>
          <Dialogs />
          <Palette />
          <DropTarget />
          <ScheduleDialog />
          <OpenDatabaseDialog />
        </Toasts>
      </TooltipProvider>
    </CSPProvider>
  );
}

function View({ place }: { readonly place: Place }) {
  if (place.view === "overview") return <OverviewView />;
  if (place.view === "tasks") return <TasksView place={place} />;
  if (place.view === "doctor") return <DoctorView place={place} />;
  if (place.view === "workers") return <WorkersView place={place} />;
  if (place.view === "agents") return <AgentsView place={place} />;
  if (place.view === "migration") return <MigrationView place={place} />;
  if (place.view === "planning") return <PlanningView place={place} />;
  if (place.view === "events") return <EventsView place={place} />;
  if (place.view === "schedules") return <SchedulesView scheduleId={place.scheduleId} />;
  if (place.view === "explorer") return <ExplorerView place={place} />;
  if (place.view === "launch") return <LaunchView place={place} />;
  if (place.view === "settings") return <SettingsView section={place.section} />;
  if (place.planId !== null && place.at !== undefined) {
    return <PlanPastView planId={place.planId} taskId={place.taskId} tab={place.tab} at={place.at} />;
  }
  return place.planId === null ? (
    <PlansList />
  ) : (
    <PlanView planId={place.planId} taskId={place.taskId} tab={place.tab} />
  );
}
