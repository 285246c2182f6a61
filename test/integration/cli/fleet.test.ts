import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { REDIS_MISSING, RedisServer } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place } from "./hive";

let place: Place;
beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const json = (text: string): Array<Record<string, unknown>> =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe.skipIf(REDIS_MISSING)("hive fleet", { timeout: 120_000 }, () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start({ password: "open-sesame" });
  });
  afterEach(() => redis.remove());

  it("runs a plan on a worker, tells of queue, worker and status, and the worker signs off", async () => {
    const key = (await place.hive(["fleet", "key"])).out.trim();
    expect(key).toMatch(/^[\w-]{43}$/);
    const env = { HIVE_FLEET_REDIS: redis.url, HIVE_FLEET_KEY: key };
    const worker = place.start(["fleet", "worker", "--queue", "gpu", "--slots", "3", "--files", place.folder], env);
    await worker.printed(/Taking up to 3 tasks at once of the queue gpu/);
    const plan = place.file("plan.yaml", "title: P\nqueue: gpu\nsubtasks:\n  - { id: a, run: echo hello }\n");
    expect(await place.hive(["run", plan], env)).toMatchObject({ code: 0 });

    const workers = await waitFor("the worker", async () => {
      const found = json((await place.hive(["fleet", "workers", "--json"], env)).out);
      return found.length > 0 && found;
    });
    expect(workers).toMatchObject([{ queue: "gpu", slots: 3, busy: 0, state: "open", pid: worker.child.pid }]);
    const [queue] = json((await place.hive(["fleet", "queues", "--json"], env)).out);
    expect(queue).toMatchObject({ queue: "gpu", waiting: 0, running: 0, slots: 3, workers: 1, drain_ms: 0 });
    expect(queue?.out_per_minute).toBeGreaterThan(0);
    const status = await place.hive(["fleet", "status"], env);
    expect(status).toMatchObject({ code: 0 });
    expect(status.out).toMatch(/1 host, 1 worker, 3 slots, 0 in use/);
    expect(status.out).not.toContain("open-sesame");

    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0 });
    // No console is there to write down that it left: it is not heard, and shown as that.
    expect(json((await place.hive(["fleet", "workers", "--json"], env)).out)).toMatchObject([{ state: "silent" }]);
    const unheard = await place.hive(["fleet", "queues", "--json"], { ...env, HIVE_FLEET_REDIS: "nonsense" });
    expect(unheard).toMatchObject({ code: 1, err: expect.stringMatching(/No worker can be heard.* no URL/) });
    expect(json(unheard.out)).toMatchObject([{ queue: "gpu", waiting: 0, drain_ms: 0 }]);
  });

  it("says what is wrong with the connection, and which variable to set", async () => {
    const missing = await place.hive(["fleet", "status", "--json"]);
    expect(missing.code).toBe(1);
    expect(json(missing.out)).toMatchObject([
      { status: "unhealthy", message: expect.stringMatching(/HIVE_FLEET_REDIS/) },
    ]);
    const wrong = redis.url.replace("open-sesame", "shut-sesame");
    const refused = await place.hive(["fleet", "status"], { HIVE_FLEET_REDIS: wrong });
    expect(refused.out).toMatch(/The password/);
    expect(refused.out + refused.err).not.toContain("sesame");
    expect(await place.hive(["fleet", "worker", "--redis", "here"])).toMatchObject({ code: 2 });
    const worker = (...args: string[]) => place.hive(["fleet", "worker", "--redis", redis.url, ...args]);
    const file = place.file("file", "");
    const [unnamed, nowhere, full] = [worker("-c", ""), worker("--folder", "missing"), worker("--files", `${file}/x`)];
    expect(await unnamed).toMatchObject({ code: 2, err: expect.stringContaining("Give the capability a name") });
    expect(await nowhere).toMatchObject({ code: 2, err: expect.stringMatching(/no folder .*missing.*--folder/) });
    expect(await full).toMatchObject({ code: 2, err: expect.stringMatching(/cannot keep their files in .*--files/) });
  });
});
