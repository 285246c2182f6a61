// npm test: installs what is missing, then lint, types, build, unit, integration and end-to-end tests, and those of the
// installed package; the last line sums them up. `node scripts/test.mjs e2e [playwright arguments]` runs the end-to-end
// tests alone, `node scripts/test.mjs package` those of the package.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { electronParts, ensureElectron } from "./electron-runtime.mjs";
import { build, ensureBuilt } from "./lib/build.mjs";
import { hasDisplay, startXvfb } from "./lib/display.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { MADE_WITH } from "./lib/package-config.mjs";
import { nodeBinary, packageScript, ROOT, toolEnvironment } from "./lib/paths.mjs";
import { describeFailure, runMain, StepError, say } from "./lib/report.mjs";
import { endOnSignals, killGroup, OWN_GROUP } from "./lib/run-command.mjs";
import { ensureSystemParts, hasCommand, tryForSystemPart } from "./lib/system-packages.mjs";
import { countExit, countPlaywright, countVitest, sumCounts } from "./lib/test-counts.mjs";

const MINUTE = 60_000;
const GRACE_MS = 10_000;
/** End-to-end tests wait as much as they compute: two at a time keep two cores busy. */
const WINDOWS_AT_ONCE = Math.min(2, availableParallelism());
const running = new Set();

