import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createLocalAgents } from "../../../src/main/core/agents/local-agents";
import { type DryRunRequest, dryRunPlan } from "../../../src/main/core/operations/dry-run";
import { ownIdentity } from "../../../src/main/core/process-identity";
import type { Store } from "../../../src/main/core/store/open";
import { upsertWorkers } from "../../../src/main/core/store/workers";
import { openTestStore, planOf, subtask, temporaryFolder } from "../../helpers/store";

const command = (id: string, run: string | string[], given: Parameters<typeof subtask>[1] = {}) =>
  subtask(id, { agent: "command", run, ...given });

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const check = (
  subtasks: ReturnType<typeof subtask>[],
  given: Partial<DryRunRequest> = {},
  store: Store | null = null,
) =>
  dryRunPlan(
    { store, agents: createLocalAgents({}) },
    { definition: planOf(subtasks), parameters: {}, sourceName: "test.yaml", folder, slots: 4, ...given },
  );
const found = ({ findings }: Awaited<ReturnType<typeof check>>) =>
  findings.map(({ severity, code, subtaskIds }) => `${severity} ${code} ${subtaskIds.join(",")}`);

describe("what a dry run finds missing", () => {
  it("programs: by name on the task's own PATH, by path from its working folder", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "tool"), "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(join(bin, "plain"), "text");
    chmodSync(join(bin, "plain"), 0o644);
    const run = await check([
      command("a", "tool --fast", { env: { PATH: bin } }),
      command("b", ["tool"]),
      command("c", "tool again"),
      command("d", ["bin/tool"]),
      command("e", ["./tool"], { cwd: "bin" }),
      command("f", ["bin/plain"]),
      command("g", ["bin"]),
      command("h", ["bin/later"], { dependencies: ["a"] }),
      command("i", 'if [ -f x ]; then tool; fi; "$TOOL"'),
      command("j", "cd bin && ./nothing"),
      command("k", "set -e\nLANG=C tool x"),
    ]);
    expect(found(run)).toEqual([
      "problem missing_executable b,c,k",
      "problem missing_executable f",
      "problem missing_executable g",
      "warning missing_executable h",
    ]);
    expect(run.findings[0]?.message).toBe("tool is not found on PATH: install it, or set PATH under env.");
  });

  it("working folders, and nothing about programs in them", async () => {
    writeFileSync(join(folder, "file"), "");
    const run = await check([
      command("a", ["./x"], { cwd: "missing" }),
      command("b", ["./x"], { cwd: "file" }),
      command("c", "true", { cwd: "made", dependencies: ["a"] }),
    ]);
    expect(found(run)).toEqual(["problem missing_folder a", "problem missing_folder b", "warning missing_folder c"]);
  });

  it("agents that are not configured, and those that nobody knows", async () => {
    const llm = { keyEnv: null, system: null, prompt: "p", temperature: null, maxTokens: null, schema: null };
    const run = await check([
      subtask("a", { agent: "llm", llm: { ...llm, endpoint: null, model: null } }),
      subtask("b", { agent: "stranger" }),
      subtask("c", { agent: "llm", llm: { ...llm, endpoint: "http://127.0.0.1:9", model: "m" } }),
    ]);
    expect(found(run)).toEqual(["problem unhealthy_agent a", "problem unknown_agent b"]);
  });

  it("workers with a role and capabilities; with one of them the plan can end", async () => {
    const store = await openTestStore();
    const needy = [command("a", "true", { role: "backend", capabilities: ["docker"] }), command("b", "true")];
    const without = await check(needy, {}, store);
    expect(found(without)).toEqual(["problem no_worker a"]);
    expect(without).toMatchObject({ kind: "never", finishP50Ms: null });
    const worker = {
      id: "w",
      role: "backend",
      capabilities: ["docker", "gpu"],
      ...ownIdentity(),
      program: "x",
      slot: 0,
    };
    await store.write((tx) => upsertWorkers(tx, [worker], store.clock.now()));
    const withWorker = await check(needy, {}, store);
    expect(withWorker).toMatchObject({ kind: "unknown", findings: [] });
    expect(withWorker.limits).toMatchObject([
      // The worker takes what anybody may run, too.
      { kind: "slots", size: 5, tasks: 1 },
      { kind: "workers", name: "backend with docker", size: 1, tasks: 1 },
    ]);
  });
});

