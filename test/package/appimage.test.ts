import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { type InstalledConsole, startInstalled } from "./installed-console";

/** HIVE_PACKAGE_APPIMAGE: the file, empty where none can be made. */
const IMAGE = process.env.HIVE_PACKAGE_APPIMAGE ?? "";

describe.skipIf(IMAGE === "")("the AppImage", () => {
  let work = "";
  let opened: InstalledConsole | undefined;
  const unpacked = (path = ""): string => join(work, "squashfs-root", path);
  const environment = (): NodeJS.ProcessEnv => {
    const { HIVE_SQLITE_BINDING: _native, NODE_OPTIONS: _options, ...env } = process.env;
    return { ...env, HOME: work, HIVE_DATA_DIR: join(work, "data") };
  };

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "hive-appimage-"));
  });
  afterAll(async () => {
    await opened?.stop();
    rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  it("unpacked, it has a hive that can be linked to, and says what it opens", () => {
    execFileSync(IMAGE, ["--appimage-extract"], { cwd: work, stdio: "ignore" });
    const link = join(work, "hive");
    symlinkSync(unpacked("resources/cli/hive"), link);
    expect(execFileSync(link, ["--version"], { encoding: "utf8", env: environment() }).trim()).toBe(version);
    const desktop = readFileSync(unpacked("hive-console.desktop"), "utf8");
    expect(desktop).toMatch(/^Exec=AppRun %U$/m);
    expect(desktop).toMatch(
      /^MimeType=application\/x-hive-plan;application\/x-hive-database;x-scheme-handler\/hive;$/m,
    );
    expect(existsSync(unpacked(".DirIcon"))).toBe(true);
  });

  it("started, it runs a plan, whose task has nothing of the file that it came from", async () => {
    const plan = join(work, "where.hiveplan");
    writeFileSync(
      plan,
      `title: Where\nsubtasks:\n  - id: look\n    run: env > "$OUT"\n    env: { OUT: ${work}/seen }\n`,
    );
    // What the runtime says to AppRun.
    const env = { ...environment(), APPDIR: unpacked(), APPIMAGE: IMAGE };
    opened = await startInstalled({ executable: unpacked("AppRun"), args: [plan], env });
    const main = opened.page.getByRole("main");
    await main.getByRole("button", { name: /^Launch (?!paused)/ }).click();
    const badge = main.getByRole("heading", { level: 1 }).locator("xpath=following-sibling::*[1]");
    await badge.filter({ hasText: "Completed" }).waitFor();
    const seen = readFileSync(join(work, "seen"), "utf8");
    expect(seen).toMatch(/^HIVE_TASK_ID=/m);
    expect(seen.replace(/^(HIVE_.*|OUT=.*)$/gm, "")).not.toContain("squashfs-root");
    await opened.page.close();
    expect(await opened.ended()).toBe(0);
  });
});
