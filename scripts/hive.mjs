// npm run hive -- ...: the hive command of this checkout, built when needed, in the folder where it was typed.
import { join } from "node:path";
import { ensureBuilt } from "./lib/build.mjs";
import { runForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { nodeBinary, ROOT, toolEnvironment, userDir } from "./lib/paths.mjs";
import { runMain } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";

endOnSignals();
await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const program = join(ROOT, "out", "main", "hive.cjs");
  process.exitCode = await runForeground(nodeBinary(), [program, ...process.argv.slice(2)], {
    ownGroup: false,
    cwd: userDir(),
    env: toolEnvironment(),
  });
});
