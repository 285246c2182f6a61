import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetAccess } from "../../../src/main/core/fleet/fleet-access";
import {
  type FleetWorker,
  type FleetWorkerOptions,
  startFleetWorker,
} from "../../../src/main/core/fleet/worker/fleet-worker";
import type { Store } from "../../../src/main/core/store/open";
import { waitFor } from "../../helpers/wait";
import { QUICK } from "./quick";

export { QUICK_RUNNER } from "./quick";

let fleets = 0;

/** The environment of a fleet of its own on a test's Redis. */
export function fleetEnvironment(url: string, more: Record<string, string> = {}): Record<string, string> {
  fleets += 1;
  return { HIVE_FLEET_REDIS: url, HIVE_FLEET_PREFIX: `test-${process.pid}-${fleets}`, ...more };
}

/** A worker of a fleet in this process, with a folder of its own; `stop` removes it. */
export async function startWorkerHere(
  environment: Record<string, string>,
  options: Partial<FleetWorkerOptions> = {},
): Promise<FleetWorker & { readonly folder: string; remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "hive-fleet-worker-"));
  const access = fleetAccess(environment);
  if (access === null) throw new Error("The environment names no fleet");
  const worker = await startFleetWorker({
    access,
    queue: "default",
    role: "fleet",
    capabilities: [],
    slots: 2,
    version: "test",
    filesFolder: folder,
    workFolder: null,
    ...QUICK,
    ...options,
  });
  return {
    ...worker,
    folder,
    async remove() {
      await worker.stop(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Until so many slots of the fleet may be given tasks. */
export function untilJoined(store: Store, slots: number): Promise<unknown> {
  const sql = "SELECT count(*) FROM workers WHERE id LIKE 'fleet:%' AND status <> 'offline'";
  const count = store.read.prepare<[], number>(sql).pluck();
  return waitFor(`${slots} slots of the fleet to join`, () => count.get() === slots, { timeoutMs: 30_000 });
}

/** Whether no file or folder below this one has `part` in its path. Not so while some of them are being removed. */
export function hasNone(folder: string, part: string): boolean {
  try {
    return readdirSync(folder, { recursive: true }).every((name) => !String(name).includes(part));
  } catch {
    return false;
  }
}
