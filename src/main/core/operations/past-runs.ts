import { setImmediate as nextTick } from "node:timers/promises";
import { quantile, type Samples } from "../plan/forecast";
import { mapSteps } from "../plan/steps";
import { inSlices } from "../slices";
import type { Store } from "../store/open";
import { listLatestPlans, listPastPlans, type PastPlan, type PastTask, readPastTasks } from "../store/past-runs";

/** A task of which the past is asked. */
interface AskedTask {
  readonly subtaskId: string;
  readonly agent: string;
  readonly title: string;
}

export interface Past {
  /** Runs of the same plan that are in the samples. */
  readonly pastRuns: number;
  /** The middle one of the times that those which completed took as a whole, in milliseconds; null: none did. */
  readonly usualMs: number | null;
  /** For each asked task, in their order; null: it was never seen. */
  readonly samples: readonly (Samples | null)[];
}

interface PastQuestion {
  /** The plan's source; its title where it came from none. */
  readonly source: string;
  /** Runs from the same folder are asked first: another folder's plan of this name may be another plan. */
  readonly folder: string | null;
  readonly tasks: readonly AskedTask[];
}

export interface PastRuns {
  samples(question: PastQuestion): Promise<Past>;
}

/** More say little more; what was longer ago says less. */
const MOST_RUNS = 20;
const MOST_NAMED = 200;
/** Tasks read for one question, of the same plan and of others. */
const MOST_TASKS = 20_000;
const MOST_OTHER_TASKS = 5_000;
const KEPT_TASKS = 60_000;
/** Ordinals read between two turns of the event loop: a few milliseconds. */
const CHUNK = 250;

/**
 * How long tasks took before. The same subtask (by id and agent) of earlier runs of the plan counts first; where
 * there is none, tasks of the latest plans of any kind with the same agent and title. Only completed tasks count.
 * What was read of a plan that has ended is kept: it does not change any more.
 */
export function createPastRuns(store: Store): PastRuns {
  const kept = new Map<string, readonly PastTask[]>();
  let keptTasks = 0;

  async function tasksOf(plan: PastPlan): Promise<readonly PastTask[]> {
    const known = kept.get(plan.id);
    if (known !== undefined) {
      kept.delete(plan.id);
      kept.set(plan.id, known);
      return known;
    }
    const tasks: PastTask[] = [];
    for (let after = -1; after < plan.taskCount - 1; after += CHUNK) {
      tasks.push(...readPastTasks(store.read, { planId: plan.id, after, last: after + CHUNK }));
      await nextTick();
    }
    kept.set(plan.id, tasks);
    keptTasks += tasks.length;
    for (const [id, oldest] of kept) {
      if (keptTasks <= KEPT_TASKS || id === plan.id) break;
      kept.delete(id);
      keptTasks -= oldest.length;
    }
    return tasks;
  }

  return {
    async samples({ source, folder, tasks }) {
      const named = listPastPlans(store.read, source, MOST_NAMED);
      const here = named.filter((plan) => plan.folder === folder);
      const plans = within(here.length > 0 ? here : named, MOST_RUNS, MOST_TASKS);
      const bySubtask = createCollector();
      for (const [run, plan] of plans.entries()) {
        const took = await tasksOf(plan);
        await inSlices(
          mapSteps(took, (task) => bySubtask.add(subtaskKey(task), task.durationMs, run)),
          store.clock,
        );
      }
      const isWork = ({ agent }: AskedTask) => agent !== "noop" && agent !== "approval";
      const byTitle = createCollector();
      await nextTick();
      const isSeen = (task: AskedTask): boolean => !isWork(task) || bySubtask.has(subtaskKey(task));
      const seen = await inSlices(mapSteps(tasks, isSeen), store.clock);
      if (seen.includes(false)) {
        const used = new Set(plans.map(({ id }) => id));
        const others = listLatestPlans(store.read, MOST_RUNS).filter(({ id }) => !used.has(id));
        for (const plan of within(others, MOST_RUNS, MOST_OTHER_TASKS)) {
          const took = await tasksOf(plan);
          await inSlices(
            mapSteps(took, (task) => byTitle.add(titleKey(task), task.durationMs, OF_ANOTHER_PLAN)),
            store.clock,
          );
        }
      }
      const sampleOf = (task: AskedTask) => bySubtask.get(subtaskKey(task)) ?? byTitle.get(titleKey(task));
      const samples = await inSlices(mapSteps(tasks, sampleOf), store.clock);
      return {
        pastRuns: plans.length,
        usualMs: middleOf(plans.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs]))),
        samples,
      };
    },
  };
}

function middleOf(values: readonly number[]): number | null {
  return values.length === 0
    ? null
    : Math.round(
        quantile(
          values.toSorted((a, b) => a - b),
          0.5,
        ),
      );
}

const OF_ANOTHER_PLAN = -1;

const subtaskKey = ({ agent, subtaskId }: AskedTask | PastTask): string => `${agent}\n${subtaskId}`;
const titleKey = ({ agent, title }: AskedTask | PastTask): string => `${agent}\n${title}`;

/** The first of these plans, at most so many, and of so many tasks together; always one. */
function within(plans: readonly PastPlan[], most: number, mostTasks: number): PastPlan[] {
  let tasks = 0;
  return plans.slice(0, most).filter(({ taskCount }, index) => {
    tasks += taskCount;
    return index === 0 || tasks <= mostTasks;
  });
}

function createCollector() {
  const found = new Map<string, Array<{ readonly duration: number; readonly run: number }>>();
  const sorted = new Map<string, Samples>();
  return {
    has: (key: string) => found.has(key),
    add(key: string, duration: number, run: number): void {
      const list = found.get(key);
      if (list) list.push({ duration, run });
      else found.set(key, [{ duration, run }]);
    },
    get(key: string): Samples | null {
      const known = sorted.get(key);
      if (known) return known;
      const list = found.get(key);
      if (!list) return null;
      list.sort((a, b) => a.duration - b.duration);
      const samples = { durations: list.map(({ duration }) => duration), runs: list.map(({ run }) => run) };
      sorted.set(key, samples);
      return samples;
    },
  };
}
