import { create } from "zustand";
import { FIGURE_RANGE_NAMES, type FigureRange } from "../shared/model/event-figures";
import { TASK_ORDERS, type TaskOrder } from "../shared/model/task-lists";
import { type AgentsPlace, formatAgents, parseAgents } from "./agents-place";
import { type DoctorPlace, formatDoctor, parseDoctor } from "./doctor-place";
import { type ExplorerPlace, formatExplorer, parseExplorer } from "./explorer-place";
import { formatGuide, type GuidePlace, parseGuide } from "./guide-place";
import { formatMigration, type MigrationPlace, parseMigration } from "./migration-place";
import { formatPlanning, type PlanningPlace, parsePlanning } from "./planning-place";
import { formatSettings, parseSettings, type SettingsPlace } from "./settings-place";

export { type ExplorerPlace, queryPlace, tablePlace } from "./explorer-place";

export const PLAN_TABS = ["graph", "timeline", "tasks", "events", "definition"] as const;
export type PlanTab = (typeof PLAN_TABS)[number];

export const TASK_GROUPS = ["plan", "state", "error"] as const;
export type TaskGroup = (typeof TASK_GROUPS)[number];

const INSPECTOR_PANES = ["summary", "log", "attempts", "payload", "result", "events", "audit"] as const;
export type InspectorPane = (typeof INSPECTOR_PANES)[number];

/** What the inspector shows of its task. */
export interface InspectPlace {
  readonly pane: InspectorPane;
  /** The attempt whose log is shown; null, or one of another task: the latest. */
  readonly runId: string | null;
}

/** The tasks of all plans and of none. */
export interface TasksPlace {
  readonly view: "tasks";
  /** Undefined: what the inspector shows already. */
  readonly inspect?: InspectPlace | undefined;
  /** The task in the inspector. */
  readonly taskId: string | null;
  readonly layout: "board" | "table";
  /** The filter, as typed. */
  readonly query: string;
  /** Null: the one that suits each list. */
  readonly order: TaskOrder | null;
  /** Only as a table. */
  readonly group: TaskGroup | null;
}

/** What is about to be launched: one of these at most; without any, what was shown last. */
export interface LaunchPlace {
  readonly view: "launch";
  readonly sample: string | null;
  /** The id of a file that main knows. */
  readonly file?: string | undefined;
  /** The earlier run that it is to be like. */
  readonly like?: string | undefined;
}

/** What happened, or what people did. */
export interface EventsPlace {
  readonly view: "events";
  readonly log: "events" | "audit";
  /** The filter, as typed. */
  readonly query: string;
  /** How far back the figures go. */
  readonly range: FigureRange;
  /** The place in its log of the one that is inspected. */
  readonly cursor: string | null;
}

/** The workers: of one state, named by a text, with one of them in the panel. */
export interface WorkersPlace {
  readonly view: "workers";
  readonly workerId?: string | null;
  /** Null: all. */
  readonly state?: string | null;
  readonly text?: string;
  /** What they are shown under; null: nothing. */
  readonly group?: WorkerGroup | null;
}

export const WORKER_GROUPS = ["role", "program", "host"] as const;
export type WorkerGroup = (typeof WORKER_GROUPS)[number];

/** What the window shows. It lives in the address, so back, forward and links work and nothing is lost by a reload. */
export type Place =
  | {
      readonly view: "plans";
      readonly planId: string | null;
      readonly taskId: string | null;
      /** Null: the one that this plan was last looked at in. */
      readonly tab: PlanTab | null;
      /** Undefined: what the inspector shows already. */
      readonly inspect?: InspectPlace | undefined;
      /** The moment that the plan is shown as of, in milliseconds since the epoch; undefined: as it is now. */
      readonly at?: number | undefined;
    }
  | TasksPlace
  | ExplorerPlace
  | EventsPlace
  | { readonly view: "overview" }
  | LaunchPlace
  | { readonly view: "schedules"; readonly scheduleId: string | null }
  | SettingsPlace
  | DoctorPlace
  | WorkersPlace
  | { readonly view: "fleet" }
  | AgentsPlace
  | GuidePlace
  | MigrationPlace
  | PlanningPlace;

