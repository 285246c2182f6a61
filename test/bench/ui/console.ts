import { once } from "node:events";
import { _electron, type ElectronApplication, type Page } from "@playwright/test";

export interface BenchedConsole {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** When its process began, in milliseconds since the epoch. */
  readonly startedAt: number;
  quit(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/** Opens the built console on a database, with a data folder of its own. */
export async function openConsole(root: string, file: string, dataFolder: string): Promise<BenchedConsole> {
  const executablePath = process.env.HIVE_ELECTRON_PATH;
  if (executablePath === undefined) throw new Error("HIVE_ELECTRON_PATH: run this as npm run bench:ui");
  const { ELECTRON_RENDERER_URL: _dev, ...env } = process.env;
  const startedAt = Date.now();
  const app = await _electron.launch({
    executablePath,
    args: [root, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--db", file],
    cwd: root,
    env: { ...(env as Record<string, string>), HIVE_DATA_DIR: dataFolder },
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
    startedAt,
    async quit() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await exit;
      clearTimeout(patience);
    },
  };
}
