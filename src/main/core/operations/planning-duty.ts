import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import { hasPendingRequest } from "../store/planning";
import { isOn } from "../store/unified/flags";
import { routeTo } from "./agent-history";
import { program } from "./hive/caller";
import { planRequest } from "./plan-request";
import { idsOfPlanners } from "./planners";

export interface PlanningDuty {
  /** Begins nothing more; what was being planned waits again. */
  stop(): Promise<void>;
}

const LOOK_MS = 2_000;
/** While no agent can plan, they are asked again so often, in milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * While `enable_agent_adapters` is on, requests that wait are planned, one after the other, by an agent that plans: the
 * healthiest, then the one with the least to do. What it makes waits for an operator.
 */
export function planWaitingRequests(store: Store, environment: Environment, lookMs: number = LOOK_MS): PlanningDuty {
  const enough = new AbortController();
  let working: Promise<void> | null = null;
  let restUntil = Number.NEGATIVE_INFINITY;

  const planOne = async (): Promise<void> => {
    const place = { databaseFile: store.file, environment };
    const planners = await idsOfPlanners(place.databaseFile);
    const best = (await routeTo(store, place, "plan")).find(({ id }) => planners.has(id));
    if (best === undefined || best.status === "unhealthy") {
      restUntil = store.clock.monotonic() + PATIENCE_MS;
      return;
    }
    await planRequest(store, program, { agent: best.id, environment, signal: enough.signal });
  };
  const look = (): void => {
    if (working !== null || enough.signal.aborted || store.clock.monotonic() < restUntil) return;
    if (!isOn(store.read, "enable_agent_adapters") || !hasPendingRequest(store.read)) return;
    working = planOne()
      // Why a request failed is in its event; a database that cannot be written is told of by the runner.
      .catch(() => undefined)
      .finally(() => {
        working = null;
      });
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  look();
  return {
    async stop() {
      clearInterval(timer);
      enough.abort();
      await working;
    },
  };
}
