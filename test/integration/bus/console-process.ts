import { openCore } from "../../../src/main/core/client";

/** A console without a window, for a test to kill: its argument is the database. */
const core = await openCore({ file: process.argv[2] ?? "", create: true, runner: { slots: 1, program: "cli" } });
process.on("SIGTERM", () => void core.close().then(() => process.exit()));
