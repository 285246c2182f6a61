import { create } from "zustand";
import type { RetentionPreview, RetentionRules, RetentionRun, VacuumOffer } from "../../../shared/model/retention";
import { call, messageOf } from "../../api";
import { formatBytes, formatCount, plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";

interface RetentionState {
  readonly preview: RetentionPreview | null;
  readonly offer: VacuumOffer | null;
  readonly run: RetentionRun | null;
  readonly error: unknown;
  readonly isLooking: boolean;
}

export const useRetention = create<RetentionState>()(() => ({
  preview: null,
  offer: null,
  run: null,
  error: null,
  isLooking: false,
}));

const WATCH_MS = 400;

let request = 0;

/** Looks at what the rules would remove now. */
export async function loadRetention(): Promise<void> {
  request += 1;
  const mine = request;
  useRetention.setState({ isLooking: true });
  try {
    const [preview, offer, run] = await Promise.all([
      call("retention.preview", {}),
      call("retention.vacuumOffer", {}),
      call("retention.status", {}),
    ]);
    if (mine === request) useRetention.setState({ preview, offer, run, error: null, isLooking: false });
  } catch (error) {
    if (mine === request) useRetention.setState({ error, isLooking: false });
  }
}

/** Follows what is under way until the returned function is called. */
export function startRetention(): () => void {
  void loadRetention();
  const timer = setInterval(() => {
    if (!document.hidden && useRetention.getState().run?.state === "running") void watch();
  }, WATCH_MS);
  return () => clearInterval(timer);
}

async function watch(): Promise<void> {
  const run = await call("retention.status", {});
  useRetention.setState({ run });
  if (run.state === "running") return;
  if (run.state === "failed") toast.error("Not all could be removed", { description: run.error ?? "" });
  else if (run.report !== null) {
    const { plans, tasks, looseTasks, events, logs, bytes } = run.report;
    toast.success(`Removed ${plural(plans, "plan")} with ${plural(tasks + looseTasks, "task")}`, {
      description: `${plural(events, "event")}, ${plural(logs, "log")}, ${formatBytes(bytes)} of files.`,
    });
  }
  await loadRetention();
}

export async function stopRetention(): Promise<void> {
  await call("retention.stop", {});
  await watch();
}

export async function setRule(name: keyof RetentionRules, value: number): Promise<void> {
  try {
    await call("settings.set", { name: `retention.${name}`, value });
  } catch (error) {
    toast.error("It could not be set", { description: messageOf(error) });
  }
  await loadRetention();
}

const MOST_LISTED = 8;

/** How much there is to remove. */
export function sizeOf({ planCount, looseTasks, events, logs }: RetentionPreview): number {
  return planCount + looseTasks + events + logs;
}

export function askApply(): void {
  askAct({
    title: "Remove what is kept no longer",
    keepLabel: "Keep it",
    reasons: ["By the rules that are set"],
    preview: async () => {
      const preview = await call("retention.preview", {});
      const { plans, planCount, tasks, runs, looseTasks, events, logs, logBytes, folderBytes } = preview;
      if (sizeOf(preview) === 0) {
        return {
          title: "Nothing to remove",
          consequence: "The rules let nothing go now.",
          affected: [],
          confirmLabel: null,
        };
      }
      const parts = [
        ...(planCount === 0
          ? []
          : [`${plural(planCount, "plan")} with ${plural(tasks, "task")} and ${plural(runs, "attempt")}`]),
        ...(looseTasks === 0 ? [] : [`${plural(looseTasks, "task")} of no plan`]),
        ...(events === 0 ? [] : [plural(events, "event")]),
        ...(logs === 0 ? [] : [`${plural(logs, "log")}`]),
      ];
      return {
        title: `Remove ${parts[0] ?? ""}?`,
        consequence: `${parts.join(", ")}, ${formatBytes(logBytes + folderBytes)} of files. Nothing that runs, and nothing of a plan that has not ended. It is done in small steps and can be stopped; what is removed cannot be brought back but from a backup.`,
        affected: plans.slice(0, MOST_LISTED).map(({ id, title, status, tasks: count }) => ({
          id,
          kind: "plan",
          state: status,
          title,
          detail: plural(count, "task"),
        })),
        more: Math.max(0, planCount - MOST_LISTED),
        confirmLabel:
          planCount > 0 ? `Remove ${plural(planCount, "plan")}` : `Remove ${formatCount(sizeOf(preview))} rows`,
      };
    },
    run: async ({ reason }) => {
      await call("retention.apply", { reason });
      useRetention.setState({ run: { state: "running", share: 0, report: null, error: null } });
    },
  });
}

export function askVacuum(): void {
  askAct({
    title: "Shrink the file",
    keepLabel: "Leave it",
    variant: "primary",
    reasons: ["After a cleaning"],
    preview: async () => {
      const { bytes, freeBytes, neededBytes, diskBytes, refusal } = await call("retention.vacuumOffer", {});
      if (refusal !== null)
        return { title: "The file is left as it is", consequence: refusal, affected: [], confirmLabel: null };
      return {
        title: `Shrink the file by ${formatBytes(freeBytes)}?`,
        consequence: `It is written anew: ${formatBytes(bytes)} become ${formatBytes(bytes - freeBytes)}. That takes up to ${formatBytes(neededBytes)} of the ${formatBytes(diskBytes)} that are free meanwhile, and writers wait until it is done.`,
        affected: [],
        confirmLabel: "Shrink the file",
      };
    },
    run: async ({ reason }) => {
      const { bytes } = await call("retention.vacuum", { reason });
      toast.success(`The file has ${formatBytes(bytes)} now`);
      await loadRetention();
    },
  });
}
