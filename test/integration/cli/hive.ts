import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { waitFor } from "../../helpers/wait";

const ROOT = resolve(import.meta.dirname, "../../..");
export const HIVE = join(ROOT, "out", "main", "hive.cjs");

/** Builds what the tests start, unless it is up to date. */
export async function buildHive(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, "scripts", "hive.mjs"), "--version"], { cwd: ROOT });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  output(): { readonly out: string; readonly err: string };
  /** Waits until its standard output matches. */
  printed(pattern: RegExp): Promise<void>;
}

/** A folder with a database of its own, and what starts the command in it. Nothing outlives `remove`. */
export interface Place {
  readonly folder: string;
  readonly databaseFile: string;
  file(name: string, content: string | Uint8Array): string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
  hive(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Rows of the database as plain objects. */
  rows(sql: string, ...parameters: unknown[]): Array<Record<string, unknown>>;
  remove(): Promise<void>;
}

export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "hive-cli-"));
  const databaseFile = join(folder, "data", "hive.db");
  const started: Running[] = [];
  const place: Place = {
    folder,
    databaseFile,
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    start(args, env = {}) {
      const running = run(process.execPath, [HIVE, ...args], folder, { HIVE_DATA_DIR: join(folder, "data"), ...env });
      started.push(running);
      return running;
    },
    hive: (args, env) => place.start(args, env).ended,
    rows(sql, ...parameters) {
      const database = new Database(databaseFile, { readonly: true });
      try {
        return database.prepare<unknown[], Record<string, unknown>>(sql).all(...parameters);
      } finally {
        database.close();
      }
    },
    async remove() {
      for (const { child } of started) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await Promise.all(started.map(({ ended }) => ended));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return place;
}

/** Starts a program and collects what it prints. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Running {
  const { NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited } = process.env;
  const child = spawn(command, args, { cwd, env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolveEnd, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolveEnd({ code, signal, out, err }));
  });
  return {
    child,
    ended,
    output: () => ({ out, err }),
    printed: async (pattern) => {
      await waitFor(`${pattern} on standard output`, () => pattern.test(out), { timeoutMs: 20_000 });
    },
  };
}

/** The objects of `--json` output; every line is one. */
export function records(out: string): Array<Record<string, unknown>> {
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
