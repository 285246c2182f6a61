import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cacheDir, logFile, nodeBinary, packageScript, ROOT, toolEnvironment } from "./paths.mjs";
import { StepError, say } from "./report.mjs";
import { runLogged } from "./run-command.mjs";

const PROBE_TIMEOUT_MS = 4_000;
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
const REMEMBER_MS = 24 * 3_600_000;

/** The version of Electron that package.json asks for. */
export function wantedVersion() {
  return JSON.parse(readFileSync(packageScript("electron", "package.json"), "utf8")).version;
}

/** The installed official executable of the wanted version, or undefined. */
export function installedOfficial() {
  const folder = packageScript("electron");
  try {
    const version = readFileSync(join(folder, "dist", "version"), "utf8")
      .trim()
      .replace(/^v/, "");
    const executable = join(folder, "dist", readFileSync(join(folder, "path.txt"), "utf8"));
    return version === wantedVersion() && existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

function memoFile() {
  return join(cacheDir(), "official-electron-unreachable.json");
}

/** Whether a remembered failure still counts: the same version, and less than a day old. */
export function isRemembered(memo, version, now) {
  const age = now - Date.parse(memo?.failed_at);
  return memo?.version === version && age >= 0 && age < REMEMBER_MS;
}

function readMemo() {
  try {
    return JSON.parse(readFileSync(memoFile(), "utf8"));
  } catch {
    return undefined;
  }
}

async function remember(version, reason) {
  await mkdir(dirname(memoFile()), { recursive: true });
  await writeFile(memoFile(), JSON.stringify({ version, reason, failed_at: new Date().toISOString() }));
}

// @electron/get keeps its downloads, with their checksums tested at each use, in one folder per address.
function downloadedBefore(version) {
  const root =
    process.env.electron_config_cache ??
    (process.platform === "darwin"
      ? join(homedir(), "Library", "Caches", "electron")
      : process.platform === "win32"
        ? join(process.env.LOCALAPPDATA ?? homedir(), "electron", "Cache")
        : join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "electron"));
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  try {
    return readdirSync(root).some((folder) => existsSync(join(root, folder, name)));
  } catch {
    return false;
  }
}

function downloadOrigin() {
  const env = process.env;
  return env.npm_config_electron_mirror ?? env.ELECTRON_MIRROR ?? env.electron_mirror ?? "https://github.com/";
}

function probe(address) {
  return new Promise((resolve) => {
    const call = request(address, { method: "HEAD", timeout: PROBE_TIMEOUT_MS, signal: undefined }, (response) => {
      response.resume();
      finish(undefined);
    });
    const limit = setTimeout(() => finish(`no answer within ${PROBE_TIMEOUT_MS / 1000} s`), PROBE_TIMEOUT_MS);
    const finish = (failure) => {
      clearTimeout(limit);
      call.destroy();
      resolve(failure);
    };
    call.on("error", (error) => finish(error.code ?? error.message));
    call.end();
  });
}

function behindProxy() {
  const env = process.env;
  return Boolean(env.HTTPS_PROXY ?? env.https_proxy ?? env.GLOBAL_AGENT_HTTPS_PROXY ?? env.npm_config_https_proxy);
}

/**
 * Gets the official executable: the installed one, else by its own installer, which downloads from GitHub or a
 * configured mirror. A failure is remembered for a day when `canRemember`, as trying again costs seconds each time.
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export async function officialElectron({ canRemember }) {
  const installed = installedOfficial();
  if (installed) return { path: installed };
  const version = wantedVersion();
  const memo = readMemo();
  if (canRemember && isRemembered(memo, version, Date.now())) return { reason: memo.reason };

  const origin = downloadOrigin();
  if (!downloadedBefore(version) && !behindProxy()) {
    const failure = await probe(origin);
    if (failure) {
      const reason = `${new URL(origin).host} cannot be reached (${failure})`;
      if (canRemember) await remember(version, reason);
      return { reason };
    }
  }
  try {
    await runLogged(nodeBinary(), [packageScript("electron", "install.js")], {
      what: `Downloading Electron ${version} from ${origin}`,
      label: `Downloading Electron ${version} (about 120 MB, once)`,
      log: logFile("electron-download"),
      cwd: ROOT,
      env: toolEnvironment(),
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const reason = `${error.message.replace(/\.$/, "")} (log: ${error.details.log})`;
    if (canRemember) await remember(version, reason);
    return { reason };
  }
  const path = installedOfficial();
  if (!path) return { reason: `Electron's installer ended without leaving an executable` };
  await rm(memoFile(), { force: true });
  say(`Electron ${version} is ready: ${path}`);
  return { path };
}

/** Where the remembered failure lies; deleting the file makes the next run try again. */
export function rememberedFailureFile() {
  return memoFile();
}

/** The version that an executable reports, e.g. "33.2.1"; undefined when it does not start. */
export function reportedVersion(executable) {
  const run = spawnSync(executable, ["--no-sandbox", "--version"], { encoding: "utf8", timeout: 30_000 });
  return run.stdout?.match(/^v(\d+\.\d+\.\d+\S*)/m)?.[1];
}
