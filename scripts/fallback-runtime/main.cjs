// Loads an app as Electron's own default app does (`electron [options] path [args]`): the fallback runtime comes
// without default_app.asar, and Electron starts resources/app, this file, instead.
const { app } = require("electron");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

function parse(args) {
  const parsed = { file: undefined, version: false, abi: false, modules: [] };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (arg === "--version" || arg === "-v") parsed.version = true;
    else if (arg === "--abi" || arg === "-a") parsed.abi = true;
    else if (arg === "--require" || arg === "-r") parsed.modules.push(args[++index]);
    else if (arg.startsWith("--app=")) parsed.file = arg.slice("--app=".length);
    else if (!arg.startsWith("-")) parsed.file = arg;
    if (parsed.file !== undefined) break;
  }
  return parsed;
}

function fail(message) {
  fs.writeSync(2, `${message}\n`);
  app.exit(1);
}

function readPackage(folder) {
  const file = path.join(folder, "package.json");
  if (!fs.existsSync(file)) return undefined;
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`Unable to parse ${file}: ${error.message}`);
  }
}

// The packaged binary of better-sqlite3 needs a newer Node-API than this Electron has; the one compiled for it lies
// beside the executable, one for each version of better-sqlite3.
function nativeBinding(appPath) {
  try {
    const file = require.resolve("better-sqlite3/package.json", { paths: [appPath] });
    const { version } = JSON.parse(fs.readFileSync(file, "utf8"));
    const binding = path.join(path.dirname(process.execPath), "native", `better-sqlite3-${version}.node`);
    return fs.existsSync(binding) ? binding : undefined;
  } catch {
    return undefined;
  }
}

function describeApp(appPath, manifest) {
  if (manifest.version) app.setVersion(manifest.version);
  const name = manifest.productName ?? manifest.name;
  if (name) app.name = name;
  app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`);
  app.setAppPath(appPath);
}

function load(target) {
  Object.defineProperty(process, "defaultApp", { configurable: false, enumerable: true, value: true });
  const appPath = path.resolve(target);
  const manifest = readPackage(appPath);
  if (manifest) describeApp(appPath, manifest);
  let file;
  try {
    file = Module._resolveFilename(appPath, null, true);
  } catch (error) {
    fail(`Unable to find an Electron app at ${appPath}: ${error.message}`);
    return;
  }
  if (!manifest) app.setAppPath(path.dirname(file));

  process.env.HIVE_ELECTRON_RUNTIME = "fallback";
  process.env.HIVE_SQLITE_BINDING ??= nativeBinding(app.getAppPath()) ?? "";
  if (process.env.HIVE_SQLITE_BINDING === "") delete process.env.HIVE_SQLITE_BINDING;

  const asModule = path.extname(file) === ".mjs" || (path.extname(file) === ".js" && manifest?.type === "module");
  if (asModule) import(pathToFileURL(file).href).catch(appThrew);
  else Module._load(file, module, true);
}

function appThrew(error) {
  fail(`App threw an error during load\n${error?.stack ?? error}`);
}

const options = parse(process.argv.slice(1));
if (options.version) {
  fs.writeSync(1, `v${process.versions.electron}\n`);
  process.exit(0);
} else if (options.abi) {
  fs.writeSync(1, `${process.versions.modules}\n`);
  process.exit(0);
} else if (options.modules.includes(undefined)) {
  fail("Invalid usage: --require needs a module.\n\nelectron --require MODULE APP");
} else if (options.file === undefined) {
  fail("Usage: electron [options] APP [args]: APP is a folder with a package.json, or a script");
} else {
  try {
    Module._preloadModules(options.modules);
    load(options.file);
  } catch (error) {
    appThrew(error);
  }
}
