import type { TaskRow } from "../../../shared/model/views";
import { call } from "../../api";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askAct } from "./act-store";
import { holdAct } from "./held-acts";

/** A task as far as acting on it takes. */
export type ActedTask = Pick<TaskRow, "id" | "title" | "state" | "status" | "reason">;

/** What is around a task, as far as that is known. */
interface Around {
  /** How many tasks wait for it. */
  readonly blocks?: number;
  /** Leads to the task, from where it is not on screen. */
  readonly show?: () => void;
}

type Verdict = "tasks.approve" | "tasks.reject" | "tasks.sendBack";

interface VerdictWords {
  readonly label: string;
  readonly consequence: (waiting: string | null) => string;
  readonly done: string;
  readonly reasons: readonly string[];
}

const VERDICTS: Readonly<Record<Verdict, VerdictWords>> = {
  "tasks.approve": {
    label: "Approve",
    consequence: (waiting) => (waiting === null ? "It completes." : `It completes; ${waiting} waited for it.`),
    done: "is approved",
    reasons: ["Checked"],
  },
  "tasks.reject": {
    label: "Reject",
    consequence: (waiting) =>
      waiting === null
        ? "It counts as failed."
        : `It counts as failed, and ${waiting} cannot start until it is retried.`,
    done: "is rejected",
    reasons: ["Not wanted", "Wrong input"],
  },
  "tasks.sendBack": {
    label: "Send back",
    consequence: () => "It needs rework, and asks again when it is retried. What depends on it goes on waiting.",
    done: "is sent back",
    reasons: ["Needs changes"],
  },
};

/** Shows what a decision on a task that waits for one leads to, and makes it when it is confirmed. */
export function askVerdict(task: ActedTask, verdict: Verdict, { blocks = 0 }: Around = {}): void {
  const { label, consequence, done, reasons } = VERDICTS[verdict];
  askAct({
    title: `${label} ${task.title}`,
    keepLabel: "Decide later",
    variant: verdict === "tasks.reject" ? "danger" : "primary",
    reasons,
    preview: () => ({
      title: `${label} 1 task?`,
      consequence: consequence(blocks === 0 ? null : plural(blocks, "task")),
      affected: [{ id: task.id, kind: "task", state: task.state, title: task.title, detail: task.reason }],
      confirmLabel: `${label} 1 task`,
    }),
    run: async ({ reason }) => {
      await call(verdict, { taskId: task.id, reason });
      toast.success(`${task.title} ${done}`);
    },
  });
}

/** Queues a task again in a moment, with Undo until then. */
export function retryTask({ id, title }: Pick<TaskRow, "id" | "title">, { show }: Around = {}): Promise<void> {
  return holdAct(
    { act: "tasks.retry", taskId: id },
    {
      doing: `Retrying ${title}`,
      done: `${title} is queued again`,
      failed: `Could not retry ${title}`,
      consequence: "It gets a new attempt; earlier ones and their logs are kept.",
      ...(show === undefined ? {} : { show }),
    },
  );
}

/** Passes a review in a moment, with Undo until then. With a reason it is asked for first: `askVerdict`. */
export function approveTask(
  { id, title }: Pick<TaskRow, "id" | "title">,
  { blocks = 0, show }: Around = {},
): Promise<void> {
  return holdAct(
    { act: "tasks.approve", taskId: id },
    {
      doing: `Approving ${title}`,
      done: `${title} is approved`,
      failed: `Could not approve ${title}`,
      consequence: VERDICTS["tasks.approve"].consequence(blocks === 0 ? null : plural(blocks, "task")),
      ...(show === undefined ? {} : { show }),
    },
  );
}

/** Changes in a moment how soon a task is taken, with Undo until then. */
export function setPriority(
  { id, title, priority: before }: Pick<TaskRow, "id" | "title"> & { readonly priority: number },
  priority: number,
): Promise<void> {
  return holdAct(
    { act: "tasks.setPriority", taskId: id, priority },
    {
      doing: `Giving ${title} priority ${priority}`,
      done: `${title} has priority ${priority}`,
      failed: `Could not change the priority of ${title}`,
      consequence: `It has ${before}. Of tasks that are ready, higher ones start first.`,
    },
  );
}
