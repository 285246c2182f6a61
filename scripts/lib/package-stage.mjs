import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { npmCommand } from "./npm.mjs";
import { cacheDir, logFile, nodeBinary, ROOT, toolEnvironment } from "./paths.mjs";
import { StepError, say } from "./report.mjs";
import { runLogged } from "./run-command.mjs";
import { licenceOf, licenceTexts, shippedBom, shippedFolders } from "./shipped-packages.mjs";
import { hasCommand } from "./system-packages.mjs";

const MINUTE = 60_000;
const SCRIPTS = join(ROOT, "scripts", "package");
const WINDOWS = process.platform === "win32";

/** better-sqlite3's native part for a platform, as its package names it. */
const nativeName = () => `${process.platform}-${process.arch}.node`;

/** The package better-sqlite3 as it is needed at run time: without sources, with one native part. */
function stageSqlite(modules, native) {
  const from = join(ROOT, "node_modules", "better-sqlite3");
  const to = join(modules, "better-sqlite3");
  mkdirSync(join(to, "prebuilds"), { recursive: true });
  for (const name of ["package.json", "LICENSE", "lib"]) cpSync(join(from, name), join(to, name), { recursive: true });
  copyFileSync(native ?? join(from, "prebuilds", nativeName()), join(to, "prebuilds", nativeName()));
}

/** The built files that a built file loads, itself among them. */
export function loadedFiles(file) {
  const files = new Set([file]);
  for (const one of files) {
    for (const [, name] of readFileSync(one, "utf8").matchAll(/require\("(\.[^"]+)"\)/g)) {
      files.add(join(dirname(one), name));
    }
  }
  return [...files];
}

