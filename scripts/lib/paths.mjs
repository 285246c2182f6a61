import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { makeFolder } from "./make-folder.mjs";
import { StepError } from "./report.mjs";

/** The folder that holds package.json. */
export const ROOT = resolve(import.meta.dirname, "..", "..");

/** Where prepared runtimes, logs and locks live: HIVE_CACHE_DIR, or ~/.cache/hive-console. */
export function cacheDir() {
  return process.env.HIVE_CACHE_DIR ? resolve(process.env.HIVE_CACHE_DIR) : join(homedir(), ".cache", "hive-console");
}

const LARGEST_LOG = 2_000_000;

/** A log file of this checkout in the cache folder, to append to; one that has grown large starts anew. */
export function logFile(name) {
  const dir = join(cacheDir(), "logs");
  makeFolder(dir);
  const file = join(dir, `${name}-${checkoutId()}.log`);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG) rmSync(file, { force: true });
  return file;
}

/** Tells checkouts apart that share one cache folder. */
export function checkoutId() {
  return createHash("sha256").update(ROOT).digest("hex").slice(0, 8);
}

/** Node 24 as installed by the `node` package, after the install step, or the one that HIVE_NODE_PATH names. */
export function nodeBinary() {
  if (process.env.HIVE_NODE_PATH) return resolve(process.env.HIVE_NODE_PATH);
  return join(ROOT, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/** The entry script of a package's command, to be run by nodeBinary(). */
export function packageScript(...parts) {
  return join(ROOT, "node_modules", ...parts);
}

/** The environment for child commands: our tools and Node 24 come first in PATH. */
export function toolEnvironment(extra = {}) {
  const path = [join(ROOT, "node_modules", ".bin"), process.env.PATH].filter(Boolean).join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/** The folder in which the user typed the command: npm changes into the package's root and keeps it in INIT_CWD. */
export function userDir() {
  return process.env.INIT_CWD ?? process.cwd();
}

/**
 * Refuses to begin a step of this checkout in folders that it could not write to; those that do not exist are fine.
 * @param {string} step the beginning of a sentence, e.g. "Building"
 * @throws {StepError}
 */
export function requireWritable(step, folders) {
  for (const folder of folders.filter((path) => existsSync(path))) {
    try {
      accessSync(folder, constants.W_OK);
    } catch (error) {
      throw new StepError(`${step} writes to ${folder}, which is not allowed here (${error.code}).`, {
        todo: "Correct its permissions, or copy the checkout to a folder of your own and start it there.",
      });
    }
  }
}
