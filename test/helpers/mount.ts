import { execFileSync } from "node:child_process";
import type { TestContext } from "vitest";
import { afterThisTest } from "./store";

/**
 * Mounts a memory file system of this size (as `2m`) on a folder for the length of a test, and gives what
 * remounts it `ro` or `rw`. Where the system does not let it (it takes root on Linux), the test is skipped with
 * the reason.
 */
export function mountOrSkip(context: TestContext, folder: string, size: string): (mode: "ro" | "rw") => void {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : String(error);
    context.skip(`a file system of its own cannot be mounted here (it takes root on Linux): ${why}`);
  }
  afterThisTest(() => execFileSync("umount", ["--lazy", folder]));
  return (mode) => execFileSync("mount", ["-o", `remount,${mode}`, folder]);
}
