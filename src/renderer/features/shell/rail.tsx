import {
  BookOpen,
  Bot,
  CalendarClock,
  Cpu,
  Database,
  LayoutDashboard,
  ListChecks,
  Radio,
  Route,
  Settings,
  Stethoscope,
  Workflow,
} from "lucide-react";
import type { ReactNode } from "react";
import { agentsPlace } from "../../agents-place";
import { doctorPlace } from "../../doctor-place";
import { guidePlace } from "../../guide-place";
import {
  eventsPlace,
  formatPlace,
  type Place,
  planPlace,
  tasksPlace,
  useLastEvents,
  useLastTasks,
  usePlace,
} from "../../location";
import { migrationPlace } from "../../migration-place";
import { formatCount, plural } from "../../ui/format";
import { useAttentionCount, useHasMoreAttention } from "../overview/overview-store";
import { useLastSection } from "../settings/settings-store";
import styles from "./shell.module.css";

interface Entry {
  readonly label: string;
  readonly icon: ReactNode;
  readonly place: Place;
  readonly views: ReadonlyArray<Place["view"]>;
}

/** The views that are always there. */
export const RAIL_ENTRIES: readonly Entry[] = [
  {
    label: "Overview",
    icon: <LayoutDashboard size={18} strokeWidth={1.6} />,
    place: { view: "overview" },
    views: ["overview"],
  },
  {
    label: "Plans",
    icon: <Workflow size={18} strokeWidth={1.6} />,
    place: planPlace(null),
    views: ["plans", "planning", "launch"],
  },
  {
    label: "Tasks",
    icon: <ListChecks size={18} strokeWidth={1.6} />,
    place: tasksPlace(),
    views: ["tasks"],
  },
  {
    label: "Schedules",
    icon: <CalendarClock size={18} strokeWidth={1.6} />,
    place: { view: "schedules", scheduleId: null },
    views: ["schedules"],
  },
  {
    label: "Workers",
    icon: <Cpu size={18} strokeWidth={1.6} />,
    place: { view: "workers" },
    views: ["workers", "fleet"],
  },
  { label: "Agents", icon: <Bot size={18} strokeWidth={1.6} />, place: agentsPlace(), views: ["agents"] },
  { label: "Events", icon: <Radio size={18} strokeWidth={1.6} />, place: eventsPlace(), views: ["events"] },
  {
    label: "Explorer",
    icon: <Database size={18} strokeWidth={1.6} />,
    place: { view: "explorer", show: null },
    views: ["explorer"],
  },
  {
    label: "Migration",
    icon: <Route size={18} strokeWidth={1.6} />,
    place: migrationPlace(),
    views: ["migration"],
  },
  {
    label: "Doctor",
    icon: <Stethoscope size={18} strokeWidth={1.6} />,
    place: doctorPlace(),
    views: ["doctor"],
  },
];

export function Rail() {
  const { view } = usePlace();
  const lastTasks = useLastTasks();
  const lastEvents = useLastEvents();
  const lastSection = useLastSection();
  const wanting = useAttentionCount();
  const hasMore = useHasMoreAttention();
  // Back to the tasks as they were left; from there, a second press clears what was chosen.
  const placeOf = (place: Place): Place => {
    if (place.view === view) return place;
    if (place.view === "tasks") return lastTasks;
    return place.view === "events" ? lastEvents : place;
  };
  return (
    <nav data-passes-keys="" className={styles.rail} aria-label="Main">
      {RAIL_ENTRIES.map(({ label, icon, place, views }) => (
        <a key={label} href={formatPlace(placeOf(place))} aria-current={views.includes(view) ? "page" : undefined}>
          {icon}
          {label}
          {label === "Overview" && wanting > 0 && (
            <span
              className={styles.badge}
              title={`${hasMore ? "More than " : ""}${plural(wanting, "task")} ${wanting === 1 ? "wants" : "want"} a person`}
            >
              {wanting > 99 ? "99+" : `${formatCount(wanting)}${hasMore ? "+" : ""}`}
            </span>
          )}
        </a>
      ))}
      <a
        className={styles.railEnd}
        href={formatPlace(guidePlace())}
        aria-current={view === "guide" ? "page" : undefined}
      >
        <BookOpen size={18} strokeWidth={1.6} />
        Guide
      </a>
      <a
        href={formatPlace({ view: "settings", section: lastSection })}
        aria-current={view === "settings" ? "page" : undefined}
      >
        <Settings size={18} strokeWidth={1.6} />
        Settings
      </a>
    </nav>
  );
}