const HOME: Place = { view: "overview" };
const ALL_PLANS: Place = { view: "plans", planId: null, taskId: null, tab: null };

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/**
 * The place an address names: `#/overview`, `#/plans/<plan>/tasks/<task>?tab=graph&show=log&run=<attempt>`,
 * `#/tasks/<task>?as=table&q=<filter>&show=events`, `#/launch/<sample>`, `#/launch?like=<plan>`, `#/launch?file=<id>`,
 * `#/schedules/<schedule>`, `#/workers/<worker>?state=dead&q=<text>`, `#/fleet`, `#/agents/<agent>?state=unhealthy&q=<text>&range=1h`,
 * `#/migration/differences`, `#/planning/<request>?status=pending`, `#/doctor/<finding>`, `#/events/<place>?q=<filter>&range=1h`, `#/audit/<place>`. Else: the overview.
 */
export function parsePlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decode);
  const [view, first = null, word, second = null] = parts;
  if (view === "events" || view === "audit") return parseEvents(view, first, new URLSearchParams(query));
  if (view === "doctor") return parseDoctor(first);
  if (view === "guide") return parseGuide(first, word ?? null);
  if (view === "workers") return parseWorkers(first, new URLSearchParams(query));
  if (view === "fleet") return { view: "fleet" };
  if (view === "agents") return parseAgents(first, new URLSearchParams(query));
  if (view === "migration") return parseMigration(first);
  if (view === "planning") return parsePlanning(first, new URLSearchParams(query));
  if (view === "schedules") return { view: "schedules", scheduleId: first };
  if (view === "settings") return parseSettings(first);
  if (view === "explorer") return parseExplorer(first, word ?? null, new URLSearchParams(query));
  if (view === "launch") return parseLaunch(first, new URLSearchParams(query));
  if (view === "tasks") return parseTasks(first, new URLSearchParams(query));
  if (view !== "plans") return HOME;
  if (first === null) return ALL_PLANS;
  const given = new URLSearchParams(query);
  const tab = PLAN_TABS.find((known) => known === given.get("tab")) ?? null;
  const taskId = word === "tasks" ? second : null;
  return { view: "plans", planId: first, taskId, tab, ...parseInspect(taskId, given), ...parseMoment(given) };
}

function parseMoment(query: URLSearchParams): { readonly at?: number } {
  const at = query.get("at");
  return at !== null && /^\d{1,15}$/.test(at) ? { at: Number(at) } : {};
}

function parseEvents(log: EventsPlace["log"], cursor: string | null, query: URLSearchParams): EventsPlace {
  const range = FIGURE_RANGE_NAMES.find((known) => known === query.get("range")) ?? "15m";
  return { view: "events", log, query: query.get("q") ?? "", range, cursor };
}

function formatEvents({ log, query, range, cursor }: EventsPlace): string {
  return withQuery(`#/${log}${cursor === null ? "" : `/${encodeURIComponent(cursor)}`}`, [
    ...(query === "" ? [] : ([["q", query]] as const)),
    ...(range === "15m" ? [] : ([["range", range]] as const)),
  ]);
}

/** The events, or the acts of people, that match a typed filter. */
export const eventsPlace = (query = "", given: Partial<EventsPlace> = {}): EventsPlace => ({
  view: "events",
  log: "events",
  range: "15m",
  cursor: null,
  ...given,
  query,
});

function parseWorkers(workerId: string | null, query: URLSearchParams): WorkersPlace {
  const group = WORKER_GROUPS.find((known) => known === query.get("by")) ?? null;
  return { view: "workers", workerId, state: query.get("state"), text: query.get("q") ?? "", group };
}

function formatWorkers({ workerId = null, state = null, text = "", group = null }: WorkersPlace): string {
  return withQuery(`#/workers${workerId === null ? "" : `/${encodeURIComponent(workerId)}`}`, [
    ...(state === null ? [] : ([["state", state]] as const)),
    ...(text === "" ? [] : ([["q", text]] as const)),
    ...(group === null ? [] : ([["by", group]] as const)),
  ]);
}

