import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { startBackfill } from "../../../src/main/core/operations/backfill";
import { setFlags } from "../../../src/main/core/operations/migration";
import { checkParity } from "../../../src/main/core/operations/parity";
import type { Store } from "../../../src/main/core/store/open";
import { TOLD_BY } from "../../../src/main/core/store/unified/telling";
import { makeHiveDatabase } from "../../helpers/hive-database";
import { addWorkers, afterThisTest, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

const act = { actor: "ann", reason: "a test" };
const ALL = 100_000;
const dualWrite = (store: Store, on: boolean) => setFlags(store, { ...act, flags: { enable_dual_write: on } });
const parity = (store: Store) => checkParity(store, { limit: ALL, actor: "ann" });
/** Upstream's own indexes refuse a payload that is no JSON; not every database has them. */
const WITHOUT_CHECKS = ["parent", "phase", "subtask"].map((name) => `DROP INDEX idx_tasks_payload_${name}`).join(";");
const SAME = { missing: 0, differing: 0, extra: 0, differences: [] };

interface Said {
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly gone: readonly string[];
}

/** Runs the program and switches dual write each time it has said how far it is. */
async function runLegacyProgram(store: Store, tasks: number): Promise<{ said: Said; switches: number }> {
  const child = spawn("python3", [join(import.meta.dirname, "legacy.py"), store.file, String(tasks)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  afterThisTest(() => child.kill("SIGKILL"));
  let last = "";
  let switches = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (!/^\d+$/.test(line)) continue;
    switches += 1;
    // Events go on and off at other times, so that each write meets every mixture.
    const flags = { enable_dual_write: switches % 2 === 1, enable_unified_events: switches % 4 < 2 };
    await setFlags(store, { ...act, flags });
  }
  expect(await exited).toEqual([0, null]);
  return { said: JSON.parse(last), switches };
}

test("what a Python program writes while dual write is on differs in nothing; after a backfill nothing differs at all", async () => {
  const store = await openTestStore({ file: makeHiveDatabase({ changes: WITHOUT_CHECKS }), create: false });
  const found = store.read.prepare<[], string>("SELECT id FROM tasks").pluck().all();
  const { said, switches } = await runLegacyProgram(store, 10_000);
  const tellings = store.read.prepare("SELECT count(*) FROM events WHERE source_agent = ?").pluck();
  expect(switches).toBeGreaterThan(6);
  expect(Number(tellings.get(TOLD_BY))).toBeGreaterThan(1_000);
  expect(said.on.length).toBeGreaterThan(1_000);
  expect(said.off.length).toBeGreaterThan(1_000);

  const before = await parity(store);
  expect(before.checked).toBe(said.on.length + said.off.length + found.length);
  const differing = new Set(before.differences.map(({ id }) => id));
  expect(said.on.filter((id) => differing.has(id))).toEqual([]);
  expect(said.off.filter((id) => differing.has(id)).length).toBeGreaterThan(1_000);
  const known = new Set([...said.off, ...said.gone, ...found]);
  expect([...differing].filter((id) => !known.has(id))).toEqual([]);

  const { ended } = await startBackfill(store, act);
  expect(await ended).toMatchObject({ state: "done", seen: before.checked });
  expect(await parity(store)).toMatchObject({ ...SAME, checked: before.checked, own: 0 });
  // Upstream's readers parse every JSON column and every time.
  const unreadable = store.read.prepare(`SELECT count(*) FROM unified_tasks WHERE NOT json_valid(input_data)
    OR NOT json_valid(coalesce(output_data, '{}')) OR NOT json_valid(task_metadata)
    OR created_at NOT GLOB '????-??-?? ??:??:??.???' OR updated_at NOT GLOB '????-??-?? ??:??:??.???'`);
  expect(unreadable.pluck().get()).toBe(0);
}, 300_000);

test("with the flag off nothing is written, and it costs no trigger", async () => {
  const store = await openTestStore();
  const schema = () => store.read.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
  const before = schema();
  await dualWrite(store, true);
  expect(schema().length).toBeGreaterThan(before.length);
  await dualWrite(store, false);
  expect(schema()).toEqual(before);
  await launch(store, graphOf({ a: [], b: ["a"] }));
  expect(store.read.prepare("SELECT count(*) FROM unified_tasks").pluck().get()).toBe(0);
});

test("the console's own writes are in both schemas, from a launch to the end of its tasks", async () => {
  const store = await openTestStore();
  await dualWrite(store, true);
  await launch(store, graphOf({ a: [], b: ["a"], c: ["a"] }));
  const workers = await addWorkers(store, 2);
  for (let turn = 0; turn < 3; turn += 1) {
    for (const { runId } of await claim(store, workers)) {
      await finish(store, runId, turn === 1 ? "failure" : "success");
      expect(await parity(store)).toMatchObject(SAME);
    }
  }
  const rows = store.read
    .prepare("SELECT status, started_at IS NOT NULL AS begun FROM unified_tasks ORDER BY id")
    .all();
  expect(rows).toContainEqual({ status: "completed", begun: 1 });
  expect(rows).toContainEqual({ status: "failed", begun: 1 });
  await store.write((tx) => tx.prepare("DELETE FROM tasks").run());
  expect(store.read.prepare("SELECT count(*) FROM unified_tasks").pluck().get()).toBe(0);
});
