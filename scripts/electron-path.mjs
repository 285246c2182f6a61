// Prints the path of the Electron executable in use, after making it ready. Everything else goes to stderr.
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { runMain } from "./lib/report.mjs";
import { endOnSignals } from "./lib/run-command.mjs";

endOnSignals();
await runMain(async () => {
  await ensureInstalled();
  const { path } = await ensureElectron();
  process.stdout.write(`${path}\n`);
});
