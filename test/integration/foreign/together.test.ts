import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { createClient } from "../../../src/main/core/create-client";
import { startRunner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { afterThisTest, launch, openTestStore, planOf, subtask } from "../../helpers/store";
import { type Stretch, watchTurns } from "../../helpers/turns";
import { waitFor } from "../../helpers/wait";

const SECONDS = 10;
const LONGEST_TURN_MS = 50;
const KNOWN_WITHIN_MS = 250;
/** Python's own timeout: what it waited for longer would have been an error. */
const LONGEST_WAIT_MS = 5_000;

interface ForeignCommit {
  readonly entity: "task" | "plan" | "worker" | "run";
  readonly ids: readonly string[];
  /** Nanoseconds of the system's monotonic clock, just before and after. */
  readonly from: number;
  readonly to: number;
}

interface ForeignReport {
  readonly increments: number;
  readonly acknowledged: number;
  readonly longestWaitMs: number;
  readonly lost: readonly string[];
  readonly errors: readonly string[];
  readonly problems: readonly string[];
  readonly read: number;
}

/** While it held the write lock, in nanoseconds. */
interface ForeignLock {
  readonly heldFrom: number;
  readonly heldTo: number;
}

type Line = { readonly ready: true } | ForeignLock | { readonly report: ForeignReport } | ForeignCommit;

/** When this process was told of each id, in nanoseconds of the same clock. */
function listen(store: Store): (commit: ForeignCommit) => number {
  const told = new Map<string, number[]>();
  const resets: number[] = [];
  store.changes.subscribe((batch) => {
    const now = Number(process.hrtime.bigint());
    if (batch.reset) resets.push(now);
    for (const [entity, ids] of [
      ["task", batch.tasks],
      ["plan", batch.plans],
      ["worker", batch.workers],
      ["run", batch.runs],
    ] as const) {
      for (const id of ids) {
        const times = told.get(`${entity} ${id}`);
        if (times) times.push(now);
        else told.set(`${entity} ${id}`, [now]);
      }
    }
  });
  return ({ entity, ids, from, to }) => {
    const first = (id: string): number =>
      Math.min(...[...(told.get(`${entity} ${id}`) ?? []), ...resets].filter((time) => time >= from));
    return Math.max(...ids.map((id) => (first(id) - to) / 1e6));
  };
}

/** The console's own work meanwhile: plans through the runner, tasks, workers, and a row that both sides count in. */
async function workAlong(store: Store, isOver: () => boolean) {
  const client = createClient(store);
  const created: string[] = [];
  const plans: string[] = [];
  let increments = 0;
  while (!isOver()) {
    const tasks = Array.from({ length: 20 }, (_, index) =>
      subtask(`t${index}`, {
        ...(index % 10 === 9 ? { agent: "command", run: "true" } : {}),
        dependencies: index === 0 ? [] : [`t${Math.floor(index / 2)}`].filter((id) => id !== `t${index}`),
      }),
    );
    plans.push(await launch(store, planOf(tasks)));
    const acts = Array.from({ length: 20 }, async (_, index) => {
      const id = await client.createTask({ title: "Ours", taskType: "ours", payload: { index }, tags: ["x"] });
      await client.updateTaskStatus(id, "in_progress");
      await client.updateTaskStatus(id, "completed");
      created.push(id);
      await client.registerWorker({ workerId: `ours-${index}`, role: "ours", capabilities: ["y"] });
      await store.write((tx) => tx.prepare("UPDATE tasks SET priority = priority + 1 WHERE id = 'shared'").run());
      increments += 1;
    });
    await Promise.all(acts);
  }
  return { created, plans, increments };
}

test(`a Python program and the console write the same database for ${SECONDS} s, and neither harms the other`, async () => {
  const store = await openTestStore();
  await store.write((tx) =>
    tx.prepare("INSERT INTO tasks (id, title, task_type, priority) VALUES ('shared', 'Shared', 'shared', 0)").run(),
  );
  const runner = startRunner(store, { slots: 2, program: "cli", graceMs: 200 });
  afterThisTest(() => runner.stop({ tasks: "cancel" }));
  const delayOf = listen(store);
  const turns = watchTurns();
  afterThisTest(() => turns.stop());

  const python = spawn("python3", [join(import.meta.dirname, "upstream.py"), store.file, String(SECONDS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(python, "exit");
  let over = false;
  const commits: ForeignCommit[] = [];
  const locks: Stretch[] = [];
  const reports: ForeignReport[] = [];
  const reading = (async () => {
    for await (const text of createInterface({ input: python.stdout })) {
      const line: Line = JSON.parse(text);
      if ("report" in line) reports.push(line.report);
      else if ("heldFrom" in line) locks.push({ from: line.heldFrom / 1e6, to: line.heldTo / 1e6 });
      else if ("entity" in line) commits.push(line);
    }
    over = true;
  })();
  const ours = await workAlong(store, () => over);
  await reading;
  expect((await exited)[0]).toBe(0);
  const longestTurn = turns.longestWithin(locks);
  const stall = turns.longestStall();

  const [report] = reports;
  if (!report) throw new Error("the Python program left without its report");
  expect(report).toMatchObject({ lost: [], errors: [], problems: [] });
  const { acknowledged, longestWaitMs, increments, read } = report;
  expect(acknowledged).toBeGreaterThan(50);
  expect(commits).toHaveLength(acknowledged);
  expect(longestWaitMs).toBeLessThan(LONGEST_WAIT_MS);
  expect(read).toBeGreaterThan(ours.created.length);

  const done = store.read
    .prepare("SELECT count(*) FROM tasks WHERE task_type = 'ours' AND status = 'completed'")
    .pluck();
  expect(done.get()).toBe(ours.created.length);
  const shared = store.read.prepare("SELECT priority FROM tasks WHERE id = 'shared'").pluck().get();
  expect(shared).toBe(increments + ours.increments);
  const left = store.read.prepare("SELECT count(*) FROM execution_plans WHERE status = 'executing'").pluck();
  await waitFor("the end of the console's plans", () => left.get() === 0, { timeoutMs: 20_000 });
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

  const latest = Math.max(...commits.map(delayOf));
  expect(latest).toBeLessThan(KNOWN_WITHIN_MS + stall);
  expect(locks.length).toBeGreaterThan(2);
  expect(longestTurn).toBeLessThan(LONGEST_TURN_MS + stall);
}, 90_000);
