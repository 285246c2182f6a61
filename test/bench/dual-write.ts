import Database from "better-sqlite3";
import { createClient } from "../../src/main/core/create-client";
import { setFlags } from "../../src/main/core/operations/migration";
import type { Store } from "../../src/main/core/store/open";
import type { MigrationFlag } from "../../src/shared/model/unified-migration";
import type { Benchmark, BenchmarkContext } from "./benchmark";
import { atMost, median, timed } from "./figure";
import { inPlace } from "./place";

const ROUNDS = 9;

/**
 * What a program that writes tasks by plain SQL pays for a flag: the same writes with it on and off in turn, so that
 * the machine's other work falls on both. `grouped`: so many tasks share a transaction.
 */
async function compare(
  { report, quick }: BenchmarkContext,
  { bench, flag, grouped }: { bench: string; flag: MigrationFlag; grouped: number },
): Promise<void> {
  await inPlace(async (place) => {
    const store = await place.openStore();
    const writer = openForeign(store);
    const tasks = quick ? 50 : 400;
    const took: Record<"on" | "off", number[]> = { on: [], off: [] };
    let made = 0;
    const round = async (state: "on" | "off", counted: boolean) => {
      await setFlags(store, { flags: { [flag]: state === "on" }, actor: "bench", reason: "bench" });
      writer.write(made, grouped);
      made += grouped;
      const ms = await timed(() => {
        for (let at = 0; at < tasks; at += grouped) writer.write(made + at, grouped);
      });
      made += tasks;
      if (counted) took[state].push((ms * 1_000) / tasks);
    };
    await round("off", false);
    await round("on", false);
    for (let at = 0; at < ROUNDS; at += 1) {
      await round(at % 2 === 0 ? "off" : "on", true);
      await round(at % 2 === 0 ? "on" : "off", true);
    }
    writer.close();
    report({
      bench,
      value: median(took.on),
      unit: "us",
      reference: median(took.off),
      referenceIs: `the same task created and moved twice, ${flag} off, ${grouped} task(s) a transaction`,
    });
  });
}

/** Another program with a plain connection, as durable as a console's. */
function openForeign(store: Store) {
  const db = new Database(store.file, { timeout: 10_000 });
  db.pragma("synchronous = FULL");
  const insert = db.prepare(`INSERT INTO tasks (id, title, task_type, payload) VALUES (?, 'A task', 'review', ?)`);
  const move = db.prepare("UPDATE tasks SET status = ?, updated_at = CURRENT_TIMESTAMP WHERE id = ?");
  const payload = JSON.stringify({ code_path: "src/a.py", correlation_id: "wf-1", text: "x".repeat(300) });
  const steps = [
    (id: string) => insert.run(id, payload),
    (id: string) => move.run("in_progress", id),
    (id: string) => move.run("completed", id),
  ];
  return {
    write(from: number, count: number): void {
      for (const step of steps) {
        db.transaction(() => {
          for (let at = from; at < from + count; at += 1) step(`task-${at}`);
        }).immediate();
      }
    },
    close: () => db.close(),
  };
}

/** Every legacy write in both schemas. */
export const dualWrite: Benchmark = {
  name: "dual-write",
  async run(context) {
    await compare(context, { bench: "dual-write", flag: "enable_dual_write", grouped: 1 });
    await compare(context, { bench: "dual-write-grouped", flag: "enable_dual_write", grouped: 50 });
  },
};

/**
 * What the flag costs a console, which tells what it writes anyway: tasks created and moved through the client, so many
 * at once that they share transactions.
 */
async function compareOwn({ report, quick }: BenchmarkContext): Promise<void> {
  await inPlace(async (place) => {
    const store = await place.openStore();
    const client = createClient(store);
    const tasks = quick ? 50 : 500;
    const took: Record<"on" | "off", number[]> = { on: [], off: [] };
    const round = async (state: "on" | "off", counted: boolean) => {
      const flags = { enable_unified_events: state === "on" };
      await setFlags(store, { flags, actor: "bench", reason: "bench" });
      const ms = await timed(async () => {
        const made = Array.from({ length: tasks }, () => client.createTask({ title: "A task", taskType: "review" }));
        const ids = await Promise.all(made);
        await Promise.all(ids.map((id) => client.updateTaskStatus(id, "in_progress")));
        await Promise.all(ids.map((id) => client.updateTaskStatus(id, "completed")));
      });
      if (counted) took[state].push((ms * 1_000) / tasks);
    };
    await round("off", false);
    await round("on", false);
    for (let at = 0; at < ROUNDS; at += 1) {
      await round(at % 2 === 0 ? "off" : "on", true);
      await round(at % 2 === 0 ? "on" : "off", true);
    }
    report({
      bench: "emission",
      value: median(took.on),
      unit: "us",
      reference: median(took.off),
      referenceIs: "a task created and moved twice by a client, enable_unified_events off",
      promise: atMost(1.05),
    });
    await client.close();
  });
}

/** Unified events: what they cost a console, and programs that tell nobody, whose writes are told for them. */
export const emission: Benchmark = {
  name: "emission",
  async run(context) {
    await compareOwn(context);
    await compare(context, { bench: "emission-for-others", flag: "enable_unified_events", grouped: 1 });
    await compare(context, { bench: "emission-for-others-grouped", flag: "enable_unified_events", grouped: 50 });
  },
};
