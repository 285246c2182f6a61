import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Agent, type AgentHealth, defineAgent, healthy } from "../../../src/main/core/agents/agent";
import { createLocalAgents } from "../../../src/main/core/agents/local-agents";
import { checkHealth, createAgentRegistry } from "../../../src/main/core/agents/registry";
import { autoRegisterAdapters } from "../../../src/main/core/agents/standard-adapters";
import type { UnifiedEvent } from "../../../src/shared/model/unified-event";
import { json, type Reply, silence, startServer, type TestServer } from "./server";

const agent = (id: string, healthCheck: Agent["healthCheck"] = async () => healthy("fine")): Agent =>
  defineAgent({ id, type: "test", capabilities: ["code", "test"], description: "", healthCheck });

describe("the registry", () => {
  it("finds agents by id, type and capability", () => {
    const registry = createLocalAgents({});
    expect(registry.listAgentIds()).toEqual(["command", "noop", "http", "llm", "approval"]);
    expect(registry.get("http")?.getInfo()).toMatchObject({ id: "http", type: "http", capabilities: ["custom"] });
    expect(registry.get("robot")).toBeNull();
    expect(registry.getByType("gate").map(({ id }) => id)).toEqual(["approval"]);
    expect(registry.getByCapability("review").map(({ id }) => id)).toEqual(["llm", "approval"]);
    expect(registry.getStats()).toMatchObject({
      agents: 5,
      types: 5,
      capabilities: 4,
      agentsByCapability: { review: 2 },
    });
    registry.register(agent("own"));
    expect(registry.get("own")?.hasCapability("code")).toBe(true);
    expect(registry.get("own")?.hasCapability("deploy")).toBe(false);
    expect(registry.listCapabilities()).toEqual(["custom", "orchestrate", "plan", "review", "code", "test"]);
    expect(registry.unregister("own")).toBe(true);
    expect(registry.unregister("own")).toBe(false);
    expect(registry.listAgentTypes()).not.toContain("test");
  });

  it("has adapters for the five standard agents: 5 agents, 5 types, 5 capabilities", async () => {
    const told: UnifiedEvent[] = [];
    const registry = createAgentRegistry([], { tell: (event) => told.push(event) });
    await autoRegisterAdapters(registry, { environment: {} });
    expect(registry.getStats()).toMatchObject({ agents: 5, types: 5, capabilities: 5 });
    expect(registry.listAgentTypes()).toEqual(["ai-reviewer", "ai-planner", "ai-deployer", "hive-coder", "guardian"]);
    expect(registry.listCapabilities()).toEqual(["review", "plan", "deploy", "code", "monitor"]);
    expect(registry.getByCapability("review").map(({ id }) => id)).toEqual(["ai-reviewer-adapter"]);
    await expect(autoRegisterAdapters(registry)).rejects.toMatchObject({ code: "invalid_input" });
    // None is set up, and none pretends to be.
    const health = await registry.healthCheckAll();
    expect([...health.values()].map(({ status }) => status)).toEqual(Array(5).fill("unhealthy"));
    expect(told.map(({ eventType }) => eventType)).toEqual([
      ...Array(5).fill("agent.registered"),
      ...Array(5).fill("agent.error"),
    ]);
  });

  it("refuses a second agent of the same id", () => {
    expect(() => createAgentRegistry([agent("a"), agent("a")])).toThrow('There is an agent "a" already');
  });

  it("checks all; one that hangs or throws harms no other", async () => {
    const broken = () => {
      throw new Error("bees");
    };
    const hanging = () => new Promise<AgentHealth>(() => undefined);
    const health = await createAgentRegistry([agent("a"), agent("b", hanging), agent("c", broken)]).healthCheckAll(30);
    expect([...health].map(([id, { status }]) => [id, status])).toEqual([
      ["a", "healthy"],
      ["b", "unhealthy"],
      ["c", "unhealthy"],
    ]);
    expect(health.get("b")?.message).toContain("longer than 0.03 s");
    expect(health.get("c")?.message).toBe("The check itself failed: bees");
  });
});

describe("the health of the language model's endpoint", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(json({ data: [{ id: "bee:latest" }, { id: "wasp" }] }));
  });
  afterEach(() => server.close());

  const check = (more: Record<string, string> = {}, deadlineMs = 5_000): Promise<AgentHealth> => {
    const llm = createLocalAgents({ HIVE_LLM_ENDPOINT: `${server.origin}/v1`, ...more }).get("llm");
    if (!llm) throw new Error("no llm agent");
    return checkHealth(llm, deadlineMs);
  };

  it("is good when it has the model, with the key where one is named", async () => {
    const environment = { HIVE_LLM_MODEL: "bee", HIVE_LLM_KEY_ENV: "K", K: "sk-very-secret" };
    const health = await check(environment);
    expect(health.status).toBe("healthy");
    expect(JSON.stringify(health)).not.toContain("sk-very-secret");
    expect(server.requests[0]).toMatchObject({
      url: "/v1/models",
      headers: { authorization: "Bearer sk-very-secret" },
    });
  });

  it("is degraded without a default model", async () => {
    expect(await check()).toMatchObject({ status: "degraded", details: { models: ["bee:latest", "wasp"] } });
  });

  it("is bad when the model, the key or every model is missing", async () => {
    expect((await check({ HIVE_LLM_MODEL: "hornet" })).message).toMatch(
      /has no model "hornet".*one of: bee:latest, wasp/,
    );
    expect((await check({ HIVE_LLM_KEY_ENV: "K" })).message).toContain("The environment variable K");
    server.reply(json({ data: [] }));
    expect(await check()).toMatchObject({ status: "unhealthy", message: expect.stringContaining("has no model") });
  });

  it.each<[string, Reply, RegExp]>([
    ["refuses the key", json({}, 401), /refuses the key \(401\)/],
    ["breaks", (_, response) => response.writeHead(500).end("no honey"), /answered 500: no honey/],
    ["is something else", (_, response) => response.writeHead(200).end("<html>"), /list of models: <html>/],
    [
      "cuts off",
      (_, response) => response.writeHead(200, { "content-length": 9 }).write("{", () => response.destroy()),
      /cut off/,
    ],
  ])("is bad when it %s", async (_, reply, says) => {
    server.reply(reply);
    const health = await check({ HIVE_LLM_MODEL: "bee" });
    expect(health.status).toBe("unhealthy");
    expect(health.message).toMatch(says);
  });

  it("is bad when nothing answers, or not in time", async () => {
    server.reply(silence);
    expect((await check({}, 40)).message).toContain("longer than 0.04 s");
    await server.close();
    expect((await check()).message).toMatch(/nothing listens there \(ECONNREFUSED\).*ollama serve/);
  });
});
