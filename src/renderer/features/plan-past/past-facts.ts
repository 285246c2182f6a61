import type { PlanGraph } from "../../../shared/model/plan-graph";
import { ABSENT, type PastTasks, pastPlan, pastStates } from "../../../shared/model/plan-past";
import type { PlanDetail } from "../../../shared/model/views";
import type { Facts } from "../plan-graph/facts";
import type { LoadedPast } from "./past-store";

/** A task as it stood. */
export interface PastRow {
  readonly id: string;
  readonly place: number;
  readonly subtaskId: string;
  readonly title: string;
  readonly agent: string;
  readonly state: string;
  readonly workerId: string | null;
  readonly attempts: number;
  readonly startedAt: number | null;
  /** Where it had not ended: the moment that is shown. */
  readonly endedAt: number | null;
  readonly isOver: boolean;
}

/** A plan as it stood. */
export interface PastMoment {
  readonly at: number;
  readonly states: readonly string[];
  readonly tasks: PastTasks;
  readonly plan: PlanDetail;
}

const orNull = (time: number | undefined): number | null => (time === undefined || time === 0 ? null : time);

/** Where everything stood at a moment. The lists of `tasks` are written again by the next call. */
export function momentOf(loaded: LoadedPast, at: number): PastMoment {
  const { history, order, past, plan } = loaded;
  const tasks = past.at(at);
  const states = pastStates(history, order, tasks, at);
  const counts: Record<string, number> = {};
  for (const state of states) if (state !== ABSENT) counts[state] = (counts[state] ?? 0) + 1;
  const was = pastPlan(history, at);
  return {
    at,
    states,
    tasks,
    plan: {
      ...plan,
      ...was,
      startedAt: tasks.startedAt.reduce<number | null>(
        (least, one) => (one > 0 && one < (least ?? one + 1) ? one : least),
        null,
      ),
      taskCount: Object.values(counts).reduce((sum, count) => sum + count, 0),
      counts,
    },
  };
}

/** Writes a moment into the facts that a graph is drawn from. */
export function writeFacts(loaded: LoadedPast, moment: PastMoment, graph: PlanGraph, facts: Facts): void {
  const { history } = loaded;
  const placeOf = graph.ids.length === history.ids.length ? null : new Map(history.ids.map((id, place) => [id, place]));
  graph.ids.forEach((id, node) => {
    const place = placeOf === null ? node : (placeOf.get(id) ?? -1);
    facts.state[node] = moment.states[place] ?? ABSENT;
    facts.worker[node] = history.workers[moment.tasks.worker[place] ?? -1] ?? null;
    facts.attempts[node] = moment.tasks.attempts[place] ?? 0;
    facts.startedAt[node] = orNull(moment.tasks.startedAt[place]);
    facts.finishedAt[node] = orNull(moment.tasks.finishedAt[place]);
    facts.notBefore[node] = orNull(moment.tasks.notBefore[place]);
    facts.earlier[node] = null;
  });
}

/** The tasks that were there, as rows. */
export function rowsOf({ history, graph }: LoadedPast, { at, states, tasks }: PastMoment): PastRow[] {
  const nodeOf = new Map(graph.ids.map((id, node) => [id, node]));
  return history.ids.flatMap((id, place) => {
    const state = states[place] ?? ABSENT;
    const node = nodeOf.get(id) ?? -1;
    if (state === ABSENT) return [];
    const startedAt = orNull(tasks.startedAt[place]);
    const finishedAt = orNull(tasks.finishedAt[place]);
    const runs = state === "in_progress" || state === "stopping";
    return {
      id,
      place,
      subtaskId: graph.subtaskIds[node] ?? id,
      title: graph.titles[node] ?? id,
      agent: graph.agents[node] ?? "",
      state,
      workerId: history.workers[tasks.worker[place] ?? -1] ?? null,
      attempts: tasks.attempts[place] ?? 0,
      startedAt,
      endedAt: finishedAt ?? (runs ? at : null),
      isOver: finishedAt !== null,
    };
  });
}

/** The change before or after a moment; null: there is none. Pure. */
export function neighbour(moments: readonly number[], at: number, by: 1 | -1): number | null {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = moments[middle] ?? 0;
    if (by === 1 ? one <= at : one < at) low = middle + 1;
    else high = middle;
  }
  return (by === 1 ? moments[low] : moments[low - 1]) ?? null;
}

/** How many changes fall into each of so many equal parts of a span. Pure. */
export function density(times: readonly number[], from: number, to: number, parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  const span = Math.max(1, to - from);
  for (const at of times) {
    const part = Math.min(parts - 1, Math.max(0, Math.floor(((at - from) / span) * parts)));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}
