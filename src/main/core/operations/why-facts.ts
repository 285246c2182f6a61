import type { RunnerInfo, WorkerRow } from "../../../shared/model/views";
import { isAlive } from "../process-identity";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";
import { readPayload, routedPlan } from "../store/routed-tasks";
import { inSnapshot } from "../store/snapshot";
import { isOn } from "../store/unified/flags";
import {
  countAhead,
  countDependencies,
  listOpenDependencies,
  listRootObstacles,
  listRunning,
  listStoppedDependencies,
  type RunningTask,
  readReadyEntry,
  readWhyGroup,
  readWhyPlan,
  readWhyTask,
  type WhyGroup,
  type WhyOther,
  type WhyPlan,
  type WhyTask,
} from "../store/why-rows";
import { wantedOf } from "./wanted-capabilities";
import { listWorkers } from "./workers";

/** Who dispatches on a database, as far as it can be told from here. */
export interface DispatcherFacts {
  readonly pid: number;
  readonly host: string;
  readonly program: string;
  readonly slots: number;
  /** Null: it is on another machine. */
  readonly alive: boolean | null;
  /** It is this process. */
  readonly isHere: boolean;
}

/** What is known of a task of another program that an agent may do. */
export interface RoutingFacts {
  readonly capabilities: readonly string[];
  /** Consoles give such tasks to agents in this database. */
  readonly isOn: boolean;
  /** The plan that carries it out; null: it was given to nobody. */
  readonly plan: WhyPlan | null;
}

/** All that the gates of a task are judged by, as of one moment. */
export interface WhyFacts {
  readonly now: number;
  readonly task: WhyTask;
  readonly dependencies: number;
  /** Those waited for. */
  readonly open: readonly WhyOther[];
  /** Direct ones that will not be met. */
  readonly stopped: readonly WhyOther[];
  /** Where the chains begin that block it. */
  readonly roots: readonly WhyOther[];
  readonly plan: WhyPlan | null;
  readonly group: WhyGroup | null;
  readonly running: readonly RunningTask[];
  readonly workers: readonly WorkerRow[];
  /** Null: nobody dispatches. */
  readonly dispatcher: DispatcherFacts | null;
  /** Why the dispatcher of this process starts nothing; null: nothing keeps it, or it is another one's. */
  readonly pausedReason: string | null;
  readonly isReady: boolean;
  /** Of a task of no plan that names what an agent must be good for. Null: it is none. */
  readonly routing: RoutingFacts | null;
  /** Ready tasks before it; null: it is not ready. */
  readonly ahead: number | null;
}

/** Null: there is no such task. Some dozen indexed statements, each bounded. */
export function gatherFacts(store: Store, taskId: string, runner: RunnerInfo | null): WhyFacts | null {
  const now = store.clock.now();
  const workers = listWorkers(store);
  return inSnapshot(store.read, () => {
    const db = store.read;
    const task = readWhyTask(db, taskId, now);
    if (task === null) return null;
    const { seq, planId, needs } = task;
    const isQueued = task.status === "queued";
    const entry = isQueued && seq !== null ? readReadyEntry(db, seq) : null;
    const holder = readLease(db)?.holder ?? null;
    const waits = isQueued && seq !== null && (task.unmet > 0 || task.blocked);
    return {
      now,
      task,
      dependencies: seq === null ? 0 : countDependencies(db, seq),
      open: waits ? listOpenDependencies(db, seq, needs.when !== "success", now) : [],
      stopped: isQueued && seq !== null && needs.when === "failure" ? listStoppedDependencies(db, seq, now) : [],
      roots: waits && task.blocked ? listRootObstacles(db, seq, now) : [],
      plan: planId === null ? null : readWhyPlan(db, planId),
      group: needs.group === null ? null : readWhyGroup(db, needs.group),
      running: listRunning(db, now),
      workers,
      dispatcher: holder && {
        pid: holder.pid,
        host: holder.host,
        program: holder.program,
        slots: holder.slots,
        alive: isAlive(holder),
        isHere: runner?.dispatching === true,
      },
      pausedReason: runner?.dispatching === true ? runner.pausedReason : null,
      isReady: entry !== null,
      routing: planId === null ? routingOf(store, taskId) : null,
      ahead: entry === null || seq === null || planId === null ? null : countAhead(db, seq, planId, entry),
    };
  });
}

function routingOf({ read }: Store, taskId: string): RoutingFacts | null {
  const routed = routedPlan(read, taskId);
  const plan = routed?.hasEnded === false ? readWhyPlan(read, routed.planId) : null;
  const capabilities = wantedOf({ payload: readPayload(read, taskId) });
  return capabilities.length === 0 && plan === null
    ? null
    : { capabilities, isOn: isOn(read, "enable_agent_adapters"), plan };
}
