import type { TaskRow } from "../../../shared/model/views";
import { call } from "../../api";
import { toast } from "../../ui/toast";
import { type ActOption, askAct } from "../dialogs/act-store";
import { readTask } from "./task-store";

type WhoNext = "anybody" | "others";

const WHO_NEXT: readonly (ActOption & { readonly id: WhoNext })[] = [
  { id: "anybody", label: "Whoever is free takes it.", detail: "Its worker goes on, and may take it again." },
  {
    id: "others",
    label: "Another worker takes it.",
    detail: "Its worker is drained: it is given no more tasks until it is started again.",
  },
];

/** Why a task cannot be taken from a worker; null: one of another program may have it. */
export function reassignBlocker({ status, workerId }: Pick<TaskRow, "status" | "workerId">): string | null {
  if (workerId === null || (status !== "assigned" && status !== "in_progress")) return "No worker has it.";
  return null;
}

/** Shows who has a task and what taking it away does, and queues it for others when that is confirmed. */
export function askReassign({ id, title }: Pick<TaskRow, "id" | "title">): void {
  askAct({
    title: `Reassign ${title}`,
    keepLabel: "Leave it there",
    variant: "primary",
    reasons: ["It hangs", "Wrong machine"],
    options: WHO_NEXT,
    preview: async (option) => {
      const { task, worker, isStopped, refusal } = await call("tasks.previewReassign", { taskId: id });
      if (refusal !== null)
        return { title: `${title} stays where it is`, consequence: refusal, affected: [], confirmLabel: null };
      const holder = worker?.id ?? task.workerId ?? "its worker";
      const stopped = isStopped ? " What of it runs on this computer is stopped first." : "";
      return {
        title: `Take 1 task from ${holder}?`,
        consequence: `It is queued again, and the attempt counts as failed but not against the task.${stopped} What ${holder} reports of it later changes nothing.`,
        affected: [
          { id, kind: "task", state: task.state, title: task.title, detail: "becomes queued" },
          ...(worker === null || option !== "others"
            ? []
            : [
                { id: worker.id, kind: "worker" as const, state: worker.state, title: worker.id, detail: "is drained" },
              ]),
        ],
        confirmLabel: "Reassign 1 task",
      };
    },
    run: async ({ option, reason }) => {
      const { workerId, drained } = await call("tasks.reassign", { taskId: id, drain: option === "others", reason });
      toast.success(`${title} is queued again`, {
        description: drained ? `${workerId} is given no more tasks.` : `It was taken from ${workerId}.`,
      });
      readTask();
    },
  });
}
