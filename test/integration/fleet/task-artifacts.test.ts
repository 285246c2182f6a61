import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { artifactTarget } from "../../../src/main/core/fleet/artifact-target";
import { newFleetKey } from "../../../src/main/core/fleet/sealed";
import type { Store } from "../../../src/main/core/store/open";
import { REDIS_MISSING, RedisServer } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import { Bench, logOf, runOf, untilEnded, untilPrinted } from "../runner/setup";
import { QUICK_RUNNER } from "./quick";
import { fleetEnvironment, hasNone, startWorkerHere, untilJoined } from "./setup";

describe.skipIf(REDIS_MISSING)("what a task of the fleet leaves", () => {
  let redis: RedisServer;
  let bench: Bench;
  let store: Store;
  let share: string;
  let environment: Record<string, string>;
  const workers: Awaited<ReturnType<typeof startWorkerHere>>[] = [];

  beforeEach(async () => {
    redis = await RedisServer.start();
    share = mkdtempSync(join(tmpdir(), "hive-share-"));
    bench = new Bench();
    store = await bench.open();
    environment = fleetEnvironment(redis.url, { HIVE_FLEET_KEY: newFleetKey() });
    bench.start(store, { ...QUICK_RUNNER, environment });
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.remove();
    await bench.close();
    await redis.remove();
    rmSync(share, { recursive: true, force: true });
  });
  const joins = async (queue: string, withTarget = true): Promise<void> => {
    const artifacts = withTarget ? artifactTarget(share, {}) : null;
    workers.push(await startWorkerHere(environment, { queue, artifacts }));
    await untilJoined(store, 2 * workers.length);
  };

  it("is found by those that depend on it, on another worker, and stays on none", async () => {
    await joins("one");
    await joins("two");
    const planId = await bench.launch(store, [
      {
        id: "make",
        queue: "one",
        run: "mkdir $HIVE_ARTIFACTS/deep; echo weights > $HIVE_ARTIFACTS/deep/model; ls $HIVE_ARTIFACTS_IN",
      },
      { id: "use", queue: "two", dependencies: ["make"], run: "cat $HIVE_ARTIFACTS_IN/make/deep/model" },
    ]);
    await untilEnded(store, planId);
    const used = runOf(store, planId, "use");
    expect(used).toMatchObject({ status: "success" });
    expect(used && logOf(used)).toBe("weights\n");
    await waitFor("both workers to be clean", () => workers.every(({ folder }) => hasNone(folder, "artifacts")));
  });

  it("makes it fail when it cannot be kept, and one that is given it when its worker has no target", async () => {
    await joins("one");
    await joins("bare", false);
    const planId = await bench.launch(store, [
      { id: "bad", queue: "one", run: "ln -s /etc/passwd $HIVE_ARTIFACTS/link" },
      { id: "make", queue: "one", run: "echo x > $HIVE_ARTIFACTS/file" },
      { id: "use", queue: "bare", dependencies: ["make"], run: "true" },
    ]);
    await untilEnded(store, planId);
    expect(runOf(store, planId, "bad")?.error).toMatch(/succeeded, and its artifacts cannot be kept: .*"link"/);
    expect(runOf(store, planId, "use")?.error).toMatch(/given artifacts of "make", .* set HIVE_FLEET_ARTIFACTS/);
  });

  it("and what it was given and printed is in Redis in no word that can be read", async () => {
    await joins("one");
    const planId = await bench.launch(store, [
      { id: "a", queue: "one", env: { TOKEN: "a-secret-of-the-plan" }, run: 'echo "said $TOKEN"; sleep 60' },
    ]);
    await untilPrinted(store, planId, "a", "said");
    const held = await redis.everything();
    expect(held.includes(environment.HIVE_FLEET_PREFIX ?? "")).toBe(true);
    expect(held.includes("a-secret-of-the-plan")).toBe(false);
  });
});
