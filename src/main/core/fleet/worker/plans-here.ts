import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createPlanFolders, segment } from "../../runner/task-files";
import type { IdlePlan } from "../protocol";

/** Folders of plans on this host. Each stays while its plan may have more for this worker, which its console knows. */
export interface PlansHere {
  /** Makes a plan's folders for an attempt, after which `leave` is called once. */
  enter(plan: IdlePlan): Promise<void>;
  leave(planId: string): void;
  /** Plans that had no attempt here for a while: to be asked about now, each once in that time. */
  idle(): IdlePlan[];
  /** They are over. One that has an attempt here again stays. */
  remove(planIds: readonly string[]): void;
}

export interface PlansHereOptions {
  readonly filesFolder: string;
  /** How often a plan without attempts is asked about, in milliseconds. */
  readonly askMs: number;
  readonly now: () => number;
}

/** No console answered for so long, or the plan waits for so long: nothing that it left here is waited for. */
const FORGOTTEN_MS = 7 * 24 * 3_600_000;
const MOST_ASKED = 50;

interface PlanHere extends IdlePlan {
  attempts: number;
  leftAt: number;
  askedAt: number;
  readonly made: Promise<void>;
}

export function createPlansHere({ filesFolder, askMs, now }: PlansHereOptions): PlansHere {
  const plans = new Map<string, PlanHere>();
  const removals = new Map<string, Promise<void>>();

  const make = async (planId: string): Promise<void> => {
    await removals.get(planId);
    await createPlanFolders(filesFolder)(planId);
  };
  const remove = (planId: string): void => {
    if (plans.get(planId)?.attempts !== 0) return;
    plans.delete(planId);
    const removing = rm(join(filesFolder, segment(planId)), { recursive: true, force: true })
      .catch(() => undefined)
      .finally(() => removals.delete(planId));
    removals.set(planId, removing);
  };

  return {
    async enter({ database, planId }) {
      const known = plans.get(planId) ?? { database, planId, attempts: 0, leftAt: 0, askedAt: 0, made: make(planId) };
      plans.set(planId, known);
      known.attempts += 1;
      await known.made.catch((error: unknown) => {
        // The next attempt tries again.
        if (plans.get(planId) === known) plans.delete(planId);
        throw error;
      });
    },
    leave(planId) {
      const known = plans.get(planId);
      if (known === undefined) return;
      known.attempts -= 1;
      known.leftAt = now();
      known.askedAt = known.leftAt;
    },
    idle() {
      const at = now();
      const asked: IdlePlan[] = [];
      for (const plan of plans.values()) {
        if (plan.attempts > 0 || at - plan.askedAt < askMs) continue;
        if (at - plan.leftAt > FORGOTTEN_MS) {
          remove(plan.planId);
          continue;
        }
        plan.askedAt = at;
        asked.push({ database: plan.database, planId: plan.planId });
        if (asked.length === MOST_ASKED) break;
      }
      return asked;
    },
    remove(planIds) {
      for (const planId of planIds) remove(planId);
    },
  };
}