// Only the command itself is asked to end: test runners then close what they have started, windows included.
process.on("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});

/** Runs a package's command under Node 24 with its output shown; gives its exit code, 1 for a crash or the limit. */
function run(script, args, { env, limitMs }) {
  return new Promise((resolve) => {
    const child = spawn(nodeBinary(), [script, ...args], {
      cwd: ROOT,
      env: toolEnvironment(env),
      stdio: ["ignore", "inherit", "inherit"],
      detached: OWN_GROUP,
    });
    running.add(child);
    const timers = [
      setTimeout(() => {
        say(`Stopped: it took longer than ${limitMs / MINUTE} minutes.`);
        child.kill("SIGTERM");
      }, limitMs),
      setTimeout(() => killGroup(child, "SIGKILL"), limitMs + GRACE_MS),
    ];
    const end = (code) => {
      for (const timer of timers) clearTimeout(timer);
      running.delete(child);
      resolve(code);
    };
    child.on("error", (error) => {
      say(error.message);
      end(1);
    });
    child.on("exit", (code) => {
      killGroup(child, "SIGKILL");
      end(code ?? 1);
    });
  });
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const TOOLS = {
  biome: packageScript("@biomejs", "biome", "bin", "biome"),
  tsc: packageScript("typescript", "bin", "tsc"),
};

/** Runs all calls of a package.json script (`tool args && tool args`), going on after one that fails. */
async function packageScriptCalls(name) {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  let failed = 0;
  for (const call of scripts[name].split("&&")) {
    const [tool, ...args] = call.trim().split(/\s+/);
    if (!TOOLS[tool]) throw new StepError(`package.json: the script ${name} calls ${tool}, which is not known here.`);
    failed += (await run(TOOLS[tool], args, { limitMs: 5 * MINUTE })) === 0 ? 0 : 1;
  }
  return countExit(failed);
}

async function vitest(project, work, env = {}, options = []) {
  const file = join(work, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const args = ["run", "--project", project, ...reporters, ...options];
  const code = await run(packageScript("vitest", "vitest.mjs"), args, { env, limitMs: 20 * MINUTE });
  return countVitest(readReport(file), code);
}

/** The package of a kind that was made; nothing where none was. */
function madeFile(folder, ending) {
  const name = readdirSync(folder).find((one) => one.endsWith(ending));
  return name === undefined ? "" : join(folder, name);
}

/** Makes the packages and tests what they install. Compressed fast: the files in them are the same. */
async function installedPackage(work, wanted) {
  const needed = process.getuid?.() === 0 ? ["dpkg-deb"] : ["dpkg-deb", "fakeroot"];
  const missing = needed.find((command) => !hasCommand(command));
  if (missing !== undefined) {
    say(`There is no ${missing} here: the package is not tested.`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const targets = [];
  for (const target of wanted) {
    const part = MADE_WITH[target];
    const lacking = part === undefined ? undefined : await tryForSystemPart(part, `Testing the ${target}`);
    if (lacking === undefined) targets.push(target);
    else say(`\nTHE ${target} IS NEITHER MADE NOR TESTED.\n${lacking}\n`);
  }
  const { path } = await ensureElectron();
  const out = join(work, "dist");
  const args = [...targets.flatMap((target) => ["--target", target]), "--compression", "fast", "--out", out];
  const code = await run(join(ROOT, "scripts", "package.mjs"), args, { limitMs: 10 * MINUTE });
  if (code !== 0) return countExit(code);
  const made = hasDisplay() ? undefined : await startXvfb();
  const env = {
    HIVE_PACKAGE_DEB: madeFile(out, ".deb"),
    HIVE_PACKAGE_RPM: madeFile(out, ".rpm"),
    HIVE_PACKAGE_APPIMAGE: madeFile(out, ".AppImage"),
    HIVE_ELECTRON_PATH: path,
  };
  try {
    const left = wanted.includes("AppImage") ? [] : ["--exclude", "test/package/appimage.test.ts"];
    return await vitest("package", work, made ? { ...env, DISPLAY: made.display } : env, left);
  } finally {
    made?.stop();
  }
}

async function playwright(work, given = []) {
  const { path } = await ensureElectron();
  const made = hasDisplay() ? [] : await Promise.all(Array.from({ length: WINDOWS_AT_ONCE }, () => startXvfb()));
  const file = join(work, "e2e.json");
  const env = { HIVE_ELECTRON_PATH: path, PLAYWRIGHT_JSON_OUTPUT_FILE: file, PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  if (made.length > 0) env.HIVE_DISPLAYS = made.map(({ display }) => display).join(",");
  try {
    const args = ["test", "--reporter=list,json", ...given];
    const code = await run(packageScript("@playwright", "test", "cli.js"), args, { env, limitMs: 30 * MINUTE });
    return countPlaywright(readReport(file), code);
  } finally {
    for (const { stop } of made) stop();
  }
}

/** Runs one suite under a header; a suite that cannot even start is described and counts as one failure. */
async function runSuite(name, suite) {
  const started = Date.now();
  console.log(`\n=== ${name} ===`);
  let counts;
  try {
    counts = await suite();
  } catch (error) {
    console.error(describeFailure(error));
    counts = countExit(1);
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`=== ${name}: ${counts.passed} passed, ${counts.failed} failed${skipped} (${seconds} s) ===`);
  return counts;
}

function suites(work) {
  return {
    lint: () => packageScriptCalls("lint"),
    typecheck: () => packageScriptCalls("typecheck"),
    build: () => build().then(() => countExit(0)),
    unit: () => vitest("unit", work),
    integration: () => vitest("integration", work),
    e2e: () => playwright(work),
    // An AppImage takes as long as the two others: `npm run test:package` has it, too.
    package: () => installedPackage(work, ["deb", "rpm"]),
  };
}

async function prepareMachine() {
  const display = hasDisplay() ? [] : ["xvfb"];
  await ensureSystemParts(["git", "python", ...display, ...(await electronParts())], "Testing");
  await ensureElectron();
  await prepareRedis();
}

/** Tests of the fleet need a Redis; without one they are skipped, and all else is tested. */
async function prepareRedis() {
  const lacking = await tryForSystemPart("redis", "Testing the fleet");
  if (lacking === undefined) return;
  process.env.HIVE_TEST_NO_REDIS = lacking.replaceAll(/\s+/g, " ");
  say(`\nWITHOUT REDIS: all tests of the fleet are skipped.\n${lacking}\n`);
}

endOnSignals();
await runMain(async () => {
  const [only, ...given] = process.argv.slice(2);
  if (only !== undefined && only !== "e2e" && only !== "package") {
    throw new StepError(`There is no suite "${only}".`, {
      todo: "Use `npm test` for all, or npm run test:unit, test:integration, test:e2e, test:package.",
    });
  }
  await ensureInstalled();
  const work = mkdtempSync(join(tmpdir(), "hive-test-"));
  process.on("exit", () => rmSync(work, { recursive: true, force: true }));
  const results = [];
  if (only === "e2e") {
    await ensureBuilt();
    await prepareRedis();
    results.push(await runSuite("e2e", () => playwright(work, given)));
  } else if (only === "package") {
    results.push(await runSuite("package", () => installedPackage(work, ["deb", "rpm", "AppImage"])));
  } else {
    await prepareMachine();
    for (const [name, suite] of Object.entries(suites(work))) results.push(await runSuite(name, suite));
  }
  const { passed, failed, skipped } = sumCounts(results);
  process.exitCode = failed === 0 ? 0 : 1;
  const left = skipped > 0 ? `, ${skipped} skipped` : "";
  const why = process.env.HIVE_TEST_NO_REDIS ? " (those of the fleet: no Redis here, see above)" : "";
  console.log(`\n${passed} passed, ${failed} failed${left}${left && why}`);
});
