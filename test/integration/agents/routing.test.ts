// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so in plans
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAgents } from "../../../src/main/core/agents/local-agents";
import { knownAgents } from "../../../src/main/core/operations/agents";
import { dryRunPlan } from "../../../src/main/core/operations/dry-run";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { explainTask } from "../../../src/main/core/operations/why";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { AGENT_LOAD } from "../../../src/main/core/store/agent-load";
import type { Store } from "../../../src/main/core/store/open";
import { waitFor } from "../../helpers/wait";
import { Bench, logOf, runOf, runsOf, untilEnded } from "../runner/setup";
import { askedOf, stream } from "./chat";
import { json, startServer, type TestServer } from "./server";

let bench: Bench;
let store: Store;
let server: TestServer;
let environment: Record<string, string>;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer((request, response) =>
    (request.url.endsWith("/models") ? json({ data: [{ id: "bee" }] }) : stream(["Fine."]))(request, response),
  );
  environment = { PATH: process.env.PATH ?? "" };
  before = { ...process.env };
  process.env.HIVE_DATA_DIR = join(bench.folder, "data");
});
afterEach(async () => {
  await bench.close();
  await server.close();
  process.env = before;
});

function agentFile(id: string, settings: string): void {
  const folder = `${bench.file}.agents`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${id}.md`), `---\nid: ${id}\ntitle: t\ndescription: d\n${settings}\n---\nBe ${id}.\n`);
}
const model = (capabilities: string): string =>
  `type: llm\ncapabilities: [${capabilities}]\nendpoint: ${server.origin}/v1\nmodel: bee`;

const parse = async (subtasks: string) =>
  parsePlan(`title: t\nsubtasks:\n${subtasks}`, { fileName: "p", agents: await knownAgents(bench.file) });

async function launch(subtasks: string): Promise<string> {
  const { definition, findings } = await parse(subtasks);
  if (!definition) throw new Error(JSON.stringify(findings));
  const request = { definition, parameters: {}, sourceName: null, sourceText: null, folder: bench.folder };
  return (await launchPlan(store, { ...request, launchedBy: "test" })).planId;
}
const agentsOf = (planId: string): unknown[] =>
  store.read.prepare("SELECT agent FROM console_tasks WHERE plan_id = ? ORDER BY ordinal").pluck().all(planId);

describe("a subtask with a prompt and no agent", () => {
  it("goes to an agent that is good for what it asks, healthy, and known to every console", async () => {
    agentFile("sick", "type: llm\ncapabilities: [monitor]\nendpoint: http://127.0.0.1:1/v1\nmodel: bee");
    agentFile("watcher", model("review, monitor"));
    bench.start(store, { environment });
    const planId = await launch(
      '  - { id: a, capabilities: monitor, prompt: "Look: ${{ params.x }}" }'.replace("${{ params.x }}", "there"),
    );
    expect(agentsOf(planId)).toEqual(["any agent"]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(agentsOf(planId)).toEqual(["watcher"]);
    expect(askedOf(server.requests.at(-1) ?? { body: "{}", method: "", url: "", headers: {} })).toMatchObject({
      system: "Be watcher.",
      prompt: "Look: there",
    });
  });

  it("goes to the one with the least to do, whoever carries it out, and no worker needs what it asks", async () => {
    const go = join(bench.folder, "go");
    const wait = `type: command\ncapabilities: [deploy]\nrun: "cat; until [ -e ${go} ]; do sleep 0.05; done"`;
    agentFile("one", wait);
    agentFile("two", wait);
    bench.start(store, { environment, slots: 4 });
    const planId = await launch(
      [1, 2, 3, 4].map((n) => `  - { id: t${n}, capabilities: [deploy], prompt: Go. }`).join("\n"),
    );
    await waitFor(
      "all four to run",
      () => runsOf(store, planId).filter((run) => logOf(run).includes("Go.")).length === 4,
    );
    expect(agentsOf(planId).toSorted()).toEqual(["one", "one", "two", "two"]);
    writeFileSync(go, "");
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(existsSync(go)).toBe(true);
  });

  it("is tried again with another agent when its own can work no more", async () => {
    agentFile(
      "first",
      `type: command\ncapabilities: [deploy]\nrun: [sh, -c, 'rm "${bench.file}.agents/first.md"; exit 1']`,
    );
    bench.start(store, { environment });
    agentFile("second", "type: command\ncapabilities: [test, deploy]\nrun: cat");
    const planId = await launch(
      "  - { id: a, capabilities: deploy, prompt: Go., retries: { count: 1, backoff: 10ms } }",
    );
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId).map(({ status }) => status)).toEqual(["failure", "success"]);
    expect(agentsOf(planId)).toEqual(["second"]);
  });

  it("waits where nobody can work, and says who could and why not", async () => {
    agentFile("sick", "type: command\ncapabilities: [deploy]\nrun: no-such-program");
    const planId = await launch("  - { id: a, capabilities: [deploy], prompt: Go. }");
    const { definition } = await parse("  - { id: a, capabilities: [deploy], prompt: Go. }");
    if (!definition) throw new Error("no definition");
    const agents = await loadAgents(environment, bench.file);
    const dry = await dryRunPlan(
      { store, agents },
      { definition, parameters: {}, sourceName: null, folder: bench.folder, slots: 1 },
    );
    expect(dry.findings).toMatchObject([
      { code: "unhealthy_agent", message: expect.stringContaining("sick: The program") },
    ]);
    bench.start(store, { environment });
    await waitFor("the first try", () => runOf(store, planId, "a")?.status === "failure");
    const taskId = store.read.prepare("SELECT task_id FROM console_tasks").pluck().get();
    const why = explainTask(store, { taskId: String(taskId) });
    expect(JSON.stringify(why)).toContain("No agent that is good for deploy could work now. ai-deployer: No program");
  });

  it.each([
    ["prompt: p", "missing_agent", /name one, or say in "capabilities"/],
    ["prompt: p, capabilities: gpu", "unknown_capability", /can "gpu"/],
    ["prompt: p, capabilities: [reveiw]", "unknown_capability", /Did you mean "review"/],
    ["prompt: p, capabilities: review, executor: fleet", "not_for_fleet", /its agent is any agent/],
    ["prompt: p, agent: any agent", "unknown_agent", /unknown agent "any agent"/],
  ])("with %s is refused", async (keys, code, says) => {
    expect((await parse(`  - { id: a, ${keys} }`)).findings).toMatchObject([
      { code, message: expect.stringMatching(says) },
    ]);
  });
});

it("the load of agents is read from what runs alone", () => {
  const plan = store.read
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${AGENT_LOAD}`)
    .all()
    .map(({ detail }) => detail);
  expect(plan[0]).toContain("console_runs_live");
  expect(plan.join("\n")).not.toContain("SCAN k");
});
