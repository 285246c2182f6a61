import { setImmediate as nextTick } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import { MOST_GRAPH_TASKS, type PlanGraph, type PlanGraphStates } from "../../../shared/model/plan-graph";
import type { Store } from "../store/open";
import { countGraphNodes, pageGraphNodes, pageGraphStates, readGraphEdges } from "../store/plan-graph-rows";
import { getPlan } from "./plans";

interface PlanRequest {
  readonly planId: string;
}

/** Tasks read between two turns of the event loop: a few milliseconds each. */
const CHUNK = 250;

/**
 * A plan's tasks and what each waits for. Read in chunks, so that a large plan holds nobody up; tasks that come
 * meanwhile may be in or not. Throws `not_found`, and `not_allowed` for a plan of more than 20,000 tasks.
 */
export async function getPlanGraph(store: Store, { planId }: PlanRequest): Promise<PlanGraph> {
  requireDrawable(store, planId);
  const ids: string[] = [];
  const subtaskIds: string[] = [];
  const titles: string[] = [];
  const agents: string[] = [];
  const ordinals: number[] = [];
  const waits: number[] = [];
  for (let after = -1; ; await nextTick()) {
    const nodes = pageGraphNodes(store.read, { planId, after, limit: CHUNK });
    const last = nodes[nodes.length - 1]?.ordinal;
    if (last === undefined) break;
    for (const node of nodes) {
      ids.push(node.id);
      subtaskIds.push(node.subtaskId);
      titles.push(node.title);
      agents.push(node.agent);
      ordinals.push(node.ordinal);
    }
    for (const { from, to } of readGraphEdges(store.read, { planId, after, last })) waits.push(from, to);
    if (nodes.length < CHUNK) break;
    after = last;
  }
  return { planId, ids, subtaskIds, titles, agents, ordinals, edges: placesOf(waits, ordinals) };
}

/** Pairs of ordinals as pairs of places; a pair with an end that was not read is left out. */
function placesOf(pairs: readonly number[], ordinals: readonly number[]): number[] {
  const placeOf = new Map(ordinals.map((ordinal, place) => [ordinal, place]));
  const places: number[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const from = placeOf.get(pairs[index] ?? -1);
    const to = placeOf.get(pairs[index + 1] ?? -1);
    if (from !== undefined && to !== undefined) places.push(from, to);
  }
  return places;
}

/** Where every task of a plan stands; chunked, and with the errors of `getPlanGraph`. */
export async function getPlanGraphStates(store: Store, { planId }: PlanRequest): Promise<PlanGraphStates> {
  requireDrawable(store, planId);
  const states = vocabulary();
  const workers = vocabulary();
  const ordinals: number[] = [];
  const state: number[] = [];
  const worker: number[] = [];
  const attempts: number[] = [];
  const startedAt: Array<number | null> = [];
  const finishedAt: Array<number | null> = [];
  const notBefore: Array<number | null> = [];
  for (let after = -1; ; await nextTick()) {
    const rows = pageGraphStates(store.read, { planId, after, limit: CHUNK }, store.clock.now());
    const last = rows[rows.length - 1];
    if (last === undefined) break;
    for (const row of rows) {
      ordinals.push(row.ordinal);
      state.push(states.place(row.state));
      worker.push(row.workerId === null ? -1 : workers.place(row.workerId));
      attempts.push(row.attempts);
      startedAt.push(row.startedAt);
      finishedAt.push(row.finishedAt);
      notBefore.push(row.notBefore);
    }
    if (rows.length < CHUNK) break;
    after = last.ordinal;
  }
  return {
    planId,
    states: states.words,
    workers: workers.words,
    ordinals,
    state,
    worker,
    attempts,
    startedAt,
    finishedAt,
    notBefore,
  };
}

/** Words by the place of their first use. */
export function vocabulary() {
  const words: string[] = [];
  const places = new Map<string, number>();
  return {
    words,
    place(word: string): number {
      const known = places.get(word);
      if (known !== undefined) return known;
      places.set(word, words.length);
      words.push(word);
      return words.length - 1;
    },
  };
}

export function requireDrawable(store: Store, planId: string): void {
  getPlan(store, { planId });
  const count = countGraphNodes(store.read, planId);
  if (count <= MOST_GRAPH_TASKS) return;
  throw new HiveError(
    "not_allowed",
    `Plan ${planId} has ${count} tasks; a graph is drawn of ${MOST_GRAPH_TASKS} at most. Its table shows them all.`,
    { planId, count, most: MOST_GRAPH_TASKS },
  );
}
