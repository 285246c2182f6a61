import { isTerminalPlan } from "../shared/model/plan";
import type { PlanSummary, TaskRow } from "../shared/model/views";

/** A task by the id in its plan, with those that it waits for. */
export interface WatchedSubtask {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/** Where a watch reads a plan from. */
export interface PlanSource {
  plan(): PlanSummary;
  /** Every task, in the plan's order. */
  tasks(): readonly TaskRow[];
  tasksByIds(ids: readonly string[]): readonly TaskRow[];
  /** Calls back after changes to these tasks; `null`: to any, or to the plan. Returns what ends it. */
  subscribe(listener: (taskIds: ReadonlySet<string> | null) => void): () => void;
}

export interface PlanWatch {
  readonly plan: PlanSummary;
  /** In the plan's order, as last read. */
  readonly tasks: readonly TaskRow[];
  /** Resolves when the plan has ended; rejects when it cannot be read any more. */
  readonly ended: Promise<void>;
  close(): void;
}

/** `changed`: the tasks whose state or attempt is another than before, in the order in which that came about. */
export type PlanListener = (plan: PlanSummary, tasks: readonly TaskRow[], changed: readonly TaskRow[]) => void;

/**
 * Follows a plan by its changes. Whether a task waits follows from the tasks before it, without a change of its
 * own, so with a task that completed those right behind it are read again.
 */
export function watchPlan(source: PlanSource, subtasks: readonly WatchedSubtask[], listener: PlanListener): PlanWatch {
  let plan = source.plan();
  const tasks = [...source.tasks()];
  const places = new Map(tasks.map((task, place) => [task.id, place]));
  const dependents = dependentsByTask(subtasks, tasks);

  /** Takes rows in; tells which of them changed as shown, and the ids of those that became completed, or ceased to be. */
  const take = (rows: readonly TaskRow[]) => {
    const changed: TaskRow[] = [];
    const turned: string[] = [];
    for (const after of rows) {
      const place = places.get(after.id);
      const before = place === undefined ? undefined : tasks[place];
      if (place === undefined || before === undefined) continue;
      tasks[place] = after;
      if (before.state !== after.state || before.attempts !== after.attempts) changed.push(after);
      if ((before.status === "completed") !== (after.status === "completed")) turned.push(after.id);
    }
    return { changed, turned };
  };

  const refresh = (ids: ReadonlySet<string> | null): void => {
    const changed: TaskRow[] = [];
    if (ids === null) {
      changed.push(...take(source.tasks()).changed);
    } else {
      const first = take(source.tasksByIds([...ids].filter((id) => places.has(id))));
      changed.push(...first.changed);
      const next = new Set(first.turned.flatMap((id) => dependents.get(id) ?? []));
      if (next.size > 0) changed.push(...take(source.tasksByIds([...next])).changed);
    }
    plan = source.plan();
    listener(plan, tasks, changed.sort(byMoment));
  };

  let unsubscribe = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    if (isTerminalPlan(plan.status)) resolve();
    unsubscribe = source.subscribe((ids) => {
      try {
        refresh(ids);
        if (isTerminalPlan(plan.status)) resolve();
      } catch (error) {
        reject(error);
      }
    });
  });

  return {
    get plan() {
      return plan;
    },
    get tasks() {
      return tasks;
    },
    ended,
    close: () => unsubscribe(),
  };
}

/** Of what changed at once: what ended before what began with its end. */
function byMoment(one: TaskRow, other: TaskRow): number {
  const moment = ({ finishedAt, startedAt }: TaskRow): number => finishedAt ?? startedAt ?? Number.MAX_SAFE_INTEGER;
  return moment(one) - moment(other) || Number(other.finishedAt !== null) - Number(one.finishedAt !== null);
}

type Dependents = ReadonlyMap<string, readonly string[]>;

/** Task ids by the id of the task that they directly wait for. */
function dependentsByTask(subtasks: readonly WatchedSubtask[], tasks: readonly TaskRow[]): Dependents {
  const taskIds = new Map(tasks.map((task) => [task.subtaskId, task.id]));
  const dependents = new Map<string, string[]>();
  for (const subtask of subtasks) {
    const id = taskIds.get(subtask.id);
    if (id === undefined) continue;
    for (const dependency of subtask.dependencies) {
      const on = taskIds.get(dependency);
      if (on === undefined) continue;
      const known = dependents.get(on);
      if (known) known.push(id);
      else dependents.set(on, [id]);
    }
  }
  return dependents;
}
