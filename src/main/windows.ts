import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { app, type BrowserWindow } from "electron";
import { z } from "zod";
import { withoutLeaks } from "./core/runner/descriptors";
import type { TaskLink } from "./links";

/** What a start hands over to the window that is open already. */
const handedOver = z.object({
  planFile: z.string().min(1).nullable(),
  taskId: z.string().min(1).nullable().default(null),
});

/** What the window is to show. */
export interface Shown {
  readonly planFile: string | null;
  readonly link: TaskLink | null;
}

export const NOTHING_SHOWN: Shown = { planFile: null, link: null };

/**
 * Where the window of a database keeps what it remembers: places, filters, sizes. A folder for each, because
 * Chromium's storage has one owner; whichever way a file is named, it is one database.
 */
export function windowFolder(dataFolder: string, databaseFile: string): string {
  const key = createHash("sha256").update(canonical(databaseFile)).digest("hex").slice(0, 16);
  return join(dataFolder, "windows", key);
}

/** The path without links. Of a file that is yet to be created: its folder's, and its name. */
function canonical(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    const folder = dirname(file);
    return folder === file ? file : join(canonical(folder), basename(file));
  }
}

/**
 * Makes this process the only one whose window shows that database. False: another one has it, and was told to come
 * to the front and to show that. What was taken before is given up.
 */
export function takeDatabase(folder: string, { planFile, link }: Shown): boolean {
  mkdirSync(folder, { recursive: true });
  app.releaseSingleInstanceLock();
  app.setPath("userData", folder);
  return app.requestSingleInstanceLock({ planFile, taskId: link?.taskId ?? null });
}

/** Comes to the front when somebody opens the database of this window once more. */
export function answerSecondStart(window: BrowserWindow, show: (shown: Shown) => void): void {
  app.on("second-instance", (_event, _arguments, _folder, data) => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    const told = handedOver.safeParse(data);
    if (!told.success) return;
    const { planFile, taskId } = told.data;
    if (planFile !== null || taskId !== null) show({ planFile, link: taskId === null ? null : { taskId } });
  });
}

export interface StartOptions {
  /** What would stand on the command line. */
  readonly args: readonly string[];
  /** Switches for Chromium that this process was started with. */
  readonly switches: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts a console of its own, which goes on when this one ends. Rejects when it cannot be started. */
export function startConsole({ args, switches, environment }: StartOptions): Promise<void> {
  const program = process.defaultApp ? [app.getAppPath()] : [];
  const child = withoutLeaks(["ignore", "ignore", "ignore"], (stdio) =>
    spawn(process.execPath, [...program, ...switches, ...args], { detached: true, stdio, env: environment }),
  );
  child.unref();
  return new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
}
