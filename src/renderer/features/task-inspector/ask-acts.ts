import type { SkipGroup } from "../../../shared/control-contract";
import { isTaskStatus, TASK_STATUSES } from "../../../shared/model/task";
import type { CancelMode, TaskChange } from "../../../shared/model/task-change";
import type { TaskDetail } from "../../../shared/model/views";
import { call } from "../../api";
import { plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { toast } from "../../ui/toast";
import { type ActOption, type ActPreview, askAct } from "../dialogs/act-store";
import { readTask } from "./task-store";

interface PreviewWords {
  /** "Cancel". */
  readonly verb: string;
  readonly title: string;
  readonly consequence: string;
  readonly confirmLabel: string;
}

const skippedMessage = (skipped: readonly SkipGroup[]): string | null => skipped[0]?.message ?? null;

/** What a change of one task would do now, as core judges it. */
async function previewOne(task: TaskDetail, change: TaskChange, words: PreviewWords): Promise<ActPreview> {
  const of = { act: "tasks", change, filter: { ids: [task.id] } } as const;
  const { count, tasks, skipped, refusal, plans, alsoQueued } = await call("acts.preview", { of, limit: 6 });
  if (count === 0 || refusal !== null) {
    const why = refusal?.message ?? skippedMessage(skipped) ?? "The task is not there any more.";
    return { title: `Nothing to ${words.verb.toLowerCase()}`, consequence: why, affected: [], confirmLabel: null };
  }
  const also =
    alsoQueued.count === 0
      ? ""
      : ` ${plural(alsoQueued.count, "task")} that its end had decided about is queued again.`;
  const taken =
    plans.length === 0 ? "" : ` Its plan is taken up again: it becomes ${plans[0]?.becomes ?? "executing"}.`;
  return {
    title: words.title,
    consequence: `${words.consequence}${also}${taken}`,
    affected: tasks.map(({ id, title, state, becomes }) => ({
      id,
      kind: "task",
      state,
      title,
      detail: state === becomes ? "" : `becomes ${lookOf("task", becomes).label.toLowerCase()}`,
    })),
    confirmLabel: words.confirmLabel,
  };
}

const CANCEL_MODES: readonly (ActOption & { readonly id: CancelMode })[] = [
  { id: "kill", label: "Stop it now.", detail: "Its processes get a stop signal and are ended soon after." },
  { id: "let_end", label: "Let it end.", detail: "The attempt goes on to its end, which stands; it is not retried." },
];

const CANCEL_WORDS: Readonly<Record<CancelMode, string>> = {
  kill: "Its process and everything that process started are stopped. Work in progress is lost; the log and the attempt are kept.",
  let_end: "What runs is left alone. If the attempt fails, it is not repeated.",
};

/** Asks how far to go, shows what waits for the task, and cancels it. `mode`: what is chosen at first. */
export function askCancel(task: TaskDetail, mode: CancelMode = "kill"): void {
  const isRunning = task.status === "in_progress";
  const blocked = task.dependents.filter(({ state }) => !["completed", "failed", "cancelled"].includes(state)).length;
  const waiting =
    blocked === 0
      ? ""
      : ` ${plural(blocked, "task")} that ${blocked === 1 ? "waits" : "wait"} for it cannot start until it is retried.`;
  const modeOf = (option: string | null): CancelMode => (option === "let_end" ? "let_end" : "kill");
  const options = mode === "kill" ? CANCEL_MODES : CANCEL_MODES.toReversed();
  askAct({
    title: `Cancel ${task.title}`,
    keepLabel: isRunning ? "Keep running" : "Keep it",
    reasons: ["Superseded", "Wrong input", "Stuck"],
    ...(isRunning ? { options } : {}),
    preview: (option) =>
      previewOne(
        task,
        { act: "tasks.cancel", mode: modeOf(option) },
        {
          verb: "Cancel",
          title: `Cancel 1 ${isRunning ? "running" : "waiting"} task?`,
          consequence: `${isRunning ? CANCEL_WORDS[modeOf(option)] : "It will not start. Its earlier attempts and logs are kept."}${modeOf(option) === "kill" ? waiting : ""}`,
          confirmLabel: modeOf(option) === "kill" ? "Cancel 1 task" : "Let 1 task end",
        },
      ),
    run: async ({ option, reason }) => {
      const chosen = modeOf(option);
      await call("tasks.cancel", { taskId: task.id, mode: chosen, reason });
      toast.success(
        !isRunning
          ? `${task.title} is cancelled`
          : chosen === "kill"
            ? `${task.title} is being stopped`
            : `${task.title} goes on to its end`,
      );
      readTask();
    },
  });
}

/** Shows what a retry touches, takes a reason for it, and queues the task again when it is confirmed. */
export function askRetry(task: TaskDetail): void {
  const change: TaskChange = { act: "tasks.retry" };
  askAct({
    title: `Retry ${task.title}`,
    keepLabel: "Leave it",
    variant: "primary",
    reasons: ["Cause fixed", "Flaky"],
    preview: () =>
      previewOne(task, change, {
        verb: "Retry",
        title: "Retry 1 task?",
        consequence: "It is queued for a new attempt; earlier ones and their logs are kept.",
        confirmLabel: "Retry 1 task",
      }),
    run: async ({ reason }) => {
      await call("tasks.retry", { taskId: task.id, reason });
      toast.success(`${task.title} is queued again`);
      readTask();
    },
  });
}

const FORCE_DETAILS: Readonly<Partial<Record<string, string>>> = {
  completed: "What waits for it goes on, without a result where there is none.",
  failed: "What waits for it is blocked.",
  cancelled: "What waits for it is blocked.",
  queued: "It starts when its turn comes.",
  assigned: "Nobody works on it: its plan waits until somebody moves it on.",
  in_progress: "Nobody works on it: its plan waits until somebody moves it on.",
};

/** Writes a state against the rules, with a reason that somebody must be able to read. */
export function askForce(task: TaskDetail): void {
  const targets = ["completed", ...TASK_STATUSES.filter((status) => status !== "completed")].filter(
    (status) => status !== task.status,
  );
  const statusOf = (option: string | null) => {
    const status = option ?? targets[0] ?? "completed";
    return isTaskStatus(status) ? status : "completed";
  };
  askAct({
    title: `Force the state of ${task.title}`,
    keepLabel: "Leave it",
    needsReason: true,
    reasons: ["Done by hand", "Not needed any more"],
    options: targets.map((status) => ({
      id: status,
      label: lookOf("task", status).label,
      detail: FORCE_DETAILS[status] ?? "",
    })),
    preview: (option) => {
      const label = lookOf("task", statusOf(option)).label;
      return previewOne(
        task,
        { act: "tasks.forceState", status: statusOf(option) },
        {
          verb: "Force",
          title: `Force 1 task to ${label}?`,
          consequence: "The state is written against the rules: nothing is run and nothing is checked.",
          confirmLabel: `Force to ${label}`,
        },
      );
    },
    run: async ({ option, reason = "" }) => {
      await call("tasks.forceState", { taskId: task.id, status: statusOf(option), reason });
      toast.success(`${task.title} is ${lookOf("task", statusOf(option)).label.toLowerCase()} now`);
      readTask();
    },
  });
}
