import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { npmCommand, npmEnvironment } from "./npm.mjs";
import { cacheDir, checkoutId, logFile, nodeBinary, ROOT, requireWritable } from "./paths.mjs";
import { StepError, say } from "./report.mjs";
import { runLogged } from "./run-command.mjs";

const OLDEST_NODE = [20, 18];
const INSTALL_TIMEOUT_MS = 20 * 60_000;
// A connection that fails is tried for half a minute, not for npm's 70 seconds: a person is waiting.
const PATIENCE = ["--fetch-retries=4", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000"];

/** Refuses a Node too old for these scripts, with a message instead of a syntax error later on. */
export function checkNodeVersion(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new StepError(`Node ${version} is too old: ${OLDEST_NODE.join(".")} or newer is needed.`, {
    todo: "Install a current Node from https://nodejs.org or your system's packages, then try again.",
  });
}

/**
 * Why the installed packages do not fit package-lock.json, or undefined when they do. npm writes the list of what is
 * installed, node_modules/.package-lock.json, as its last act: a broken install has none.
 * @param {{ packages: object }} lock package-lock.json
 * @param {{ packages: object } | undefined} installed node_modules/.package-lock.json
 */
export function installProblem(lock, installed) {
  if (!installed) return "nothing is installed yet";
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === "" || wanted.link) continue;
    const actual = installed.packages[path];
    const name = path.replace(/^.*node_modules\//, "");
    if (!actual) {
      if (wanted.optional || wanted.devOptional || wanted.peer) continue;
      return `${name} is missing`;
    }
    if (actual.version !== wanted.version) return `${name} is ${actual.version} instead of ${wanted.version}`;
  }
  return undefined;
}

/** About how many packages an install brings: the optional ones are mostly for other platforms. */
function countRequired(lock) {
  return Object.values(lock.packages).filter((entry) => !entry.optional && !entry.devOptional).length;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function currentProblem() {
  const lock = readJson(join(ROOT, "package-lock.json"));
  if (!lock?.packages) throw new StepError(`${join(ROOT, "package-lock.json")} cannot be read.`);
  const problem = installProblem(lock, readJson(join(ROOT, "node_modules", ".package-lock.json")));
  if (problem) return { problem, packages: countRequired(lock) };
  if (!existsSync(nodeBinary())) return { problem: "Node 24 is missing", packages: 0 };
  return undefined;
}

async function install(problem, packages) {
  const [npm, prefix] = npmCommand();
  requireWritable("Installing packages", [ROOT, join(ROOT, "node_modules")]);
  let fetched = 0;
  say(`Installing the packages of package-lock.json (npm ci): ${problem}`);
  await runLogged(npm, [...prefix, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=http", ...PATIENCE], {
    what: "Installing packages (npm ci)",
    label: `Installing about ${packages} packages`,
    log: logFile("npm-ci"),
    cwd: ROOT,
    env: npmEnvironment(),
    timeoutMs: INSTALL_TIMEOUT_MS,
    todo: "Check that the npm registry can be reached (`npm ping`), then try again.",
    errorLine: /^npm error (code|network|path|nospc|\d|Missing|Invalid|(?!A )[^ -].* (can|could|failed|not)\b)/,
    onLine(line) {
      if (!/^npm http (fetch GET 200|cache) .*\.tgz/.test(line)) return undefined;
      fetched += 1;
      return `${fetched} fetched`;
    },
  });
  if (existsSync(nodeBinary())) return;
  throw new StepError(
    `npm ci ended well, but ${nodeBinary()} is missing: the install script of \`node\` did not run.`,
    {
      todo: "If `npm config get ignore-scripts` says true, run `npm rebuild node --ignore-scripts=false`.",
      log: logFile("npm-ci"),
    },
  );
}

/** Makes sure that what package-lock.json lists is installed, with Node 24 among it. Takes milliseconds if it is. */
export async function ensureInstalled() {
  checkNodeVersion();
  if (!currentProblem()) return;
  await withLock(join(cacheDir(), "locks", `install-${checkoutId()}`), "installing packages", async () => {
    const current = currentProblem();
    if (current) await install(current.problem, current.packages);
  });
}
