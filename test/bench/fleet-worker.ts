import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { fleetAccess } from "../../src/main/core/fleet/fleet-access";
import { startFleetWorker } from "../../src/main/core/fleet/worker/fleet-worker";

/** A worker of the benchmark in a process of its own: `bare PORT SLOTS` is BullMQ alone, `ours PORT SLOTS` the fleet's. */
const [kind, port = "", slots = ""] = process.argv.slice(2);
const redis = `redis://127.0.0.1:${port}`;

if (kind === "bare") {
  const connection = new Redis(redis, { maxRetriesPerRequest: null });
  const worker = new Worker("bare", async () => undefined, { connection, concurrency: Number(slots) });
  await worker.waitUntilReady();
} else {
  const access = fleetAccess({ HIVE_FLEET_REDIS: redis });
  if (access === null) throw new Error("There is no fleet");
  await startFleetWorker({
    access,
    queue: "default",
    role: "fleet",
    capabilities: [],
    slots: Number(slots),
    version: "bench",
    filesFolder: join(tmpdir(), `hive-bench-fleet-${process.pid}`),
    workFolder: null,
  });
}
process.stdout.write("ready\n");
