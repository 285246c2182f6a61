import type { ActPreview as CorePreview, Previewed } from "../../../shared/control-contract";
import type { PlanSummary } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { toast } from "../../ui/toast";
import { type ActPreview, askAct, skippedWords } from "../dialogs/act-store";

type ActedPlan = Pick<PlanSummary, "id" | "title">;

const LISTED = 6;
const SKIPPED = 3;

/** What core says an act would do, as the dialog shows it. */
function asShown(preview: CorePreview, verb: string, of: string, consequence: string): ActPreview {
  const { refusal, count, tasks, skipped } = preview;
  const words = plural(count, "task");
  const isNothing = refusal !== null || count === 0;
  return {
    title: isNothing ? `Nothing to ${verb.toLowerCase()}` : `${verb} ${words}${of}?`,
    consequence:
      refusal?.message ?? (count === 0 ? "No task of it is in a state in which that makes sense." : consequence),
    affected: tasks.map(({ id, title, state, becomes }) => ({
      id,
      kind: "task",
      state,
      title,
      detail: state === becomes ? "" : `becomes ${lookOf("task", becomes).label.toLowerCase()}`,
    })),
    more: Math.max(0, count - tasks.length),
    skipped: skipped.slice(0, SKIPPED).map(skippedWords),
    confirmLabel: isNothing ? null : `${verb} ${words}`,
  };
}

const readPreview = (of: Previewed): Promise<CorePreview> => call("acts.preview", { of, limit: LISTED });

/** Stops everything of a plan that has not ended, once its consequences were seen. */
export function askCancelPlan({ id, title }: ActedPlan): void {
  askAct({
    title: `Cancel ${title}`,
    keepLabel: "Keep running",
    reasons: ["Superseded", "Wrong input", "Stuck"],
    preview: async () => {
      const preview = await readPreview({ act: "plans.cancel", planId: id });
      const running = preview.tasks.filter(({ becomes }) => becomes === "stopping").length;
      const stops =
        running === 0
          ? "What has not begun will not start."
          : "Running tasks and all processes started by them are stopped: work in progress is lost.";
      const kept =
        "What has completed keeps its results; logs and attempts are kept, and cancelled tasks can be retried.";
      return asShown(preview, "Cancel", ` of ${title}`, `${stops} ${kept}`);
    },
    run: async ({ reason }) => {
      const given = { planId: id, ...(reason ? { reason } : {}) };
      const { cancelled, stopping, cleaning } = await call("plans.cancel", given);
      const stops = `${plural(cancelled, "task")} cancelled, ${plural(stopping, "running task")} stopping`;
      toast.success(`Cancelled ${title}`, {
        description: cleaning === 0 ? `${stops}.` : `${stops}, then ${plural(cleaning, "clean-up step")} to run.`,
      });
    },
  });
}

/** A new attempt for every task of a plan that failed, once it was seen which. */
export function askRetryFailed({ id, title }: ActedPlan): void {
  askAct({
    title: `Retry failed tasks of ${title}`,
    keepLabel: "Leave them",
    variant: "primary",
    reasons: ["Cause fixed", "Flaky"],
    preview: async () =>
      asShown(
        await readPreview({ act: "plans.retryFailed", planId: id }),
        "Retry",
        ` of ${title}`,
        "Each is queued for a new attempt, and what waits behind it can go on. Earlier attempts and their logs are kept.",
      ),
    run: async ({ reason }) => {
      const { done, skipped } = await call("plans.retryFailed", { planId: id, ...(reason ? { reason } : {}) });
      const rest = skipped.map(skippedWords).join(", ");
      toast.success(
        `${plural(done, "task")} of ${title} queued again`,
        rest === "" ? {} : { description: `Left alone: ${rest}.` },
      );
    },
  });
}

/** Everything from a task on once more, completed or not, once it was seen what that is. */
export function askRerunFrom(task: { readonly id: string; readonly title: string }): void {
  askAct({
    title: `Rerun from ${task.title}`,
    keepLabel: "Leave them",
    variant: "primary",
    reasons: ["Input changed", "Cause fixed"],
    preview: async () =>
      asShown(
        await readPreview({ act: "tasks.retryFrom", taskId: task.id }),
        "Rerun",
        ` from ${task.title}`,
        "It and everything that depends on it runs again, completed or not. Earlier attempts, their logs and results are kept.",
      ),
    run: async ({ reason }) => {
      const { done } = await call("tasks.retryFrom", { taskId: task.id, ...(reason ? { reason } : {}) });
      toast.success(`${plural(done, "task")} queued again, from ${task.title}`);
    },
  });
}

/** Holds a plan or lets it go on: at once, because the other takes it back. */
export async function pausePlan({ id, title }: ActedPlan, isPaused: boolean): Promise<void> {
  try {
    await call(isPaused ? "plans.resume" : "plans.pause", { planId: id });
    toast.success(isPaused ? `${title} goes on` : `${title} is paused`, {
      description: isPaused
        ? "Its ready tasks start as slots are free."
        : "What runs goes on; nothing else of it starts.",
      undo: () => void pausePlan({ id, title }, !isPaused),
    });
  } catch (error) {
    toast.error(`Could not ${isPaused ? "resume" : "pause"} ${title}`, { description: messageOf(error) });
  }
}
