import { isAlive, thisHost } from "../process-identity";
import type { WritableDatabase } from "../store/database";
import { settleReportedRun } from "../store/finish-run";
import type { Store } from "../store/open";
import { finishRun, type LiveRun, type LiveRunId, readLiveRun } from "../store/queue";
import { listReportedRuns, type ReportedRun } from "../store/reported-runs";
import { getWorkers, markWorkersOffline, tellOfWorkers, type WorkerRecord } from "../store/workers";
import { EVENT_SOURCE } from "./claim-batch";
import { nextAttemptAt } from "./outcome";
import { LOST, type Persistence, REFUSED } from "./persistence";
import { listen, type Sighting } from "./silence";
import { stopTree } from "./stop-tree";

export interface ExternalRunsOptions {
  readonly store: Store;
  readonly persistence: Persistence;
  readonly graceMs: number;
  /** A worker that has been silent for so long has lost its attempts. */
  readonly silenceMs: number;
  /** About how often `look` is called. */
  readonly intervalMs: number;
  /** Takes up an attempt whose program is gone and whose process may live. */
  readonly adopt: (run: LiveRun) => void;
}

/** What the dispatcher does for workers that are not its own: settles the ends that they report, rescues their runs. */
export interface ExternalRuns {
  /** Looks after the workers of these runs. */
  look(runs: readonly LiveRunId[]): void;
  /** Deals with ends that other programs have written. */
  settle(): void;
}

/** Ends settled in one transaction. */
const STEP = 100;

export function createExternalRuns(options: ExternalRunsOptions): ExternalRuns {
  const { store, persistence } = options;
  const { clock } = store;
  const sightings = new Map<string, Sighting>();
  const inHand = new Set<string>();
  /** Also when the database refuses it: trying again would change nothing but the number of events. */
  let settling = false;

  const retryAt = (run: LiveRun | ReportedRun, outcome: ReportedRun["outcome"], exitCode: number | null) => {
    const { spec, attempts, maxAttempts } = run;
    if (spec === null) return null;
    const { retries } = spec;
    return nextAttemptAt({
      outcome,
      exitCode,
      retries,
      attempts,
      maxAttempts,
      now: clock.now(),
      random: store.random,
    });
  };

  const common = () => ({ now: clock.now(), source: EVENT_SOURCE, newId: store.newId });

  /** Nothing of it may run when the next attempt begins, as far as this machine goes. */
  const rescue = async (run: LiveRun, why: string): Promise<void> => {
    const isHere = run.host === null || run.host === thisHost.host;
    if (isHere) await stopTree({ runId: run.runId, group: isAlive(run) === true ? run.pid : null }, options.graceMs);
    await persistence.persist((tx) => {
      const lost = { outcome: "failure", exitCode: null, signal: null, error: why, result: null } as const;
      finishRun(tx, { ...lost, ...common(), runId: run.runId, retryAt: retryAt(run, "failure", null) });
    });
  };

  const giveUpWorker = (tx: WritableDatabase, workerId: string): void => {
    if (getWorkers(tx, [workerId])[0]?.status === "offline") return;
    markWorkersOffline(tx, [workerId]);
    tellOfWorkers(tx, [workerId], "offline", common(), { lost: true });
  };

  const take = async (runIds: readonly string[], workerId: string, why: string, isGone: boolean): Promise<void> => {
    await persistence.persist((tx) => giveUpWorker(tx, workerId));
    const runs = runIds.flatMap((runId) => readLiveRun(store.read, runId) ?? []);
    const theirEnds = runs.map((run) => {
      // A program of ours leaves its processes running: they go on under the console's eyes.
      if (isGone && !run.bySql) return options.adopt(run);
      return rescue(run, why);
    });
    await Promise.all(theirEnds);
  };

  const settle = (): void => {
    if (settling || listReportedRuns(store.read, 1).length === 0) return;
    settling = true;
    void persistence
      .persist((tx) => {
        const reported = listReportedRuns(tx, STEP);
        for (const run of reported) {
          const { runId, outcome, exitCode, signal, error, result } = run;
          const end = { runId, outcome, exitCode, signal, error, result, retryAt: retryAt(run, outcome, exitCode) };
          settleReportedRun(tx, { ...end, ...common() });
        }
        return reported.length;
      })
      .then((count) => {
        if (count === LOST || count === REFUSED) return;
        settling = false;
        settle();
      });
  };

  return {
    look(runs) {
      const byWorker = new Map<string, string[]>();
      for (const { runId, workerId } of runs) {
        const theirs = byWorker.get(workerId);
        if (theirs === undefined) byWorker.set(workerId, [runId]);
        else theirs.push(runId);
      }
      const records = new Map(getWorkers(store.read, [...byWorker.keys()]).map((record) => [record.id, record]));
      for (const known of sightings.keys()) if (!byWorker.has(known)) sightings.delete(known);
      for (const [workerId, theirs] of byWorker) {
        const record = records.get(workerId);
        const sighting = listen(
          sightings.get(workerId),
          record?.lastHeartbeat ?? null,
          clock.monotonic(),
          2 * options.intervalMs,
        );
        sightings.set(workerId, sighting);
        const open = theirs.filter((runId) => !inHand.has(runId));
        const isGone = record !== undefined && isAlive(record) === false;
        if (open.length === 0 || (!isGone && sighting.silentMs < options.silenceMs)) continue;
        for (const runId of open) inHand.add(runId);
        const why = isGone
          ? `The process of worker ${workerId} (${processOf(record)}) is gone`
          : `Worker ${workerId} has not been heard of for ${Math.round(sighting.silentMs / 100) / 10} s`;
        void take(open, workerId, why, isGone).finally(() => {
          for (const runId of open) inHand.delete(runId);
        });
      }
    },
    settle,
  };
}

function processOf({ pid }: WorkerRecord): string {
  return `pid ${pid ?? "unknown"}`;
}
