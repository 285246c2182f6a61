import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { _electron, test as base, type ElectronApplication, expect, type Page } from "@playwright/test";
import { pictureFolder } from "./guide-pictures";
import { commandOf, processesWith, until } from "./processes";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Each worker has a display of its own where `npm run test:e2e` made some: windows on one would take the focus in turn. */
const displays = process.env.HIVE_DISPLAYS?.split(",") ?? [];
const display = displays[Number(process.env.TEST_PARALLEL_INDEX ?? 0)];
if (display !== undefined) process.env.DISPLAY = display;

export interface LaunchOptions {
  /** Arguments of the program: `--db FILE`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Problems that the test brings about on purpose. Every other one fails it. */
  readonly allow?: RegExp;
}

/** A running console. */
export interface OpenConsole {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What main has written to stderr. */
  stderr(): string;
  /** Ends it as `kill` would (tasks are left running) and waits until it is gone. */
  quit(): Promise<void>;
  /** Asks the window to close, as its close button does. */
  requestClose(): Promise<void>;
  /** Waits until the process has ended, and gives its exit code. */
  ended(): Promise<number | null>;
}

interface Fixtures {
  /** A folder of this test's own; removed at its end. */
  readonly folder: string;
  /** Where the consoles of this test keep their data and default database. */
  readonly dataFolder: string;
  readonly launch: (options?: LaunchOptions) => Promise<OpenConsole>;
}

/**
 * Holds main until Playwright is connected. By itself Playwright does so only with an Electron of its own choice; a
 * connection that comes while the page is on its way can miss the page's arrival, and then waits for it for ever.
 */
const HOLD_START = ["-r", join(ROOT, "node_modules/playwright-core/lib/server/electron/loader.js")];

/** Every test has a fresh folder, no trouble in any console it opened, and no process left behind. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  folder: async ({}, use) => {
    const folder = pictureFolder() ?? mkdtempSync(join(tmpdir(), "hive-e2e-"));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  dataFolder: async ({ folder }, use) => use(join(folder, "data")),
  launch: async ({ folder, dataFolder }, use) => {
    const consoles: OpenConsole[] = [];
    const problems: string[] = [];
    await use(async (options = {}) => {
      const opened = await open(dataFolder, options, (problem) => {
        if (!options.allow?.test(problem)) problems.push(problem);
      });
      consoles.push(opened);
      return opened;
    });
    for (const opened of consoles) await opened.quit();
    const leaked = await leftovers(folder);
    expect(problems, "errors and policy violations in the page").toEqual([]);
    expect(leaked, "processes left behind").toEqual([]);
  },
});

export { expect };

async function open(
  dataFolder: string,
  options: LaunchOptions,
  onProblem: (problem: string) => void,
): Promise<OpenConsole> {
  const { ELECTRON_RENDERER_URL: _dev, ...env } = process.env;
  const app = await _electron.launch({
    executablePath: electronPath(),
    args: [...HOLD_START, ROOT, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...(options.args ?? [])],
    cwd: ROOT,
    env: { ...(env as Record<string, string>), HIVE_DATA_DIR: dataFolder, ...options.env },
  });
  const askOnce = askAgainWhenLost(app);
  const child = app.process();
  const exit = once(child, "exit");
  const errors: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const page = await app.firstWindow();
  page.on("pageerror", (error) => onProblem(`${error.name}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") onProblem(message.text());
  });
  await page.waitForLoadState("domcontentloaded");

  async function ended(): Promise<number | null> {
    const [code] = await exit;
    return code;
  }

  return {
    app,
    page,
    stderr: () => errors.join(""),
    ended,
    async quit() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended();
      clearTimeout(patience);
    },
    // Carried out also where its answer gets lost; a second request would be another one.
    requestClose: () =>
      askOnce(({ BrowserWindow }) => {
        BrowserWindow.getAllWindows()[0]?.close();
      }).catch((error: unknown) => {
        if (!isLost(error)) throw error;
      }),
  };
}

/** Main has done what it was asked, and its answer was lost: the inspector lets go of some promises too early. */
const isLost = (error: unknown): boolean => /Resulting promise was garbage collected/.test(String(error));

/** From now on main is asked again where its answer was lost. Gives what asks once. */
function askAgainWhenLost(app: ElectronApplication): ElectronApplication["evaluate"] {
  const askOnce = app.evaluate.bind(app);
  const ask: (...question: Parameters<typeof askOnce>) => Promise<unknown> = async (...question) => {
    for (;;) {
      try {
        return await askOnce(...question);
      } catch (error) {
        if (!isLost(error)) throw error;
      }
    }
  };
  Object.assign(app, { evaluate: ask });
  return askOnce;
}

/** Processes that still run although their console has ended, after a moment for the last of them to go. */
async function leftovers(folder: string): Promise<string[]> {
  const find = () => processesWith(folder);
  await until("processes to end", () => find().length === 0, 3_000).catch(() => undefined);
  const pids = find();
  const commands = pids.map(commandOf);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  return commands;
}

let preparedPath: string | undefined;

/** The executable that the console runs in. */
export function electronPath(): string {
  preparedPath ??=
    process.env.HIVE_ELECTRON_PATH ??
    execFileSync(process.execPath, [join(ROOT, "scripts/electron-path.mjs")], { encoding: "utf8" }).trim();
  return preparedPath;
}

/** The system's file dialogs cannot be driven from outside: from now on they answer with this path. */
export async function answerFileDialogs({ app }: OpenConsole, path: string | null): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = async () => ({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] });
  }, path);
}

/** Writes a plan file (JSON) and gives its path. */
export function writePlan(folder: string, plan: unknown, name = "plan.json"): string {
  const file = join(folder, name);
  writeFileSync(file, typeof plan === "string" ? plan : JSON.stringify(plan, null, 2));
  return file;
}
