import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "@playwright/test";

/** A console that runs from where it was installed. */
export interface InstalledConsole {
  readonly child: ChildProcess;
  readonly page: Page;
  /** Milliseconds from the start of the process until the page was there to be looked at. */
  readonly openedAt: number;
  /** Waits for its end and gives its exit code; null: it was ended by a signal. */
  ended(): Promise<number | null>;
  /** Ends it as `kill` would. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly executable: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const SWITCHES = ["--remote-debugging-port=0", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
const PATIENCE_MS = 60_000;
const ATTACH_MS = 15_000;

/** A page that changes its process while somebody attaches to it can leave that attempt without an answer for ever. */
async function attach(address: string): Promise<Browser> {
  const tries = PATIENCE_MS / ATTACH_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await chromium.connectOverCDP(address, { timeout: ATTACH_MS });
    } catch (error) {
      if (attempt === tries) throw error;
      process.stderr.write(`attached to nothing within ${ATTACH_MS} ms: tried again\n`);
    }
  }
}

/** Starts it as the system does. It is looked at from outside: its fuses let nobody into the main process. */
export async function startInstalled({ executable, args, env }: StartOptions): Promise<InstalledConsole> {
  const began = performance.now();
  const child = spawn(executable, [...SWITCHES, ...args], { env, stdio: ["ignore", "ignore", "pipe"] });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stderr });
  const said: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`no window after ${PATIENCE_MS} ms: ${said.join("\n")}`)),
      PATIENCE_MS,
    );
    lines.on("line", (line) => {
      said.push(line);
      const found = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(limit);
      resolve(found);
    });
    child.once("exit", () => {
      clearTimeout(limit);
      reject(new Error(`it ended before it listened: ${said.join("\n")}`));
    });
  });
  const browser = await attach(address);
  const [context] = browser.contexts();
  const page = context?.pages()[0] ?? (await context?.waitForEvent("page", { timeout: PATIENCE_MS }));
  if (page === undefined) throw new Error("the console has no window");
  page.setDefaultTimeout(PATIENCE_MS);
  const ended = async (): Promise<number | null> => (await exit)[0];
  return {
    child,
    page,
    openedAt: performance.now() - began,
    ended,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended();
      clearTimeout(patience);
    },
  };
}
