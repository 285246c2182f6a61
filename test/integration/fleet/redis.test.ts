import { afterEach, describe, expect, it } from "vitest";
import { isAlive } from "../../helpers/processes.ts";
import { REDIS_MISSING, type RedisOptions, RedisServer } from "../../helpers/redis.ts";

const servers: RedisServer[] = [];

async function started(options: RedisOptions = {}): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.remove();
});

describe.skipIf(REDIS_MISSING)("the Redis of a test", () => {
  it("forgets everything on a restart, or nothing", async () => {
    const [forgets, keeps] = [await started(), await started({ persistence: "always" })];
    for (const server of [forgets, keeps]) {
      await server.cli("SET", "task", "one");
      const { pid } = server;
      await server.kill();
      expect(isAlive(pid)).toBe(false);
      await server.start();
    }
    expect(await forgets.cli("GET", "task")).toBe("");
    expect(await keeps.cli("GET", "task")).toBe("one");
  });

  it("asks for a password, speaks TLS, and shows all that it holds", async () => {
    const server = await started({ password: "open sesame", tls: true });
    expect(server.url).toMatch(/^rediss:\/\/:open%20sesame@127\.0\.0\.1:\d+$/);
    await server.cli("XADD", "log", "*", "line", "x".repeat(300));
    expect((await server.everything()).includes("x".repeat(300))).toBe(true);
  });

  it("refuses what it has no memory for", async () => {
    const server = await started({ maxMemory: "2mb" });
    await server.cli("CONFIG", "SET", "maxmemory", "1");
    expect(await server.cli("SET", "task", "two")).toMatch(/OOM/);
  });
});
