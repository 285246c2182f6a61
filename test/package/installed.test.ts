import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { version } from "../../package.json";
import { LATEST_VERSION } from "../../src/main/core/store/migrations";
import { migrate, schemaVersion } from "../../src/main/core/store/migrations/migrate";
import { waitFor } from "../helpers/wait";
import { type CleanRoot, makeCleanRoot, makeEmptyApp, makeOlderPackage, target } from "./clean-root";
import { type InstalledConsole, startInstalled } from "./installed-console";

/*
 * One story, in this order: an older version is installed into a clean root and used, a newer one is installed over it,
 * used, and removed. HIVE_PACKAGE_DEB: the package; HIVE_ELECTRON_PATH: the runtime by itself.
 */
const DEB = process.env.HIVE_PACKAGE_DEB ?? "";
const NAME = "hive-console";
const APP = "opt/Hive Console";
const OLDER = "0.0.1~older";
const GONE = `${APP}/resources/gone-since.txt`;
/** Some of its steps are taken back, as if an older version had made the database. */
const OLDER_SCHEMA = LATEST_VERSION - 3;
const LONG = { timeoutMs: 60_000, intervalMs: 50 };
/** Stands there as soon as the overview has its figures. */
const OVERVIEW = '[aria-label="Time range"]';
const MB = 1_000_000;

let work = "";
let root: CleanRoot;
let dataFolder = "";
const consoles: InstalledConsole[] = [];

beforeAll(() => {
  if (!existsSync(DEB)) throw new Error("HIVE_PACKAGE_DEB names no package: run this as npm run test:package");
  work = mkdtempSync(join(tmpdir(), "hive-package-"));
  root = makeCleanRoot(join(work, "root"));
  dataFolder = join(work, "data");
  writeFileSync(
    join(work, "greeting.hiveplan"),
    "title: Greeting\nsubtasks:\n  - id: hello\n    title: Say hello\n    run: echo hello from the package\n",
  );
});

afterAll(async () => {
  for (const opened of consoles) await opened.stop();
  // Processes of Chromium may still be writing their last.
  rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const inRoot = (path: string): string => join(root.path, path);
const environment = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  const { HIVE_SQLITE_BINDING: _native, NODE_OPTIONS: _options, ...env } = process.env;
  return { ...env, HOME: work, HIVE_DATA_DIR: dataFolder, ...extra };
};

/** The command as it lies in the PATH of a system that has the package. */
function hive(...args: string[]): string {
  return execFileSync(inRoot("usr/bin/hive"), args, {
    encoding: "utf8",
    env: environment(),
    cwd: work,
    timeout: 60_000,
  });
}

async function start(...args: string[]): Promise<InstalledConsole> {
  const opened = await startInstalled({ executable: inRoot(`usr/bin/${NAME}`), args, env: environment() });
  consoles.push(opened);
  return opened;
}

/** A further start, which hands over to the window that is open, or is refused. */
function startAgain(extra: NodeJS.ProcessEnv, ...args: string[]) {
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const options = { encoding: "utf8", env: environment(extra), timeout: 60_000 } as const;
  return spawnSync(inRoot(`usr/bin/${NAME}`), [...sandbox, ...args], options);
}

function taskOf(plan: string): string {
  const file = join(dataFolder, "hive.db");
  const database = new Database(file, { readonly: true });
  try {
    const sql = "SELECT tasks.id FROM tasks WHERE tasks.title = ? ORDER BY created_at DESC LIMIT 1";
    return String(database.prepare(sql).pluck().get(plan));
  } finally {
    database.close();
  }
}

async function goTo({ page }: InstalledConsole, place: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, place);
}

/** Where the window is, whatever part of it is shown. */
const placeOf = ({ hash }: URL): string => hash.split("?")[0] ?? "";

const log = (): string => {
  const folder = join(dataFolder, "logs");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
};

