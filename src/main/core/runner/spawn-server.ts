import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, type ProcessIdentity, processStart, thisHost } from "../process-identity";
import { withoutLeaks } from "./descriptors";
import { forbidStart, readExitCode, readKeeper } from "./exit-file";
import { type ProcessEnd, signalOfExitCode } from "./outcome";
import { canSignalGroup } from "./process-table";
import { canHandOn, type SpawnOrder, spawnOrder } from "./spawn-order";
import { endFromFile, UNWATCHED_END } from "./watch";

/** A process that the server started. */
export interface Served {
  readonly kind: "started";
  readonly pid: number;
  readonly exited: Promise<ProcessEnd>;
  /** Somebody has reason to believe that it is gone. */
  look(): void;
}

export type SpawnAnswer =
  | Served
  /** It did not begin, or nobody saw how it ended; `end` says why. */
  | { readonly kind: "refused"; readonly end: ProcessEnd }
  /** The server is gone, or does not answer: it has not begun, and now never will. */
  | { readonly kind: "lost" };

/** A small process that starts the processes of tasks in place of this large one, whose every fork is dear. */
export interface SpawnServer {
  /** Null: this one is to be started without it. */
  start(order: SpawnOrder): Promise<SpawnAnswer> | null;
  /** Opens it now. False: this machine or environment has none. */
  open(): Promise<boolean>;
  /** It starts nothing more. What it has started runs on. */
  close(): void;
}

export interface SpawnServerOptions {
  /** So many tasks are started without it: a console with one or two commands needs none. Default 2. */
  readonly after?: number;
  /** An order that is not answered for so long is withdrawn. Default 20,000. */
  readonly answerMs?: number;
}

/** Orders come as six digits, which are a length, and as many characters. */
const PROGRAM =
  "((BASH_VERSINFO[0] >= 4)) || exit 1; set -m; case $- in *m*) echo ready;; *) exit 1;; esac; " +
  'while IFS= read -r -N 6 n && IFS= read -r -N "$((10#$n))" m; do eval "$m"; done';

const SHELLS = ["/bin/bash", "/usr/bin/bash"];
/** A machine on which it keeps dying has none. */
const MOST_DEATHS = 3;
/** How often it is looked whether a keeper was killed before it could tell. */
const LOOK_MS = 500;
/** From a keeper's last word to its end: that it is there no more is cheaper to see than what else its group holds. */
const LEAVING_MS = 25;
/** The shell's word for "no child of mine". */
const UNKNOWN_CHILD = 127;

interface Entry {
  readonly id: number;
  readonly order: SpawnOrder;
  readonly answer: (answer: SpawnAnswer) => void;
  readonly end: (end: ProcessEnd) => void;
  readonly exited: Promise<ProcessEnd>;
  readonly withdraw: NodeJS.Timeout;
  identity: ProcessIdentity | null;
  isLookedAt: boolean;
}

export function createSpawnServer(
  inherited: Readonly<Record<string, string>>,
  { after = 2, answerMs = 20_000 }: SpawnServerOptions = {},
): SpawnServer {
  const shell = process.platform === "linux" ? SHELLS.find((path) => existsSync(path)) : undefined;
  const isPossible = shell !== undefined && canHandOn(inherited);
  let starts = 0;
  let deaths = 0;
  let current: Server | null = null;
  let isClosed = false;

  const opened = (): Server | null => {
    if (!isPossible || isClosed || deaths >= MOST_DEATHS) return null;
    current ??= openServer(shell, inherited, answerMs, () => {
      current = null;
      deaths += 1;
    });
    return current;
  };

  return {
    start(order) {
      starts += 1;
      return starts > after ? (opened()?.start(order) ?? null) : null;
    },
    open: async () => (await opened()?.ready) ?? false,
    close() {
      isClosed = true;
      current?.close();
      current = null;
    },
  };
}

interface Server {
  readonly ready: Promise<boolean>;
  start(order: SpawnOrder): Promise<SpawnAnswer> | null;
  close(): void;
}

