import { toErrorBody } from "../../../shared/errors";
import type { RunnerInfo } from "../../../shared/model/views";
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_LIMIT_MS } from "../../../shared/model/worker";
import type { Environment } from "../agents/agent";
import type { FleetState } from "../fleet/fleet";
import { ownIdentity } from "../process-identity";
import type { Store } from "../store/open";
import { type Dispatcher, startDispatcher } from "./dispatcher";
import { LEASE_MS, startElection } from "./election";

export interface RunnerOptions {
  /** How many tasks run at once. */
  readonly slots: number;
  /** Shown to other consoles on the same database. */
  readonly program: "window" | "cli";
  /** What its slots can do besides what every console's can. Default: nothing. */
  readonly roles?: readonly string[];
  /** How long a holder of the lease that cannot be seen to live may be silent. Default 2,000. */
  readonly leaseMs?: number;
  /** Where its agents look for endpoints and keys; read anew with each attempt. Default: the process's. */
  readonly environment?: Environment;
  /** From SIGTERM to SIGKILL in milliseconds. Default 5,000. */
  readonly graceMs?: number;
  /** How often the workers' hearts beat, in milliseconds. Default 5,000. */
  readonly heartbeatMs?: number;
  /** How long another program's worker may be silent before its attempts are given to others. Default 15,000. */
  readonly silenceMs?: number;
  /** What else whoever dispatches sees to, begun with each epoch that this process holds the lease under. */
  readonly duties?: (epoch: number) => Duties;
}

export interface Duties {
  stop(): Promise<void>;
}

/** What may be changed while it runs. */
export type RunnerTuning = Pick<RunnerOptions, "graceMs" | "heartbeatMs" | "silenceMs" | "leaseMs" | "roles">;

export interface Runner {
  info(): RunnerInfo;
  /** How the fleet stands; null: there is none, or another process starts the tasks. */
  fleet(): FleetState | null;
  /** From now on these hold; what is not given goes back to its default. */
  tune(tuning: RunnerTuning): void;
  /** What stands in its environment has changed: a fleet that it names is followed at once. */
  noteEnvironment(): void;
  /** Running tasks above the new number run to their ends. */
  setSlots(slots: number): void;
  /**
   * Ends this console's part. `leave`: running tasks run on, and the next console watches them; `cancel`: they
   * are stopped and recorded as cancelled. Resolves when that is done and the lease is given back.
   */
  stop(options: { readonly tasks: "leave" | "cancel" }): Promise<void>;
  /** Calls back, at most once a tick, when `info` may have changed. Returns what ends it. */
  onChange(listener: () => void): () => void;
}

const DEFAULT_GRACE_MS = 5_000;

/**
 * Runs the database's tasks, or watches the console that does and takes over when it is gone: one process at a
 * time holds the dispatcher's lease.
 */
export function startRunner(store: Store, options: RunnerOptions): Runner {
  const { program, environment = process.env } = options;
  const listeners = new Set<() => void>();
  const holderId = store.newId();
  let slots = options.slots;
  let tuning: RunnerTuning = options;
  let dispatcher: Dispatcher | null = null;
  let duties: Duties | null = null;
  let electionTrouble: string | null = null;
  let stopping: Promise<void> | null = null;
  let announced = false;

  const announce = (): void => {
    if (announced) return;
    announced = true;
    setImmediate(() => {
      announced = false;
      for (const listener of [...listeners]) listener();
    });
  };

  const election = startElection({
    store,
    leaseMs: () => tuning.leaseMs ?? LEASE_MS,
    holder: () => ({ holderId, ...ownIdentity(), program, slots }),
    onWon(epoch) {
      if (stopping !== null) return;
      dispatcher = startDispatcher({
        store,
        epoch,
        program,
        slots,
        environment,
        get graceMs() {
          return tuning.graceMs ?? DEFAULT_GRACE_MS;
        },
        get heartbeatMs() {
          return tuning.heartbeatMs ?? HEARTBEAT_INTERVAL_MS;
        },
        get silenceMs() {
          return tuning.silenceMs ?? HEARTBEAT_LIMIT_MS;
        },
        get roles() {
          return tuning.roles ?? [];
        },
        isLeaseFresh: () => election.isFresh(),
        onLost: () => election.lose(),
        onChange: announce,
      });
      duties = options.duties?.(epoch) ?? null;
      announce();
    },
    onLost() {
      dispatcher?.abandon();
      dispatcher = null;
      void duties?.stop();
      duties = null;
      announce();
    },
    onChange(trouble) {
      electionTrouble = trouble === null ? null : toErrorBody(trouble).message;
      announce();
    },
  });

  const stop = async (tasks: "leave" | "cancel"): Promise<void> => {
    await duties?.stop();
    await dispatcher?.stop(tasks);
    await election.stop();
    dispatcher = null;
    listeners.clear();
  };

  return {
    info() {
      const holder = election.lease()?.holder ?? null;
      return {
        slots,
        running: dispatcher?.running() ?? 0,
        busySlots: dispatcher?.busySlots() ?? 0,
        dispatching: dispatcher !== null,
        dispatcher: holder && { pid: holder.pid, host: holder.host, program: holder.program },
        pausedReason: dispatcher?.pausedReason() ?? electionTrouble,
        fleet: standingOf(dispatcher?.fleet() ?? null),
      };
    },
    fleet: () => dispatcher?.fleet() ?? null,
    tune(next) {
      const isOther = (next.roles ?? []).join() !== (tuning.roles ?? []).join();
      tuning = next;
      if (isOther) dispatcher?.noteRoles();
    },
    noteEnvironment: () => dispatcher?.noteEnvironment(),
    setSlots(next) {
      slots = next;
      dispatcher?.setSlots(next);
      announce();
    },
    stop({ tasks }) {
      stopping ??= stop(tasks);
      return stopping;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function standingOf(fleet: FleetState | null): RunnerInfo["fleet"] {
  if (fleet === null) return null;
  const { redis, trouble, workers, refused, out } = fleet;
  return { redis, trouble, workers: workers.length, refused, out };
}