it("is a package that says what it is and what it needs", () => {
  const field = (name: string): string => execFileSync("dpkg-deb", ["-f", DEB, name], { encoding: "utf8" }).trim();
  expect(field("Package")).toBe(NAME);
  expect(field("Version")).toBe(version);
  expect(field("Depends")).toMatch(/libgtk-3-0 .*libnss3.*libgbm1/);
  expect(field("Description")).not.toBe("");
  const listing = execFileSync("dpkg-deb", ["-c", DEB], { encoding: "utf8", maxBuffer: 10 * MB }).split("\n");
  expect(listing.filter((line) => /\.map$|\.ts$|node_modules\/(?!better-sqlite3)[^/]+\//.test(line))).toEqual([]);
  expect(
    listing.filter((line) => /^.{5}w|^.{8}w/.test(line)),
    "files that others may change",
  ).toEqual([]);
});

it("an older version is installed into a clean root, and its hive runs a plan there", () => {
  root.install(makeOlderPackage(DEB, work, OLDER, GONE));
  expect(root.state(NAME)).toBe(`install ok installed ${OLDER}`);
  expect(target(inRoot("usr/bin/hive"))).toBe(inRoot(`${APP}/resources/cli/hive`));
  expect(hive("--version").trim()).toBe(version);
  const ended = hive("run", "greeting.hiveplan", "--json").trim().split("\n").at(-1) ?? "";
  expect(JSON.parse(ended)).toMatchObject({ status: "completed" });

  const database = new Database(join(dataFolder, "hive.db"));
  migrate(database, { now: Date.now(), target: OLDER_SCHEMA });
  expect(schemaVersion(database)).toBe(OLDER_SCHEMA);
  database.close();
});

it("a newer version is installed over it and leaves nothing of it behind", () => {
  expect(existsSync(inRoot(GONE))).toBe(true);
  root.install(DEB);
  expect(root.state(NAME)).toBe(`install ok installed ${version}`);
  expect(existsSync(inRoot(GONE))).toBe(false);
  target(inRoot("usr/bin/hive"));
  target(inRoot(`usr/bin/${NAME}`));
  process.stdout.write(
    `package: ${Math.round(statSync(DEB).size / MB)} MB (fast compression), installed ` +
      `${Math.round(root.files().reduce((sum, file) => sum + lstatSync(inRoot(file)).size, 0) / MB)} MB\n`,
  );
});

it("a command of another program that has its name stays what it is", () => {
  const elsewhere = join(work, "elsewhere");
  const place = join(elsewhere, "usr/bin/hive");
  mkdirSync(join(elsewhere, APP), { recursive: true });
  mkdirSync(join(elsewhere, "usr/bin"), { recursive: true });
  writeFileSync(join(elsewhere, APP, "chrome-sandbox"), "");
  writeFileSync(place, "another hive");
  const run = (name: string, argument: string) => {
    const script = execFileSync("dpkg-deb", ["-I", DEB, name], { encoding: "utf8" });
    const env = { ...process.env, DPKG_ROOT: elsewhere };
    return spawnSync("/bin/sh", ["-s", argument], { input: script, env, encoding: "utf8" });
  };
  expect(run("postinst", "configure")).toMatchObject({ status: 0, stderr: expect.stringContaining("is left alone") });
  expect(readdirSync(join(elsewhere, "usr/bin")).sort()).toEqual(["hive", NAME]);
  expect(run("postrm", "remove")).toMatchObject({ status: 0, stderr: "" });
  expect(readdirSync(join(elsewhere, "usr/bin"))).toEqual(["hive"]);
  expect(readFileSync(place, "utf8")).toBe("another hive");
});

it("the system learns of its files, its links and its icon", () => {
  const desktop = readFileSync(inRoot(`usr/share/applications/${NAME}.desktop`), "utf8");
  expect(desktop).toContain(`Exec="/${APP}/${NAME}" %U`);
  expect(desktop).toMatch(
    /MimeType=.*application\/x-hive-plan;.*application\/x-hive-database;.*x-scheme-handler\/hive;/,
  );
  const types = readFileSync(inRoot(`usr/share/mime/packages/${NAME}.xml`), "utf8");
  for (const pattern of ["*.hiveplan", "*.hivedb", "hive-internal.db"]) expect(types).toContain(`pattern="${pattern}"`);
  expect(types, "files of other programs").not.toMatch(/pattern="\*\.(ya?ml|json|db|sqlite)"/);
  for (const size of [16, 32, 48, 64, 128, 256, 512]) {
    const icon = readFileSync(inRoot(`usr/share/icons/hicolor/${size}x${size}/apps/${NAME}.png`));
    expect(icon.readUInt32BE(16), "width").toBe(size);
  }
});

it("its executable is locked, and the licences of all that is in it are there", async () => {
  const fuses = await getCurrentFuseWire(inRoot(`${APP}/${NAME}`));
  const [off, on] = [FuseState.DISABLE, FuseState.ENABLE];
  expect(fuses).toMatchObject({
    [FuseV1Options.RunAsNode]: off,
    [FuseV1Options.EnableCookieEncryption]: on,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
    [FuseV1Options.EnableNodeCliInspectArguments]: off,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
    [FuseV1Options.OnlyLoadAppFromAsar]: on,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
  });
  const asNode = startAgain({ ELECTRON_RUN_AS_NODE: "1", NODE_OPTIONS: "--require /nowhere" }, "--help");
  expect([asNode.status, asNode.stdout]).toEqual([0, expect.stringMatching(/^Usage: hive-console/)]);

  // What V8 made of main's modules is in the archive with them: without it a start is slower, and nothing else tells.
  const archive = readFileSync(inRoot(`${APP}/resources/app.asar`)).subarray(0, MB);
  for (const file of ["packaged.cjs", "index.cjs.code", "database.js.code"])
    expect(archive.includes(`"${file}"`)).toBe(true);

  const licences = inRoot(`${APP}/resources/licences`);
  const texts = readFileSync(join(licences, "THIRD-PARTY.txt"), "utf8");
  const bom = JSON.parse(readFileSync(join(licences, "sbom.cdx.json"), "utf8"));
  const names: string[] = bom.components.map((one: { group?: string; name: string }) =>
    one.group ? `${one.group}/${one.name}` : one.name,
  );
  expect(bom.bomFormat).toBe("CycloneDX");
  expect(bom.metadata.component).toMatchObject({ name: NAME, version });
  expect(names).toEqual(
    expect.arrayContaining(["better-sqlite3", "react", "zod", "electron", "node", "@fontsource-variable/inter"]),
  );
  expect(names).not.toContain("vitest");
  for (const name of names) expect(texts, name).toMatch(new RegExp(`^${name.replace(/[/.]/g, "\\$&")} \\d`, "m"));
  expect(texts).toContain("SIL OPEN FONT LICENSE");
});

it("the window opens the older database, runs a clicked plan, hears from the command and of links, and closes", async () => {
  const opened = await start(join(work, "greeting.hiveplan"));
  const { page, ended } = opened;
  await page
    .getByRole("main")
    .getByRole("button", { name: /^Launch (?!paused)/ })
    .click();
  const badge = page.getByRole("main").getByRole("heading", { level: 1 }).locator("xpath=following-sibling::*[1]");
  await badge.filter({ hasText: "Completed" }).waitFor();

  const plans = hive("plan", "list", "--json").trim().split("\n");
  expect(plans, "that of the older version, and this one").toHaveLength(2);
  const database = new Database(join(dataFolder, "hive.db"), { readonly: true });
  expect(schemaVersion(database)).toBe(LATEST_VERSION);
  database.close();

  const taskId = taskOf("Say hello");
  const handed = startAgain({}, `hive://task/${taskId}`);
  expect([handed.status, handed.stdout]).toEqual([0, expect.stringContaining("its window was brought to the front")]);
  await page.waitForURL((url) => placeOf(url) === `#/tasks/${taskId}`);
  await page.getByRole("complementary", { name: "Inspector" }).getByText("Say hello").first().waitFor();

  for (const bad of [`hive://task/${taskId}?db=/etc/passwd`, "hive://settings", `hive://task/x" --db /tmp/x.db`]) {
    expect(startAgain({}, bad).status, bad).toBe(2);
  }
  expect(placeOf(new URL(page.url())), "a link that is none of ours leads nowhere").toBe(`#/tasks/${taskId}`);

  // An upgrade while it runs: what it has not loaded yet is looked for among files that were replaced.
  root.install(DEB);
  // Samples lie outside the archive: their tasks run in their folder.
  await goTo(opened, "#/launch");
  await page.getByText("Rehearse a release").first().waitFor();
  // The explorer is a process of its own, out of the archive.
  await goTo(opened, "#/explorer");
  await page.getByText("execution_plans").first().waitFor();

  await page.close();
  expect(await ended()).toBe(0);
});

it("closed, a link starts it at its task; a crash leaves a report here, and the next start writes that down", async () => {
  const taskId = taskOf("Say hello");
  const opened = await start(`hive://task/${taskId}`);
  await opened.page.waitForURL((url) => placeOf(url) === `#/tasks/${taskId}`);
  await opened.page.getByRole("complementary", { name: "Inspector" }).getByText("Say hello").first().waitFor();
  const reports = (): string[] =>
    ["new", "pending", "completed"].flatMap((place) => {
      const folder = join(dataFolder, "crashes", place);
      return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".dmp")) : [];
    });
  const told = (): number => log().split("crash reports since the last start").length;
  // Chromium's page process crashes now and then while it is ended: such a report may be there before.
  const [reportsBefore, toldBefore] = [reports().length, told()];
  opened.child.kill("SIGSEGV");
  await opened.ended();
  await waitFor("a report of the crash", () => reports().length > reportsBefore, LONG);

  const next = await start();
  await next.page.getByRole("main").waitFor();
  await waitFor("the crash to be written down", () => told() > toldBefore, LONG);
  expect(log()).toContain(`Hive Console ${version} on Electron`);
  // The next start begins where this one ends.
  await goTo(next, "#/overview");
  await next.page.locator(OVERVIEW).waitFor();
  await next.stop();
  expect(log().split("crash reports since").at(-1)).toContain("ended (0)\n");
});

