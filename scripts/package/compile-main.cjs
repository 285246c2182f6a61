// electron compile-main.cjs ROOT TARGET: writes what V8 made of the main process's modules to TARGET, in the same places
// as they have below ROOT, which holds the built program. Run by the very Electron that is packed: only that takes it.
const { mkdirSync, readdirSync, writeFileSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");
const { app } = require("electron");

const [root, target] = process.argv.slice(-2);
const main = join(root, "out", "main");
const { CODE_SUFFIX, createLoader } = require(join(main, "packaged.cjs"));
const scripts = new Map();
const load = createLoader((file, script) => scripts.set(file, script));

// Asked for its version the program evaluates its modules and starts nothing; what comes behind a window is evaluated
// without being called.
process.argv = [app.getAppPath(), "--version"];
app.exit = () => undefined;
load(join(main, "index.cjs"));
const wiring = readdirSync(join(main, "chunks")).find((name) => /^wiring-.*\.cjs$/.test(name));
load(join(main, "chunks", wiring));

for (const [file, script] of scripts) {
  const place = join(target, `${relative(root, file)}${CODE_SUFFIX}`);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, script.createCachedData());
}
process.exit(0);