describe("what a dry run foretells", () => {
  /** A past run of the plan: subtask ids with the milliseconds that each took. */
  async function remember(store: Store, times: Record<string, number>, given: { name?: string; folder?: string } = {}) {
    const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString().slice(0, 23).replace("T", " ");
    await store.write((tx) => {
      const planId = store.newId();
      const insert = (sql: string, ...values: unknown[]) => tx.prepare(sql).run(...values);
      insert("INSERT OR IGNORE INTO workers (id, role, status) VALUES ('past', 'x', 'offline')");
      insert("INSERT INTO planning_queue (id, task_description, status) VALUES (?, 'x', 'completed')", planId);
      insert(
        "INSERT INTO execution_plans (id, planning_task_id, plan_data, generated_at, status) VALUES (?, ?, '{}', ?, 'completed')",
        planId,
        planId,
        at(0),
      );
      insert(
        `INSERT INTO console_plans (plan_id, title, description, source_name, folder, parameters, task_count, launched_at, finished_at)
          VALUES (?, 'A plan', '', ?, ?, '{}', ?, ?, 1)`,
        planId,
        given.name ?? "test.yaml",
        given.folder ?? folder,
        Object.keys(times).length,
        store.clock.now(),
      );
      Object.entries(times).forEach(([id, ms], ordinal) => {
        const taskId = store.newId();
        insert(
          "INSERT INTO tasks (id, title, task_type, status) VALUES (?, ?, 'command', 'completed')",
          taskId,
          `Task ${id}`,
        );
        insert(
          "INSERT INTO console_tasks (task_id, plan_id, subtask_id, ordinal, agent) VALUES (?, ?, ?, ?, 'command')",
          taskId,
          planId,
          id,
          ordinal,
        );
        insert(
          `INSERT INTO runs (id, task_id, worker_id, run_number, status, started_at, completed_at)
            VALUES (?, ?, 'past', 1, 'success', ?, ?)`,
          store.newId(),
          taskId,
          at(0),
          at(ms),
        );
      });
    });
  }

  const plan = [
    command("a", "true"),
    command("b", "true", { dependencies: ["a"] }),
    command("c", "true", { dependencies: ["a"] }),
    subtask("join", { dependencies: ["b", "c"] }),
  ];

  it("order, starts, critical path and finish from past runs of the same subtasks", async () => {
    const store = await openTestStore();
    for (let run = 0; run < 5; run += 1) await remember(store, { a: 1_000, b: 3_000, c: 500 });
    await remember(store, { a: 99_000, b: 99_000, c: 99_000 }, { folder: "/elsewhere" });
    await remember(store, { a: 99_000 }, { name: "another.yaml" });
    const run = await check(plan, {}, store);
    expect(run).toMatchObject({
      kind: "estimate",
      finishP50Ms: 4_000,
      finishP90Ms: 4_000,
      criticalPath: ["a", "b", "join"],
      criticalMs: 4_000,
      peak: 2,
      basis: { pastRuns: 5, known: 3, unknown: 0, fewestSamples: 5 },
    });
    expect(run.tasks).toEqual({
      ids: ["a", "b", "c", "join"],
      titles: ["Task a", "Task b", "Task c", "Task join"],
      agents: ["command", "command", "command", "noop"],
      waves: [0, 1, 1, 2],
      startMs: [0, 1_000, 1_000, 4_000],
      startIsLeast: [false, false, false, false],
      durationMs: [1_000, 3_000, 500, 0],
      samples: [5, 5, 5, 0],
    });
    expect(run.usage).toEqual([
      [0, 1],
      [1_000, 2],
      [1_500, 1],
      [4_000, 0],
    ]);
  });

  it("what limits cost, and only where they do", async () => {
    const store = await openTestStore();
    await remember(store, { a: 1_000, b: 1_000, c: 1_000 });
    const tasks = [
      subtask("gate", { group: "disk" }),
      ...["a", "b", "c"].map((id) => command(id, "true", { group: "gpu" })),
    ];
    const definition = planOf(tasks, { groups: { gpu: 1 }, concurrency: 3 });
    const run = await check([], { definition }, store);
    expect(run).toMatchObject({ finishP50Ms: 3_000, peak: 1 });
    expect(run.limits).toMatchObject([
      { kind: "slots", costMs: 0 },
      { kind: "plan", costMs: 0, size: 3 },
      { kind: "group", name: "gpu", costMs: 2_000, peak: 1, size: 1, tasks: 3 },
    ]);
  });

  it("takes the same work of other plans where the subtask is new, and says so by naming no past run", async () => {
    const store = await openTestStore();
    await remember(store, { x: 700 }, { name: "another.yaml" });
    const run = await check([command("y", "true", { title: "Task x" })], {}, store);
    expect(run).toMatchObject({
      kind: "estimate",
      finishP50Ms: 700,
      basis: { pastRuns: 0, known: 1, fewestSamples: 1 },
    });
  });

  it("invents nothing for what never ran", async () => {
    const store = await openTestStore();
    await remember(store, { a: 1_000 });
    const run = await check(plan, {}, store);
    expect(run).toMatchObject({ kind: "at_least", finishP50Ms: 1_000, basis: { known: 1, unknown: 2 } });
    expect(run.tasks.startIsLeast).toEqual([false, false, false, true]);
    expect(await check(plan)).toMatchObject({ kind: "unknown", finishP50Ms: null, basis: { pastRuns: 0, unknown: 3 } });
    expect(await check([])).toMatchObject({ kind: "estimate", finishP50Ms: 0, taskCount: 0 });
  });
});
