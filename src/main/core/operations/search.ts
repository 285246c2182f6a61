import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import type { Found, FoundAgent, FoundTask, FoundWorker } from "../../../shared/model/search";
import type { Store } from "../store/open";
import { readPlanTitle } from "../store/overview-rows";
import { lastOrdinal } from "../store/plan-timeline-rows";
import { findPlans, findTaskOfId, findTasks, findTasksOfPlan, pieceBefore, type TaskHit } from "../store/search-rows";
import { listWorkers } from "../store/workers";
import { listAgents } from "./agents";
import { getWorkerRows } from "./workers";

/** Tasks compared between two turns of the event loop: about 2 ms. */
const PIECE = 1_000;
/** So many tasks are looked at for one answer. */
const MOST_TASKS = 30_000;
const MOST_PLANS = 2_000;

export interface SearchRequest {
  readonly text: string;
  /** Only tasks of this plan, in its order; no plans, workers and agents. */
  readonly planId?: string | undefined;
  /** `next` of the answer before: on with older tasks. Plans, workers and agents are not told again. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** What a text may mean, in a bounded time at any size of the database. Throws `invalid_input`. */
export async function findAnything(store: Store, { text, planId, after, limit }: SearchRequest): Promise<Found> {
  const place = after === undefined ? null : Number(after);
  if (place !== null && !Number.isSafeInteger(place)) {
    throw new HiveError("invalid_input", `"${after}" is no place to go on from. Give \`next\` of an answer.`);
  }
  if (planId !== undefined) {
    const { hits, next } = await scanPlan(store, { planId, words: text, start: place ?? -1, limit });
    return { plans: [], tasks: hits.map((task) => withPlan(store, task)), workers: [], agents: [], next };
  }
  const before = place ?? Number.MAX_SAFE_INTEGER;
  const isFirst = after === undefined;
  const exact = isFirst ? findTaskOfId(store.read, text) : [];
  const { hits, next } = await scanTasks(store, text, before, limit);
  const tasks = [...exact, ...hits.filter(({ id }) => !exact.some((task) => task.id === id))];
  return {
    plans: isFirst ? byNearness(findPlans(store.read, { words: text, scanned: MOST_PLANS, limit }), text) : [],
    tasks: byNearness(tasks, text).map((task) => withPlan(store, task)),
    workers: isFirst ? findWorkers(store, text, limit) : [],
    agents: isFirst ? await findAgents(store, text, limit) : [],
    next,
  };
}

async function scanTasks(
  store: Store,
  words: string,
  start: number,
  limit: number,
): Promise<{ hits: TaskHit[]; next: string | null }> {
  const hits: TaskHit[] = [];
  let before = start;
  for (let seen = 0; seen < MOST_TASKS; seen += PIECE) {
    const from = pieceBefore(store.read, before, PIECE);
    if (from === null) return { hits, next: null };
    hits.push(...findTasks(store.read, { words, from, before, limit: limit - hits.length }));
    const last = hits.at(-1);
    if (last !== undefined && hits.length === limit) return { hits, next: String(last.place) };
    before = from;
    await nextTurn();
  }
  return { hits, next: String(before) };
}

interface PlanScan {
  readonly planId: string;
  readonly words: string;
  readonly start: number;
  readonly limit: number;
}

async function scanPlan(
  store: Store,
  { planId, words, start, limit }: PlanScan,
): Promise<{ hits: TaskHit[]; next: string | null }> {
  const hits: TaskHit[] = [];
  let after = start;
  for (let seen = 0; seen < MOST_TASKS; seen += PIECE) {
    const last = lastOrdinal(store.read, { planId, after, limit: PIECE });
    if (last === null) return { hits, next: null };
    hits.push(...findTasksOfPlan(store.read, { planId, words, after, last, limit: limit - hits.length }));
    const found = hits.at(-1);
    if (found !== undefined && hits.length === limit) return { hits, next: String(found.place) };
    after = last;
    await nextTurn();
  }
  return { hits, next: String(after) };
}

function findWorkers(store: Store, words: string, limit: number): FoundWorker[] {
  const wanted = words.toLowerCase();
  const ids = listWorkers(store.read)
    .filter(({ id, role }) => id.toLowerCase().includes(wanted) || role.toLowerCase().includes(wanted))
    .slice(0, limit)
    .map(({ id }) => id);
  return getWorkerRows(store, ids).map(({ id, role, state, currentTaskTitle }) => ({
    id,
    role,
    state,
    currentTaskTitle,
  }));
}

async function findAgents(store: Store, words: string, limit: number): Promise<FoundAgent[]> {
  const wanted = words.toLowerCase();
  // What agents are called is the same in every environment.
  const agents = await listAgents({ databaseFile: store.file, environment: {} });
  const hits = agents.filter(
    ({ id, title }) => id.toLowerCase().includes(wanted) || title.toLowerCase().includes(wanted),
  );
  return byNearness(hits, words)
    .slice(0, limit)
    .map(({ id, title, description }) => ({ id, title, description }));
}

function withPlan(store: Store, { place: _, ...task }: TaskHit): FoundTask {
  return { ...task, planTitle: task.planId === null ? null : readPlanTitle(store.read, task.planId) };
}

/** Titles that begin with the text, then those with a word that does, then the others; else as they come. */
function byNearness<Hit extends { readonly title: string }>(hits: readonly Hit[], text: string): Hit[] {
  const words = text.toLowerCase();
  const distance = ({ title }: Hit): number => {
    const at = title.toLowerCase().indexOf(words);
    if (at === 0) return 0;
    return at > 0 && !/[\p{L}\p{N}]/u.test(title[at - 1] ?? "") ? 1 : 2;
  };
  return hits
    .map((hit) => ({ hit, distance: distance(hit) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ hit }) => hit);
}
