import { startWorkerHost } from "../../../src/main/core/runner/worker-host";
import { openStore } from "../../../src/main/core/store/open";

/** An external worker, for tests to stop and kill: arguments are the database, its role and the number of slots. */
const [file = "", role = "ext", slots = "1"] = process.argv.slice(2);
const store = await openStore({ file });
const host = await startWorkerHost(store, {
  role,
  capabilities: ["git"],
  slots: Number(slots),
  graceMs: 200,
  heartbeatMs: 150,
});

let asked = 0;
process.on("SIGTERM", async () => {
  asked += 1;
  process.send?.("asked");
  await (asked === 1 ? host.drain() : host.stop());
  await store.close();
  process.exit();
});
process.send?.(host.workerIds);
