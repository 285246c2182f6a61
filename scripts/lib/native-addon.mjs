import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { logFile, packageScript } from "./paths.mjs";
import { StepError, say } from "./report.mjs";
import { runLogged } from "./run-command.mjs";
import { ensureSystemParts } from "./system-packages.mjs";

// Counts up when the flags below change, so that binaries compiled by older ones are compiled again.
const RECIPE = 1;
const COMPILE_TIMEOUT_MS = 20 * 60_000;

// Experimental Node-API is what makes version 13's source run on Node 20: version 10, which it asks for, came later,
// and version 9 lacks what its wrapper needs. The basic environment type must then be the plain one.
const ADDON_FLAGS = [
  "-std=c++20",
  "-fvisibility=hidden",
  "-fvisibility-inlines-hidden",
  "-fno-rtti",
  "-fno-exceptions",
  "-DNAPI_EXPERIMENTAL",
  "-DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT",
  "-DNAPI_DISABLE_CPP_EXCEPTIONS",
  "-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
];

const SMOKE_TEST = `
const Database = require(process.argv[1]);
const db = new Database(":memory:", { nativeBinding: process.argv[2] });
db.exec("CREATE TABLE t(n INTEGER)");
const insert = db.prepare("INSERT INTO t VALUES (?)");
db.transaction(() => { for (let n = 0; n < 1000; n++) insert.run(n); })();
let count = 0;
for (const row of db.prepare("SELECT n FROM t").iterate()) if (++count === 500) break;
process.stdout.write(String(db.prepare("SELECT count(*) FROM t").pluck().get()));
db.close();
`;

/** The -D flags for SQLite itself, from the list that better-sqlite3 ships as deps/defines.gypi. */
export function sqliteDefines(gypi) {
  const list = gypi.match(/'defines':\s*\[([^\]]*)\]/)?.[1];
  if (!list) throw new StepError("better-sqlite3's deps/defines.gypi has no list of defines: its layout has changed.");
  return [...list.matchAll(/'([A-Z0-9_]+(?:=[^']*)?)'/g)].map((match) => `-D${match[1]}`);
}

/** The folder with node_api.h: Node 24's own from the `node` package, else what the system has. */
function nodeHeaders() {
  const platform = `node-${process.platform}-${process.arch}`;
  const candidates = [
    packageScript("node", "node_modules", platform, "include", "node"),
    packageScript(platform, "include", "node"),
    resolve(dirname(process.execPath), "..", "include", "node"),
    "/usr/include/node",
  ];
  const found = candidates.find((folder) => existsSync(join(folder, "node_api.h")));
  if (found) return found;
  throw new StepError("Compiling better-sqlite3 needs Node's header node_api.h, which was found nowhere.", {
    todo: `It comes with the package \`node\`: run \`npm ci\`. Looked in ${candidates.join(", ")}.`,
  });
}

function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function isIntact(binding) {
  try {
    const note = JSON.parse(readFileSync(`${binding}.json`, "utf8"));
    return note.recipe === RECIPE && note.sha256 === sha256(binding);
  } catch {
    return false;
  }
}

async function compile(source, work) {
  await cp(join(source, "src"), join(work, "src"), { recursive: true });
  await cp(join(source, "deps"), join(work, "deps"), { recursive: true });
  const defines = sqliteDefines(readFileSync(join(work, "deps", "defines.gypi"), "utf8"));
  const shared = ["-O3", "-fPIC", "-pthread", "-DNDEBUG", ...defines, "-Ideps/sqlite3"];
  const includes = [`-I${nodeHeaders()}`, `-I${packageScript("node-addon-api")}`];
  const todo = "Please report it together with that log.";
  const options = {
    what: "Compiling better-sqlite3",
    cwd: work,
    todo,
    timeoutMs: COMPILE_TIMEOUT_MS,
    errorLine: /error:/,
  };
  const log = (part) => ({ log: logFile(`compile-${part}`) });
  await Promise.all([
    runLogged("gcc", [...shared, "-std=c99", "-w", "-c", "deps/sqlite3/sqlite3.c", "-o", "sqlite3.o"], {
      ...options,
      ...log("sqlite"),
      label: "Compiling better-sqlite3 for Electron (about a minute, once)",
    }),
    runLogged("g++", [...shared, ...ADDON_FLAGS, ...includes, "-c", "src/better_sqlite3.cpp", "-o", "addon.o"], {
      ...options,
      ...log("addon"),
    }),
  ]);
  const link = ["-shared", "-pthread", "-s", "-Wl,-Bsymbolic", "-Wl,--exclude-libs,ALL"];
  await runLogged("g++", [...link, "-o", "better_sqlite3.node", "addon.o", "sqlite3.o", "-ldl"], {
    ...options,
    ...log("link"),
  });
  return join(work, "better_sqlite3.node");
}

function smokeTest(executable, source, binding) {
  const run = spawnSync(executable, ["-e", SMOKE_TEST, source, binding], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  if (run.stdout === "1000") return;
  const tail = [run.stdout, run.stderr].filter(Boolean).join("\n");
  throw new StepError("better-sqlite3 was compiled, but does not work in Electron.", { tail });
}

function bindingPlace(runtime) {
  const { version } = JSON.parse(readFileSync(packageScript("better-sqlite3", "package.json"), "utf8"));
  const folder = join(runtime, "native");
  return { version, folder, binding: join(folder, `better-sqlite3-${version}.node`) };
}

/** Whether a runtime has its better-sqlite3, so that no compiler is needed. */
export function hasSqliteBinding(runtime) {
  return isIntact(bindingPlace(runtime).binding);
}

// What an interrupted compilation has left; a younger folder may belong to one that still runs.
async function removeAbandoned(runtime) {
  for (const name of (await readdir(runtime)).filter((entry) => entry.startsWith("compile-"))) {
    const path = join(runtime, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > COMPILE_TIMEOUT_MS) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Makes sure that better-sqlite3, in the version installed here, is compiled for an Electron older than its packaged
 * binary needs. The source is compiled as it is, in a temporary copy, by two compiler calls: node-gyp would need
 * Python, make and headers to download for the same.
 * @param {string} runtime the runtime's folder; the binary goes to native/better-sqlite3-VERSION.node in it
 * @param {string} executable the Electron to prove it with
 * @returns {Promise<string>} the binary's path
 */
export async function ensureSqliteBinding(runtime, executable) {
  const source = packageScript("better-sqlite3");
  const { version, folder, binding } = bindingPlace(runtime);
  if (isIntact(binding)) return binding;
  await ensureSystemParts(["compiler"], "Compiling better-sqlite3");
  await mkdir(folder, { recursive: true });
  await removeAbandoned(runtime);
  const work = await mkdtemp(join(runtime, "compile-"));
  try {
    const built = await compile(source, work);
    smokeTest(executable, source, built);
    await rename(built, binding);
    await writeFile(`${binding}.json`, JSON.stringify({ recipe: RECIPE, sha256: sha256(binding) }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`better-sqlite3 ${version} is compiled: ${binding}`);
  return binding;
}
