import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../agents/agent";
import type { FleetState } from "../fleet/fleet";
import { createFleetPart } from "../fleet/fleet-part";
import type { ChangeBatch } from "../store/change-feed";
import type { WritableDatabase } from "../store/database";
import { readDrained, withoutDrained } from "../store/drains";
import { createForeignPlans } from "../store/foreign-plans";
import type { Store } from "../store/open";
import { endPlanIfOver, plansToEnd } from "../store/plan-end";
import {
  hasReadyWithoutWork,
  type LiveRunId,
  listLiveRunIds,
  listStopRequests,
  nextNotBefore,
  readLiveRun,
  requestStop,
} from "../store/queue";
import { createRequeuer } from "../store/requeue";
import { markWorkersOffline, tellOfWorkers } from "../store/workers";
import { startBeats } from "./beats";
import { type ClaimBatch, type ClaimParty, claimBatch, claimForOthers, EVENT_SOURCE } from "./claim-batch";
import { createEventSpanKeeper } from "./event-span-keeper";
import { routeExecutors } from "./executor";
import { createExternalRuns } from "./external-runs";
import { type HeldRun, occupationOf } from "./held-run";
import { createLives, type Phase } from "./lives";
import { createLocalExecutor } from "./local-executor";
import { localSkills, localWorkerId, localWorkerIds, slotOf } from "./local-workers";
import { createPersistence, LOST } from "./persistence";
import { createRoster } from "./roster";
import { createTurns } from "./turns";
import { createWorkerWatch } from "./worker-watch";

export interface DispatcherOptions {
  readonly store: Store;
  /** The epoch that this process holds the lease under. A dispatcher ends with its epoch. */
  readonly epoch: number;
  readonly program: string;
  readonly slots: number;
  /** This and the next ones are read whenever they are needed: they may change. */
  readonly graceMs: number;
  readonly heartbeatMs: number;
  /** Another program's worker that has been silent for so long has lost its attempts. */
  readonly silenceMs: number;
  /** What its slots can do besides what every console's can. */
  readonly roles: readonly string[];
  /** Where its agents look for endpoints and keys. */
  readonly environment: Environment;
  /** Whether the lease cannot have been lost yet, by time alone. */
  readonly isLeaseFresh: () => boolean;
  readonly onLost: () => void;
  readonly onChange: () => void;
}

export interface Dispatcher {
  /** Attempts that run now. */
  running(): number;
  /** Of them those in its own slots. */
  busySlots(): number;
  /** Why nothing is started at the moment; null when nothing prevents it. */
  pausedReason(): string | null;
  /** How the fleet stands; null: there is none. */
  fleet(): FleetState | null;
  setSlots(slots: number): void;
  /** What its slots can do has changed. */
  noteRoles(): void;
  /** What stands in its environment has changed. */
  noteEnvironment(): void;
  /** Takes no more tasks; then leaves the running ones to the next console, or stops them. */
  stop(tasks: "leave" | "cancel"): Promise<void>;
  /** The lease is lost: touches nothing any more. The processes run on for the new holder. */
  abandon(): void;
}

/** A wait for a retry time is never longer: the wall clock, which it is measured on, may be set meanwhile. */
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_WAIT_MS = 10;
/** What cannot be written within this time at the end is left to the next console, which finds the exit files. */
const FAREWELL_MS = 3_000;
/** With so many attempts at workers of the fleet nobody sees a few milliseconds more between two turns. */
const BROAD = 32;

