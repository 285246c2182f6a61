import { startRunner } from "../../../src/main/core/runner/runner";
import { openStore } from "../../../src/main/core/store/open";

/** A console without a window, for tests to kill: arguments are the database and the number of slots. */
const [file = "", slots = "2"] = process.argv.slice(2);
const store = await openStore({ file, create: true });
const runner = startRunner(store, { slots: Number(slots), program: "cli", graceMs: 200, heartbeatMs: 200 });

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
