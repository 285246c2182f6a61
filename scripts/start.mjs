// npm start: installs and builds what is missing, then opens the console, or, without a display, runs a sample plan in
// the terminal.
import { join } from "node:path";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureBuilt } from "./lib/build.mjs";
import { hasDisplay, sandboxProblem } from "./lib/display.mjs";
import { runForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { copyWithoutNoise } from "./lib/noise-filter.mjs";
import { nodeBinary, ROOT, toolEnvironment, userDir } from "./lib/paths.mjs";
import { runMain, StepError, say } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";
import { chooseSample } from "./lib/sample.mjs";

/** The arguments `--db FILE` or `--db=FILE` among those given, ready to be passed on. */
function databaseArguments(args) {
  const index = args.findIndex((arg) => arg === "--db" || arg.startsWith("--db="));
  if (index < 0) return [];
  if (args[index] !== "--db") return [args[index]];
  if (args[index + 1] === undefined) {
    throw new StepError("--db needs a file.", { todo: "For example: npm start -- --db work.db" });
  }
  return ["--db", args[index + 1]];
}

/** Switches for Chromium itself; they go behind the app's folder, where Electron's own arguments are told apart. */
function chromiumSwitches(executable) {
  const switches = [];
  if (!process.env.DISPLAY && process.env.WAYLAND_DISPLAY) switches.push("--ozone-platform-hint=auto");
  const problem = sandboxProblem(executable);
  if (problem) {
    say(`Chromium's sandbox is off (--no-sandbox): ${problem}.`);
    switches.push("--no-sandbox");
  }
  return switches;
}

async function openWindow(args) {
  const { path } = await ensureElectron();
  const switches = chromiumSwitches(path);
  say("Opening Hive Console");
  return runForeground(path, [ROOT, ...switches, ...args], {
    ownGroup: process.platform !== "win32",
    cwd: userDir(),
    env: toolEnvironment(),
    stdio: ["ignore", "inherit", "pipe"],
    onStart: (child) => copyWithoutNoise(child.stderr, process.stderr),
  });
}

function runInTerminal(args) {
  say("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.");
  const { name, because } = chooseSample();
  const plan = join(ROOT, "resources", "plans", name);
  say(`Running a sample plan in the terminal instead${because ? `, one without Git (${because})` : ""}: ${plan}`);
  return runForeground(nodeBinary(), [join(ROOT, "out", "main", "hive.cjs"), "run", plan, ...databaseArguments(args)], {
    ownGroup: false,
    cwd: userDir(),
    env: toolEnvironment(),
  });
}

endOnSignals();
await runMain(async () => {
  const args = process.argv.slice(2);
  await ensureInstalled();
  await ensureBuilt();
  process.exitCode = hasDisplay() ? await openWindow(args) : await runInTerminal(args);
});
