import { CSPProvider } from "@base-ui/react/csp-provider";
import { useEffect } from "react";
import { on } from "./api";
import { startBoard } from "./features/board/board-store";
import { chooseDatabase, newDatabase } from "./features/databases/database-choice";
import { OpenDatabaseDialog } from "./features/databases/open-database-dialog";
import { Dialogs } from "./features/dialogs/dialogs";
import { DropTarget } from "./features/launch/drop-target";
import { startNotifications } from "./features/notifications/notifications-store";
import { startOverview } from "./features/overview/overview-store";
import { Palette } from "./features/palette/palette";
import { startPlan } from "./features/plans/plan-store";
import { startPlans } from "./features/plans/plans-store";
import { ScheduleDialog } from "./features/schedules/schedule-dialog";
import { startSettings } from "./features/settings/settings-store";
import { startApp, useNoDatabase, useReadOnlyReason } from "./features/shell/app-store";
import { Banners } from "./features/shell/banners";
import { NoDatabase } from "./features/shell/no-database";
import { Rail } from "./features/shell/rail";
import styles from "./features/shell/shell.module.css";
import { StatusBar } from "./features/shell/status-bar";
import { applyTheme } from "./features/shell/theme";
import { TopBar } from "./features/shell/top-bar";
import { WINDOW_KEYS } from "./features/shell/window-acts";
import { loadWhenIdle } from "./lazy";
import { followLocation, goTo, usePlace } from "./location";
import { startSync } from "./sync";
import { followTimeStyle, useTimeStyle } from "./time-format";
import { useHotkeys } from "./ui/hotkeys";
import { Toasts } from "./ui/toast";
import { TooltipProvider } from "./ui/tooltip";
import { View } from "./views";

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
      loadWhenIdle(),
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
              {error === null || place.view === "guide" ? (
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
