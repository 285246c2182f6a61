import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { PlanGraph } from "../../../shared/model/plan-graph";
import type { TaskRow } from "../../../shared/model/views";
import { call } from "../../api";
import { keepLive } from "../../sync";
import type { NodeSize } from "../../ui/graph/geometry";
import { layOut, prepareLayout } from "../../ui/graph/layout-client";
import type { Scene } from "../../ui/graph/scene";
import { makeScene } from "./faces";
import { type Facts, takeRows, takeStates, unknownFacts } from "./facts";
import { type FoldedGraph, finishedTasks, foldGraph } from "./fold";

const NODE_SIZE: NodeSize = { width: 122, height: 44, gapX: 20, gapY: 13 };

/** A graph on screen. Its facts change in place; everything else is new with each layout. */
export interface ShownGraph {
  readonly graph: PlanGraph;
  readonly facts: Facts;
  readonly folded: FoldedGraph;
  readonly scene: Scene;
}

interface GraphState {
  readonly planId: string | null;
  readonly shown: ShownGraph | null;
  /** Tasks folded together, by place. */
  readonly fold: ReadonlySet<number>;
  /** Completed tasks that could be folded and are not. */
  readonly foldable: number;
  readonly error: unknown;
}

const NOTHING: GraphState = { planId: null, shown: null, fold: new Set(), foldable: 0, error: null };

export const useGraph = create<GraphState>()(() => NOTHING);

const listeners = new Set<() => void>();

