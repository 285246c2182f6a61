// npm run bench, npm run chaos: programs in TypeScript that measure or torment the core, under the project's Node.
import { join } from "node:path";
import { runForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { nodeBinary, ROOT, toolEnvironment } from "./lib/paths.mjs";
import { runMain } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";

endOnSignals();
await runMain(async () => {
  await ensureInstalled();
  const [entry, ...given] = process.argv.slice(2);
  process.exitCode = await runForeground(
    nodeBinary(),
    [join(ROOT, "test", "helpers", "run-program.ts"), join(ROOT, entry), ...given],
    { ownGroup: false, cwd: ROOT, env: toolEnvironment() },
  );
});
