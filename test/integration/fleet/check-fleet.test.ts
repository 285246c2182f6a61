import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFleet } from "../../../src/main/core/fleet/check-fleet.ts";
import { newFleetKey } from "../../../src/main/core/fleet/sealed.ts";
import { REDIS_MISSING, RedisServer } from "../../helpers/redis.ts";

const key = newFleetKey();

function check(environment: Record<string, string>, ms = 20_000) {
  return checkFleet({ HIVE_FLEET_KEY: key, ...environment }, AbortSignal.timeout(ms));
}

describe.skipIf(REDIS_MISSING)("the test of a fleet's settings", () => {
  let plain: RedisServer;
  let locked: RedisServer;
  beforeAll(async () => {
    plain = await RedisServer.start();
    locked = await RedisServer.start({ password: "hidden/word", tls: true });
  });
  afterAll(async () => {
    await plain.remove();
    await locked.remove();
  });

  it("finds a Redis that works, also with password and TLS", async () => {
    expect(await check({ HIVE_FLEET_REDIS: plain.url })).toMatchObject({ status: "healthy" });
    const ca = locked.certificates?.ca ?? "";
    const found = await check({ HIVE_FLEET_REDIS: locked.url, HIVE_FLEET_CA: ca });
    expect(found).toMatchObject({
      status: "healthy",
      message: expect.stringMatching(/^Redis \d+\.\d+\.\d+ at rediss:/),
    });
    expect(JSON.stringify(found)).not.toContain("hidden");
    expect(await plain.cli("DBSIZE")).toBe("0");
  });

  it("says what is wrong in words, and never the password", async () => {
    const ca = locked.certificates?.ca ?? "";
    const wrong = locked.url.replace("hidden%2Fword", "hidden2");
    const cases: ReadonlyArray<readonly [Record<string, string>, RegExp]> = [
      [{}, /^No Redis is set/],
      [{ HIVE_FLEET_REDIS: "localhost" }, /no URL/],
      [{ HIVE_FLEET_REDIS: "redis://127.0.0.1:1" }, /Nothing listens there/],
      [{ HIVE_FLEET_REDIS: locked.url }, /Its certificate is not trusted/],
      [{ HIVE_FLEET_REDIS: wrong, HIVE_FLEET_CA: ca }, /The password/],
      [{ HIVE_FLEET_REDIS: plain.url, HIVE_FLEET_KEY: "hidden" }, /is no key/],
      [{ HIVE_FLEET_REDIS: plain.url, HIVE_FLEET_ARTIFACTS: "here" }, /no artifact target/],
    ];
    for (const [environment, why] of cases) {
      const found = await check(environment);
      expect(found.status, found.message).toBe("unhealthy");
      expect(found.message).toMatch(why);
      expect(JSON.stringify(found)).not.toContain("hidden");
    }
  });

  it("warns of what works and will not do", async () => {
    await plain.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    const found = await check({ HIVE_FLEET_REDIS: plain.url, HIVE_FLEET_KEY: "" });
    await plain.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
    expect(found.status).toBe("degraded");
    expect(found.message).toMatch(/No key is set.*\(allkeys-lru\): set maxmemory-policy/);
  });

  it("suspects that one without TLS, which never answers, has none", async () => {
    const found = await check({ HIVE_FLEET_REDIS: plain.url.replace("redis:", "rediss:") }, 300);
    expect(found).toMatchObject({ status: "unhealthy", message: expect.stringMatching(/does it not speak TLS there/) });
  });

  it("gives up on one that never answers", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const found = await check({ HIVE_FLEET_REDIS: `redis://127.0.0.1:${port}` }, 300);
    silent.close();
    expect(found).toMatchObject({ status: "unhealthy", message: expect.stringMatching(/does not answer/) });
  });
});
