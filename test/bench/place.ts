import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { launchPlan } from "../../src/main/core/operations/plans";
import { openStore, type Store } from "../../src/main/core/store/open";
import {
  NO_RETRIES,
  type PlanDefinition,
  SUBTASK_DEFAULTS,
  type SubtaskDefinition,
} from "../../src/shared/model/plan-definition";

/** A folder for one benchmark; what was opened in it is closed, then it is removed. */
export interface Place {
  readonly folder: string;
  openStore(name?: string): Promise<Store>;
  /** A plain connection with the pragmas of the store's. */
  openRaw(name?: string): Database.Database;
}

export async function inPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "hive-bench-"));
  const open: Array<{ close(): unknown }> = [];
  try {
    return await work({
      folder,
      async openStore(name = "hive.db") {
        const store = await openStore({ file: join(folder, name), create: true });
        open.push(store);
        return store;
      },
      openRaw(name = "raw.db") {
        const raw = new Database(join(folder, name));
        for (const pragma of [
          "journal_mode = WAL",
          "synchronous = FULL",
          "foreign_keys = ON",
          "cache_size = -65536",
          "temp_store = MEMORY",
        ]) {
          raw.pragma(pragma);
        }
        open.push(raw);
        return raw;
      },
    });
  } finally {
    for (const one of open.reverse()) await one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same numbers in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** For each task the earlier ones that it depends on: one root, a fan of 100, then two anywhere before. */
export function randomGraph(size: number): number[][] {
  const random = seededRandom(7);
  return Array.from({ length: size }, (_, index) => {
    if (index === 0) return [];
    if (index < 100) return [0];
    return [...new Set([Math.floor(random() * index), Math.floor(random() * index)])];
  });
}

export function noopPlan(graph: readonly (readonly number[])[]): PlanDefinition {
  return planOf(
    graph.map((dependencies, index) => subtask(index, { dependencies: dependencies.map((on) => `s${on}`) })),
  );
}

export function planOf(subtasks: readonly SubtaskDefinition[]): PlanDefinition {
  return {
    title: "Benchmark",
    description: "",
    parameters: [],
    env: {},
    cwd: ".",
    concurrency: null,
    groups: {},
    synthesis: null,
    subtasks,
  };
}

export function subtask(index: number, given: Partial<SubtaskDefinition> = {}): SubtaskDefinition {
  return {
    id: `s${index}`,
    title: `Task ${index}`,
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

export async function launch(store: Store, definition: PlanDefinition): Promise<string> {
  const { planId } = await launchPlan(store, {
    definition,
    parameters: {},
    sourceName: null,
    sourceText: null,
    folder: tmpdir(),
    launchedBy: "bench",
  });
  return planId;
}
