import type { TaskRow } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askAct } from "./act-store";

/** A task as far as acting on it takes. */
export type ActedTask = Pick<TaskRow, "id" | "title" | "state" | "status" | "reason">;

/** How many tasks wait for it, as far as that is known. */
interface Around {
  readonly blocks?: number;
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
    consequence: (waiting) => (waiting === null ? "It completes." : `It completes, and ${waiting} can go on.`),
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

/** Queues a task again, at once: a retry takes nothing away. */
export async function retryTask({ id, title }: Pick<TaskRow, "id" | "title">): Promise<void> {
  try {
    await call("tasks.retry", { taskId: id });
    toast.success(`${title} is queued again`);
  } catch (error) {
    toast.error(`Could not retry ${title}`, { description: messageOf(error) });
  }
}
