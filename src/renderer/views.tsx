import { useEffect, useState, useSyncExternalStore } from "react";
import { OverviewView } from "./features/overview/overview-view";
import { type LazyPart, lazyPart } from "./lazy";
import type { Place } from "./location";

const AgentsView = lazyPart(async () => (await import("./features/agents/agents-view")).AgentsView);
const DoctorView = lazyPart(async () => (await import("./features/doctor/doctor-view")).DoctorView);
const EventsView = lazyPart(async () => (await import("./features/events/events-view")).EventsView);
const ExplorerView = lazyPart(async () => (await import("./features/explorer/explorer-view")).ExplorerView);
const FleetView = lazyPart(async () => (await import("./features/fleet/fleet-view")).FleetView);
const GuideView = lazyPart(async () => (await import("./features/guide/guide-view")).GuideView);
const LaunchView = lazyPart(async () => (await import("./features/launch/launch-view")).LaunchView);
const MigrationView = lazyPart(async () => (await import("./features/migration/migration-view")).MigrationView);
const PlanPastView = lazyPart(async () => (await import("./features/plan-past/plan-past-view")).PlanPastView);
const PlanningView = lazyPart(async () => (await import("./features/planning/planning-view")).PlanningView);
const PlansList = lazyPart(async () => (await import("./features/plans/plans-list")).PlansList);
const PlanView = lazyPart(async () => (await import("./features/plans/plan-view")).PlanView);
const SchedulesView = lazyPart(async () => (await import("./features/schedules/schedules-view")).SchedulesView);
const SettingsView = lazyPart(async () => (await import("./features/settings/settings-view")).SettingsView);
const TasksView = lazyPart(async () => (await import("./features/board/tasks-view")).TasksView);
const WorkersView = lazyPart(async () => (await import("./features/workers/workers-view")).WorkersView);

type Loading = Pick<LazyPart<never>, "isLoaded" | "load" | "subscribe">;

/** What a place needs; null: it is here already. */
function partOf(place: Place): Loading | null {
  switch (place.view) {
    case "overview":
      return null;
    case "agents":
      return AgentsView;
    case "doctor":
      return DoctorView;
    case "events":
      return EventsView;
    case "explorer":
      return ExplorerView;
    case "fleet":
      return FleetView;
    case "guide":
      return GuideView;
    case "launch":
      return LaunchView;
    case "migration":
      return MigrationView;
    case "planning":
      return PlanningView;
    case "schedules":
      return SchedulesView;
    case "settings":
      return SettingsView;
    case "tasks":
      return TasksView;
    case "workers":
      return WorkersView;
    case "plans":
      if (place.planId === null) return PlansList;
      return place.at === undefined ? PlanView : PlanPastView;
  }
}

const never = (): (() => void) => () => undefined;
const always = (): boolean => true;

/** Begins to fetch what a place needs, before anything is drawn. */
export function beginToLoad(place: Place): void {
  void partOf(place)?.load();
}

/** The view of a place. While its code is on its way, which takes some milliseconds, the view before stays. */
export function View({ place }: { readonly place: Place }) {
  const part = partOf(place);
  const isHere = useSyncExternalStore(part?.subscribe ?? never, part?.isLoaded ?? always);
  const [shown, setShown] = useState<Place | null>(null);
  if (isHere && shown !== place) setShown(place);
  useEffect(() => {
    if (!isHere) void part?.load();
  }, [part, isHere]);
  const now = isHere ? place : shown;
  return now === null ? null : <ViewOf place={now} />;
}

function ViewOf({ place }: { readonly place: Place }) {
  if (place.view === "overview") return <OverviewView />;
  if (place.view === "tasks") return <TasksView place={place} />;
  if (place.view === "doctor") return <DoctorView place={place} />;
  if (place.view === "workers") return <WorkersView place={place} />;
  if (place.view === "fleet") return <FleetView />;
  if (place.view === "agents") return <AgentsView place={place} />;
  if (place.view === "migration") return <MigrationView place={place} />;
  if (place.view === "planning") return <PlanningView place={place} />;
  if (place.view === "events") return <EventsView place={place} />;
  if (place.view === "schedules") return <SchedulesView scheduleId={place.scheduleId} />;
  if (place.view === "explorer") return <ExplorerView place={place} />;
  if (place.view === "guide") return <GuideView place={place} />;
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
