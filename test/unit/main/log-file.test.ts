import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLogFile } from "../../../src/main/log-file";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hive-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (maxBytes?: number) =>
  openLogFile({
    file: join(folder, "logs", "window.log"),
    now: () => Date.UTC(2026, 10, 21, 9, 0, 0),
    redact: (text) => text.replaceAll("hunter2", "***"),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });

it("writes lines with their moment, without secrets, for their owner alone; goes on where the last start ended", () => {
  open().write("the key is hunter2");
  const log = open();
  log.write("uncaught: Error: no\n    at f (index.cjs:1)");
  expect(readFileSync(log.file, "utf8")).toBe(
    "2026-11-21T09:00:00.000Z the key is ***\n2026-11-21T09:00:00.000Z uncaught: Error: no\n      at f (index.cjs:1)\n",
  );
  expect(statSync(log.file).mode & 0o777).toBe(0o600);
});

it("keeps the latest lines within a bound, however much is written", () => {
  const log = open(2_000);
  for (let line = 0; line < 1_000; line += 1) log.write(`line ${line}`);
  const files = readdirSync(join(folder, "logs")).sort();
  expect(files).toEqual(["window.log", "window.log.1", "window.log.2", "window.log.3"]);
  for (const file of files) expect(statSync(join(folder, "logs", file)).size, file).toBeLessThanOrEqual(2_000);
  const lines = [...files].reverse().flatMap((file) =>
    readFileSync(join(folder, "logs", file), "utf8")
      .trim()
      .split("\n"),
  );
  const numbers = lines.map((line) => Number(line.split(" ").at(-1)));
  expect(numbers.at(-1)).toBe(999);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
});

it("a folder that cannot be made stops nobody, and is tried again", () => {
  writeFileSync(join(folder, "logs"), "in the way");
  const log = open();
  log.write("lost");
  rmSync(join(folder, "logs"));
  log.write("found");
  expect(readFileSync(log.file, "utf8")).toMatch(/ found\n$/);
});

it("a line larger than a whole file is written all the same", () => {
  const log = open(100);
  log.write("x".repeat(500));
  log.write("after");
  expect(existsSync(`${log.file}.1`)).toBe(true);
  expect(readFileSync(log.file, "utf8")).toMatch(/ after\n$/);
});
