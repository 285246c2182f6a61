import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { launchPlan } from "../../src/main/core/operations/plans";
import { type OpenOptions, openStore, type Store } from "../../src/main/core/store/open";
import { type Claim, claimReady, finishRun, type RunEnd } from "../../src/main/core/store/queue";
import { upsertWorkers } from "../../src/main/core/store/workers";
import {
  NO_RETRIES,
  type PlanDefinition,
  SUBTASK_DEFAULTS,
  type SubtaskDefinition,
} from "../../src/shared/model/plan-definition";

const cleanups: Array<() => unknown> = [];

/** What a test opened, it need not close: everything goes, latest first, after each test. */
export function afterThisTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hive-test-"));
  afterThisTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store on a file of its own, closed after the test. */
export async function openTestStore(options: Partial<OpenOptions> = {}): Promise<Store> {
  const store = await openStore({ file: join(temporaryFolder(), "hive.db"), create: true, ...options });
  afterThisTest(() => store.close());
  return store;
}

export function subtask(id: string, given: Partial<SubtaskDefinition> = {}): SubtaskDefinition {
  return {
    id,
    title: `Task ${id}`,
    description: "",
    agent: "noop",
    run: null,
    dependencies: [],
    priority: 1,
    ...SUBTASK_DEFAULTS,
    retries: NO_RETRIES,
    timeoutMs: null,
    env: {},
    cwd: null,
    ...given,
  };
}

export function planOf(
  subtasks: readonly SubtaskDefinition[],
  given: Partial<Omit<PlanDefinition, "subtasks">> = {},
): PlanDefinition {
  return {
    title: "A plan",
    description: "",
    parameters: [],
    env: {},
    cwd: ".",
    concurrency: null,
    groups: {},
    synthesis: null,
    ...given,
    subtasks,
  };
}

/** `{ b: ["a"], a: [] }`: subtask ids with their dependencies. */
export function graphOf(edges: Readonly<Record<string, readonly string[]>>): PlanDefinition {
  return planOf(Object.entries(edges).map(([id, dependencies]) => subtask(id, { dependencies })));
}

export async function launch(store: Store, definition: PlanDefinition): Promise<string> {
  const { planId } = await launchPlan(store, {
    definition,
    parameters: {},
    sourceName: "test.yaml",
    sourceText: "title: A plan",
    folder: "/tmp",
    launchedBy: "test",
  });
  return planId;
}

/** Workers as the runner registers them; gives their ids. */
export async function addWorkers(store: Store, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, slot) => `worker-${slot}`);
  const identity = { pid: process.pid, pidStart: null, host: "test", bootId: null, program: "test" };
  await store.write((tx) =>
    upsertWorkers(
      tx,
      ids.map((id, slot) => ({ id, role: "command", capabilities: [], slot, ...identity })),
      store.clock.now(),
    ),
  );
  return ids;
}

export function claim(store: Store, workerIds: readonly string[]): Promise<Claim[]> {
  return store.write((tx) => claimReady(tx, { now: store.clock.now(), workerIds, source: "test", newId: store.newId }));
}

export function finish(
  store: Store,
  runId: string,
  outcome: RunEnd["outcome"],
  given: Partial<RunEnd> = {},
): Promise<{ applied: boolean; planEnded: string | null }> {
  return store.write((tx) =>
    finishRun(tx, {
      runId,
      now: store.clock.now(),
      outcome,
      exitCode: outcome === "success" ? 0 : 1,
      signal: null,
      error: outcome === "success" ? null : "exit code 1",
      result: null,
      retryAt: null,
      source: "test",
      newId: store.newId,
      ...given,
    }),
  );
}
