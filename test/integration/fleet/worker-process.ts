import { fleetAccess } from "../../../src/main/core/fleet/fleet-access";
import { startFleetWorker } from "../../../src/main/core/fleet/worker/fleet-worker";
import { isPace, PACES } from "./quick";

/**
 * A worker of a fleet, for tests to kill, to freeze and to cut off: arguments are its folder, slots and queue, and its
 * pace. Its Redis is in its environment.
 */
const [folder = "", slots = "1", queue = "default", pace = "quick"] = process.argv.slice(2);
const access = fleetAccess(process.env);
if (access === null) throw new Error("The environment names no fleet");
const worker = await startFleetWorker({
  access,
  queue,
  role: "fleet",
  capabilities: [],
  slots: Number(slots),
  version: "test",
  filesFolder: folder,
  workFolder: null,
  ...PACES[isPace(pace) ? pace : "quick"],
});
process.on("SIGTERM", async () => {
  await worker.drain();
  process.exit();
});
