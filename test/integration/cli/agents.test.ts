import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../../helpers/wait";
import { json, startServer, type TestServer } from "../agents/server";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;
let server: TestServer;

beforeAll(buildHive, 240_000);
beforeEach(async () => {
  place = makePlace();
  server = await startServer(json({ data: [{ id: "bee" }] }));
});
afterEach(async () => {
  await place.remove();
  await server.close();
});

describe("hive agent", () => {
  it("lists the agents", async () => {
    const { code, out } = await place.hive(["agent", "list", "--json"]);
    expect(code).toBe(0);
    expect(records(out).map(({ id }) => id)).toEqual(["command", "noop", "http", "llm", "approval"]);
    expect((await place.hive(["agent", "list"])).out).toContain("Waits until a person approves or rejects.");
  });

  it("checks them: 0 when all can work, 1 when one cannot, 2 for one that does not exist", async () => {
    const environment = { HIVE_LLM_ENDPOINT: `${server.origin}/v1`, HIVE_LLM_MODEL: "bee" };
    const good = await place.hive(["agent", "check"], environment);
    expect(good.out).toMatch(/✓ llm +healthy +bee at http/);
    expect(good.code).toBe(0);
    const bad = await place.hive(["agent", "check", "llm", "--json"], { ...environment, HIVE_LLM_MODEL: "wasp" });
    expect(records(bad.out)).toMatchObject([{ id: "llm", status: "unhealthy", details: { models: ["bee"] } }]);
    expect(bad.code).toBe(1);
    expect(await place.hive(["agent", "check", "robot"])).toMatchObject({ code: 2 });
  });
});

const GATED = `
title: Gated
subtasks:
  - { id: ask, agent: approval, approval: { instructions: Look at it. } }
  - { id: behind, dependencies: ask, run: echo passed }
`;

describe("a person's decision from another terminal", () => {
  const pending = () =>
    waitFor("the gate", () => {
      const [row] = place.rows("SELECT id FROM tasks WHERE status = 'review_pending'");
      return typeof row?.id === "string" ? row.id : null;
    });

  it("lets a plan go on", async () => {
    const running = place.start(["run", place.file("gated.yaml", GATED)]);
    await running.printed(/gate|Gated|ask/i);
    const id = await pending();
    const decided = await place.hive(["task", "approve", id, "--reason", "looks good"]);
    expect(decided).toMatchObject({ code: 0, err: "" });
    expect(decided.out).toContain("ask is completed");
    expect((await running.ended).code).toBe(0);
    expect(place.rows("SELECT act, reason FROM console_audit WHERE entity = 'task'")).toEqual([
      { act: "tasks.approve", reason: "looks good" },
    ]);
    expect(await place.hive(["task", "approve", id])).toMatchObject({ code: 1 });
  });

  it("sends it back, then ends it", async () => {
    const running = place.start(["run", place.file("gated.yaml", GATED)]);
    await running.printed(/gate|Gated|ask/i);
    const id = await pending();
    expect(records((await place.hive(["task", "send-back", id, "--json"])).out)).toEqual([
      { task_id: id, status: "rework_needed" },
    ]);
    expect((await place.hive(["task", "update", id, "queued"])).code).toBe(0);
    expect(await pending()).toBe(id);
    expect((await place.hive(["task", "reject", id, "--reason", "no"])).code).toBe(0);
    expect((await running.ended).code).toBe(1);
  });
});
