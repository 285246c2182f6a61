import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { logFile } from "./paths.mjs";
import { describeFailure, StepError, say } from "./report.mjs";
import { runLogged } from "./run-command.mjs";

/** Debian packages that hold every library an Electron executable links to. */
export const ELECTRON_LIBRARIES = ["libgtk-3-0", "libnss3", "libasound2", "libgbm1", "libxss1", "libxtst6"];
// Of these every Electron links; ldd on the executable has the last word.
const ELECTRON_SONAMES = ["libgtk-3.so.0", "libnss3.so", "libasound.so.2", "libgbm.so.1"];
const MINUTE = 60_000;

/** Whether a command is found in PATH. */
export function hasCommand(name, path = process.env.PATH ?? "") {
  return path.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}

/** The libraries in the output of `ldd` that the system lacks. */
export function parseMissingLibraries(lddOutput) {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

function missingLibraries(executable) {
  if (process.platform !== "linux" || !hasCommand("ldd")) return [];
  return parseMissingLibraries(spawnSync("ldd", [executable], { encoding: "utf8", timeout: 20_000 }).stdout ?? "");
}

/**
 * Newer Debian and Ubuntu releases carry the 64-bit time rebuilds of some libraries under names ending in t64.
 * @param {string[]} packages
 * @param {string} policy output of `apt-cache policy` for the names with and without the ending
 */
export function pickPackageNames(packages, policy) {
  const available = new Set();
  for (const block of policy.split(/^(?=\S)/m)) {
    const name = block.match(/^(\S+):/)?.[1];
    const candidate = block.match(/^\s+Candidate:\s*(\S+)/m)?.[1];
    if (name && candidate && candidate !== "(none)") available.add(name);
  }
  return packages.map((name) => (available.has(`${name}t64`) ? `${name}t64` : name));
}

// Without ldconfig (musl, other systems) nothing is known to be missing; ldd tells later, with the executable at hand.
function lacksElectronLibraries() {
  if (process.platform !== "linux") return false;
  const cache = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8", timeout: 20_000 });
  return cache.status === 0 && ELECTRON_SONAMES.some((name) => !cache.stdout.includes(`${name} `));
}

const SYSTEM_PARTS = {
  /** Tests of the sample plans make repositories. */
  git: { packages: ["git"], isMissing: () => !hasCommand("git") },
  /** Tests share databases with a program in Python. */
  python: { packages: ["python3"], isMissing: () => !hasCommand("python3") },
  /** A display without a screen. */
  xvfb: { packages: ["xvfb", "xauth"], isMissing: () => !hasCommand("Xvfb") },
  electron: { packages: ELECTRON_LIBRARIES, isMissing: lacksElectronLibraries },
  compiler: { packages: ["g++"], isMissing: () => !hasCommand("gcc") || !hasCommand("g++") },
  /** Packages beside the deb, where their tools cannot be fetched. */
  rpm: { packages: ["rpm"], isMissing: () => !hasCommand("rpmbuild") || !hasCommand("rpm") },
  squashfs: { packages: ["squashfs-tools"], isMissing: () => !hasCommand("mksquashfs") },
  /** Tests of the fleet start servers of their own; the one that the package would run is not wanted. */
  redis: { packages: ["redis-server"], services: ["redis-server"], isMissing: () => !hasCommand("redis-server") },
};

const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/** Does what installs packages, so that none of their services is started; the machine's own policy stays as it is. */
async function withoutServices(services, install) {
  const installs = process.getuid?.() === 0 && hasCommand("apt-get");
  if (services.length === 0 || !installs || existsSync(SERVICE_POLICY)) return install();
  const remove = () => rmSync(SERVICE_POLICY, { force: true });
  process.on("exit", remove);
  writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await install();
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** Packages of services want them started with the machine: not those that only tests use. */
function disableServices(services) {
  if (services.length === 0 || !hasCommand("systemctl")) return;
  spawnSync("systemctl", ["disable", ...services], { stdio: "ignore", timeout: 30_000 });
}

/** The packages under their names in this release, as far as apt knows its lists. */
function namesHere(packages) {
  const names = packages.flatMap((name) => [name, `${name}t64`]);
  const policy = spawnSync("apt-cache", ["policy", ...names], { encoding: "utf8", timeout: MINUTE });
  return pickPackageNames(packages, policy.stdout ?? "");
}

async function aptInstall(packages, purpose) {
  const hasApt = process.platform === "linux" && hasCommand("apt-get");
  if (!hasApt) {
    const todo = `Install what corresponds to these Debian packages, then run this command again: ${packages.join(" ")}.`;
    throw new StepError(`${purpose} needs system packages that are missing here.`, { todo });
  }
  const command = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${namesHere(packages).join(" ")}`;
  if (process.getuid() !== 0) {
    throw new StepError(`${purpose} needs system packages that are missing here.`, {
      todo: `Run this, then run the command again:\n\n  ${command}\n`,
    });
  }
  const log = logFile("apt");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const network = ["-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"];
  const todo = `Try it by hand: ${command.replaceAll("sudo ", "")}`;
  say(`${purpose} needs system packages: installing ${packages.join(" ")}`);
  const common = { env, log, todo };
  await runLogged("apt-get", [...network, "update"], {
    ...common,
    what: "Reading Debian's package lists (apt-get update)",
    label: "apt-get update",
    timeoutMs: 5 * MINUTE,
  });
  const chosen = namesHere(packages);
  await runLogged("apt-get", [...network, "install", "-y", "--no-install-recommends", ...chosen], {
    ...common,
    what: `Installing ${chosen.join(" ")} (apt-get install)`,
    label: "apt-get install",
    timeoutMs: 15 * MINUTE,
    onLine: (line) => line.match(/^(?:Get:\d+ \S+ \S+ \S+ (\S+)|(?:Unpacking|Setting up) \S+).*/)?.[0].slice(0, 60),
  });
}

/** Makes sure that every library the Electron executable links to is there; installs it as root on Debian. */
export async function ensureElectronLibraries(executable) {
  if (missingLibraries(executable).length === 0) return;
  await aptInstall(ELECTRON_LIBRARIES, "Electron");
  const missing = missingLibraries(executable);
  if (missing.length === 0) return;
  throw new StepError(`Electron still lacks these libraries: ${missing.join(", ")}.`, {
    todo: `Install the system packages that contain them; \`ldd ${executable}\` lists what is missing.`,
  });
}

/**
 * Makes sure that parts of the system are there. All that is missing is installed, or named, at once: nobody should
 * have to come back for the next one.
 * @param {(keyof typeof SYSTEM_PARTS)[]} parts
 * @param {string} purpose what needs them, the beginning of a sentence
 * @throws {StepError} with the exact command, when it cannot be installed from here
 */
export async function ensureSystemParts(parts, purpose) {
  const missing = parts.map((part) => SYSTEM_PARTS[part]).filter((part) => part.isMissing());
  if (missing.length === 0) return;
  const services = missing.flatMap((part) => part.services ?? []);
  const packages = missing.flatMap((part) => part.packages);
  await withoutServices(services, () => aptInstall(packages, purpose));
  disableServices(services);
}

/**
 * Makes sure that one part is there, when the work can be done without it too.
 * @param {keyof typeof SYSTEM_PARTS} part
 * @returns {Promise<string | undefined>} why it is not there; undefined when it is
 */
export async function tryForSystemPart(part, purpose) {
  try {
    await ensureSystemParts([part], purpose);
    return undefined;
  } catch (error) {
    return describeFailure(error);
  }
}