function parseLaunch(sample: string | null, query: URLSearchParams): LaunchPlace {
  const file = query.get("file");
  const like = query.get("like");
  if (sample !== null || (file === null && like === null)) return { view: "launch", sample };
  return { view: "launch", sample: null, ...(file === null ? {} : { file }), ...(like === null ? {} : { like }) };
}

function parseInspect(taskId: string | null, query: URLSearchParams): { readonly inspect?: InspectPlace } {
  const pane = INSPECTOR_PANES.find((known) => known === query.get("show"));
  return taskId === null || pane === undefined ? {} : { inspect: { pane, runId: query.get("run") } };
}

/** Parts of a query, as far as they are given. */
function inspectQuery(
  taskId: string | null,
  inspect: InspectPlace | undefined,
): readonly (readonly [string, string])[] {
  if (taskId === null || inspect === undefined) return [];
  const { pane, runId } = inspect;
  return [["show", pane], ...(runId === null ? [] : [["run", runId] as const])];
}

function withQuery(path: string, given: readonly (readonly [string, string])[]): string {
  return given.length === 0
    ? path
    : `${path}?${given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

function parseTasks(taskId: string | null, query: URLSearchParams): TasksPlace {
  return {
    view: "tasks",
    taskId,
    layout: query.get("as") === "table" ? "table" : "board",
    query: query.get("q") ?? "",
    order: TASK_ORDERS.find((known) => known === query.get("order")) ?? null,
    group: TASK_GROUPS.find((known) => known === query.get("by")) ?? null,
    ...parseInspect(taskId, query),
  };
}

function formatTasks({ taskId, layout, query, order, group, inspect }: TasksPlace): string {
  return withQuery(`#/tasks${taskId === null ? "" : `/${encodeURIComponent(taskId)}`}`, [
    ...(layout === "table" ? ([["as", layout]] as const) : []),
    ...(query === "" ? [] : ([["q", query]] as const)),
    ...(order === null ? [] : ([["order", order]] as const)),
    ...(group === null ? [] : ([["by", group]] as const)),
    ...inspectQuery(taskId, inspect),
  ]);
}

function formatLaunch({ sample, file, like }: LaunchPlace): string {
  if (sample !== null) return `#/launch/${encodeURIComponent(sample)}`;
  return withQuery("#/launch", [
    ...(file === undefined ? [] : ([["file", file]] as const)),
    ...(like === undefined ? [] : ([["like", like]] as const)),
  ]);
}

export function formatPlace(place: Place): string {
  if (place.view === "tasks") return formatTasks(place);
  if (place.view === "overview") return "#/overview";
  if (place.view === "settings") return formatSettings(place);
  if (place.view === "explorer") return formatExplorer(place);
  if (place.view === "events") return formatEvents(place);
  if (place.view === "doctor") return formatDoctor(place);
  if (place.view === "guide") return formatGuide(place);
  if (place.view === "workers") return formatWorkers(place);
  if (place.view === "fleet") return "#/fleet";
  if (place.view === "agents") return formatAgents(place);
  if (place.view === "migration") return formatMigration(place);
  if (place.view === "planning") return formatPlanning(place);
  if (place.view === "launch") return formatLaunch(place);
  if (place.view === "schedules")
    return place.scheduleId === null ? "#/schedules" : `#/schedules/${encodeURIComponent(place.scheduleId)}`;
  if (place.planId === null) return "#/plans";
  const plan = `#/plans/${encodeURIComponent(place.planId)}`;
  const task = place.taskId === null ? "" : `/tasks/${encodeURIComponent(place.taskId)}`;
  return withQuery(`${plan}${task}`, [
    ...(place.tab === null ? [] : ([["tab", place.tab]] as const)),
    ...inspectQuery(place.taskId, place.inspect),
    ...(place.at === undefined ? [] : ([["at", String(place.at)]] as const)),
  ]);
}