/** Claims ready tasks, starts them, watches them and records their ends, while its epoch lasts. */
export function startDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, epoch } = options;
  const { clock } = store;
  const held = new Map<string, HeldRun>();
  /** Their ends cannot be written: they are not taken up again under this epoch. */
  const refused = new Set<string>();
  const roster = createRoster(options.program, store.newId, () => localSkills(options.roles));
  const persistence = createPersistence({
    store,
    epoch,
    onLost: options.onLost,
    onTrouble() {
      options.onChange();
      if (persistence.trouble() === null) claimSoon();
    },
  });
  const { persist } = persistence;
  const confirmLease = async () => options.isLeaseFresh() || (await persist(() => true)) !== LOST;
  const context = {
    store,
    persistence,
    get graceMs() {
      return options.graceMs;
    },
    confirmLease,
  };
  const fleet = createFleetPart({
    ...context,
    get graceMs() {
      return options.graceMs;
    },
    get silenceMs() {
      return options.silenceMs;
    },
    environment: options.environment,
    onChange() {
      options.onChange();
      claimSoon();
    },
  });
  const executor = routeExecutors(createLocalExecutor(context, options.environment), [fleet]);
  let slots = options.slots;
  let phase: Phase = "opening";
  let drained = readDrained(store.read);
  let retryTimer: NodeJS.Timeout | undefined;

  // Claiming

  const freeWorkers = (): string[] => {
    const busy = occupationOf(held);
    return localWorkerIds(slots).filter((id) => !busy.has(id));
  };

  const party = (free: readonly string[]): ClaimParty => ({
    free,
    skills: localSkills(options.roles),
    completedBy: localWorkerId(1),
  });

  const fleetParties = () => fleet.parties(occupationOf(held));

  const claim = (tx: WritableDatabase): ClaimBatch => {
    const own = claimBatch(tx, store, party(withoutDrained(tx, freeWorkers())));
    const parties = fleetParties();
    if (parties.length === 0) return own;
    const open = parties.map(({ free, skills }) => ({ free: withoutDrained(tx, free), skills }));
    const others = claimForOthers(tx, store, open);
    return { claims: [...own.claims, ...others.claims], more: own.more || others.more };
  };

  const isDue = (at: number | null): boolean => at !== null && at <= clock.now();

  const isClaiming = (): boolean => phase === "open" && persistence.trouble() === null;

  const turns = createTurns({
    store,
    persistence,
    // What waited for its time is let into the queue even when every slot is busy: it is shown as it is.
    mayClaim: () =>
      isClaiming() &&
      (freeWorkers().length > 0 ||
        hasReadyWithoutWork(store.read) ||
        isDue(nextNotBefore(store.read)) ||
        fleetParties().length > 0),
    isBroad: () => fleet.out() >= BROAD,
    claim: (tx) => (isClaiming() ? claim(tx) : null),
    afterEnds(tx, runIds) {
      const above = runIds.flatMap((id) => held.get(id)?.workerId ?? []).filter((id) => (slotOf(id) ?? 0) > slots);
      if (above.length > 0) sendHome(tx, above);
    },
    onClaimed(batch) {
      for (const one of batch.claims) lives.start(one);
      if (batch.claims.length > 0) options.onChange();
    },
    onIdle: () => armRetryTimer(),
  });
  const claimSoon = (): void => turns.claimSoon();

  const lives = createLives({
    store,
    held,
    executor,
    persistence,
    get graceMs() {
      return options.graceMs;
    },
    phase: () => phase,
    end: (end) => turns.end(end),
    onRefused: (runId) => refused.add(runId),
    onChange: options.onChange,
  });

  const armRetryTimer = (): void => {
    clearTimeout(retryTimer);
    if (phase !== "open") return;
    const next = nextNotBefore(store.read);
    if (next === null) return;
    const wait = Math.min(Math.max(next - clock.now(), SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
    retryTimer = setTimeout(claimSoon, wait);
  };

  const externalRuns = createExternalRuns({
    store,
    persistence,
    get graceMs() {
      return options.graceMs;
    },
    get silenceMs() {
      return options.silenceMs;
    },
    get intervalMs() {
      return options.heartbeatMs;
    },
    adopt: (run) => {
      if (!held.has(run.runId) && !refused.has(run.runId)) lives.adopt(run);
    },
  });

  const workerWatch = createWorkerWatch({
    store,
    persistence,
    get silenceMs() {
      return options.silenceMs;
    },
    get intervalMs() {
      return options.heartbeatMs;
    },
  });
  /** What could not be read or written now is seen by the next look. */
  const watchWorkers = (withAttempts: ReadonlySet<string>) =>
    void workerWatch.look(withAttempts).catch(() => undefined);

  const eventSpans = createEventSpanKeeper(store);
  const noteEventSpans = () => void eventSpans.look().catch(() => undefined);
  noteEventSpans();

  // Keeping in line with the database

  /** Of the slots; attempts taken over from other workers occupy none. */
  const occupation = (): Map<string, string> =>
    new Map([...occupationOf(held)].filter(([workerId]) => slotOf(workerId) !== null));

  /** Takes up attempts that nobody watches, and stops processes whose attempt was ended by another hand. */
  const reconcile = (): void => {
    const runs = listLiveRunIds(store.read);
    const ids = new Set(runs.map((run) => run.runId));
    const isOurs = ({ workerId }: LiveRunId): boolean => slotOf(workerId) !== null || fleet.isTheirs(workerId);
    externalRuns.look(runs.filter((run) => !isOurs(run) && !held.has(run.runId)));
    externalRuns.settle();
    watchWorkers(new Set(runs.map((run) => run.workerId)));
    for (const { runId } of runs.filter(isOurs)) {
      const run = held.has(runId) || refused.has(runId) ? null : readLiveRun(store.read, runId);
      if (run !== null) lives.adopt(run);
    }
    for (const run of held.values()) if (!run.finishing && !ids.has(run.runId)) lives.askStop(run, "cancel");
    obeyStopRequests();
  };

  const obeyStopRequests = (): void => {
    for (const { runId, reason } of listStopRequests(store.read)) {
      const run = held.get(runId);
      if (run !== undefined) lives.askStop(run, reason);
    }
  };

  const endPlans = (planIds: ReadonlySet<string>): void => {
    const over = plansToEnd(store.read, planIds);
    if (over.length === 0) return;
    void persist((tx) => {
      for (const id of over) endPlanIfOver(tx, id, { now: clock.now(), source: EVENT_SOURCE, newId: store.newId });
    });
  };

  const onChanges = (batch: ChangeBatch): void => {
    if (batch.reset || [...batch.runs].some((id) => held.has(id))) obeyStopRequests();
    if (batch.reset || batch.runs.size > 0) externalRuns.settle();
    endPlans(batch.plans);
    if (batch.reset || batch.tasks.size > 0 || batch.plans.size > 0) takeForeign();
    if (batch.reset || batch.plans.size > 0) requeue();
    if (batch.reset || batch.tasks.size > 0 || batch.plans.size > 0 || isFewerDrained(batch)) claimSoon();
  };

  const isFewerDrained = ({ workers }: ChangeBatch): boolean => {
    if (workers.size === 0) return false;
    const before = drained;
    drained = readDrained(store.read);
    return [...before].some((id) => !drained.has(id));
  };

  const sendHome = (tx: WritableDatabase, ids: readonly string[]): void => {
    markWorkersOffline(tx, ids);
    tellOfWorkers(tx, ids, "offline", { now: clock.now(), source: EVENT_SOURCE, newId: store.newId });
  };

  const syncRoster = () => persist((tx) => roster.sync(tx, slots, occupation(), clock.now()));

  const beats = startBeats({
    store,
    persist,
    heartbeatMs: () => options.heartbeatMs,
    workerIds: () => roster.ids(slots, occupation()),
    fleetRows: () => fleet.rows(),
    look() {
      fleet.look();
      reconcile();
      noteEventSpans();
    },
    onRetryTimesMoved: armRetryTimer,
  });

  const foreign = createForeignPlans(store);
  /** What could not be written is found again by the next look. */
  const takeForeign = () => void foreign.look().catch(() => undefined);
  takeForeign();
  const requeue = createRequeuer(store);
  requeue();

  const unsubscribe = store.changes.subscribe(onChanges);
  const shut = (last: Phase): void => {
    phase = last;
    workerWatch.close();
    eventSpans.close();
    unsubscribe();
    beats.stop();
    clearTimeout(retryTimer);
  };

  const release = (): void => {
    for (const run of held.values()) run.attempt?.release();
  };

  const cancel = async (): Promise<void> => {
    const runIds = [...held.keys()];
    // Asked for in the database first: should this console die now, the next one knows that it was no failure.
    await within(
      FAREWELL_MS,
      persist((tx) => runIds.map((runId) => requestStop(tx, runId, "cancel"))),
    );
    for (const run of held.values()) lives.askStop(run, "cancel");
  };

  /** Until every attempt has ended or was released, also those that a claim on its way still brings. */
  const quiet = async (): Promise<void> => {
    do {
      await persist(() => null);
      await lives.settled();
    } while (turns.busy() || lives.count() > 0);
  };

  const begin = async (): Promise<void> => {
    reconcile();
    if ((await syncRoster()) === LOST || phase !== "opening") return;
    phase = "open";
    claimSoon();
  };
  void begin();

  return {
    running: () => [...held.values()].filter((run) => !run.finishing).length,
    busySlots: () => occupation().size,
    pausedReason: () => persistence.trouble(),
    fleet: () => fleet.state(),
    setSlots(next) {
      slots = next;
      void syncRoster().then(claimSoon);
    },
    noteRoles: () => void syncRoster().then(claimSoon),
    noteEnvironment: () => fleet.look(),
    async stop(tasks) {
      shut(tasks === "cancel" ? "cancelling" : "leaving");
      if (tasks === "cancel") await cancel();
      else release();
      await within(FAREWELL_MS + (tasks === "cancel" ? 2 * options.graceMs : 0), quiet());
      await beats.dropSecrets();
      const ids = roster.ids(slots, occupation());
      await within(
        FAREWELL_MS,
        persist((tx) => sendHome(tx, ids)),
      );
      persistence.close();
      executor.close();
    },
    abandon() {
      shut("leaving");
      persistence.close();
      release();
      executor.close();
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const cancel = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: cancel.signal }).catch(() => undefined)]);
  cancel.abort();
}
