import { COURSE_RANGE_NAMES, type CourseRange } from "../shared/model/agent-course";

/** The agents: of one standing, named by a text, with one of them in the panel. */
export interface AgentsPlace {
  readonly view: "agents";
  readonly agentId: string | null;
  /** Null: all. */
  readonly state: string | null;
  readonly text: string;
  /** How far back the figures go. */
  readonly range: CourseRange;
}

export const agentsPlace = (agentId: string | null = null): AgentsPlace => ({
  view: "agents",
  agentId,
  state: null,
  text: "",
  range: "24h",
});

export function parseAgents(agentId: string | null, query: URLSearchParams): AgentsPlace {
  const range = COURSE_RANGE_NAMES.find((known) => known === query.get("range")) ?? "24h";
  return { view: "agents", agentId, state: query.get("state"), text: query.get("q") ?? "", range };
}

export function formatAgents({ agentId, state, text, range }: AgentsPlace): string {
  const given = [
    ...(state === null ? [] : [`state=${encodeURIComponent(state)}`]),
    ...(text === "" ? [] : [`q=${encodeURIComponent(text)}`]),
    ...(range === "24h" ? [] : [`range=${range}`]),
  ];
  const path = `#/agents${agentId === null ? "" : `/${encodeURIComponent(agentId)}`}`;
  return given.length === 0 ? path : `${path}?${given.join("&")}`;
}