it("its start is told beside that of an empty window", async () => {
  const electron = process.env.HIVE_ELECTRON_PATH ?? "";
  const empty = makeEmptyApp(join(work, "empty"));
  const times: { readonly console: number[]; readonly empty: number[] } = { console: [], empty: [] };
  for (let round = 0; round < 2; round += 1) {
    const data = join(work, `empty-${round}`);
    mkdirSync(data);
    const reference = await startInstalled({
      executable: electron,
      args: [empty],
      env: environment({ EMPTY_WINDOW_DATA: data }),
    });
    consoles.push(reference);
    times.empty.push(await usable(reference, "#usable"));
    await reference.stop();
    const opened = await start();
    times.console.push(await usable(opened, OVERVIEW));
    await opened.stop();
  }
  const [ours, theirs] = [Math.min(...times.console), Math.min(...times.empty)];
  process.stdout.write(
    `start to a usable window: ${Math.round(ours)} ms; an empty window: ${Math.round(theirs)} ms; ` +
      `${(ours / theirs).toFixed(2)} times (promise: 1.5 on a quiet machine)\n`,
  );
  expect(ours).toBeGreaterThan(0);
});

/**
 * Milliseconds from the start of the process to the frame in which that is on screen. The page itself looks, at each
 * frame: looks from outside come up to half a second apart.
 */
async function usable({ page, openedAt }: InstalledConsole, selector: string): Promise<number> {
  const before = performance.now();
  const isSeen = (): Promise<boolean> =>
    page
      .evaluate(
        (wanted) =>
          new Promise<void>((done) => {
            const look = (): void => {
              if (document.querySelector(wanted) === null) requestAnimationFrame(look);
              else requestAnimationFrame(() => done());
            };
            look();
          }),
        selector,
      )
      // What was there before the page took its listeners along.
      .then(
        () => true,
        () => false,
      );
  while (!(await isSeen())) if (performance.now() - before > LONG.timeoutMs) throw new Error(`${selector} never came`);
  return openedAt + performance.now() - before;
}

it("removed, it leaves nothing but what people made", () => {
  root.remove(NAME);
  expect(root.state(NAME)).toBeNull();
  expect(root.files()).toEqual([]);
  expect(existsSync(join(dataFolder, "hive.db"))).toBe(true);
});
