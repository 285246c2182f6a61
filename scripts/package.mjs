// npm run package [-- --dir | --target NAME...] [--compression fast|small]: the packages that people install, for this
// platform, in dist/. Those for testing are compressed fast, others small. `--dir`: only the unpacked program.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ensureElectron } from "./electron-runtime.mjs";
import { stageAppImageTools } from "./lib/appimage-tools.mjs";
import { ensureBuilt } from "./lib/build.mjs";
import { FALLBACK_VERSION } from "./lib/fallback-electron.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { wantedVersion } from "./lib/official-electron.mjs";
import { COMPRESSION, EXECUTABLE, MADE_WITH, packageConfig, TARGETS } from "./lib/package-config.mjs";
import { stagePackage } from "./lib/package-stage.mjs";
import { logFile, nodeBinary, packageScript, ROOT, toolEnvironment } from "./lib/paths.mjs";
import { megabytes, runMain, StepError, say } from "./lib/report.mjs";
import { endOnSignals, runLogged } from "./lib/run-command.mjs";
import { tryForSystemPart } from "./lib/system-packages.mjs";

const PLATFORM_FLAGS = { linux: "--linux", darwin: "--mac", win32: "--win" };
const BUILD_TIMEOUT_MS = 30 * 60_000;

function readArguments() {
  const { values } = parseArgs({
    options: {
      dir: { type: "boolean", default: false },
      target: { type: "string", multiple: true },
      compression: { type: "string" },
      out: { type: "string", default: join(ROOT, "dist") },
    },
  });
  const known = TARGETS[process.platform];
  if (known === undefined) throw new StepError(`There are no packages for ${process.platform}.`);
  const unknown = values.target?.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    throw new StepError(`There is no target ${unknown} here.`, { todo: `There are: ${known.join(", ")}.` });
  }
  if (values.compression !== undefined && COMPRESSION[values.compression] === undefined) {
    throw new StepError(`--compression is ${Object.keys(COMPRESSION).join(" or ")}.`);
  }
  return values;
}

/** Where the project's page is: the place it is built from, or nowhere. */
function homepage({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env) {
  return server && repository ? `${server}/${repository}` : "https://hive-console.invalid/";
}

/** The targets that are asked for; where tools cannot be fetched, those for which the system has some. */
async function chooseTargets({ dir, target }, isFallback) {
  if (dir) return ["dir"];
  const wanted = target ?? TARGETS[process.platform];
  if (!isFallback) return wanted;
  const possible = [];
  for (const one of wanted) {
    const part = MADE_WITH[one];
    const lacking = part === undefined ? undefined : await tryForSystemPart(part, `Making ${one} packages`);
    if (lacking === undefined) possible.push(one);
    else if (target !== undefined) throw new StepError(`There is nothing here to make ${one} with.`, { todo: lacking });
    else say(`NO ${one} IS MADE.\n${lacking}`);
  }
  return possible;
}

/** What electron-builder is to use instead of its own tools. */
function ownTools(stage) {
  return {
    CUSTOM_FPM_PATH: join(ROOT, "scripts", "package", "fpm.mjs"),
    APPIMAGE_TOOLS_PATH: stageAppImageTools(join(stage, "appimage-tools")),
  };
}

function builtFiles(folder, since) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith(EXECUTABLE))
    .map((entry) => join(folder, entry.name))
    .filter((file) => statSync(file).mtimeMs >= since);
}

endOnSignals();
await runMain(async () => {
  const given = readArguments();
  await ensureInstalled();
  const { path, kind } = await ensureElectron();
  const isFallback = kind === "fallback";
  const targets = await chooseTargets(given, isFallback);
  await ensureBuilt();
  const began = Date.now();
  const stage = join(given.out, "stage");
  mkdirSync(given.out, { recursive: true });
  const version = isFallback ? FALLBACK_VERSION : wantedVersion();
  say(`Laying out the package in ${stage}`);
  const folder = await stagePackage({
    stage,
    electron: { version, executable: path, fallback: isFallback ? dirname(path) : null },
  });
  const config = packageConfig({
    stage,
    output: given.out,
    scripts: join(ROOT, "scripts", "package"),
    homepage: homepage(),
    compression: given.compression ?? (isFallback ? "fast" : "small"),
    isSigned: Boolean(process.env.CSC_LINK || process.env.CSC_NAME),
    electron: { version, folder },
  });
  const file = join(stage, "electron-builder.json");
  writeFileSync(file, JSON.stringify(config, null, 2));
  const args = [PLATFORM_FLAGS[process.platform], ...targets, `--${process.arch}`, "--config", file, "--publish=never"];
  await runLogged(nodeBinary(), [packageScript("electron-builder", "cli.js"), ...args], {
    what: "Packaging (electron-builder)",
    label: `Packaging ${targets.join(", ")}`,
    log: logFile("package"),
    cwd: ROOT,
    env: toolEnvironment(isFallback ? ownTools(stage) : {}),
    timeoutMs: BUILD_TIMEOUT_MS,
    onLine: (line) => line.match(/•\s+(.{1,60})/)?.[1],
  });
  for (const made of builtFiles(given.out, began)) say(`${made} (${megabytes(statSync(made).size)})`);
  const app = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;
  if (isFallback) {
    say(
      `These packages of ${app} are FOR TESTING: they hold Electron ${FALLBACK_VERSION} instead of ${wantedVersion()}, ` +
        "which cannot be downloaded here. Releases are built by .github/workflows/release.yml.",
    );
  }
});
