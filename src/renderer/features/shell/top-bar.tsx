import { Monitor, Moon, Play, Search, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { formatPlace, goTo, type Place, planPlace, usePlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { Kbd } from "../../ui/kbd";
import { Bell } from "../notifications/bell";
import { openPalette } from "../palette/palette-store";
import { SEARCHED } from "../palette/query";
import { usePast } from "../plan-past/past-store";
import { usePlan } from "../plans/plan-store";
import { cycleTheme } from "../settings/settings-store";
import { useApp, useReadOnlyReason } from "./app-store";
import { DatabaseMenu } from "./database-menu";
import { LiveIndicator } from "./live-indicator";
import { ModeSwitch } from "./mode-switch";
import styles from "./shell.module.css";
import { type Theme, useTheme } from "./theme";

const THEME_ICONS: Readonly<Record<Theme, ReactNode>> = {
  system: <Monitor size={14} />,
  dark: <Moon size={14} />,
  light: <Sun size={14} />,
};

export function TopBar() {
  const place = usePlace();
  const database = useApp((state) => state.info?.database);
  const platform = useApp((state) => state.info?.platform);
  const planTitle = usePlanTitle(place);
  const theme = useTheme((state) => state.theme);
  const readOnly = useReadOnlyReason();
  const crumbs = crumbsOf(place, planTitle);
  return (
    <header className={styles.topBar} data-platform={platform}>
      <span className={styles.brand}>
        <Brand />
      </span>
      {database !== undefined && <DatabaseMenu database={database} />}
      <nav className={styles.crumbs} aria-label="Breadcrumb">
        {crumbs.map((crumb, index) => (
          <span key={crumb.label} className={styles.crumb}>
            <span aria-hidden="true">/</span>
            {index === crumbs.length - 1 ? (
              <b aria-current="page" title={crumb.label}>
                {crumb.label}
              </b>
            ) : (
              <a href={formatPlace(crumb.place)}>{crumb.label}</a>
            )}
          </span>
        ))}
      </nav>
      <button type="button" className={styles.search} title={SEARCHED} onClick={openPalette}>
        <Search size={14} />
        <span className={styles.searchLong}>{SEARCHED}</span>
        <span className={styles.searchShort}>Search or run a command</span>
        <Kbd keys="Mod+K" />
      </button>
      <div className={styles.topBarEnd}>
        <LiveIndicator />
        <ModeSwitch />
        <Bell />
        <IconButton className={styles.themeButton} label={`Theme: ${theme}`} onClick={cycleTheme}>
          {THEME_ICONS[theme]}
        </IconButton>
        <Button
          variant={place.view === "launch" ? "default" : "primary"}
          icon={<Play size={12} />}
          keys="N"
          disabledReason={readOnly}
          onClick={() => goTo({ view: "launch", sample: null })}
        >
          Launch plan
        </Button>
      </div>
    </header>
  );
}

/** Also of a plan that is shown as it was: then it is loaded with its past. */
function usePlanTitle(place: Place): string | undefined {
  const planId = place.view === "plans" ? place.planId : null;
  const now = usePlan((state) => (state.planId === planId ? state.plan?.title : undefined));
  const past = usePast((state) => (state.planId === planId ? state.loaded?.plan.title : undefined));
  return now ?? past;
}

interface Crumb {
  readonly label: string;
  readonly place: Place;
}

function crumbsOf(place: Place, planTitle: string | undefined): readonly Crumb[] {
  if (place.view === "overview") return [{ label: "Overview", place }];
  if (place.view === "tasks") return [{ label: "Tasks", place }];
  if (place.view === "events") return [{ label: place.log === "events" ? "Events" : "Audit log", place }];
  if (place.view === "workers") return [{ label: "Workers", place }];
  if (place.view === "fleet") {
    return [
      { label: "Workers", place: { view: "workers" } },
      { label: "Fleet", place },
    ];
  }
  if (place.view === "agents") return [{ label: "Agents", place }];
  if (place.view === "migration") return [{ label: "Migration", place }];
  if (place.view === "doctor") return [{ label: "Doctor", place }];
  if (place.view === "guide") return [{ label: "Guide", place }];
  if (place.view === "schedules") return [{ label: "Schedules", place: { view: "schedules", scheduleId: null } }];
  if (place.view === "explorer") return [{ label: "Explorer", place: { view: "explorer", show: null } }];
  if (place.view === "settings") return [{ label: "Settings", place }];
  const plans: Crumb = { label: "Plans", place: planPlace(null) };
  if (place.view === "planning") return [plans, { label: "Requests", place }];
  if (place.view === "launch") return [plans, { label: "Launch", place }];
  return place.planId === null ? [plans] : [plans, { label: planTitle ?? "Plan", place }];
}

function Brand() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" role="img" aria-label="Hive Console">
      <title>Hive Console</title>
      <path
        d="M12 2.2 20.6 7v10L12 21.8 3.4 17V7Z"
        fill="none"
        stroke="var(--brand)"
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
      <path d="M12 7.4 16.1 9.7v4.6L12 16.6 7.9 14.3V9.7Z" fill="var(--brand)" />
    </svg>
  );
}
