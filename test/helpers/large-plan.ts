import { NO_RETRIES, type PlanDefinition, SUBTASK_DEFAULTS } from "../../src/shared/model/plan-definition";

/** The same numbers for the same seed, from 0 up to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How far back a task's dependencies lie, in tasks. */
const REACH = 400;

/** What each of `count` tasks waits for: `edges` dependencies on tasks not far before it, each once. */
export function largeGraph(count: number, edges: number, random = seededRandom(7)): number[][] {
  const waitsFor: number[][] = Array.from({ length: count }, () => []);
  for (let made = 0; made < edges; ) {
    const task = 1 + Math.floor(random() * (count - 1));
    const dependency = Math.max(0, task - 1 - Math.floor(random() * REACH));
    const list = waitsFor[task];
    if (list === undefined || list.includes(dependency)) continue;
    list.push(dependency);
    made += 1;
  }
  return waitsFor;
}

/** A plan of tasks that do nothing, with so many dependencies. */
export function largePlan(count: number, edges: number): PlanDefinition {
  return {
    title: `${count} tasks`,
    description: "",
    parameters: [],
    env: {},
    cwd: ".",
    concurrency: null,
    groups: {},
    synthesis: null,
    subtasks: largeGraph(count, edges).map((waitsFor, index) => ({
      id: `t${index}`,
      title: `Step ${index}`,
      description: "",
      agent: "noop",
      run: null,
      dependencies: waitsFor.map((dependency) => `t${dependency}`),
      priority: 1,
      ...SUBTASK_DEFAULTS,
      retries: NO_RETRIES,
      timeoutMs: null,
      env: {},
      cwd: null,
    })),
  };
}
