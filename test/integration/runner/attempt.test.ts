import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Attempt, superviseProcess } from "../../../src/main/core/runner/attempt";
import { inheritedEnvironment, taskEnvironment } from "../../../src/main/core/runner/environment";
import { forbidStart, readExitCode } from "../../../src/main/core/runner/exit-file";
import { launch } from "../../../src/main/core/runner/launch";
import { processesOfRun } from "../../../src/main/core/runner/process-table";
import { createSpawnServer, type SpawnServer } from "../../../src/main/core/runner/spawn-server";
import { type AttemptFiles, attemptFiles, createPlanFolders } from "../../../src/main/core/runner/task-files";
import { waitFor } from "../../helpers/wait";

const WAYS =
  process.platform === "linux" ? (["by the console", "by the spawn server"] as const) : (["by the console"] as const);

describe.each(WAYS)("started %s", (way) => {
  let server: SpawnServer | null = null;
  let folder: string;
  let files: AttemptFiles;
  let runId: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hive-attempt-"));
    runId = `run-${process.pid}-${Math.random().toString(36).slice(2)}`;
    files = attemptFiles(folder, "plan", runId);
    await createPlanFolders(folder)("plan");
  });

  beforeAll(async () => {
    if (way === "by the console") return;
    server = createSpawnServer(inheritedEnvironment(process.env), { after: 0 });
    expect(await server.open()).toBe(true);
  });

  afterAll(() => server?.close());

  afterEach(async () => {
    for (const entry of await processesOfRun(runId, null)) process.kill(entry.pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  interface Options {
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly timeoutMs?: number;
    readonly graceMs?: number;
  }

  async function start(
    run: string | readonly string[],
    options: Options = {},
  ): Promise<Attempt & { pid: number | null }> {
    const cwd = options.cwd ?? folder;
    const env = taskEnvironment(inheritedEnvironment(process.env), {
      taskId: "task",
      runId,
      planId: "plan",
      correlationId: "correlation",
      runNumber: 1,
      env: options.env ?? {},
      parameters: { "deep name": 3 },
      inputs: "{}",
      inputsFile: files.inputs,
      resultFile: files.result,
      planFolder: files.planFolder,
    });
    const launched = await launch({ run, cwd, env, files, subtaskId: "build" }, server);
    const started = launched.kind === "started" ? launched : null;
    const attempt = superviseProcess(
      {
        group: started?.pid ?? null,
        exited: launched.kind === "started" ? launched.exited : Promise.resolve(launched.end),
        release: () => undefined,
      },
      {
        runId,
        subtaskId: "build",
        run,
        timeoutMs: options.timeoutMs ?? null,
        files,
        elapsedMs: 0,
        graceMs: options.graceMs ?? 300,
      },
    );
    return { ...attempt, pid: started?.pid ?? null };
  }

  const log = (): string => (existsSync(files.log) ? readFileSync(files.log, "utf8") : "");
  const livingProcesses = async (): Promise<number> => (await processesOfRun(runId, null)).length;

  describe("a process that ends by itself", () => {
    it("writes both outputs to the log, its exit code to a file, and nothing else", async () => {
      const attempt = await start("echo out; echo err >&2; printf end");
      expect(await attempt.ended).toEqual({
        outcome: "success",
        exitCode: 0,
        signal: null,
        error: null,
        result: null,
      });
      expect(log()).toBe("out\nerr\nend");
      expect(await readExitCode(files.exit)).toBe(0);
    });

    it("runs a list without a shell, even a name that is a shell's own word", async () => {
      const attempt = await start(["echo", "$HOME", "a  b", "'"]);
      expect((await attempt.ended)?.outcome).toBe("success");
      expect(log()).toBe("$HOME a  b '\n");
    });

    it("gives it its identity, parameters and folder", async () => {
      const attempt = await start(
        'echo "$HIVE_RUN_ID|$HIVE_ATTEMPT|$HIVE_INPUTS|$HIVE_PARAM_DEEP_NAME|$FOO|$(pwd)"; cat',
        {
          env: { FOO: "bar", HIVE_RUN_ID: "forged" },
        },
      );
      await attempt.ended;
      expect(log()).toBe(`${runId}|1|{}|3|bar|${folder}\n`);
    });

    it("tells the exit code and the last line", async () => {
      const attempt = await start("echo first; echo 'tests failed' >&2; echo; exit 3");
      expect(await attempt.ended).toMatchObject({
        outcome: "failure",
        exitCode: 3,
        error: "Exit code 3: tests failed",
      });
    });

    it("tells a death by signal, and the wrapper adds no word of its own to the log", async () => {
      const attempt = await start(["sleep", "100"]);
      const sleep = await waitFor("sleep", async () =>
        (await processesOfRun(runId, attempt.pid)).find(
          (entry) => entry.pid !== attempt.pid && entry.parent === attempt.pid,
        ),
      );
      process.kill(sleep.pid, "SIGKILL");
      expect(await attempt.ended).toMatchObject({
        outcome: "failure",
        signal: "SIGKILL",
        error: "Killed by signal SIGKILL from outside the console",
      });
      expect(log()).toBe("");
    });

    it("tells a death of the recorded pid, and stops the command it leaves behind", async () => {
      const attempt = await start("sleep 100; true");
      await waitFor("the shell's child", async () => (await processesOfRun(runId, attempt.pid)).length >= 3);
      process.kill(attempt.pid ?? 0, "SIGKILL");
      expect(await attempt.ended).toMatchObject({ outcome: "failure", exitCode: null, signal: "SIGKILL" });
      expect(await livingProcesses()).toBe(0);
    });

    it("stops what it left in its group, and lets a daemon of its own session live", async () => {
      const attempt = await start(
        "sleep 100 & setsid sh -c 'touch up; exec sleep 101' & while [ ! -e up ]; do sleep 0.01; done",
      );
      expect((await attempt.ended)?.outcome).toBe("success");
      const left = await processesOfRun(runId, null);
      expect(left.map((entry) => entry.group === entry.pid && entry.pid !== attempt.pid)).toEqual([true]);
    });
  });

  describe("what it hands on", () => {
    it("takes JSON", async () => {
      const attempt = await start('echo \'{"files": 3}\' > "$HIVE_RESULT_FILE"');
      expect(await attempt.ended).toMatchObject({ outcome: "success", result: '{"files": 3}\n' });
    });

    it("fails on what is not JSON, keeping the file", async () => {
      const attempt = await start('echo "three files" > "$HIVE_RESULT_FILE"');
      const ending = await attempt.ended;
      expect(ending).toMatchObject({ outcome: "failure", exitCode: 0, result: null });
      expect(ending?.error).toMatch(/^The result is not JSON .*HIVE_RESULT_FILE/);
      expect(existsSync(files.result)).toBe(true);
    });

    it("leaves more than 2 MB in its file", async () => {
      const attempt = await start('head -c 3000000 /dev/zero | tr "\\0" x > "$HIVE_RESULT_FILE"');
      const ending = await attempt.ended;
      expect(JSON.parse(ending?.result ?? "")).toEqual({ $file: files.result, bytes: 3_000_000 });
    });
  });

  describe("a process that cannot begin", () => {
    it("names a command that is not there", async () => {
      const error =
        'The command "no-such-program" was not found (exit code 127). Install it or correct "run" of subtask "build".';
      expect(await (await start(["no-such-program"])).ended).toMatchObject({
        outcome: "failure",
        exitCode: 127,
        error,
      });
      files = attemptFiles(folder, "plan", `${runId}-2`);
      expect(await (await start("no-such-program --flag")).ended).toMatchObject({ exitCode: 127, error });
    });

    it("names a file that is not executable", async () => {
      writeFileSync(join(folder, "script"), "echo hello\n");
      const error =
        'The command "./script" cannot be executed (exit code 126). Make it an executable file or correct "run" of subtask "build".';
      expect(await (await start(["./script"])).ended).toMatchObject({ outcome: "failure", exitCode: 126, error });
      files = attemptFiles(folder, "plan", `${runId}-2`);
      expect(await (await start("./script")).ended).toMatchObject({ exitCode: 126, error });
    });

    it("names a working folder that is not there", async () => {
      const attempt = await start("true", { cwd: join(folder, "gone") });
      expect(await attempt.ended).toMatchObject({
        outcome: "failure",
        exitCode: null,
        error: `The working folder ${join(folder, "gone")} does not exist or cannot be entered. Create it or correct "cwd" of subtask "build".`,
      });
    });

    it("because it was declared lost runs nothing", async () => {
      expect(forbidStart(files)).toBe(true);
      const attempt = await start("echo here");
      expect((await attempt.ended)?.outcome).toBe("failure");
      expect(log()).toBe("");
      expect(forbidStart(files)).toBe(false);
    });

    it("again because it has begun already runs nothing a second time", async () => {
      await (await start("echo here; exit 3")).ended;
      expect((await (await start("echo here")).ended)?.outcome).toBe("failure");
      expect(log()).toBe("here\n");
      expect(await readExitCode(files.exit)).toBe(3);
    });
  });

  describe("stopping", () => {
    it("lets a process end in its own way within the grace period", async () => {
      const attempt = await start("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done", {
        graceMs: 20_000,
      });
      await waitFor("ready", () => log().includes("ready"));
      attempt.stop("cancel");
      expect(await attempt.ended).toMatchObject({ outcome: "cancelled", exitCode: 0, error: "Stopped on request" });
      expect(log()).toContain("bye");
      expect(await livingProcesses()).toBe(0);
    });

    it("kills what ignores SIGTERM and what left the group", async () => {
      const attempt = await start(
        "(trap '' TERM; echo stubborn; while :; do sleep 0.05; done) & setsid sh -c 'trap \"\" TERM; echo escaped; sleep 100' & wait",
        { graceMs: 100 },
      );
      await waitFor("both", () => log().includes("stubborn") && log().includes("escaped"));
      attempt.stop("cancel");
      expect((await attempt.ended)?.outcome).toBe("cancelled");
      expect(await livingProcesses()).toBe(0);
    });

    it("kills what escaped before the main process ended", async () => {
      const attempt = await start("setsid sleep 100 & echo away; exec sleep 100");
      await waitFor("the escape", async () => (await processesOfRun(runId, attempt.pid)).length >= 3);
      attempt.stop("cancel");
      await attempt.ended;
      expect(await livingProcesses()).toBe(0);
    });

    it("wakes a stopped process so that it can end", async () => {
      const attempt = await start("echo ready; kill -STOP $$; sleep 100", { graceMs: 20_000 });
      await waitFor("ready", () => log().includes("ready"));
      attempt.stop("cancel");
      expect((await attempt.ended)?.outcome).toBe("cancelled");
    });

    it("stops at the time limit and says so", async () => {
      const attempt = await start("sleep 100", { timeoutMs: 120 });
      expect(await attempt.ended).toMatchObject({ outcome: "timeout", error: "Stopped at its time limit of 120 ms" });
      expect(await livingProcesses()).toBe(0);
    });
  });
});
