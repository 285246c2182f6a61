import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { withLock } from "./lock.mjs";
import {
  cacheDir,
  checkoutId,
  logFile,
  nodeBinary,
  packageScript,
  ROOT,
  requireWritable,
  toolEnvironment,
} from "./paths.mjs";
import { StepError } from "./report.mjs";
import { runLogged } from "./run-command.mjs";

const BUILD_TIMEOUT_MS = 10 * 60_000;
const INPUTS = [
  "src",
  "resources",
  "docs",
  "scripts/lib/guide-pages.mjs",
  "electron.vite.config.ts",
  "vite.sdk.config.ts",
  "scripts/build-sdk.mjs",
  "package.json",
  "package-lock.json",
];
const CONFIGS = /^tsconfig.*\.json$/;
const OUTPUT = "out";
const STAMP = ".build-stamp.json";
const REQUIRED = ["main/index.cjs", "main/hive.cjs", "preload/index.cjs", "renderer/index.html", "sdk/index.cjs"];

/** All files at or below a path, sorted; none when it does not exist. */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function fingerprint(folder, files, contentOf) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${relative(folder, file)}\0`)
      .update(contentOf(file))
      .update("\0");
  return hash.digest("hex");
}

/** A hash over the names and contents of everything that the build reads. */
export function inputFingerprint(root) {
  const configs = readdirSync(root).filter((name) => CONFIGS.test(name));
  const files = [...INPUTS, ...configs.sort()].flatMap((name) => filesBelow(join(root, name)));
  return fingerprint(root, files, (file) => readFileSync(file));
}

/** A hash over what the build has left, by size and time: `npm run dev` writes there too. */
export function outputFingerprint(root) {
  const folder = join(root, OUTPUT);
  const files = filesBelow(folder).filter((file) => file !== join(folder, STAMP));
  return fingerprint(folder, files, (file) => {
    const { size, mtimeMs } = statSync(file);
    return `${size} ${mtimeMs}`;
  });
}

/** Whether out/ was built by this script from the sources as they are now, and is untouched since. */
export function buildIsFresh(root) {
  if (!REQUIRED.every((name) => existsSync(join(root, OUTPUT, name)))) return false;
  try {
    const stamp = JSON.parse(readFileSync(join(root, OUTPUT, STAMP), "utf8"));
    return stamp.inputs === inputFingerprint(root) && stamp.outputs === outputFingerprint(root);
  } catch {
    return false;
  }
}

/** Notes that out/ belongs to the sources with the given fingerprint. */
export function stampBuild(root, inputs) {
  writeFileSync(join(root, OUTPUT, STAMP), JSON.stringify({ inputs, outputs: outputFingerprint(root) }));
}

/** Builds unconditionally. Sources changed while the build runs leave it stale, not fresh. */
export async function build() {
  const inputs = inputFingerprint(ROOT);
  requireWritable("Building", [ROOT, join(ROOT, OUTPUT)]);
  rmSync(join(ROOT, OUTPUT, STAMP), { force: true });
  await runLogged(nodeBinary(), [packageScript("electron-vite", "bin", "electron-vite.js"), "build"], {
    what: "Building (electron-vite build)",
    label: "Building",
    log: logFile("build"),
    cwd: ROOT,
    env: toolEnvironment(),
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  await runLogged(nodeBinary(), [join(ROOT, "scripts", "build-sdk.mjs")], {
    what: "Building the package's export (npm run build)",
    label: "Building the SDK",
    log: logFile("build"),
    cwd: ROOT,
    env: toolEnvironment(),
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  const missing = REQUIRED.filter((name) => !existsSync(join(ROOT, OUTPUT, name)));
  if (missing.length > 0) {
    throw new StepError(`The build ended well, but left no ${missing.map((name) => `out/${name}`).join(", ")}.`, {
      log: logFile("build"),
    });
  }
  stampBuild(ROOT, inputs);
}

/** Builds unless out/ is up to date. */
export async function ensureBuilt() {
  if (buildIsFresh(ROOT)) return;
  await withLock(join(cacheDir(), "locks", `build-${checkoutId()}`), "building", async () => {
    if (!buildIsFresh(ROOT)) await build();
  });
}
