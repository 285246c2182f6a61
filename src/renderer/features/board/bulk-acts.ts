import type { ActPreview } from "../../../shared/control-contract";
import type { TaskChange } from "../../../shared/model/task-change";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { call } from "../../api";
import { plural } from "../../ui/format";
import { askAct, skippedWords } from "../dialogs/act-store";
import { followJob } from "./bulk-job";

interface ActWords {
  /** "Retry". */
  readonly verb: string;
  readonly consequence: string;
  readonly keepLabel: string;
  readonly variant: "danger" | "primary";
  readonly reasons: readonly string[];
}

const WORDS: Readonly<Record<TaskChange["act"], ActWords>> = {
  "tasks.retry": {
    verb: "Retry",
    consequence: "Each is queued for a new attempt; earlier attempts and their logs are kept.",
    keepLabel: "Leave them",
    variant: "primary",
    reasons: ["Cause fixed", "Flaky"],
  },
  "tasks.cancel": {
    verb: "Cancel",
    consequence:
      "Running ones get a stop signal now and are ended soon after: their work in progress is lost. The others do not start. Logs and attempts are kept.",
    keepLabel: "Keep them",
    variant: "danger",
    reasons: ["Superseded", "Wrong input", "Stuck"],
  },
  "tasks.setPriority": {
    verb: "Change priority of",
    consequence: "Among tasks that are ready, those with a higher number start first.",
    keepLabel: "Leave it",
    variant: "primary",
    reasons: ["Urgent", "Can wait"],
  },
  "tasks.approve": {
    verb: "Approve",
    consequence: "Each review passes, and what waits for it can go on.",
    keepLabel: "Decide later",
    variant: "primary",
    reasons: ["Checked"],
  },
  "tasks.reject": {
    verb: "Reject",
    consequence: "Each review is refused; what depends on these tasks cannot start until they are retried.",
    keepLabel: "Decide later",
    variant: "danger",
    reasons: ["Not wanted", "Wrong input"],
  },
  "tasks.sendBack": {
    verb: "Send back",
    consequence: "Each needs rework, and asks again when it is retried.",
    keepLabel: "Decide later",
    variant: "primary",
    reasons: ["Needs changes"],
  },
  "tasks.forceState": {
    verb: "Force",
    consequence: "The state is written against the rules.",
    keepLabel: "Leave them",
    variant: "danger",
    reasons: [],
  },
};

export function verbOf(act: string): string {
  return Object.hasOwn(WORDS, act) ? WORDS[act as TaskChange["act"]].verb : act;
}

const LISTED = 6;

/** Shows what a change of many tasks would touch, and does it when it is confirmed. */
export function askMany(change: TaskChange, filter: TaskFilter, onStarted: () => void): void {
  const { verb, consequence, keepLabel, variant, reasons } = WORDS[change.act];
  askAct({
    title: `${verb} tasks`,
    keepLabel,
    variant,
    reasons,
    preview: async () => {
      const preview = await call("acts.preview", { of: { act: "tasks", change, filter }, limit: LISTED });
      const { count, tasks, skipped, refusal } = preview;
      const words = plural(count, "task");
      return {
        title: count === 0 ? `Nothing to ${verb.toLowerCase()}` : `${verb} ${words}?`,
        consequence: refusal?.message ?? (count === 0 ? nothing(preview) : consequence),
        affected: tasks.map(({ id, title, state, subtaskId }) => ({
          id,
          kind: "task",
          state,
          title,
          detail: subtaskId,
        })),
        more: count - tasks.length,
        skipped: skipped.map(skippedWords),
        confirmLabel: count === 0 || refusal !== null ? null : `${verb} ${words}`,
      };
    },
    run: async ({ reason }) => {
      const { jobId } = await call("bulk.start", { change, filter, reason });
      followJob(jobId);
      onStarted();
    },
  });
}

function nothing({ matched, skipped }: ActPreview): string {
  if (matched === 0) return "No task is meant any more: the list has changed since.";
  return `Of ${plural(matched, "task")} none can be taken: ${skipped.map(skippedWords).join(", ")}.`;
}
