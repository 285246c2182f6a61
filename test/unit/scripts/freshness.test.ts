import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildIsFresh, inputFingerprint, stampBuild } from "../../../scripts/lib/build.mjs";
import { checkNodeVersion, installProblem } from "../../../scripts/lib/install.mjs";
import { isStale } from "../../../scripts/lib/lock.mjs";
import { isRemembered } from "../../../scripts/lib/official-electron.mjs";

describe("whether the build is fresh", () => {
  let root = "";
  const put = async (name: string, content: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "freshness-"));
    await put("src/main/index.ts", "main");
    await put("resources/plans/a.yaml", "title: a");
    await put("package.json", "{}");
    for (const name of [
      "main/index.cjs",
      "main/hive.cjs",
      "preload/index.cjs",
      "renderer/index.html",
      "sdk/index.cjs",
    ]) {
      await put(`out/${name}`, name);
    }
    stampBuild(root, inputFingerprint(root));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("is after a build, also when a source was only touched", async () => {
    expect(buildIsFresh(root)).toBe(true);
    await utimes(join(root, "src/main/index.ts"), new Date(), new Date());
    expect(buildIsFresh(root)).toBe(true);
  });

  it.each([
    ["a source changes", (): Promise<void> => put("src/main/index.ts", "other")],
    ["a source is added", (): Promise<void> => put("src/main/new.ts", "")],
    ["a source is removed", (): Promise<void> => rm(join(root, "resources/plans/a.yaml"))],
    ["a configuration changes", (): Promise<void> => put("tsconfig.base.json", "{}")],
    ["something else wrote to out/", (): Promise<void> => put("out/main/index.cjs", "from npm run dev")],
    ["part of out/ is gone", (): Promise<void> => rm(join(root, "out/renderer/index.html"))],
    ["the stamp is damaged", (): Promise<void> => put("out/.build-stamp.json", "{")],
  ])("is not when %s", async (_what, change) => {
    await change();
    expect(buildIsFresh(root)).toBe(false);
  });
});

describe("whether the packages are installed", () => {
  const lock = {
    packages: {
      "": { version: "1.0.0" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/a/node_modules/b": { version: "2.0.0" },
      "node_modules/other-platform": { version: "1.0.0", optional: true },
    },
  };
  const installed = (b: string) => ({
    packages: { "node_modules/a": { version: "1.0.0" }, "node_modules/a/node_modules/b": { version: b } },
  });

  it("needs every package in its version, but no optional one", () => {
    expect(installProblem(lock, installed("2.0.0"))).toBeUndefined();
    expect(installProblem(lock, installed("1.9.0"))).toBe("b is 1.9.0 instead of 2.0.0");
    expect(installProblem(lock, { packages: {} })).toBe("a is missing");
    expect(installProblem(lock, undefined)).toBe("nothing is installed yet");
  });

  it.each(["20.18.0", "20.20.2", "24.0.0"])("accepts Node %s", (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });

  it.each(["18.20.0", "20.9.0"])("refuses Node %s", (version) => {
    expect(() => checkNodeVersion(version)).toThrow(`Node ${version} is too old`);
  });
});

describe("what is remembered and locked", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");

  it("remembers an unreachable download for a day and for its version", () => {
    const memo = { version: "45.4.1", failed_at: "2026-11-20T13:00:00Z" };
    expect(isRemembered(memo, "45.4.1", now)).toBe(true);
    expect(isRemembered(memo, "45.4.2", now)).toBe(false);
    expect(isRemembered({ ...memo, failed_at: "2026-11-20T11:00:00Z" }, "45.4.1", now)).toBe(false);
    expect(isRemembered({ ...memo, failed_at: "2027-01-01T00:00:00Z" }, "45.4.1", now)).toBe(false);
    expect(isRemembered(undefined, "45.4.1", now)).toBe(false);
  });

  it("takes over a lock whose process is gone or silent, and no other", () => {
    const here = { thisHost: "here", exists: (pid: number) => pid === 1 };
    expect(isStale({ pid: 1, host: "here", ageMs: 100 }, here)).toBe(false);
    expect(isStale({ pid: 2, host: "here", ageMs: 100 }, here)).toBe(true);
    expect(isStale({ pid: 2, host: "elsewhere", ageMs: 100 }, here)).toBe(false);
    expect(isStale({ pid: 1, host: "here", ageMs: 60_000 }, here)).toBe(true);
    expect(isStale({ pid: undefined, host: undefined, ageMs: 100 }, here)).toBe(false);
  });
});
