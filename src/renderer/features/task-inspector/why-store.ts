import { useEffect, useState } from "react";
import type { TaskWhy, WhyGate, WhyRow, WhyStep } from "../../../shared/model/why";
import { call } from "../../api";
import { besidePlace, formatPlace, type Place, placeNow, planPlace } from "../../location";
import { keepLive } from "../../sync";

/** Changes of one moment are asked about once. */
const SETTLE_MS = 300;
/** What holds a task may change without a change of a row: a retry time that comes, a heartbeat that does not. */
const LOOK_MS = 5_000;

interface Why {
  /** The latest answer about this task; null until the first. */
  readonly why: TaskWhy | null;
  readonly error: unknown;
}

const NOTHING: Why = { why: null, error: null };

/** Every gate of a task, judged again whenever something changes, and from time to time. */
export function useWhy(taskId: string): Why {
  const [found, setFound] = useState<Why & { readonly taskId: string }>({ taskId, ...NOTHING });
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isAsking = false;
    const ask = async (): Promise<void> => {
      timer = null;
      if (isAsking || document.hidden) return;
      isAsking = true;
      try {
        const why = await call("tasks.why", { taskId });
        if (!gone) setFound({ taskId, why, error: null });
      } catch (error) {
        // The answer before it is shown on, with the reason why there is no newer one.
        if (!gone) setFound((last) => ({ taskId, why: last.taskId === taskId ? last.why : null, error }));
      } finally {
        isAsking = false;
      }
    };
    const soon = (): void => {
      timer ??= setTimeout(() => void ask(), SETTLE_MS);
    };
    void ask();
    const looking = setInterval(soon, LOOK_MS);
    const end = keepLive({ patch: soon, reload: soon });
    return () => {
      gone = true;
      end();
      clearInterval(looking);
      if (timer !== null) clearTimeout(timer);
    };
  }, [taskId]);
  return found.taskId === taskId ? found : NOTHING;
}

/** Those that hold first: they are the answer. The others stay in the order in which they are asked. */
export function orderGates({ gates, headline }: TaskWhy): readonly WhyGate[] {
  const told = gates.filter((gate) => gate.gate !== "task" || gate.detail !== headline || gate.rows.length > 0);
  const rank = ({ verdict }: WhyGate): number => (verdict === "holds" ? 0 : verdict === "unknown" ? 1 : 2);
  return told.toSorted((a, b) => rank(a) - rank(b));
}

/** Rows of these gates are tasks of the task's own plan; others may be of any. */
const OF_ITS_PLAN = new Set(["dependencies", "when", "plan_limit"]);

/** Where a row that holds a task is looked at; null: it has no place of its own. */
export function placeOfRow(row: WhyRow, gate: WhyGate, planId: string | null): Place | null {
  switch (row.kind) {
    case "task":
      return besidePlace(placeNow(), OF_ITS_PLAN.has(gate.gate) ? planId : null, row.id);
    case "plan":
      return planPlace(row.id);
    case "worker":
      return { view: "workers" };
    case "run": {
      const place = placeNow();
      const inspect = { pane: "log", runId: row.id } as const;
      return place.view === "plans" || place.view === "tasks" ? { ...place, inspect } : null;
    }
    case "process":
      return null;
  }
}

export function hrefOfRow(row: WhyRow, gate: WhyGate, planId: string | null): string | null {
  const place = placeOfRow(row, gate, planId);
  return place === null ? null : formatPlace(place);
}

/** What the task's own buttons do is not offered twice. */
const BY_BUTTON = new Set(["tasks.retry", "tasks.cancel", "tasks.approve"]);

export function stepsBeside({ steps, taskId }: Pick<TaskWhy, "steps" | "taskId">): readonly WhyStep[] {
  return steps.filter(({ operation, id }) => id !== taskId || operation === null || !BY_BUTTON.has(operation));
}
