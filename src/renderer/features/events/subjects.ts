import { create } from "zustand";
import type { AuditRow, EventRow } from "../../../shared/model/log-views";
import { call } from "../../api";
import { type Place, planPlace, taskPlace } from "../../location";

/** What an event or an act speaks of, by id. */
export interface Subjects {
  readonly taskId: string | null;
  readonly planId: string | null;
  readonly runId: string | null;
  readonly workerId: string | null;
  readonly scheduleId: string | null;
  /** What its writer calls it. */
  readonly name: string | null;
}

export const NO_SUBJECTS: Subjects = {
  taskId: null,
  planId: null,
  runId: null,
  workerId: null,
  scheduleId: null,
  name: null,
};

/** What an event speaks of, as far as its payload names it. Pure. */
export function subjectsOfEvent({ type, payload, correlationId }: EventRow): Subjects {
  const given: Readonly<Record<string, unknown>> =
    typeof payload === "object" && payload !== null ? { ...payload } : {};
  const word = (...keys: readonly string[]): string | null => {
    for (const key of keys) if (typeof given[key] === "string" && given[key] !== "") return given[key];
    return null;
  };
  const ofAgent = /^(agent|worker)\./.test(type);
  return {
    taskId: word("task_id"),
    planId: word("plan_id", "parent_plan_id"),
    runId: word("run_id"),
    workerId: word("worker_id", "agent_id") ?? (ofAgent ? correlationId : null),
    scheduleId: word("schedule_id"),
    name: word("subtask_id", "title", "name"),
  };
}

/** What an act was done to. Pure. */
export function subjectsOfAct({ entity, entityId }: AuditRow): Subjects {
  return {
    ...NO_SUBJECTS,
    ...(entity === "task" && { taskId: entityId }),
    ...(entity === "plan" && { planId: entityId }),
    ...(entity === "run" && { runId: entityId }),
    ...(entity === "worker" && { workerId: entityId }),
    ...(entity === "schedule" && { scheduleId: entityId }),
  };
}

interface Names {
  /** By id; null: there is no such thing any more. */
  readonly tasks: Readonly<Record<string, { readonly title: string; readonly planId: string | null } | null>>;
  readonly plans: Readonly<Record<string, string | null>>;
}

export const useNames = create<Names>()(() => ({ tasks: {}, plans: {} }));

const MOST_ASKED = 500;
const MOST_KNOWN = 20_000;
const asked = new Set<string>();

/** Asks what these tasks and plans are called, each once. */
export function learnSubjects(subjects: readonly Subjects[]): void {
  const names = useNames.getState();
  const wanted = (ids: ReadonlyArray<string | null>, known: Readonly<Record<string, unknown>>): string[] =>
    [...new Set(ids.flatMap((id) => id ?? []))]
      .filter((id) => !Object.hasOwn(known, id) && !asked.has(id))
      .slice(0, MOST_ASKED);
  const taskIds = wanted(
    subjects.map(({ taskId }) => taskId),
    names.tasks,
  );
  const planIds = wanted(
    subjects.map(({ planId }) => planId),
    names.plans,
  );
  if (taskIds.length === 0 && planIds.length === 0) return;
  for (const id of [...taskIds, ...planIds]) asked.add(id);
  call("events.subjects", { taskIds, planIds })
    .then(({ tasks, plans }) => {
      const titles = new Map(tasks.map(({ id, title, planId }) => [id, { title, planId }]));
      const planTitles = new Map(plans.map(({ id, title }) => [id, title]));
      useNames.setState((state) => {
        const isFull = Object.keys(state.tasks).length > MOST_KNOWN;
        return {
          tasks: {
            ...(isFull ? {} : state.tasks),
            ...Object.fromEntries(taskIds.map((id) => [id, titles.get(id) ?? null])),
          },
          plans: {
            ...(isFull ? {} : state.plans),
            ...Object.fromEntries(planIds.map((id) => [id, planTitles.get(id) ?? null])),
          },
        };
      });
    })
    // Without its title, a task is called by its id.
    .catch(() => undefined)
    .finally(() => {
      for (const id of [...taskIds, ...planIds]) asked.delete(id);
    });
}

/** Something that can be opened. */
export interface SubjectLink {
  readonly kind: "Task" | "Plan" | "Attempt" | "Worker" | "Schedule";
  readonly label: string;
  readonly place: Place;
}

/** Where what an event speaks of is looked at, the closest first. Pure. */
export function linksOf(subjects: Subjects, names: Names): SubjectLink[] {
  const { taskId, planId, runId, workerId, scheduleId } = subjects;
  const links: SubjectLink[] = [];
  const task = taskId === null ? undefined : names.tasks[taskId];
  if (taskId !== null && task !== null) {
    const place = taskPlace(task?.planId ?? planId, taskId);
    links.push({ kind: "Task", label: task?.title ?? subjects.name ?? taskId, place });
    if (runId !== null && (place.view === "plans" || place.view === "tasks")) {
      links.push({ kind: "Attempt", label: "Its log", place: { ...place, inspect: { pane: "log", runId } } });
    }
  }
  if (planId !== null && names.plans[planId] !== null) {
    links.push({ kind: "Plan", label: names.plans[planId] ?? planId, place: planPlace(planId) });
  }
  if (workerId !== null) links.push({ kind: "Worker", label: workerId, place: { view: "workers", workerId } });
  if (scheduleId !== null) {
    links.push({ kind: "Schedule", label: scheduleId, place: { view: "schedules", scheduleId } });
  }
  return links;
}

/** A line that says what it is about. Pure. */
export function subjectWords(subjects: Subjects, names: Names): string {
  const { taskId, planId, workerId, name } = subjects;
  if (taskId !== null) return names.tasks[taskId]?.title ?? name ?? taskId;
  if (planId !== null) return names.plans[planId] ?? name ?? planId;
  return workerId ?? name ?? "";
}
