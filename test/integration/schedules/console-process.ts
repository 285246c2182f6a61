import { openCore } from "../../../src/main/core/client";

/** A console without a window, for a test to kill: its argument is the database. */
const core = await openCore({
  file: process.argv[2] ?? "",
  create: true,
  runner: { slots: 2, program: "cli", graceMs: 200, heartbeatMs: 500 },
});
const tell = (): void => void process.send?.({ dispatching: core.runner.info().dispatching });
core.runner.onChange(tell);
tell();
process.on("SIGTERM", () => void core.close().then(() => process.exit()));
