import { join } from "node:path";
import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";
import { localWorkerIds, localWorkers } from "../../src/main/core/runner/local-workers";
import type { Store } from "../../src/main/core/store/open";
import { type Claim, claimReady, finishRun } from "../../src/main/core/store/queue";
import { upsertWorkers } from "../../src/main/core/store/workers";
import type { Benchmark } from "./benchmark";
import { atLeast, median, timed } from "./figure";
import { inPlace, launch, noopPlan } from "./place";
import { createRawQueue } from "./raw-queue";

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
      raw.push((size / (await inPlace((place) => timed(drainRaw(createRawQueue(place.openRaw(), size)))))) * 1_000);
      ours.push((size / (await ourDrain(size))) * 1_000);
      jobs.push((size / (await plainjobDrain(size))) * 1_000);
    }
    report({
      bench: "full-cycle",
      value: median(ours),
      unit: "tasks/s",
      reference: median(raw),
      referenceIs: `raw SQLite, the same rows, groups of ${GROUP}, FULL`,
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

function drainRaw(queue: ReturnType<typeof createRawQueue>) {
  return () => {
    for (let claims = queue.claim(GROUP); claims.length > 0; claims = queue.claim(GROUP)) queue.finish(claims);
  };
}

function ourDrain(size: number): Promise<number> {
  return inPlace(async (place) => {
    const store = await place.openStore();
    await launch(store, noopPlan(Array.from({ length: size }, () => [])));
    const workerIds = localWorkerIds(GROUP);
    await store.write((tx) => upsertWorkers(tx, localWorkers(workerIds, "bench"), store.clock.now()));
    return timed(() => drainStore(store, workerIds));
  });
}

async function drainStore(store: Store, workerIds: readonly string[]): Promise<void> {
  let finishing: Promise<unknown>[] = [];
  for (;;) {
    // As the dispatcher does: ends and the next claim reach the commit queue in one tick.
    const claims = await store.write((tx) =>
      claimReady(tx, { now: store.clock.now(), workerIds, source: "bench", newId: store.newId }),
    );
    await Promise.all(finishing);
    if (claims.length === 0) return;
    finishing = claims.map((claim) => finish(store, claim));
  }
}

function finish(store: Store, { runId }: Claim): Promise<unknown> {
  return store.write((tx) =>
    finishRun(tx, {
      runId,
      now: store.clock.now(),
      outcome: "success",
      exitCode: 0,
      signal: null,
      error: null,
      result: null,
      retryAt: null,
      source: "bench",
      newId: store.newId,
    }),
  );
}

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