/** The hive command with a Node of its own: Electron's executable, with its fuses set, is none. */
function stageCli(folder) {
  const main = join(ROOT, "out", "main");
  for (const file of loadedFiles(join(main, "hive.cjs"))) {
    const target = join(folder, file.slice(main.length + 1));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
  const node = join(folder, WINDOWS ? "node.exe" : "node");
  copyFileSync(nodeBinary(), node);
  // Symbols for debuggers are a seventh of it; on macOS taking them away would break its signature.
  if (process.platform === "linux" && hasCommand("strip")) spawnSync("strip", [node], { timeout: MINUTE });
  const launcher = join(folder, WINDOWS ? "hive.cmd" : "hive");
  copyFileSync(join(SCRIPTS, WINDOWS ? "hive.cmd" : "hive.sh"), launcher);
  // Its installer calls it there.
  if (WINDOWS) copyFileSync(join(SCRIPTS, "path.ps1"), join(folder, "path.ps1"));
  for (const file of [node, launcher]) chmodSync(file, 0o755);
  stageSqlite(join(folder, "node_modules"), null);
}

function nodeVersion() {
  return spawnSync(nodeBinary(), ["--version"], { encoding: "utf8", timeout: MINUTE }).stdout.trim().replace(/^v/, "");
}

/** The licence of Node: beside the executable where that was installed by hand, else out of the npm package. */
async function nodeLicence(version) {
  const beside = [join(dirname(nodeBinary()), "LICENSE"), join(dirname(nodeBinary()), "..", "LICENSE")];
  const kept = join(cacheDir(), "licences", `node-${version}.txt`);
  const found = [kept, ...(process.env.HIVE_NODE_PATH ? beside : [])].find((file) => existsSync(file));
  if (found !== undefined) return readFileSync(found, "utf8").trim();
  mkdirSync(dirname(kept), { recursive: true });
  const work = await mkdtemp(join(dirname(kept), "fetch-"));
  try {
    const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
    const name = `${prefix}-${WINDOWS ? "win" : process.platform}-${process.arch}@${version}`;
    const [npm, first] = npmCommand();
    const options = { what: `Fetching the licence of Node (${name})`, log: logFile("package"), timeoutMs: 10 * MINUTE };
    const args = ["pack", name, "--pack-destination", work, "--ignore-scripts", "--prefer-offline", "--silent"];
    const file = (await runLogged(npm, [...first, ...args], { ...options, cwd: work })).trim().split("\n").at(-1);
    await runLogged("tar", ["-xzf", join(work, basename(file)), "-C", work, "package/LICENSE"], options);
    copyFileSync(join(work, "package", "LICENSE"), kept);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return readFileSync(kept, "utf8").trim();
}

async function stageLicences(folder, electronVersion) {
  mkdirSync(folder, { recursive: true });
  const node = nodeVersion();
  const shipped = shippedFolders(ROOT).map((path) => licenceOf(ROOT, path));
  const electron = licenceOf(ROOT, "node_modules/electron");
  const runtimes = [
    { name: "electron", version: electronVersion, licence: "MIT", purl: `pkg:npm/electron@${electronVersion}` },
    { name: "node", version: node, licence: "MIT", purl: `pkg:generic/node@${node}` },
  ];
  const texts = [electron.text, await nodeLicence(node)];
  const extra = runtimes.map((runtime, index) => ({ ...runtime, text: texts[index] }));
  copyFileSync(join(ROOT, "LICENSE"), join(folder, "LICENSE.txt"));
  writeFileSync(join(folder, "THIRD-PARTY.txt"), licenceTexts(shipped, extra));

  const [npm, first] = npmCommand();
  const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
  const text = await runLogged(npm, [...first, ...args], {
    what: "Listing what the package is made of (npm sbom)",
    log: logFile("package"),
    cwd: ROOT,
    timeoutMs: 2 * MINUTE,
  });
  const product = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const bom = shippedBom(JSON.parse(text.slice(text.indexOf("{"))), product, shipped, runtimes);
  writeFileSync(join(folder, "sbom.cdx.json"), `${JSON.stringify(bom, null, 2)}\n`);
}

/** A plain Electron out of the fallback runtime: what makes it load checkouts is not for a package. */
function stageRuntime(folder, runtime) {
  const own = new Set(["native", "hive-runtime.json", "resources"]);
  cpSync(runtime, folder, {
    recursive: true,
    filter: (from) => dirname(from) !== runtime || !own.has(basename(from)),
  });
  mkdirSync(join(folder, "resources"), { recursive: true });
  return folder;
}

/**
 * What V8 makes of the main process's modules, for V8 to take at each start. Without it a program is as good and starts
 * slower.
 */
async function stageCode(folder, executable) {
  const headless = process.platform === "linux" ? ["--no-sandbox", "--ozone-platform=headless"] : [];
  try {
    await runLogged(executable, [...headless, join(SCRIPTS, "compile-main.cjs"), ROOT, folder], {
      what: "Compiling the main process ahead",
      log: logFile("package"),
      cwd: ROOT,
      env: toolEnvironment(),
      timeoutMs: MINUTE,
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    mkdirSync(folder, { recursive: true });
    say(`${error.message} The packages start slower without it.`);
  }
}

/**
 * Lays out all that electron-builder packs beside the built program: `modules`, `code`, `cli`, `licences` and, of the
 * fallback runtime, `electron`.
 * @param {{ stage: string, electron: { version: string, executable: string, fallback: string | null } }} given
 *   `fallback`: the folder of the prepared runtime
 * @returns {Promise<string | null>} the folder of the runtime to pack; null: electron-builder fetches the official one
 */
export async function stagePackage({ stage, electron: { version, executable, fallback } }) {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const sqlite = JSON.parse(readFileSync(join(ROOT, "node_modules", "better-sqlite3", "package.json"), "utf8")).version;
  const native = fallback === null ? null : join(fallback, "native", `better-sqlite3-${sqlite}.node`);
  if (native !== null && !existsSync(native)) throw new StepError(`${native} is missing.`);
  stageSqlite(join(stage, "modules"), native);
  await stageCode(join(stage, "code"), executable);
  stageCli(join(stage, "cli"));
  await stageLicences(join(stage, "licences"), version);
  return fallback === null ? null : stageRuntime(join(stage, "electron"), fallback);
}
