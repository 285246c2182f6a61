import { mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { LateText } from "../../../shared/model/plan-definition";
import type { ReadableDatabase } from "../store/database";
import { needsSecrets } from "../store/secret-need";
import { segment } from "./task-files";

export type Secrets = Readonly<Record<string, string>>;

/** Beside the plans' folders; no plan's folder begins with a dot. */
function secretsFolder(filesFolder: string): string {
  return join(filesFolder, ".secrets");
}

const SUFFIX = ".json";

function secretsFile(filesFolder: string, planId: string): string {
  return join(secretsFolder(filesFolder), `${segment(planId)}${SUFFIX}`);
}

/**
 * Keeps a plan's secrets beside the database, for its owner alone, where any console on this file finds them. Durable
 * when it resolves. Without secrets it does nothing.
 */
export async function keepSecrets(filesFolder: string, planId: string, secrets: Secrets): Promise<void> {
  if (Object.keys(secrets).length === 0) return;
  await mkdir(secretsFolder(filesFolder), { recursive: true, mode: 0o700 });
  const path = secretsFile(filesFolder, planId);
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(JSON.stringify(secrets));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** All that is kept for a plan; empty when nothing is. */
export async function readSecrets(filesFolder: string, planId: string): Promise<Secrets> {
  let text: string;
  try {
    text = await readFile(secretsFile(filesFolder, planId), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
  const kept: unknown = JSON.parse(text);
  const entries = typeof kept === "object" && kept !== null ? Object.entries(kept) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** The secrets that an attempt is given. Throws `not_found` when one is no longer kept. */
export async function neededSecrets(filesFolder: string, planId: string, late: LateText | undefined): Promise<Secrets> {
  if (late === undefined || late.secrets.length === 0) return {};
  const kept = await readSecrets(filesFolder, planId);
  const needed = late.secrets.map((name): [string, string] => {
    const value = Object.hasOwn(kept, name) ? kept[name] : undefined;
    if (value !== undefined) return [name, value];
    throw new HiveError(
      "not_found",
      `The secret "${name}" is not kept any more (it goes when its plan has ended): launch the plan again.`,
      { parameter: name, planId },
    );
  });
  return Object.fromEntries(needed);
}

export async function forgetSecrets(filesFolder: string, planId: string): Promise<void> {
  await unlink(secretsFile(filesFolder, planId)).catch(() => undefined);
}

/** A file is written before its plan is: that long it may have none. */
const LAUNCH_MS = 3_600_000;

/**
 * Removes the secrets of plans that need them no more: those that completed, were cancelled or do not exist, and those
 * that failed so long ago that nobody retries them.
 */
export async function sweepSecrets(filesFolder: string, db: ReadableDatabase, now: number): Promise<void> {
  const folder = secretsFolder(filesFolder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const planId = name.endsWith(SUFFIX) ? decodeURIComponent(name.slice(0, -SUFFIX.length)) : null;
    const need = planId === null ? "unknown" : needsSecrets(db, planId, now);
    if (need === "yes") continue;
    if (need === "unknown") {
      const age = await stat(path).then(
        (file) => now - file.mtimeMs,
        () => 0,
      );
      if (age < LAUNCH_MS) continue;
    }
    await unlink(path).catch(() => undefined);
  }
}
