import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { json, startServer } from "../agents/server";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;

beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
  place.file("plan.yaml", "title: One\nsubtasks: [{ id: a, agent: noop }]\n");
});
afterEach(() => place.remove());

it("settings are listed, set, refused, reset and taken to another database", async () => {
  expect((await place.hive(["settings", "set", "time.zone", "Europe/Berlin"])).out).toContain(
    "✓ time.zone is Europe/Berlin",
  );
  expect((await place.hive(["settings", "set", "time.clock", "12"])).code).toBe(0);
  expect((await place.hive(["run", "plan.yaml"])).code).toBe(0);
  expect((await place.hive(["settings", "set", "runner.roles", "gpu,signing", "--reason", "new card"])).code).toBe(0);
  const refused = await place.hive(["settings", "set", "runner.graceSeconds", "soon"]);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining("Give 0 to 600 seconds. Nothing was changed."),
  });
  expect((await place.hive(["settings", "get", "no.such"])).code).toBe(2);

  const listed = records((await place.hive(["settings", "list", "--json"])).out);
  expect(listed.find(({ name }) => name === "runner.roles")).toMatchObject({
    value: ["gpu", "signing"],
    is_set: true,
    scope: "database",
  });
  expect(listed.find(({ name }) => name === "time.clock")).toMatchObject({
    value: "12",
    is_set: true,
    scope: "machine",
  });

  expect((await place.hive(["settings", "export", "settings.json"])).code).toBe(0);
  const other = ["--db", "other.db"];
  await place.hive(["run", "plan.yaml", ...other]);
  const preview = await place.hive(["settings", "import", "settings.json", "--preview", ...other]);
  expect(preview.out).toMatch(/^runner\.roles +\[\] → \["gpu","signing"\]\n$/);
  expect((await place.hive(["settings", "import", "settings.json", ...other])).code).toBe(0);
  expect((await place.hive(["settings", "get", "runner.roles", "--json", ...other])).out).toContain(
    '["gpu","signing"]',
  );
  expect((await place.hive(["settings", "reset", "runner.roles", ...other])).out).toContain("at its default: none");
  place.file(
    "broken.json",
    JSON.stringify({ format: "hive-console-settings", version: 1, settings: { "no.such": 1 } }),
  );
  expect(await place.hive(["settings", "import", "broken.json"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("no.such"),
  });
});

it("a subscription is added, tested, paused, delivered by hive run, and removed", async () => {
  const server = await startServer(json({ ok: true }));
  try {
    await place.hive(["run", "plan.yaml"]);
    const hive = (...args: string[]) => place.hive(["subscription", ...args]);
    expect((await hive("add", "chat", "--topic", "plan.*")).err).toContain("Give either --url or --run");
    const where = ["--where", "status=completed"];
    const added = await hive("add", "chat", "--topic", "plan.*", ...where, "--url", `${server.origin}/hook`);
    expect(added).toMatchObject({ code: 0, out: "✓ chat gets plan.* from now on\n" });
    expect((await hive("test", "chat")).out).toMatch(/delivered +subscription\.test +test/);
    expect((await hive("pause", "chat", "--reason", "quiet")).code).toBe(0);
    expect((await hive("pause", "chat")).code).toBe(1);
    expect((await hive("resume", "chat")).code).toBe(0);
    expect(
      (
        await hive(
          "add",
          "file",
          "--topic",
          "plan.execution_completed",
          "--run",
          `cat >> ${join(place.folder, "told")}`,
        )
      ).code,
    ).toBe(0);
    // Whoever runs a plan delivers, also the end of that plan.
    await place.hive(["run", "plan.yaml"]);
    expect(records((await hive("list", "--json")).out)).toMatchObject([
      { name: "chat", state: "active", failures: 0, delivered: 1 },
      { name: "file", state: "active", failures: 0, delivered: 1 },
    ]);
    expect(JSON.parse(server.requests.at(-1)?.body ?? "{}")).toMatchObject({ event_type: "plan.execution_completed" });
    expect(JSON.parse(readFileSync(join(place.folder, "told"), "utf8").split("\n")[0] ?? "")).toMatchObject({
      payload: { status: "completed" },
    });
    expect(records((await hive("log", "chat", "--json")).out)[0]).toMatchObject({
      outcome: "delivered",
      is_test: false,
    });
    expect((await hive("remove", "chat")).code).toBe(0);
    expect((await hive("log", "chat")).code).toBe(2);
  } finally {
    await server.close();
  }
}, 120_000);
