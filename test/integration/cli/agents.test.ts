import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../../helpers/wait";
import { board } from "../agents/chat";
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
    const ids = records(out).map(({ id }) => id);
    expect(ids.slice(0, 5)).toEqual(["command", "noop", "http", "llm", "approval"]);
    expect(ids).toEqual(expect.arrayContaining(["ceo", "hive-coder"]));
    expect((await place.hive(["agent", "list"])).out).toContain("Waits until a person approves or rejects.");
  });

  it("checks them: 0 when all can work, 1 when one cannot, 2 for one that does not exist", async () => {
    const environment = {
      HIVE_LLM_ENDPOINT: `${server.origin}/v1`,
      HIVE_LLM_MODEL: "bee",
      HIVE_AGENT_AI_DEPLOYER_COMMAND: "true",
      HIVE_AGENT_HIVE_CODER_COMMAND: "true",
    };
    const good = await place.hive(["agent", "check"], environment);
    expect(good.out).toMatch(/✓ llm +healthy +bee at http/);
    expect(good.out).toMatch(/✓ ceo +healthy +bee at http/);
    expect(good.code).toBe(0);
    expect(await place.hive(["agent", "check", "ceo"])).toMatchObject({
      code: 1,
      out: expect.stringContaining("HIVE_AGENT_CEO_MODEL"),
    });
    const bad = await place.hive(["agent", "check", "llm", "--json"], { ...environment, HIVE_LLM_MODEL: "wasp" });
    expect(records(bad.out)).toMatchObject([{ id: "llm", status: "unhealthy", details: { models: ["bee"] } }]);
    expect(bad.code).toBe(1);
    expect(await place.hive(["agent", "check", "robot"])).toMatchObject({ code: 2 });
  });
});

describe("what is known of agents", () => {
  it("is who a task would go to, and what its checks and attempts came to", async () => {
    const environment = { HIVE_AGENT_HIVE_CODER_COMMAND: "true" };
    const plan = place.file(
      "code.yaml",
      "title: C\nsubtasks: [{ id: a, capabilities: [code, test], prompt: Mend it. }]",
    );
    expect((await place.hive(["run", plan], environment)).code).toBe(0);
    const routed = await place.hive(["agent", "route", "code", "test"], environment);
    expect(routed).toMatchObject({ code: 0, out: expect.stringMatching(/^✓ hive-coder +healthy/) });
    expect(await place.hive(["agent", "route", "monitor", "deploy"])).toMatchObject({ code: 1 });
    expect(await place.hive(["agent", "route", "fly"])).toMatchObject({ code: 2 });
    const history = await place.hive(["agent", "history", "hive-coder", "--range", "1h"]);
    expect(history.out).toMatch(/^1 attempt ended in the last 1h, 100 % succeeded, P50 \d+ ms/);
    expect(records((await place.hive(["agent", "history", "ceo", "--json"])).out)).toMatchObject([
      { id: "ceo", course: null },
    ]);
    expect(await place.hive(["agent", "history", "robot"])).toMatchObject({ code: 2 });
  });
});

describe("agents of files", () => {
  const BROKEN = "---\nid: bee\ntype: lllm\n---\nBe a bee.\n";

  it("are shown with what they are told; a broken one is named by the plan that names it", async () => {
    const shown = await place.hive(["agent", "show", "ceo"]);
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out).toMatch(/set up by +HIVE_AGENT_CEO_ENDPOINT, /);
    expect(shown.out).toContain("  You are the chief executive officer.");
    mkdirSync(`${place.databaseFile}.agents`, { recursive: true });
    writeFileSync(join(`${place.databaseFile}.agents`, "bee.md"), BROKEN);
    const plan = place.file("bees.yaml", "title: Bees\nsubtasks: [{ id: a, agent: bee, prompt: Buzz }]");
    const refused = await place.hive(["run", plan]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/bees.yaml:2:\d+: .*bee\.md, line 3: "type" must be llm or command/);
    expect((await place.hive(["agent", "list"])).out).toMatch(/bee +broken: /);
  });

  it("run a plan to its final plan, which is printed as Markdown", async () => {
    server.reply(board());
    const environment = { HIVE_LLM_ENDPOINT: `${server.origin}/v1`, HIVE_LLM_MODEL: "bee" };
    const plan = join(import.meta.dirname, "../../../resources/plans/strategic-goal.yaml");
    const done = await place.hive(["run", plan, "--param", "goal=Win 100 teams", "--json"], environment);
    expect(done).toMatchObject({ code: 0, err: "" });
    const [row] = place.rows("SELECT id FROM execution_plans");
    const exported = await place.hive(["plan", "export", String(row?.id), "--markdown"]);
    expect(exported).toMatchObject({ code: 0, err: "" });
    expect(exported.out).toMatch(/^# Strategic goal\n[\s\S]*- goal: Win 100 teams[\s\S]*Confidence: 62 %/);
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
    expect(records((await place.hive(["task", "send-back", id, "--json"])).out)).toMatchObject([
      { task_id: id, status: "rework_needed" },
    ]);
    expect((await place.hive(["task", "update", id, "queued"])).code).toBe(0);
    expect(await pending()).toBe(id);
    expect((await place.hive(["task", "reject", id, "--reason", "no"])).code).toBe(0);
    expect((await running.ended).code).toBe(1);
  });
});
