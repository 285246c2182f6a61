import type { PlanGraph } from "../../../shared/model/plan-graph";
import { formatDuration, formatElapsed, plural } from "../../ui/format";
import type { Drawing } from "../../ui/graph/geometry";
import { createFinder } from "../../ui/graph/picking";
import type { EdgeKind, NodeFace, NodeStyle, Scene } from "../../ui/graph/scene";
import { lookOf, type Tone } from "../../ui/looks";
import type { Facts } from "./facts";
import type { FoldedGraph } from "./fold";

const NOT_BEGUN: ReadonlySet<string> = new Set(["waiting", "queued", "blocked"]);
const OVER: ReadonlySet<string> = new Set(["completed", "cancelled"]);
const STOPPED: ReadonlySet<string> = new Set(["failed", "cancelled", "rejected"]);
const LIVE: ReadonlySet<string> = new Set(["in_progress", "stopping"]);

/** How a task in this state looks. */
function styleOf(state: string): NodeStyle {
  const { tone, glyph } = lookOf("task", state);
  const isDashed = NOT_BEGUN.has(state);
  return { tone, glyph, isDashed, ground: isDashed || OVER.has(state) ? "plain" : "tinted" };
}

/** What a line from a task in this state says: may the next go on? */
function edgeKindOf(state: string): EdgeKind {
  if (state === "completed") return "done";
  return STOPPED.has(state) ? "failed" : "pending";
}

/** How long it took or takes; before that, the state's word. */
function figureOf(facts: Facts, place: number, state: string, now: number): string {
  const started = facts.startedAt[place] ?? null;
  const finished = facts.finishedAt[place] ?? null;
  const notBefore = facts.notBefore[place] ?? null;
  if (state === "retrying" && notBefore !== null) return `in ${formatElapsed(notBefore - now)}`;
  if (started === null || NOT_BEGUN.has(state)) return lookOf("task", state).label;
  if (finished !== null) return formatDuration(finished - started);
  return formatElapsed(now - started);
}

function noteOf(facts: Facts, place: number, agent: string): string {
  const attempts = facts.attempts[place] ?? 0;
  const who = facts.worker[place] ?? agent;
  return attempts > 1 ? `${who} a${attempts}` : who;
}

export interface SceneSource {
  readonly graph: PlanGraph;
  readonly facts: Facts;
  readonly folded: FoldedGraph;
  readonly drawing: Drawing;
  /** The moment that is shown; without one, it is now and goes on. */
  readonly time?: () => number;
}

/** What the canvas asks for, answered from the live facts. */
export function makeScene({ graph, facts, folded, drawing, time }: SceneSource): Scene {
  const { members } = folded;
  const first = (node: number): number => members[node]?.[0] ?? 0;
  const isGroup = (node: number): boolean => (members[node]?.length ?? 0) > 1;
  const stateOf = (node: number): string => (isGroup(node) ? "completed" : (facts.state[first(node)] ?? ""));
  const tones = new Map<string, Tone>();
  return {
    drawing,
    finder: createFinder(drawing),
    tone(node) {
      const state = stateOf(node);
      let tone = tones.get(state);
      if (tone === undefined) {
        tone = lookOf("task", state).tone;
        tones.set(state, tone);
      }
      return tone;
    },
    face(node, now): NodeFace {
      const place = first(node);
      const state = stateOf(node);
      if (isGroup(node)) {
        const count = members[node]?.length ?? 0;
        return {
          ...styleOf(state),
          title: `${plural(count, "task")} done`,
          note: "Enter unfolds",
          figure: "",
          isLive: false,
          isStack: true,
        };
      }
      return {
        ...styleOf(state),
        title: graph.titles[place] ?? "",
        note: noteOf(facts, place, graph.agents[place] ?? ""),
        figure: figureOf(facts, place, state, time?.() ?? now),
        isLive: time === undefined && LIVE.has(state),
        isStack: false,
      };
    },
    edgeKind: (edge) => edgeKindOf(stateOf(drawing.low[edge] ?? 0)),
    before(node) {
      const place = first(node);
      const earlier = facts.earlier[place] ?? null;
      if (earlier === null || isGroup(node)) return null;
      return { style: styleOf(earlier), at: facts.changedAt[place] ?? 0 };
    },
  };
}
