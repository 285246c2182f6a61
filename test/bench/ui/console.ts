import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { _electron, chromium, type ElectronApplication, type Page } from "@playwright/test";

export interface BenchedConsole {
  readonly app: ElectronApplication;
  readonly page: Page;
  quit(): Promise<void>;
}

const PATIENCE_MS = 10_000;
const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

function executable(): string {
  const path = process.env.HIVE_ELECTRON_PATH;
  if (path === undefined) throw new Error("HIVE_ELECTRON_PATH: run this as npm run bench:ui");
  return path;
}

function environment(dataFolder: string): Record<string, string> {
  const { ELECTRON_RENDERER_URL: _dev, ...env } = process.env;
  return { ...(env as Record<string, string>), HIVE_DATA_DIR: dataFolder };
}

/**
 * Starts the console as a user does, and ends it: Playwright's own start holds main until it is connected.
 * @returns milliseconds from the start of the process to the frame in which `shown` (a selector) is on screen
 */
export async function timeStart(root: string, file: string, dataFolder: string, shown: string): Promise<number> {
  const began = Date.now();
  const child = spawn(executable(), ["--remote-debugging-port=0", ...SANDBOX, root, "--db", file], {
    cwd: root,
    env: environment(dataFolder),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exit = once(child, "exit");
  try {
    const browser = await chromium.connectOverCDP(await debuggerOf(createInterface({ input: child.stderr })));
    const context = browser.contexts()[0];
    const page = context?.pages()[0] ?? (await context?.waitForEvent("page"));
    if (page === undefined) throw new Error("the console has no window");
    await page.locator(shown).waitFor();
    const shownAt = await page.evaluate(
      () => new Promise<number>((done) => requestAnimationFrame(() => done(Date.now()))),
    );
    return shownAt - began;
  } finally {
    child.kill("SIGTERM");
    await exit;
  }
}

async function debuggerOf(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error("the console ended before it listened");
}

/** Opens the built console on a database, with a data folder of its own. */
export async function openConsole(root: string, file: string, dataFolder: string): Promise<BenchedConsole> {
  const app = await _electron.launch({
    executablePath: executable(),
    args: [...SANDBOX, root, "--db", file],
    cwd: root,
    env: environment(dataFolder),
  });
  const child = app.process();
  const exit = once(child, "exit");
  child.stderr?.on("data", (chunk: Buffer) => {
    if (process.env.HIVE_BENCH_VERBOSE) process.stderr.write(chunk);
  });
  const page = await app.firstWindow();
  return {
    app,
    page,
    async quit() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await exit;
      clearTimeout(patience);
    },
  };
}
