import { startRunner } from "../../../src/main/core/runner/runner";
import { openStore } from "../../../src/main/core/store/open";
import { QUICK_RUNNER } from "./quick";

/** A console without a window, for tests to kill: its argument is the database, its fleet is in its environment. */
const [file = ""] = process.argv.slice(2);
const store = await openStore({ file });
// Nobody is taken for lost by silence: the machine that tests run on may be very busy.
startRunner(store, { slots: 1, program: "cli", ...QUICK_RUNNER, silenceMs: 600_000, environment: process.env });
