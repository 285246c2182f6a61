import { startRunner } from "../../../src/main/core/runner/runner";
import { openStore } from "../../../src/main/core/store/open";

/**
 * A console without a window, for tests to kill: arguments are the database, the number of slots, and how long other
 * programs' workers may be silent, in milliseconds.
 */
const [file = "", slots = "2", silenceMs = "15000"] = process.argv.slice(2);
const store = await openStore({ file, create: true });
const runner = startRunner(store, {
  slots: Number(slots),
  program: "cli",
  graceMs: 200,
  heartbeatMs: 200,
  silenceMs: Number(silenceMs),
});

function tell(): void {
  process.send?.(runner.info());
}

process.on("SIGTERM", async () => {
  await runner.stop({ tasks: "leave" });
  await store.close();
  process.exit();
});
runner.onChange(tell);
tell();