export const planPlace = (planId: string | null, taskId: string | null = null, tab: PlanTab | null = null): Place => ({
  view: "plans",
  planId,
  taskId,
  tab,
});

/** Where a task is looked at: in its plan, or among all tasks when it has none. */
export function taskPlace(planId: string | null, taskId: string): Place {
  return planId === null ? tasksPlace("", { taskId }) : planPlace(planId, taskId);
}

/** Another task where one is looked at now: the list beside it stays, unless the task belongs to another plan. */
export function besidePlace(place: Place, planId: string | null, taskId: string): Place {
  if (place.view === "tasks") return { ...place, taskId };
  if (place.view !== "plans" || place.planId !== planId) return taskPlace(planId, taskId);
  return { ...place, taskId };
}

/** The same task, looked at in another way; a place without a task stays as it is. */
export function inspectPlace(place: Place, inspect: InspectPlace): Place {
  return (place.view === "tasks" || place.view === "plans") && place.taskId !== null ? { ...place, inspect } : place;
}

/** The tasks that match a typed filter. */
export const tasksPlace = (query = "", given: Partial<TasksPlace> = {}): TasksPlace => ({
  view: "tasks",
  taskId: null,
  layout: "board",
  order: null,
  group: null,
  ...given,
  query,
});

const PLACE_KEY = "place";
const TASKS_KEY = "tasks-place";
const EVENTS_KEY = "events-place";

const kept = (key: string): string => globalThis.localStorage?.getItem(key) ?? "";

interface LocationState {
  readonly place: Place;
  /** How the tasks were looked at last: whoever comes back to them finds filter, order and layout again. */
  readonly tasks: TasksPlace;
  /** The same for events and acts. */
  readonly events: EventsPlace;
}

const useLocation = create<LocationState>()(() => {
  const tasks = parsePlace(kept(TASKS_KEY));
  const events = parsePlace(kept(EVENTS_KEY));
  return {
    // An address without a place begins where the last window was left.
    place: parsePlace(globalThis.location?.hash || kept(PLACE_KEY)),
    tasks: tasks.view === "tasks" ? tasks : tasksPlace(),
    events: events.view === "events" ? events : eventsPlace(),
  };
});

function read(): void {
  const place = parsePlace(window.location.hash);
  useLocation.setState({
    place,
    ...(place.view === "tasks" && { tasks: place }),
    ...(place.view === "events" && { events: { ...place, cursor: null } }),
  });
  // A file is known by its id as long as main runs, and no longer.
  const lasting: Place = place.view === "launch" && place.file !== undefined ? { view: "launch", sample: null } : place;
  window.localStorage.setItem(PLACE_KEY, formatPlace(lasting));
  if (place.view === "tasks") window.localStorage.setItem(TASKS_KEY, formatPlace(place));
  if (place.view === "events") window.localStorage.setItem(EVENTS_KEY, formatPlace({ ...place, cursor: null }));
}

/** Follows the address until the returned function is called; without one it begins where the last window was left. */
export function followLocation(): () => void {
  const last = kept(PLACE_KEY);
  if (window.location.hash === "" && last !== "") window.history.replaceState(null, "", last);
  read();
  window.addEventListener("hashchange", read);
  return () => window.removeEventListener("hashchange", read);
}

/** Goes to a place. `replace`: back does not return to the one before it. */
export function goTo(place: Place, { replace = false }: { readonly replace?: boolean } = {}): void {
  const hash = formatPlace(place);
  if (hash === window.location.hash) return;
  if (replace) window.history.replaceState(null, "", hash);
  else window.history.pushState(null, "", hash);
  read();
}

export function placeNow(): Place {
  return useLocation.getState().place;
}

/** The tasks as they were looked at last. */
export function useLastTasks(): TasksPlace {
  return useLocation((state) => state.tasks);
}

/** The events as they were looked at last. */
export function useLastEvents(): EventsPlace {
  return useLocation((state) => state.events);
}

export function usePlace(): Place {
  return useLocation((state) => state.place);
}
