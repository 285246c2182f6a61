import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openCore } from "../../../src/main/core/client";
import { writeBundle } from "../../../src/main/core/operations/bundle";
import { unpackLog } from "../../../src/main/core/operations/bundle-logs";
import { listAudit, listEvents } from "../../../src/main/core/operations/events";
import { getPlanGraphStates } from "../../../src/main/core/operations/plan-graph";
import { checkPlanHistory } from "../../../src/main/core/operations/plan-history";
import { getPlan } from "../../../src/main/core/operations/plans";
import { readLog } from "../../../src/main/core/operations/runs";
import { getTask, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import { explainTask } from "../../../src/main/core/operations/why";
import { keepSecrets } from "../../../src/main/core/runner/secrets";
import { LOG_PIECE } from "../../../src/main/core/store/bundle-file";
import { BUNDLE_LOOKUPS, TASKS_OF_PLAN } from "../../../src/main/core/store/bundle-rows";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { addWorkers, afterThisTest, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const SECRET = 'hunter2 "quoted"';

/** A plan of which one task failed, with a log longer than a piece and a secret across the edge of two. */
async function incident(): Promise<{ store: Store; planId: string; log: string; runId: string }> {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const env = { API_TOKEN: "abc-literal", LANG: "C" };
  const planId = await launch(
    store,
    planOf([
      subtask("a", { agent: "command", run: "true", env }),
      subtask("b", { agent: "command", run: "true", dependencies: ["a"] }),
      subtask("c", { agent: "command", run: "true", dependencies: ["b"] }),
      subtask("far", { agent: "command", run: "true", dependencies: ["c"] }),
    ]),
  );
  await launch(store, planOf([subtask("other")]));
  await keepSecrets(store.filesFolder, planId, { password: SECRET });
  const [one] = await claim(store, workers);
  await finish(store, one?.runId ?? "", "success", { result: '{"note":"fine"}' });
  const [two] = await claim(store, workers);
  const runId = two?.runId ?? "";
  const log = join(dirname(store.file), "b.log");
  const start = "x".repeat(LOG_PIECE - 5);
  writeFileSync(log, `${start}${SECRET} and ${SECRET}\n${"y".repeat(LOG_PIECE)}`);
  await store.write((tx) => tx.prepare("UPDATE console_runs SET log_path = ? WHERE run_id = ?").run(log, runId));
  await finish(store, runId, "failure", { error: `it said ${SECRET}` });
  return { store, planId, log, runId };
}

const versions = { hive: "1", node: "24" };

async function openBundle(file: string, mode: "observe" | "operate" = "observe"): Promise<Store> {
  const bundle = await openStore({ file, mode });
  afterThisTest(() => bundle.close());
  return bundle;
}

test("a plan's bundle tells all that the database does of it, without its secrets", async () => {
  const { store, planId, log, runId } = await incident();
  const [, b] = listTasks(store, { planId, limit: 10 }).rows;
  await retryTask(store, { taskId: b?.id ?? "", actor: "ada", reason: "again" });
  const file = join(dirname(store.file), "incident.hivebundle");
  const steps: number[] = [];
  const onProgress = ({ rows }: { readonly rows: number }): void => void steps.push(rows);
  const request = { kind: "plan" as const, id: planId, file, madeBy: "ada", versions, view: "#/plans/x", onProgress };
  const manifest = await writeBundle(store, request);
  expect(manifest).toMatchObject({
    kind: "plan",
    title: "A plan",
    madeBy: "ada",
    logs: 1,
    cutLogs: 0,
    view: "#/plans/x",
  });
  expect(manifest.rows).toMatchObject({ tasks: 4, runs: 2, console_plans: 1, console_edges: 3 });
  expect(manifest.hidden).toBeGreaterThanOrEqual(4);
  expect(steps.length).toBeGreaterThan(0);
  expect(readdirSync(dirname(file)).filter((name) => name.includes(".part"))).toEqual([]);

  const before = readFileSync(file);
  // Whoever asks to operate it looks at it as well.
  const bundle = await openBundle(file, "operate");
  await expect(openCore({ file, runner: { slots: 1, program: "cli" } })).rejects.toMatchObject({ code: "not_allowed" });
  expect(bundle.info()).toMatchObject({ mode: "observe", bundle: { title: "A plan", id: planId } });
  await expect(bundle.write((tx) => tx.exec("DELETE FROM tasks"))).rejects.toMatchObject({
    code: "not_allowed",
    message: expect.stringContaining("incident bundle"),
  });
  expect(getPlan(bundle, { planId }).counts).toEqual(getPlan(store, { planId }).counts);
  const rows = listTasks(store, { planId, limit: 10 }).rows;
  expect(listTasks(bundle, { planId, limit: 10 }).rows).toEqual(
    rows.map((row) => ({ ...row, reason: row.reason?.replaceAll(SECRET, "***") ?? null })),
  );
  expect(await getPlanGraphStates(bundle, { planId })).toEqual(await getPlanGraphStates(store, { planId }));
  const told = (of: Store) => listEvents(of, { entity: { kind: "plan", id: planId }, order: "oldest", limit: 1_000 });
  expect((await told(bundle)).rows.map(({ cursor, type }) => [cursor, type])).toEqual(
    (await told(store)).rows.map(({ cursor, type }) => [cursor, type]),
  );
  expect((await listAudit(bundle)).rows.map(({ act }) => act)).toEqual(["tasks.retry", "plans.launch"]);
  expect((await checkPlanHistory(bundle, { planId })).gapCount).toBe(0);
  expect(explainTask(bundle, { taskId: rows[2]?.id ?? "" }, null).state).toBe("waiting");

  // The log: every byte where it was, but for the secret.
  const expected = readFileSync(log, "utf8").replaceAll(SECRET, "*".repeat(SECRET.length));
  let text = "";
  for (let from = 0; ; ) {
    const piece = await readLog(bundle, { runId, from, maxBytes: 100_000 });
    text += piece.text;
    from = piece.to;
    if (from >= piece.size) break;
  }
  expect(text).toBe(expected);
  expect((await readLog(bundle, { runId, maxBytes: 10 })).text).toBe("y".repeat(10));
  expect(readFileSync(await unpackLog(bundle, runId), "utf8")).toBe(expected);
  expect(getTask(bundle, { taskId: b?.id ?? "" }).runs.map(({ hasLog }) => hasLog)).toEqual([true]);

  const raw = before.toString("latin1");
  for (const secret of ["hunter2", "abc-literal", "Task other"]) expect(raw).not.toContain(secret);
  expect(raw).toContain("LANG");
  await bundle.close();
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(existsSync(`${file}-wal`)).toBe(false);
});

test("a task's bundle holds the task, what is next to it, and its own log", async () => {
  const { store, planId, runId } = await incident();
  const [a, b, c, far] = listTasks(store, { planId, limit: 10 }).rows;
  const file = join(dirname(store.file), "task.hivebundle");
  writeFileSync(file, "what stood there");
  const manifest = await writeBundle(store, { kind: "task", id: b?.id ?? "", file, madeBy: "ada", versions });
  expect(manifest.rows).toMatchObject({ tasks: 3, runs: 1 });
  const bundle = await openBundle(file);
  expect(listTasks(bundle, { planId, limit: 10 }).rows.map(({ id }) => id)).toEqual([a?.id, b?.id, c?.id]);
  expect(getTask(bundle, { taskId: b?.id ?? "" }).dependencies.map(({ id }) => id)).toEqual([a?.id]);
  expect((await readLog(bundle, { runId, maxBytes: 10 })).size).toBeGreaterThan(LOG_PIECE);
  const types = (await listEvents(bundle, { order: "oldest" })).rows.map(({ type }) => type);
  expect(types).toEqual([
    "plan.execution_started",
    "task.created",
    "task.assigned",
    "task.started",
    "task.failed",
    ...types.slice(5),
  ]);
  expect(() => getTask(bundle, { taskId: far?.id ?? "" })).toThrow("There is no task");
});

test("a bundle that cannot be written, or is left off, leaves nothing behind", async () => {
  const { store, planId } = await incident();
  const folder = join(dirname(store.file), "out");
  mkdirSync(folder);
  const request = { kind: "plan" as const, id: planId, madeBy: "ada", versions };
  await expect(writeBundle(store, { ...request, file: join(folder, "none", "x") })).rejects.toMatchObject({
    code: "file_unwritable",
  });
  const abort = new AbortController();
  const left = writeBundle(store, {
    ...request,
    file: join(folder, "x"),
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  await expect(left).rejects.toMatchObject({ name: "AbortError" });
  await expect(writeBundle(store, { ...request, id: "gone", file: join(folder, "x") })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(readdirSync(folder)).toEqual([]);
});

test("every row of a bundle is found by an index", async () => {
  const store = await openTestStore();
  const details = (sql: string, values: unknown) =>
    store.read
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(values)
      .map(({ detail }) => detail);
  for (const { name, sql } of BUNDLE_LOOKUPS)
    expect(details(sql, "x"), name).toEqual([expect.stringMatching(/^SEARCH /)]);
  expect(details(TASKS_OF_PLAN, ["p", 0, 1])).toEqual([expect.stringMatching(/^SEARCH console_tasks USING/)]);
});
