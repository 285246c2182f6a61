// npm run icons: draws resources/icons from resources/icon.svg, by the Electron in use.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureElectron } from "./electron-runtime.mjs";
import { hasDisplay, startXvfb } from "./lib/display.mjs";
import { runForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { ROOT, toolEnvironment } from "./lib/paths.mjs";
import { runMain } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";

endOnSignals();
await runMain(async () => {
  await ensureInstalled();
  const { path } = await ensureElectron();
  const xvfb = hasDisplay() ? undefined : await startXvfb();
  try {
    const svg = readFileSync(join(ROOT, "resources", "icon.svg"), "utf8");
    process.exitCode = await runForeground(path, [join(ROOT, "scripts", "package", "draw-icons.cjs"), "--no-sandbox"], {
      ownGroup: false,
      cwd: ROOT,
      env: toolEnvironment({
        HIVE_ICON_SVG: svg,
        HIVE_ICON_FOLDER: join(ROOT, "resources", "icons"),
        ...(xvfb ? { DISPLAY: xvfb.display } : {}),
      }),
    });
  } finally {
    xvfb?.stop();
  }
});
