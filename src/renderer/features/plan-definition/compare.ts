import type { PlanGraph, PlanGraphStates } from "../../../shared/model/plan-graph";

/** A task in one run. */
export interface RunOfTask {
  readonly state: string;
  readonly attempts: number;
  /** Of the latest attempt; null: it has not ended. */
  readonly durationMs: number | null;
  /** After the plan's own first start; null: it has not begun. */
  readonly begin: number | null;
}

export interface ComparedTask {
  readonly subtaskId: string;
  readonly title: string;
  /** Null: the run has no such task. */
  readonly here: RunOfTask | null;
  readonly there: RunOfTask | null;
  /** The tasks ended, or stand, differently. */
  readonly isDifferent: boolean;
}

export interface Comparison {
  readonly tasks: readonly ComparedTask[];
  readonly differences: number;
  /** Where they went apart first, as far as times tell; null: nowhere. */
  readonly diverged: ComparedTask | null;
}

export interface ReadRun {
  readonly graph: PlanGraph;
  readonly states: PlanGraphStates;
}

/** Two runs of a plan, task by task in this one's order; what only the other has comes last. Pure. */
export function compareRuns(here: ReadRun, there: ReadRun): Comparison {
  const ours = tasksOf(here);
  const theirs = tasksOf(there);
  const names = [...ours.keys(), ...[...theirs.keys()].filter((name) => !ours.has(name))];
  const tasks = names.map((subtaskId): ComparedTask => {
    const mine = ours.get(subtaskId);
    const other = theirs.get(subtaskId);
    return {
      subtaskId,
      title: mine?.title ?? other?.title ?? subtaskId,
      here: mine?.run ?? null,
      there: other?.run ?? null,
      isDifferent: mine?.run.state !== other?.run.state || mine?.run.attempts !== other?.run.attempts,
    };
  });
  const apart = tasks.filter(({ isDifferent }) => isDifferent);
  const when = ({ here: mine, there: other }: ComparedTask): number =>
    Math.min(mine?.begin ?? Number.POSITIVE_INFINITY, other?.begin ?? Number.POSITIVE_INFINITY);
  let diverged: ComparedTask | null = null;
  for (const task of apart) if (diverged === null || when(task) < when(diverged)) diverged = task;
  return { tasks, differences: apart.length, diverged };
}

function tasksOf({ graph, states }: ReadRun): Map<string, { readonly title: string; readonly run: RunOfTask }> {
  const indexOf = new Map(states.ordinals.map((ordinal, index) => [ordinal, index]));
  const first = Math.min(...states.startedAt.filter((time) => time !== null));
  const tasks = new Map<string, { title: string; run: RunOfTask }>();
  graph.subtaskIds.forEach((subtaskId, place) => {
    const index = indexOf.get(graph.ordinals[place] ?? -1);
    if (index === undefined) return;
    const startedAt = states.startedAt[index] ?? null;
    const finishedAt = states.finishedAt[index] ?? null;
    tasks.set(subtaskId, {
      title: graph.titles[place] ?? subtaskId,
      run: {
        state: states.states[states.state[index] ?? -1] ?? "",
        attempts: states.attempts[index] ?? 0,
        durationMs: startedAt === null || finishedAt === null ? null : finishedAt - startedAt,
        begin: startedAt === null ? null : startedAt - first,
      },
    });
  });
  return tasks;
}

const SECRET = /pass(word|phrase|wd)?|secret|token|api_?key|credential|private_?key/i;

/** A parameter's value as it may be shown. Declared secrets are not kept at all; this catches those that should be one. */
export function shownValue(name: string, value: unknown): string {
  if (SECRET.test(name) && value !== "") return "••••••••";
  return typeof value === "string" ? value : JSON.stringify(value);
}
