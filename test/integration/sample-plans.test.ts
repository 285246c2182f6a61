import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Core, openCore } from "../../src/main/core/client";
import { getPlan, launchPlan } from "../../src/main/core/operations/plans";
import { getTask, listTasks } from "../../src/main/core/operations/tasks";
import { checkParameters } from "../../src/main/core/plan/parameters";
import { parsePlan } from "../../src/main/core/plan/parse";
import type { Runner } from "../../src/main/core/runner/runner";
import type { PlanDetail, TaskDetail } from "../../src/shared/model/views";
import { waitFor } from "../helpers/wait";

const samples = join(import.meta.dirname, "../../resources/plans");

let folder: string;
let core: Core<Runner>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hive-samples-"));
  const runner = { slots: 4, program: "cli", graceMs: 500 } as const;
  core = await openCore({ file: join(folder, "hive.db"), create: true, runner });
});

afterEach(async () => {
  await core.runner.stop({ tasks: "cancel" });
  await core.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Played {
  readonly plan: PlanDetail;
  /** By subtask. */
  readonly tasks: ReadonlyMap<string, TaskDetail>;
  readonly result: (subtask: string) => unknown;
  /** All that the subtask's last attempt printed. */
  readonly log: (subtask: string) => string;
}

/** Runs a sample plan to its end. */
async function play(name: string, given: Readonly<Record<string, unknown>>): Promise<Played> {
  const file = join(samples, name);
  const text = readFileSync(file, "utf8");
  const { definition } = parsePlan(text, { fileName: name });
  if (!definition) throw new Error(`${name} is invalid`);
  const folders = { callerFolder: folder, planFolder: dirname(file) };
  const { values, findings } = checkParameters(definition, given, folders);
  expect(findings).toEqual([]);
  const { planId } = await launchPlan(core.store, {
    definition,
    parameters: values,
    sourceName: name,
    sourceText: text,
    folder: dirname(file),
    launchedBy: "test",
  });
  const ended = () => getPlan(core.store, { planId }).status !== "executing";
  await waitFor(`the end of ${name}`, ended, { timeoutMs: 25_000, intervalMs: 50 });
  const { rows } = listTasks(core.store, { planId, limit: 1_000 });
  const tasks = new Map(rows.map((row) => [row.subtaskId ?? "", getTask(core.store, { taskId: row.id })]));
  return {
    plan: getPlan(core.store, { planId }),
    tasks,
    result: (subtask) => tasks.get(subtask)?.result,
    log: (subtask) => logText(tasks.get(subtask)),
  };
}

function logText(task: TaskDetail | undefined): string {
  const path = core.store.read
    .prepare<unknown[], { path: string }>("SELECT log_path AS path FROM console_runs WHERE run_id = ?")
    .get(task?.runId)?.path;
  return path ? readFileSync(path, "utf8") : "";
}

/** A folder with names that careless scripts break on. */
function oddFolder(): string {
  const odd = join(folder, "it's an $(odd) folder");
  mkdirSync(join(odd, "sub dir"), { recursive: true });
  writeFileSync(join(odd, "-n.txt"), "one\ntwo\n");
  writeFileSync(join(odd, "sub dir", 'a|b "c" \\ d.md'), "same content\n");
  writeFileSync(join(odd, "sub dir", "grün.md"), "same content\n");
  writeFileSync(join(odd, "empty"), "");
  utimesSync(join(odd, "-n.txt"), new Date("2020-01-01"), new Date("2020-01-01"));
  return odd;
}

function git(repository: string, ...args: string[]): void {
  const who = {
    GIT_AUTHOR_NAME: 'Ann "q" O\'Hara',
    GIT_AUTHOR_EMAIL: "a@b.c",
    GIT_COMMITTER_NAME: "C",
    GIT_COMMITTER_EMAIL: "c@b.c",
  };
  execFileSync("git", ["-C", repository, ...args], { env: { ...process.env, ...who } });
}

describe("repository-report.yaml", () => {
  it("reports on a repository, with a retry that succeeds and an archive that is proven", async () => {
    const repository = oddFolder();
    git(repository, "init", "--quiet");
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message", "first");
    const { plan, tasks, result } = await play("repository-report.yaml", { folder: repository, pace: "0" });
    expect(plan.status).toBe("completed");
    expect(result("inspect")).toMatchObject({ commits: 1, files: 4 });
    expect(result("verify")).toEqual({ identical: true, files: 4 });
    expect(result("lines")).toMatchObject({ total: 4 });
    expect(result("authors")).toEqual({ total: 1, rows: [{ name: 'Ann "q" O\'Hara', count: 1 }] });
    expect(tasks.get("churn")?.runs.map((run) => [run.number, run.status, run.exitCode])).toEqual([
      [2, "success", 0],
      [1, "failure", 75],
    ]);
    const report = readFileSync(String((result("report") as { report: string }).report), "utf8");
    expect(report).toContain(`# Report on ${repository}`);
    expect(report).toContain("- Tracked files: 4 (lines: 4)");
    expect(report).toContain("| .md | 2 |");
  });

  it("says that a folder is no repository", async () => {
    const { plan, log } = await play("repository-report.yaml", { folder: oddFolder(), pace: 0 });
    expect(plan.status).toBe("failed");
    expect(log("inspect")).toContain("is not a Git repository: launch the plan with another folder.");
  });
});

describe("folder-checkup.yaml", () => {
  it("finds what is big, double, old and empty", async () => {
    const { plan, result } = await play("folder-checkup.yaml", { folder: oddFolder() });
    expect(plan.status).toBe("completed");
    expect(result("index")).toEqual({ files: 4, bytes: 34 });
    expect(result("duplicates")).toEqual({ copies: 1 });
    expect(result("old")).toEqual({ files: 1, bytes: 8 });
    expect(result("empty")).toEqual({ files: 1 });
    expect(result("types")).toMatchObject({
      rows: [{ name: ".md", count: 26 }, { name: ".txt", count: 8 }, { count: 0 }],
    });
    const report = readFileSync(String((result("report") as { report: string }).report), "utf8");
    expect(report).toContain("- Copies of other files: 1");
  });
});

describe("system-health.yaml", () => {
  it("probes this machine", async () => {
    const { plan, result, log } = await play("system-health.yaml", { memory_limit: 100, load_limit: 1_000 });
    expect(plan.status).toBe("completed");
    expect(result("load")).toMatchObject({ attention: 0, load: expect.any(Number), processors: expect.any(Number) });
    expect(result("memory")).toMatchObject({ attention: 0 });
    expect(result("write-speed")).toEqual({ attention: 0, bytes: 33_554_432 });
    expect(log("summary")).toMatch(/\d of 6 probes need attention\./);
  });

  it("fails at the end when asked to and something needs attention", async () => {
    const { plan, tasks, result } = await play("system-health.yaml", { memory_limit: -1, on_attention: "fail" });
    expect(plan.status).toBe("partially_completed");
    expect(tasks.get("summary")?.status).toBe("failed");
    expect(result("memory")).toMatchObject({ attention: 1 });
  });
});

describe("release-rehearsal.yaml", () => {
  it("goes through all stages", async () => {
    const { plan, log } = await play("release-rehearsal.yaml", { version: "2.0.1" });
    expect(plan.status).toBe("completed");
    expect(plan.counts).toMatchObject({ completed: 23 });
    expect(log("announce")).toContain("Version 2.0.1 is out:");
  });

  it("stops at a version that is none, and runs nothing of it", async () => {
    const proof = join(folder, "proof");
    const { plan, tasks } = await play("release-rehearsal.yaml", {
      version: `1.0.0"; touch ${proof}; $(touch ${proof})`,
    });
    expect(plan.status).toBe("failed");
    expect(tasks.get("version")?.state).toBe("failed");
    expect(tasks.get("announce")?.state).toBe("blocked");
    expect(readdirSync(folder)).not.toContain("proof");
  });
});
