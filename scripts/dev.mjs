// npm run dev: the console with hot reload of the renderer and restart on changes of main and preload.
import { ensureElectron } from "./electron-runtime.mjs";
import { hasDisplay, sandboxProblem } from "./lib/display.mjs";
import { runForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { nodeBinary, packageScript, ROOT, toolEnvironment } from "./lib/paths.mjs";
import { runMain, StepError, say } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";

endOnSignals();
await runMain(async () => {
  await ensureInstalled();
  if (!hasDisplay()) {
    throw new StepError("npm run dev opens a window, and there is no display here.", {
      todo: "Set DISPLAY, or run it under a virtual one: xvfb-run -a npm run dev.",
    });
  }
  const { path } = await ensureElectron();
  const problem = sandboxProblem(path);
  if (problem) say(`Chromium's sandbox is off (--no-sandbox): ${problem}.`);
  const env = toolEnvironment({ ELECTRON_EXEC_PATH: path, ...(problem ? { NO_SANDBOX: "1" } : {}) });
  const args = [packageScript("electron-vite", "bin", "electron-vite.js"), "dev", "--watch"];
  const given = process.argv.slice(2);
  process.exitCode = await runForeground(nodeBinary(), given.length > 0 ? [...args, "--", ...given] : args, {
    ownGroup: false,
    cwd: ROOT,
    env,
  });
});
