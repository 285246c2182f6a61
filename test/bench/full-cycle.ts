import { join } from "node:path";
import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";
import { EVENT_SOURCE } from "../../src/main/core/runner/claim-batch";
import { localWorkerIds, localWorkers } from "../../src/main/core/runner/local-workers";
import type { Store } from "../../src/main/core/store/open";
import { type Claim, claimReady, finishRuns, inTurn } from "../../src/main/core/store/queue";
import { upsertWorkers } from "../../src/main/core/store/workers";
import type { Benchmark } from "./benchmark";
import { atLeast, median, timed } from "./figure";
import { inPlace, launch, noopPlan } from "./place";
import { createRawQueue, drainRaw } from "./raw-queue";

const GROUP = 50;
const ROUNDS = 3;

/** Claim, run, three events and completion of one task, durably, in groups as the dispatcher forms them. */
export const fullCycle: Benchmark = {
  name: "full-cycle",
  async run({ quick, report }) {
    const size = quick ? 1_000 : 10_000;
    const ours: number[] = [];
    const raw: number[] = [];
    const jobs: number[] = [];
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      raw.push((size / (await rawDrain(size))) * 1_000);
      ours.push((size / (await ourDrain(size))) * 1_000);
      jobs.push((size / (await plainjobDrain(size))) * 1_000);
    }
    report({
      bench: "full-cycle",
      value: median(ours),
      unit: "tasks/s",
      reference: median(raw),
      referenceIs: `raw SQLite, the same rows of tasks, runs and events, groups of ${GROUP}, FULL`,
      promise: atLeast(0.6),
    });
    report({
      bench: "full-cycle-against-plainjob",
      value: median(ours),
      unit: "tasks/s",
      reference: median(jobs),
      referenceIs: "plainjob 0.0.14, NORMAL, no runs, no events",
      promise: atLeast(1.5),
    });
  },
};

function rawDrain(size: number): Promise<number> {
  return inPlace(async (place) => {
    const queue = createRawQueue(place.openRaw(), withoutDependencies(size));
    return timed(() => drainRaw(queue));
  });
}

const withoutDependencies = (size: number): number[][] => Array.from({ length: size }, () => []);

function ourDrain(size: number): Promise<number> {
  return inPlace(async (place) => {
    const store = await place.openStore();
    await launch(store, noopPlan(withoutDependencies(size)));
    const workerIds = localWorkerIds(GROUP);
    await store.write((tx) => upsertWorkers(tx, localWorkers(workerIds, "bench"), store.clock.now()));
    return timed(() => drainStore(store, workerIds));
  });
}

/** As the dispatcher does it: the ends of one group and the claim of the next share a commit. */
async function drainStore(store: Store, workerIds: readonly string[]): Promise<void> {
  let claims: readonly Claim[] = [];
  do {
    const ended = claims;
    const common = { source: EVENT_SOURCE, newId: store.newId };
    claims = await store.write((tx) => {
      const now = store.clock.now();
      return inTurn(tx, () => {
        finishRuns(
          tx,
          ended.map(({ runId }) => ({ ...SUCCESS, ...common, runId, now })),
        );
        return claimReady(tx, { ...common, now, workerIds });
      });
    });
  } while (claims.length > 0);
}

const SUCCESS = { outcome: "success", exitCode: 0, signal: null, error: null, result: null, retryAt: null } as const;

function plainjobDrain(size: number): Promise<number> {
  return inPlace(async ({ folder }) => {
    const silent = { error() {}, warn() {}, info() {}, debug() {} };
    const queue = defineQueue({ connection: better(new Database(join(folder, "jobs.db"))), logger: silent });
    queue.addMany(
      "task",
      Array.from({ length: size }, (_, index) => ({ index })),
    );
    const took = await timed(() => {
      for (let job = queue.getAndMarkJobAsProcessing("task"); job; job = queue.getAndMarkJobAsProcessing("task")) {
        queue.markJobAsDone(job.id);
      }
    });
    queue.close();
    return took;
  });
}
