import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createExplorer } from "../../../src/main/explorer/client";
import { createLogSearches } from "../../../src/main/explorer/log-searches";
import type { LogFound } from "../../../src/shared/model/log-search";
import { isAlive } from "../../helpers/processes";
import { afterThisTest } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const FILE = join(import.meta.dirname, "worker.mjs");
const START = { byte: 0, line: 1 };
const LONG = 60_000;

function explorerOfNode(idleMs?: number) {
  const children: ChildProcess[] = [];
  const explorer = createExplorer({
    ...(idleMs === undefined ? {} : { idleMs }),
    fork() {
      const child = fork(FILE, { stdio: "ignore" });
      children.push(child);
      return {
        post: (message) => void child.send(message),
        onMessage: (listener) => void child.on("message", listener),
        onExit: (listener) => void child.once("exit", (code) => listener(code ?? -1)),
        kill: () => void child.kill("SIGKILL"),
        memory: async () => null,
      };
    },
  });
  afterThisTest(() => explorer.stop());
  const gone = (index: number) =>
    waitFor("the process to be gone", () => {
      const pid = children[index]?.pid;
      return pid !== undefined && !isAlive(pid);
    });
  return { explorer, children, gone };
}

const jobOf = (text: string) => ({ kind: "searchLog", log: { path: "x" }, query: { text }, from: START }) as const;

describe("the explorer's client", () => {
  it("tells what a job finds and its end, and gives the next job to the same process", async () => {
    const { explorer, children } = explorerOfNode();
    const parts: LogFound[] = [];
    const options = { onPart: (part: LogFound) => void parts.push(part), timeoutMs: LONG };
    await explorer.run(jobOf("a"), options).ended;
    await explorer.run(jobOf("b"), options).ended;
    expect(parts.map(({ isDone }) => isDone)).toEqual([false, true, false, true]);
    expect(children).toHaveLength(1);
  });

  it("kills a blocked process on cancel, and serves the next job with a new one", async () => {
    const { explorer, children, gone } = explorerOfNode();
    const blocked = explorer.run(jobOf("block"), { onPart: () => undefined, timeoutMs: LONG });
    blocked.cancel();
    await blocked.ended;
    await gone(0);
    await explorer.run(jobOf("a"), { onPart: () => undefined, timeoutMs: LONG }).ended;
    expect(children).toHaveLength(2);
  });

  it("kills a blocked process that takes too long, and says so", async () => {
    const { explorer, gone } = explorerOfNode();
    const late = explorer.run(jobOf("block"), { onPart: () => undefined, timeoutMs: 50 });
    await expect(late.ended).rejects.toThrow(/longer than/);
    await gone(0);
  });

  it("does not stop a later job of the same process by cancelling one that has ended", async () => {
    const { explorer, children } = explorerOfNode();
    const options = { onPart: () => undefined, timeoutMs: LONG };
    const first = explorer.run(jobOf("a"), options);
    await first.ended;
    const second = explorer.run(jobOf("block"), options);
    first.cancel();
    expect(children).toHaveLength(1);
    expect(children[0]?.killed).toBe(false);
    second.cancel();
    expect(children[0]?.killed).toBe(true);
  });

  it("ends a process that has had nothing to do for a while", async () => {
    const { explorer, gone } = explorerOfNode(20);
    await explorer.run(jobOf("a"), { onPart: () => undefined, timeoutMs: LONG }).ended;
    await gone(0);
    await explorer.run(jobOf("b"), { onPart: () => undefined, timeoutMs: LONG }).ended;
  });

  it("works on several jobs at once, and keeps one process for later", async () => {
    const { explorer, children, gone } = explorerOfNode();
    const blocked = explorer.run(jobOf("block"), { onPart: () => undefined, timeoutMs: LONG });
    await explorer.run(jobOf("a"), { onPart: () => undefined, timeoutMs: LONG }).ended;
    expect(children).toHaveLength(2);
    explorer.stop();
    await blocked.ended;
    await gone(0);
    await gone(1);
  });

  it("says that a job failed, or that its process is gone", async () => {
    const { explorer } = explorerOfNode();
    const options = { onPart: () => undefined, timeoutMs: LONG };
    await expect(explorer.run(jobOf("fail"), options).ended).rejects.toThrow("no such log");
    await expect(explorer.run(jobOf("crash"), options).ended).rejects.toThrow(/code 3/);
  });
});

describe("searches that are asked for what they found", () => {
  const search = (text: string) => ({ log: { path: "x" }, query: { text }, from: START });

  it("answers until the search is done, and knows it no more after that", async () => {
    const searches = createLogSearches(explorerOfNode().explorer);
    const id = searches.start(search("a"));
    let found = await searches.next(id);
    while (!found.isDone) found = await searches.next(id);
    await expect(searches.next(id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("answers a question that waits when the search is stopped, and kills its process", async () => {
    const { explorer, gone } = explorerOfNode();
    const searches = createLogSearches(explorer);
    const id = searches.start(search("block"));
    const asked = searches.next(id);
    searches.stop(id);
    await expect(asked).rejects.toThrow(/stopped/);
    await gone(0);
  });

  it("passes on why a search failed", async () => {
    const searches = createLogSearches(explorerOfNode().explorer);
    await expect(searches.next(searches.start(search("fail")))).rejects.toThrow(/no such log/);
  });

  it("gives up the oldest of too many", async () => {
    const searches = createLogSearches(explorerOfNode().explorer);
    const first = searches.start(search("block"));
    for (let more = 0; more < 8; more++) searches.start(search("block"));
    await expect(searches.next(first)).rejects.toMatchObject({ code: "not_found" });
  });
});
