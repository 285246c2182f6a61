import type { EventRow } from "./log-views";

/*
 * What belongs together, in time: events of one correlation as attempts (from their start to their end), the waiting
 * between them, and single moments.
 */

export interface TraceBar {
  readonly kind: "run" | "wait";
  readonly from: number;
  /** Null: it has not ended, as far as the events tell. */
  readonly to: number | null;
  /** The state of a task whose hue it has. */
  readonly state: string;
  readonly worker: string | null;
  /** The event that it ends with, or began with. */
  readonly cursor: string;
  readonly label: string;
}

export interface TraceMark {
  readonly at: number;
  readonly type: string;
  readonly cursor: string;
}

export interface TraceRow {
  readonly key: string;
  readonly label: string;
  /** Null: of no task. */
  readonly taskId: string | null;
  readonly bars: readonly TraceBar[];
  readonly marks: readonly TraceMark[];
}

export interface Trace {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly TraceRow[];
  /** Programs that wrote the events. */
  readonly sources: readonly string[];
  readonly count: number;
}

const TRACE_GROUPS = ["steps", "tasks", "agents"] as const;
/** By single steps, by task, or by who worked on it. */
export type TraceGroup = (typeof TRACE_GROUPS)[number];

interface Step {
  readonly taskId: string | null;
  readonly name: string;
  readonly worker: string | null;
  readonly bar: TraceBar | null;
  readonly mark: TraceMark | null;
}

interface Told {
  readonly taskId: string | null;
  readonly name: string;
  readonly runId: string | null;
  readonly number: number | null;
  readonly worker: string | null;
  readonly willRetry: boolean;
}

function told({ payload }: EventRow): Told {
  const given: Readonly<Record<string, unknown>> =
    typeof payload === "object" && payload !== null ? { ...payload } : {};
  const word = (key: string): string | null => (typeof given[key] === "string" ? given[key] : null);
  const taskId = word("task_id");
  return {
    taskId,
    name: word("subtask_id") ?? word("title") ?? taskId ?? "",
    runId: word("run_id"),
    number: typeof given.run_number === "number" ? given.run_number : null,
    worker: word("worker_id"),
    willRetry: given.will_retry === true,
  };
}

const ENDS: Readonly<Record<string, string>> = {
  "task.completed": "completed",
  "task.failed": "failed",
  "task.cancelled": "cancelled",
};

interface Open {
  readonly event: EventRow;
  readonly at: number;
  readonly told: Told;
}

/** Steps in the order in which they began. */
function stepsOf(events: readonly EventRow[]): Step[] {
  const steps: Array<Step & { readonly begun: number }> = [];
  /** By task: what it waits for since when, and its attempt that runs. */
  const waits = new Map<string, Open & { readonly label: string }>();
  const runs = new Map<string, Open>();
  const names = new Map<string, string>();
  let at = 0;
  const add = (told: Told, bar: TraceBar | null, mark: TraceMark | null): void => {
    const name = told.taskId === null ? "" : (names.get(told.taskId) ?? told.name);
    steps.push({
      taskId: told.taskId,
      name,
      worker: bar?.worker ?? null,
      bar,
      mark,
      begun: bar?.from ?? mark?.at ?? at,
    });
  };
  const runBar = (open: Open, to: number | null, state: string, cursor: string): TraceBar => ({
    kind: "run",
    from: open.at,
    to,
    state,
    worker: open.told.worker ?? open.event.source,
    cursor,
    label: `run ${open.told.number ?? ""}`.trim(),
  });
  const waitBar = (wait: Open & { readonly label: string }, to: number | null): TraceBar => ({
    kind: "wait",
    from: wait.at,
    to,
    state: "queued",
    worker: null,
    cursor: wait.event.cursor,
    label: wait.label,
  });

  for (const event of events) {
    // What its writer says is later than what follows is told where it arrived.
    at = Math.max(at, event.at ?? at);
    const of = told(event);
    const { taskId } = of;
    if (taskId !== null && of.name !== taskId) names.set(taskId, of.name);
    const running = taskId === null ? undefined : runs.get(taskId);
    const end = ENDS[event.type];
    if (taskId === null) add(of, null, { at, type: event.type, cursor: event.cursor });
    else if (event.type === "task.created") waits.set(taskId, { event, at, told: of, label: "queued" });
    else if (event.type === "task.assigned" && of.runId !== null) continue;
    else if (event.type === "task.started") {
      const wait = waits.get(taskId);
      if (wait !== undefined) add(of, waitBar(wait, at), null);
      waits.delete(taskId);
      runs.set(taskId, { event, at, told: of });
    } else if (end !== undefined && running !== undefined) {
      add(of, runBar(running, at, end, event.cursor), null);
      runs.delete(taskId);
      if (of.willRetry) waits.set(taskId, { event, at, told: of, label: "backoff" });
    } else {
      const wait = waits.get(taskId);
      if (wait !== undefined && event.type === "review.requested") add(of, waitBar(wait, at), null);
      if (end !== undefined || event.type === "review.requested") waits.delete(taskId);
      add(of, null, { at, type: event.type, cursor: event.cursor });
    }
  }
  for (const open of runs.values()) add(open.told, runBar(open, null, "in_progress", open.event.cursor), null);
  for (const wait of waits.values()) add(wait.told, waitBar(wait, null), null);
  return steps.sort((a, b) => a.begun - b.begun);
}

/** Events of one correlation in the order of their arrival, as rows in time. Pure. */
export function traceOf(events: readonly EventRow[], group: TraceGroup): Trace {
  const steps = stepsOf(events);
  const times = events.flatMap(({ at }) => at ?? []);
  const rows = new Map<string, { label: string; taskId: string | null; bars: TraceBar[]; marks: TraceMark[] }>();
  steps.forEach(({ taskId, name, worker, bar, mark }, index) => {
    if (group === "agents" && worker === null) return;
    const key = group === "steps" ? String(index) : group === "tasks" ? (taskId ?? "") : (worker ?? "");
    let row = rows.get(key);
    if (row === undefined) {
      const ofGroup =
        group === "tasks"
          ? taskId === null
            ? mark?.type.startsWith("agent.")
              ? "worker"
              : "plan"
            : name
          : (worker ?? "");
      row = { label: group === "steps" ? (bar?.label ?? mark?.type ?? "") : ofGroup, taskId, bars: [], marks: [] };
      rows.set(key, row);
    }
    if (bar !== null) row.bars.push(bar);
    if (mark !== null) row.marks.push(mark);
  });
  return {
    from: times.reduce((least, at) => Math.min(least, at), times[0] ?? 0),
    to: times.reduce((most, at) => Math.max(most, at), times[0] ?? 0),
    rows: [...rows].map(([key, row]) => ({ key, ...row })),
    sources: [...new Set(events.map(({ source }) => source))],
    count: events.length,
  };
}