/** Tells of every change of the facts, until the returned function is called. */
export function onFacts(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What patches go to: from the moment that it is read, also while it is still being laid out. */
interface LiveGraph {
  readonly graph: PlanGraph;
  readonly facts: Facts;
  /** The place of a task by its ordinal. */
  readonly placeOf: ReadonlyMap<number, number>;
}

let live: LiveGraph | null = null;
let request = 0;
/** The moment that is shown in place of the present. */
let past: { at: number } | null = null;
const pastTime = (): number => past?.at ?? Date.now();
/** Rows that came while all states were being read: the answer may be older than they are. */
let meanwhile: TaskRow[] | null = null;

function noteFacts(): void {
  const { shown, fold } = useGraph.getState();
  if (shown === null) return;
  const again = [...fold].filter((place) => shown.facts.state[place] !== "completed");
  if (again.length > 0) {
    // What is to be done once more is no longer over, and must be seen.
    const groups = new Set(again.map((place) => shown.folded.nodeOf[place]));
    rearrange(shown, new Set([...fold].filter((place) => !groups.has(shown.folded.nodeOf[place]))));
  }
  let completed = 0;
  for (const state of shown.facts.state) if (state === "completed") completed++;
  useGraph.setState({ foldable: Math.max(0, completed - fold.size) });
  for (const listener of listeners) listener();
}

/** Reads the plan's tasks and edges, and where they stand, and lays them out. Throws when that fails. */
async function load(planId: string): Promise<void> {
  request += 1;
  const mine = request;
  meanwhile = [];
  const [graph, states] = await Promise.all([call("plans.graph", { planId }), call("plans.graphStates", { planId })]);
  if (mine !== request) return;
  const facts = unknownFacts(graph.ids.length);
  const placeOf = new Map(graph.ordinals.map((ordinal, place) => [ordinal, place]));
  takeStates(facts, states, placeOf);
  takeRows(facts, meanwhile, placeOf, 0);
  meanwhile = null;
  live = { graph, facts, placeOf };
  await arrange(graph, facts, useGraph.getState().fold);
}

/** Lays the graph out with these tasks folded. */
async function arrange(graph: PlanGraph, facts: Facts, fold: ReadonlySet<number>): Promise<void> {
  request += 1;
  const mine = request;
  const folded = foldGraph(graph.ids.length, graph.edges, fold);
  const drawing = await layOut(folded.shape, NODE_SIZE);
  if (mine !== request) return;
  const scene = makeScene({ graph, facts, folded, drawing, ...(past !== null && { time: pastTime }) });
  useGraph.setState({ shown: { graph, facts, folded, scene }, fold, error: null });
  noteFacts();
}

async function loadOrFail(planId: string): Promise<void> {
  try {
    await load(planId);
  } catch (error) {
    if (useGraph.getState().planId === planId) useGraph.setState({ error });
  }
}

/** Reads the graph on screen again after it could not be read. */
export function retryGraph(): void {
  const { planId } = useGraph.getState();
  useGraph.setState({ error: null });
  if (planId !== null) void loadOrFail(planId);
}

/** Reads only where the tasks stand; the graph itself too when tasks came or went. */
async function reload(): Promise<void> {
  const { planId } = useGraph.getState();
  if (planId === null || past !== null) return;
  if (live === null) {
    await load(planId);
    return;
  }
  const { graph, facts, placeOf } = live;
  meanwhile = [];
  const states = await call("plans.graphStates", { planId });
  const held = meanwhile;
  meanwhile = null;
  if (live?.graph !== graph) return;
  const isSame =
    states.ordinals.length === graph.ordinals.length && states.ordinals.every((ordinal) => placeOf.has(ordinal));
  if (!isSame) {
    await load(planId);
    return;
  }
  takeStates(facts, states, placeOf);
  takeRows(facts, held ?? [], placeOf, 0);
  noteFacts();
}

/** Tasks that come one after the other are laid out together. */
const GATHER_MS = 1_000;
let gathering: ReturnType<typeof setTimeout> | null = null;

function gather(planId: string): void {
  if (gathering !== null) return;
  gathering = setTimeout(() => {
    gathering = null;
    if (useGraph.getState().planId === planId) void loadOrFail(planId);
  }, GATHER_MS);
}

function takePatch({ tasks, removed }: LivePatch): void {
  const { planId } = useGraph.getState();
  if (planId === null || past !== null) return;
  const mine = tasks.filter((task) => task.planId === planId);
  meanwhile?.push(...mine);
  if (live === null) return;
  const { graph, facts, placeOf } = live;
  const unknown = takeRows(facts, mine, placeOf, performance.now());
  const gone = removed.tasks.length > 0 && graph.ids.some((id) => removed.tasks.includes(id));
  if (unknown.length > 0 || gone) gather(planId);
  if (mine.length > 0) noteFacts();
}

/** Shows a plan's graph and keeps it live until the returned function is called. */
export function showGraph(planId: string): () => void {
  const isBack = useGraph.getState().planId === planId && useGraph.getState().shown !== null;
  if (!isBack) {
    live = null;
    useGraph.setState({ ...NOTHING, planId });
    prepareLayout();
  }
  const end = keepLive({ patch: takePatch, reload });
  if (isBack) void reload().catch((error) => useGraph.setState({ error }));
  else void loadOrFail(planId);
  return end;
}

/** Shows a plan's graph, to be filled by `fillPast`, until the returned function is called. */
export function showPastGraph(planId: string): () => void {
  past = { at: Date.now() };
  live = null;
  useGraph.setState({ ...NOTHING, planId });
  prepareLayout();
  void loadOrFail(planId);
  return () => {
    request += 1;
    past = null;
    live = null;
    useGraph.setState(NOTHING);
  };
}

/** Writes where the tasks of the graph on screen stood at a moment. */
export function fillPast(at: number, write: (graph: PlanGraph, facts: Facts) => void): void {
  if (past === null || live === null) return;
  past.at = at;
  write(live.graph, live.facts);
  noteFacts();
}

/** Folds what is completed by now, connected tasks together; or unfolds everything. */
export function foldFinished(isFolded: boolean): void {
  const { shown } = useGraph.getState();
  if (shown === null) return;
  const { graph, facts } = shown;
  const isCompleted = (place: number): boolean => facts.state[place] === "completed";
  rearrange(shown, isFolded ? finishedTasks(graph.ids.length, graph.edges, isCompleted) : new Set());
}

function rearrange({ graph, facts }: ShownGraph, fold: ReadonlySet<number>): void {
  useGraph.setState({ fold });
  void arrange(graph, facts, fold).catch((error) => useGraph.setState({ error }));
}

/** Unfolds the tasks of one node. */
export function unfoldNode(node: number): void {
  const { shown, fold } = useGraph.getState();
  if (shown === null) return;
  const rest = new Set(fold);
  for (const place of shown.folded.members[node] ?? []) rest.delete(place);
  rearrange(shown, rest);
}
