import type { ActReport, PreviewTask, SkipGroup } from "../../../shared/control-contract";
import type { ScopedTask } from "../store/task-scope";

const EXAMPLES = 5;
const MOST_NAMED = 100;

export interface SkipWhy {
  readonly reason: SkipGroup["reason"];
  readonly message: string;
}

/** Counts what an act does to tasks, and keeps why others are left alone. */
export interface Tally {
  /** `task` null: it is no more. */
  skip(task: ScopedTask | null, why: SkipWhy): void;
  done(): void;
  fail(taskId: string, message: string): void;
  report(): ActReport;
  copy(): Tally;
}

interface Group {
  readonly reason: SkipGroup["reason"];
  readonly state: string;
  readonly message: string;
  count: number;
  readonly examples: PreviewTask[];
}

interface Failed {
  readonly message: string;
  count: number;
  readonly taskIds: string[];
}

export function createTally(from?: ActReport): Tally {
  let done = from?.done ?? 0;
  const groups = new Map<string, Group>();
  const failures = new Map<string, Failed>();
  for (const group of from?.skipped ?? []) {
    groups.set(keyOf(group.reason, group.state), { ...group, examples: [...group.examples] });
  }
  for (const one of from?.failed ?? []) failures.set(one.message, { ...one, taskIds: [...one.taskIds] });

  const tally: Tally = {
    skip(task, { reason, message }) {
      const state = task?.state ?? "";
      const key = keyOf(reason, state);
      const group = groups.get(key) ?? { reason, state, message, count: 0, examples: [] };
      groups.set(key, group);
      group.count += 1;
      if (task !== null && group.examples.length < EXAMPLES) group.examples.push(previewTask(task, task.state));
    },
    done() {
      done += 1;
    },
    fail(taskId, message) {
      const failure = failures.get(message) ?? { message, count: 0, taskIds: [] };
      failures.set(message, failure);
      failure.count += 1;
      if (failure.taskIds.length < MOST_NAMED) failure.taskIds.push(taskId);
    },
    report: () => ({
      done,
      skipped: [...groups.values()]
        .sort((a, b) => b.count - a.count)
        .map((one) => ({ ...one, examples: [...one.examples] })),
      failed: [...failures.values()]
        .sort((a, b) => b.count - a.count)
        .map((one) => ({ ...one, taskIds: [...one.taskIds] })),
    }),
    copy: () => createTally(tally.report()),
  };
  return tally;
}

function keyOf(reason: string, state: string): string {
  return `${reason}/${state}`;
}

export function previewTask({ taskId, title, subtaskId, planId, state }: ScopedTask, becomes: string): PreviewTask {
  return { id: taskId, title, subtaskId, planId, state, becomes };
}
