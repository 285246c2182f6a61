import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inheritedEnvironment } from "../../../src/main/core/runner/environment";
import { readExitCode, readKeeper } from "../../../src/main/core/runner/exit-file";
import { type Launched, launch, StartLost } from "../../../src/main/core/runner/launch";
import { listProcesses } from "../../../src/main/core/runner/process-table";
import { createSpawnServer, type SpawnServer } from "../../../src/main/core/runner/spawn-server";
import { type AttemptFiles, attemptFiles, createPlanFolders } from "../../../src/main/core/runner/task-files";
import { isAlive } from "../../helpers/processes";
import { waitFor } from "../../helpers/wait";

const inherited = { ...inheritedEnvironment(process.env), "BASH_FUNC_cd%%": "() { echo taken over; }" };

describe.runIf(process.platform === "linux")("the spawn server", () => {
  let folder: string;
  let server: SpawnServer;
  let count = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hive-spawn-"));
    await createPlanFolders(folder)("plan");
    server = createSpawnServer(inherited, { after: 0 });
    expect(await server.open()).toBe(true);
  });

  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const nextFiles = (): AttemptFiles => {
    count += 1;
    return attemptFiles(folder, "plan", `run-${count}`);
  };

  async function start(
    run: string | readonly string[],
    { env = inherited, by = server }: { env?: Record<string, string>; by?: SpawnServer | null } = {},
  ): Promise<Extract<Launched, { kind: "started" }> & { files: AttemptFiles }> {
    const files = nextFiles();
    const launched = await launch({ run, cwd: folder, env, files, subtaskId: "build" }, by);
    if (launched.kind !== "started") throw new Error(`refused: ${launched.end.trouble}`);
    return { ...launched, files };
  }

  const logOf = async (started: Awaited<ReturnType<typeof start>>): Promise<string> => {
    expect((await started.exited).exitCode).toBe(0);
    return readFileSync(started.files.log, "utf8");
  };

  /** Of the server: the parent of a keeper. */
  const serverPid = async (keeper: number): Promise<number> =>
    (await listProcesses()).find((entry) => entry.pid === keeper)?.parent ?? 0;

  it("hands on an environment as a direct start does, and nothing else", async () => {
    const env = { ...inherited, TEXT: "it's\n$HOME `id` größe\t\\", EMPTY: "", LC_ALL: "C", SHLVL: "7" };
    const list = ["cat", "/proc/self/environ"];
    const through = (await logOf(await start(list, { env }))).split("\0").sort();
    const direct = (await logOf(await start(list, { env, by: null }))).split("\0").sort();
    const comparable = (lines: string[]): string[] =>
      lines.filter((line) => !/^(_|PWD|OLDPWD|BASH_FUNC.*)=/.test(line));
    expect(comparable(through)).toEqual(comparable(direct));
    expect(through).toContain(`PWD=${folder}`);
  });

  it("hands on no ignored signal and no descriptor, and nothing on standard input", async () => {
    const status = await logOf(await start(["cat", "/proc/self/status"]));
    expect(/^SigIgn:\s*(\S+)/m.exec(status)?.[1]).toMatch(/^0+$/);
    expect(/^SigBlk:\s*(\S+)/m.exec(status)?.[1]).toMatch(/^0+$/);
    const descriptors = "ls /proc/$$/fd; cat";
    expect(await logOf(await start(descriptors))).toBe(await logOf(await start(descriptors, { by: null })));
  });

  it("gives each a group of its own, led by what keeps its exit code", async () => {
    const started = await start("while [ ! -e go ]; do sleep 0.02; done; exit 5");
    const group = async () => (await listProcesses()).filter((entry) => entry.group === started.pid);
    await waitFor("both", async () => (await group()).length >= 2);
    expect(await readKeeper(started.files.exit)).toBe(started.pid);
    await start(["touch", join(folder, "go")]);
    expect(await started.exited).toEqual({ exitCode: 5, signal: null, trouble: null });
    expect(await readExitCode(started.files.exit)).toBe(5);
  });

  it("is replaced when it is killed; what it had started ends with its true exit code", async () => {
    const started = await start("while [ ! -e go ]; do sleep 0.02; done; exit 6");
    process.kill(await serverPid(started.pid), "SIGKILL");
    const lost = (error: unknown): null => {
      expect(error).toBeInstanceOf(StartLost);
      return null;
    };
    const other = await waitFor("another start", () => start(["touch", join(folder, "go")]).catch(lost));
    expect((await other.exited).exitCode).toBe(0);
    expect((await started.exited).exitCode).toBe(6);
    expect(await server.open()).toBe(true);
    const last = await start("exit 7");
    expect((await readKeeper(last.files.exit)) ?? (await readExitCode(last.files.exit))).not.toBeNull();
    expect((await last.exited).exitCode).toBe(7);
  });

  it("that does not answer begins nothing late", async () => {
    server.close();
    server = createSpawnServer(inherited, { after: 0, answerMs: 2_000 });
    expect(await server.open()).toBe(true);
    const first = await start("while [ ! -e go ]; do sleep 0.02; done");
    const pid = await serverPid(first.pid);
    process.kill(pid, "SIGSTOP");
    await expect(start(["touch", join(folder, "late")])).rejects.toThrow(StartLost);
    process.kill(pid, "SIGCONT");
    await logOf(await start(["touch", join(folder, "go")]));
    await first.exited;
    expect(existsSync(join(folder, "late"))).toBe(false);
  });

  it("ends with its console's part of it, and lets run what it has started", async () => {
    const started = await start("while [ ! -e go ]; do sleep 0.02; done; exit 4");
    const pid = await serverPid(started.pid);
    server.close();
    await waitFor("its end", () => !isAlive(pid));
    expect(isAlive(started.pid)).toBe(true);
    await start(["touch", join(folder, "go")], { by: null });
    await waitFor("the exit code", async () => (await readExitCode(started.files.exit)) === 4);
  });

  it("starts many at once, in groups that are gone when their ends are told", async () => {
    const all = await Promise.all(Array.from({ length: 60 }, (_, index) => start(`exit ${index}`)));
    const ends = await Promise.all(all.map((one) => one.exited));
    expect(ends.map((end) => end.exitCode)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    const groups = new Set(all.map((one) => one.pid));
    expect(groups.size).toBe(60);
  });
});
