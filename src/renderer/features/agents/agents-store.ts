import { create } from "zustand";
import type { AgentCheckPoint, AgentRow } from "../../../shared/model/agent";
import type { AgentCourse, AgentCourses, CourseRange } from "../../../shared/model/agent-course";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { type AgentState, stateOf } from "./agent-words";

/** Files change without telling anybody: they are looked at again. */
const LOOK_MS = 2_000;
const CHECK_MS = 60_000;
/** The figures are counted anew at most so often while attempts end. */
const COURSES_MS = 2_000;
const COURSES_REST_MS = 15_000;
const KEPT_CHECKS = 60;

/** An agent with how it stands. */
export interface ListedAgent extends AgentRow {
  readonly state: AgentState;
}

interface AgentsState {
  readonly agents: readonly ListedAgent[];
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** By agent, the latest first. */
  readonly checks: ReadonlyMap<string, readonly AgentCheckPoint[]>;
  /** All, or agents whose file changed, are being asked. */
  readonly isChecking: boolean;
  readonly checkError: unknown;
  readonly courses: AgentCourses | null;
  readonly course: ReadonlyMap<string, AgentCourse>;
  readonly range: CourseRange;
  /** The row the keys are on. */
  readonly cursor: string | null;
}

export const useAgents = create<AgentsState>()(() => ({
  agents: [],
  status: "loading",
  error: null,
  checks: new Map(),
  isChecking: false,
  checkError: null,
  courses: null,
  course: new Map(),
  range: "24h",
  cursor: null,
}));

/** Rows as just read with how they stand now; the same objects where nothing changed. */
function listed(rows: readonly AgentRow[], checks: AgentsState["checks"]): readonly ListedAgent[] {
  const before = useAgents.getState().agents;
  const byId = new Map(before.map((agent) => [agent.id, agent]));
  const now = rows.map((row) => {
    const agent: ListedAgent = { ...row, state: stateOf(row, checks.get(row.id)?.[0]) };
    const known = byId.get(row.id);
    return known !== undefined && JSON.stringify(known) === JSON.stringify(agent) ? known : agent;
  });
  return now.length === before.length && now.every((agent, index) => agent === before[index]) ? before : now;
}

const definitionOf = ({ state: _state, ...definition }: ListedAgent): string => JSON.stringify(definition);

/** Reads which agents there are; asks those that are new or whose file is another one how they are. */
export async function loadAgents(): Promise<void> {
  const { status, agents: before } = useAgents.getState();
  try {
    const rows = await call("agents.list", {});
    const agents = listed(rows, useAgents.getState().checks);
    if (agents !== before || status !== "ready") useAgents.setState({ agents, status: "ready", error: null });
    if (before.length === 0) return;
    const known = new Map(before.map((agent) => [agent.id, definitionOf(agent)]));
    const changed = agents.filter((agent) => agent.problem === null && known.get(agent.id) !== definitionOf(agent));
    for (const { id } of changed) await checkAgents(id);
  } catch (error) {
    if (status === "ready") throw error;
    useAgents.setState({ status: "failed", error });
  }
}

function noteChecks(found: ReadonlyArray<readonly [string, readonly AgentCheckPoint[]]>): void {
  useAgents.setState((state) => {
    const checks = new Map(state.checks);
    for (const [id, points] of found) checks.set(id, points.slice(0, KEPT_CHECKS));
    return { checks, agents: listed(state.agents, checks) };
  });
}

/** What was found earlier. What this window found itself is kept where nothing can be written. */
async function loadStandings(): Promise<void> {
  const standings = await call("agents.standings", { limit: KEPT_CHECKS });
  const own = useAgents.getState().checks;
  noteChecks(
    standings.flatMap(({ agent, checks }) => {
      const isOlder = (own.get(agent)?.[0]?.at ?? 0) > (checks[0]?.at ?? 0);
      return isOlder ? [] : [[agent, checks] as const];
    }),
  );
}

let checking: Promise<void> = Promise.resolve();

/** Asks agents, all or one, whether they could work now; one time after the other. */
export function checkAgents(id?: string): Promise<void> {
  checking = checking.then(async () => {
    useAgents.setState({ isChecking: true });
    try {
      const found = await call("agents.check", id === undefined ? {} : { id });
      const at = Date.now();
      const { checks } = useAgents.getState();
      noteChecks(
        found.map(({ id: agent, status, message, tookMs }) => [
          agent,
          [{ at, status, message, tookMs }, ...(checks.get(agent) ?? [])],
        ]),
      );
      useAgents.setState({ checkError: null });
    } catch (checkError) {
      useAgents.setState({ checkError });
    }
    useAgents.setState({ isChecking: false });
  });
  return checking;
}

let asked = 0;

async function loadCourses(): Promise<void> {
  asked += 1;
  const mine = asked;
  const { range } = useAgents.getState();
  const courses = await call("agents.courses", { range });
  if (mine !== asked) return;
  useAgents.setState({ courses, course: new Map(courses.agents.map((course) => [course.agent, course])) });
}

/** How far back the figures go from now on; those that were shown stay until the others are there. */
export function chooseRange(range: CourseRange): void {
  if (useAgents.getState().range === range) return;
  useAgents.setState({ range });
  quietly(loadCourses);
}

/** Everything of the view again. */
async function refreshAgents(): Promise<void> {
  await Promise.all([loadAgents(), loadStandings(), loadCourses()]);
}

function quietly(work: () => Promise<unknown>): void {
  // The next look does it; what keeps it from that is told by the banner of what cannot be read.
  work().catch(() => undefined);
}

/** Keeps the agents live until the returned function is called. */
export function startAgents(): () => void {
  quietly(async () => {
    await loadAgents();
    await loadStandings();
    await checkAgents();
  });
  quietly(loadCourses);
  const whenSeen = (work: () => Promise<unknown>) => (): void => {
    if (!document.hidden) quietly(work);
  };
  const timers = [
    setInterval(whenSeen(loadAgents), LOOK_MS),
    setInterval(
      whenSeen(() => checkAgents()),
      CHECK_MS,
    ),
    setInterval(whenSeen(loadCourses), COURSES_REST_MS),
  ];
  let soon: ReturnType<typeof setTimeout> | null = null;
  const end = keepLive({
    patch() {
      soon ??= setTimeout(() => {
        soon = null;
        quietly(loadCourses);
      }, COURSES_MS);
    },
    reload: refreshAgents,
  });
  return () => {
    for (const timer of timers) clearInterval(timer);
    if (soon !== null) clearTimeout(soon);
    end();
  };
}
