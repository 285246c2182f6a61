import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "../../../scripts/lib/make-folder.mjs";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "hive-folder-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("makes what is missing, twice the same", () => {
  const folder = join(place, "a", "b", "c");
  makeFolder(folder);
  makeFolder(folder);
  expect(existsSync(folder)).toBe(true);
});

test("says at once where no folder can be, and what to do", () => {
  writeFileSync(join(place, "file"), "");
  expect(() => makeFolder(join(place, "file", "logs"))).toThrow(/cannot be made/);
  if (process.platform === "linux")
    expect(() => makeFolder("/proc/nope/logs")).toThrow(/\/proc\/nope\/logs cannot be made \(ENOENT\)/);
});
