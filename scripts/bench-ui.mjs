// npm run bench:ui: the window measured on a seeded database, on a display of its own where there is none.
import { join } from "node:path";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureBuilt } from "./lib/build.mjs";
import { hasDisplay, startXvfb } from "./lib/display.mjs";
import { runForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { nodeBinary, ROOT, toolEnvironment } from "./lib/paths.mjs";
import { runMain } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";

endOnSignals();
await runMain(async () => {
  await ensureInstalled();
  const { path } = await ensureElectron();
  await ensureBuilt();
  const xvfb = hasDisplay() ? undefined : await startXvfb();
  try {
    process.exitCode = await runForeground(
      nodeBinary(),
      [join(ROOT, "test/helpers/run-program.ts"), join(ROOT, "test/bench/ui/main.ts"), ...process.argv.slice(2)],
      {
        ownGroup: false,
        cwd: ROOT,
        env: toolEnvironment({ HIVE_ELECTRON_PATH: path, ...(xvfb ? { DISPLAY: xvfb.display } : {}) }),
      },
    );
  } finally {
    xvfb?.stop();
  }
});
