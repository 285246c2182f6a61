import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app, crashReporter } from "electron";
import { z } from "zod";
import { processTypeOf } from "./minidump";

/** Where Crashpad puts a report while it is written, and when it is whole. */
const PLACES = ["new", "pending", "completed", "reports"];
const MOST_KEPT = 10;
/** Which reports somebody was told of. */
const TOLD = "told.json";
const toldSchema = z.object({ until: z.number() });

/** A memory image of a process of ours that crashed. It stays on this computer. */
export interface CrashReport {
  readonly file: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** From now on a crash of any process of the program leaves a report in that folder, and nowhere else. */
export function keepCrashReports(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath("crashDumps", folder);
  crashReporter.start({ uploadToServer: false, ignoreSystemCrashHandler: false });
}

/**
 * Reports of main that nobody was told of yet, the latest first. They count as told from now on; the oldest ones are
 * removed. A page that crashes is told of while it happens; one that does while the console ends harms nobody.
 */
export function newCrashReports(folder: string, now: number): CrashReport[] {
  const reports = PLACES.flatMap((place) => reportsIn(join(folder, place))).sort((a, b) => b.at - a.at);
  for (const { file } of reports.slice(MOST_KEPT)) rmSync(file, { force: true });
  const until = toldUntil(folder);
  const fresh = reports.slice(0, MOST_KEPT).filter(({ at, file }) => at > until && isOfMain(file));
  if (fresh.length > 0) writeFileSync(join(folder, TOLD), JSON.stringify({ until: now }));
  return fresh;
}

/** Also one that does not say of what it is. */
function isOfMain(file: string): boolean {
  return (processTypeOf(readFileSync(file)) ?? "browser") === "browser";
}

function reportsIn(folder: string): CrashReport[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".dmp"))
      .map((name) => join(folder, name))
      .map((file) => ({ file, at: statSync(file).mtimeMs }));
  } catch {
    return [];
  }
}

function toldUntil(folder: string): number {
  try {
    return toldSchema.parse(JSON.parse(readFileSync(join(folder, TOLD), "utf8"))).until;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}
