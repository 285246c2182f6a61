import { closeSync, mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { AttemptFiles } from "./task-files";

/*
 * The exit file of an attempt. Whoever makes it, which only one can, decides whether the attempt begins. A keeper names
 * itself in it; at the end it holds the exit code and a newline, put there by one `write`.
 */

const CODE = /^(\d{1,3})\n$/;
const KEEPER = /^k(\d{1,10})\n$/;

/** Makes the file that decides about the start. False: it exists. */
export function makeExitFile(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Sees to it that an attempt without a process never begins, not even when the console that was about to start
 * it wakes up late. False: it has begun. The file that says so must stay.
 */
export function forbidStart(files: AttemptFiles): boolean {
  mkdirSync(dirname(files.exit), { recursive: true });
  return makeExitFile(files.exit);
}

async function find(path: string, pattern: RegExp): Promise<number | null> {
  try {
    const found = pattern.exec(await readFile(path, "latin1"))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

/** The exit code that a process's wrapper left; null when there is none, or it is not complete. */
export function readExitCode(path: string): Promise<number | null> {
  return find(path, CODE);
}

/** The process that waits for the attempt's command, to note its exit code; null when none has said so. */
export function readKeeper(path: string): Promise<number | null> {
  return find(path, KEEPER);
}
