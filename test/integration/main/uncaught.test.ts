import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

it("an error that nobody caught is reported once, also when nobody reads the output; the process ends by itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hive-uncaught-"));
  const file = join(folder, "reports");
  const child = spawn(process.execPath, [join(import.meta.dirname, "uncaught-process.ts"), file]);
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const isOver = once(child, "exit");
  await Promise.all(
    [child.stdout, child.stderr].map((stream) => {
      const isClosed = once(stream, "close");
      stream.destroy();
      return isClosed;
    }),
  );
  child.stdin.end();
  expect(await isOver).toEqual([0, null]);
  expect(readFileSync(file, "utf8").split("\n")).toEqual([
    "an error that nobody caught: Error: the first",
    "a promise was rejected and nobody looked: Error: the second",
    "",
  ]);
});