function openServer(
  shell: string,
  inherited: Readonly<Record<string, string>>,
  answerMs: number,
  onGone: () => void,
): Server {
  const entries = new Map<number, Entry>();
  let nextId = 1;
  let state: "opening" | "ready" | "gone" = "opening";
  const child = startShell(shell, inherited);
  let settle: (isReady: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => {
    settle = resolve;
  });

  const send = (text: string): void => {
    if (state === "ready") child.stdin?.write(String(text.length).padStart(6, "0") + text);
  };

  const drop = (entry: Entry): void => {
    clearTimeout(entry.withdraw);
    entries.delete(entry.id);
  };
  const answer = (entry: Entry, given: SpawnAnswer): void => {
    drop(entry);
    entry.answer(given);
  };
  const refuse = (entry: Entry, end: ProcessEnd): void => answer(entry, { kind: "refused", end });

  const finish = (entry: Entry, end: ProcessEnd): void => {
    drop(entry);
    entry.end(end);
  };

  /** The exit file decides: made here, no keeper will begin; made by a keeper, it has begun, or has died since. */
  const withdraw = async (entry: Entry): Promise<void> => {
    const { exit } = entry.order.files;
    if (entry.identity !== null || !entries.has(entry.id)) return;
    if (forbidStart(entry.order.files)) return answer(entry, { kind: "lost" });
    const keeper = await readKeeper(exit);
    if (entry.identity !== null || !entries.has(entry.id)) return;
    if (keeper !== null && canSignalGroup(keeper)) begun(entry, keeper);
    else refuse(entry, await endFromFile(exit, UNWATCHED_END));
  };

  const begun = (entry: Entry, pid: number): void => {
    clearTimeout(entry.withdraw);
    entry.identity = { pid, pidStart: processStart(pid), ...thisHost };
    entry.answer({ kind: "started", pid, exited: entry.exited, look: () => void look(entry) });
  };

  /** Its keeper was killed before it could tell: the shell whose child it was still knows of what. */
  const look = async (entry: Entry): Promise<void> => {
    if (entry.identity === null || entry.isLookedAt || isAlive(entry.identity) !== false) return;
    entry.isLookedAt = true;
    const { exit } = entry.order.files;
    if ((await readExitCode(exit)) === null && state === "ready") {
      send(`wait ${entry.identity.pid}; echo "w ${entry.id} $?"`);
      await Promise.race([entry.exited, delay(answerMs, undefined, { ref: false })]);
    }
    if (entries.has(entry.id)) finish(entry, await endFromFile(exit, UNWATCHED_END));
  };

  const leave = async (entry: Entry, exitCode: number): Promise<void> => {
    const group = entry.identity?.pid ?? null;
    drop(entry);
    const limit = performance.now() + LEAVING_MS;
    while (group !== null && canSignalGroup(group) && performance.now() < limit) await delay(1);
    entry.end({ exitCode, signal: null, trouble: null });
  };

  const hear = (line: string): void => {
    if (line === "ready") {
      state = "ready";
      settle(true);
      return;
    }
    const [word, id, number] = line.split(" ");
    const entry = entries.get(Number(id));
    if (entry === undefined) return;
    const value = Number(number);
    if (word === "s") begun(entry, value);
    else if (word === "e") void leave(entry, value);
    else if (word === "w" && value !== UNKNOWN_CHILD) finish(entry, keeperEnd(value));
    else if (word === "x") refuse(entry, { exitCode: 125, signal: null, trouble: null });
    else if (word === "r") {
      const trouble = `The working folder ${entry.order.cwd} does not exist or cannot be entered`;
      refuse(entry, { exitCode: null, signal: null, trouble });
    }
  };

  let rest = "";
  child.stdout?.setEncoding("latin1").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(line);
  });

  const looking = setInterval(() => {
    for (const entry of entries.values()) void look(entry);
  }, LOOK_MS);
  looking.unref();

  /** Keepers outlive it, and tell of themselves as long as there are any. */
  const gone = (): void => {
    if (state === "gone") return;
    state = "gone";
    settle(false);
    onGone();
    for (const entry of entries.values()) void withdraw(entry);
  };
  child.once("exit", gone);
  child.once("error", gone);
  child.stdin?.on("error", gone);
  child.stdout?.once("close", () => {
    clearInterval(looking);
    for (const entry of entries.values()) void look(entry);
  });

  return {
    ready,
    start(order) {
      if (state !== "ready") return null;
      const id = nextId;
      const text = spawnOrder(id, order, inherited);
      if (text === null) return null;
      nextId += 1;
      return new Promise((answerWith) => {
        let end: (end: ProcessEnd) => void = () => undefined;
        const exited = new Promise<ProcessEnd>((resolve) => {
          end = resolve;
        });
        const timer = setTimeout(() => void withdraw(entry), answerMs);
        const entry: Entry = {
          id,
          order,
          answer: answerWith,
          end,
          exited,
          withdraw: timer,
          identity: null,
          isLookedAt: false,
        };
        entries.set(id, entry);
        send(text);
      });
    },
    close() {
      clearInterval(looking);
      child.stdin?.end();
      child.stdout?.destroy();
    },
  };
}

/** What ended a keeper ended its attempt, as far as anybody can tell. */
function keeperEnd(status: number): ProcessEnd {
  const signal = signalOfExitCode(status);
  return { exitCode: signal === null ? status : null, signal, trouble: null };
}

/** It ends by itself when its standard input does, with this process at the latest. */
function startShell(shell: string, env: Readonly<Record<string, string>>): ChildProcess {
  const child: ChildProcess = withoutLeaks(["pipe", "pipe", "ignore"], (stdio) =>
    spawn(shell, ["--norc", "--noprofile", "-p", "-c", PROGRAM, "hive-spawn"], {
      cwd: "/",
      env,
      detached: true,
      stdio,
    }),
  );
  child.unref();
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
  return child;
}
