import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StepError } from "./report.mjs";

/**
 * Makes a folder of ours with all that it lies in. Node's own recursive mkdir never returns where a file system
 * answers ENOENT to the making of a folder, as /proc does.
 * @throws {StepError}
 */
export function makeFolder(path) {
  try {
    make(path);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "EEXIST", "EPERM"].includes(error.code)) throw error;
    throw new StepError(`The folder ${path} cannot be made (${error.code}).`, {
      todo: "Correct HIVE_CACHE_DIR, or unset it: ~/.cache/hive-console is used then.",
    });
  }
}

function make(path) {
  if (isFolder(path)) return;
  if (dirname(path) !== path) make(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code !== "EEXIST" || !isFolder(path)) throw error;
  }
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
