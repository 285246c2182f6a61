import type { WorkerRow } from "../../../shared/model/views";
import type { HeldTaskRow, WorkerPool } from "../../../shared/model/workers";
import { ApiError, call } from "../../api";
import { formatCount, plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { type ActPreview, askAct } from "../dialogs/act-store";
import type { AffectedItem } from "../dialogs/confirm-dialog";
import { refreshWorker } from "./worker-detail-store";
import { refreshWorkers } from "./workers-store";

const MOST_LISTED = 6;

function refresh(): void {
  refreshWorker();
  void refreshWorkers().catch(() => undefined);
}

const taskItem = ({ id, title, status, processAlive }: HeldTaskRow, detail: string): AffectedItem => ({
  id,
  kind: "task",
  state: status,
  title,
  detail: processAlive === true ? `${detail}; its process is stopped` : detail,
});

const nothing = (title: string, why: string): ActPreview => ({
  title,
  consequence: why,
  affected: [],
  confirmLabel: null,
});

/** Gives back what a worker that is not well holds. */
export function askRescue({ id }: Pick<WorkerRow, "id">): void {
  askAct({
    title: `Rescue the tasks of ${id}`,
    keepLabel: "Wait",
    variant: "primary",
    reasons: ["It is gone", "It hangs"],
    preview: async () => {
      const { held, refusal } = await call("workers.previewAct", { workerId: id, act: "rescue" });
      if (refusal !== null) return nothing(`${id} is left as it is`, refusal);
      const count = plural(held.length, "task");
      return {
        title: held.length === 0 ? `Mark ${id} offline?` : `Queue ${count} of ${id} again?`,
        consequence:
          held.length === 0
            ? "It holds no task. It counts as offline until it reports again."
            : "The attempt counts as failed, and not against the task. What of it still runs on this computer is stopped. Should the worker come back, what it reports of these tasks changes nothing.",
        affected: held.slice(0, MOST_LISTED).map((task) => taskItem(task, "becomes queued")),
        more: Math.max(0, held.length - MOST_LISTED),
        confirmLabel: held.length === 0 ? "Mark offline" : `Rescue ${count}`,
      };
    },
    run: async ({ reason }) => {
      const { rescued } = await call("workers.rescue", { workerId: id, reason });
      toast.success(
        rescued.length === 0 ? `${id} is offline` : `${plural(rescued.length, "task")} of ${id} queued again`,
      );
      refresh();
    },
  });
}

/** Lets a slot of the pool begin anew. */
export function askRestart({ id }: Pick<WorkerRow, "id">): void {
  askAct({
    title: `Restart ${id}`,
    keepLabel: "Keep it working",
    reasons: ["Its task hangs"],
    preview: async () => {
      const { held, refusal, worker } = await call("workers.previewAct", { workerId: id, act: "restart" });
      if (refusal !== null) return nothing(`${id} is left as it is`, refusal);
      return {
        title: held.length === 0 ? `Give ${id} tasks again?` : `Stop ${plural(held.length, "task")} and begin anew?`,
        consequence: `${
          held.length === 0
            ? ""
            : "What runs is stopped to its last process. The attempt does not count, and the task is queued again when it has ended."
        }${worker.drained ? " The slot takes tasks again." : ""}`.trim(),
        affected: held.slice(0, MOST_LISTED).map((task) => taskItem(task, "begins anew")),
        more: Math.max(0, held.length - MOST_LISTED),
        confirmLabel: `Restart ${id}`,
      };
    },
    run: async ({ reason }) => {
      const { restarted } = await call("workers.restart", { workerId: id, reason });
      toast.success(
        restarted.length === 0 ? `${id} takes tasks again` : `${plural(restarted.length, "task")} of ${id} begins anew`,
      );
      refresh();
    },
  });
}

/** Takes a worker off the list. */
export function askUnregister({ id }: Pick<WorkerRow, "id">, onGone: () => void): void {
  askAct({
    title: `Unregister ${id}`,
    keepLabel: "Keep it",
    reasons: ["It is gone for good", "Registered by mistake"],
    preview: async () => {
      const { held, refusal } = await call("workers.previewAct", { workerId: id, act: "unregister" });
      if (refusal !== null) return nothing(`${id} stays on the list`, refusal);
      const left =
        held.length === 0
          ? ""
          : ` ${plural(held.length, "task")} that it holds stay as they are, with nobody at work on them: rescue them first.`;
      return {
        title: `Unregister ${id}?`,
        consequence: `It goes off the list. Its attempts and their logs stay and go on naming it. A program that goes on under this id registers again.${left}`,
        affected: held.slice(0, MOST_LISTED).map((task) => taskItem(task, "is left as it is")),
        more: Math.max(0, held.length - MOST_LISTED),
        confirmLabel: "Unregister 1 worker",
      };
    },
    run: async ({ reason }) => {
      try {
        await call("workers.unregister", { workerId: id, reason });
      } catch (error) {
        // Somebody else has done it meanwhile: that is what was asked for.
        if (!(error instanceof ApiError) || error.code !== "not_found") throw error;
      }
      onGone();
      toast.success(`${id} is off the list`);
      refresh();
    },
  });
}

/** Gives workers no more tasks, or tasks again. `name`: what they are together. */
export function askDrain(workerIds: readonly string[], drains: boolean, name: string): void {
  const act = drains ? "workers.drain" : "workers.undrain";
  askAct({
    title: drains ? `Drain ${name}` : `Give ${name} tasks again`,
    keepLabel: drains ? "Keep it working" : "Leave it drained",
    variant: drains ? "danger" : "primary",
    reasons: drains ? ["Maintenance", "Takes too much of this computer"] : ["Maintenance is over"],
    preview: async () => {
      const { workers } = await call("acts.preview", { of: { act, workerIds: [...workerIds] } });
      const touched = workers.filter(({ becomes }) => becomes !== null);
      if (touched.length === 0) {
        return nothing(drains ? "Nothing to drain" : "Nothing to undrain", "It is so already.");
      }
      return {
        title: drains
          ? `Drain ${plural(touched.length, "worker")}?`
          : `Give ${plural(touched.length, "worker")} tasks again?`,
        consequence: drains
          ? "No more tasks are given to them; those that they have, they end. It holds for whoever comes under these ids, also after a restart, until they are started again."
          : "They take tasks as soon as some are ready.",
        affected: touched.slice(0, MOST_LISTED).map(({ id, currentTaskTitle }) => ({
          id,
          kind: "worker",
          state: currentTaskTitle === null ? "idle" : "busy",
          title: id,
          detail: currentTaskTitle === null ? (drains ? "is free" : "") : `ends ${currentTaskTitle} first`,
        })),
        more: Math.max(0, touched.length - MOST_LISTED),
        confirmLabel: drains
          ? `Drain ${plural(touched.length, "worker")}`
          : `Start ${plural(touched.length, "worker")}`,
      };
    },
    run: async ({ reason }) => {
      await call(act, { workerIds: [...workerIds], reason });
      toast.success(drains ? `${name} is drained` : `${name} takes tasks again`);
      refresh();
    },
  });
}

/** Changes how many tasks run at once. */
export function askSlots(pool: WorkerPool, slots: number, onDone: () => void): void {
  const before = pool.slots ?? 0;
  const above = pool.workers.filter(({ slot, worker }) => slot > slots && worker.currentTaskId !== null);
  askAct({
    title: `Run ${plural(slots, "task")} at once`,
    keepLabel: `Keep ${formatCount(before)}`,
    variant: slots < before ? "danger" : "primary",
    reasons: ["This computer has room", "This computer is too busy"],
    preview: async () => {
      const { refusal } = await call("acts.preview", { of: { act: "runner.setSlots", slots } });
      if (refusal !== null && before === slots) return nothing("Nothing to change", refusal.message);
      return {
        title: `Run ${plural(slots, "task")} at once, instead of ${formatCount(before)}?`,
        consequence:
          slots < before
            ? "What runs in the slots that go, ends first. The database remembers the number for the next console."
            : "Ready tasks start at once in the new slots. The database remembers the number for the next console.",
        affected: above.slice(0, MOST_LISTED).map(({ worker }) => ({
          id: worker.id,
          kind: "worker",
          state: worker.state,
          title: worker.id,
          detail: `ends ${worker.currentTaskTitle ?? "its task"} first`,
        })),
        more: Math.max(0, above.length - MOST_LISTED),
        confirmLabel: `Set to ${formatCount(slots)}`,
      };
    },
    run: async ({ reason }) => {
      await call("runner.setSlots", { slots, reason });
      onDone();
      toast.success(`${plural(slots, "task")} at once from now on`);
      refresh();
    },
  });
}
