// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so in plans
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkAgents, getAgent, knownAgents, listAgents } from "../../../src/main/core/operations/agents";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { Store } from "../../../src/main/core/store/open";
import type { PlanFinding } from "../../../src/shared/model/plan-definition";
import { waitFor } from "../../helpers/wait";
import { Bench, logOf, runOf, untilEnded } from "../runner/setup";
import { askedOf, stream } from "./chat";
import { json, silence, startServer, type TestServer } from "./server";

let bench: Bench;
let store: Store;
let server: TestServer;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer(stream(["Buzz"]));
  before = { ...process.env };
  process.env.HIVE_DATA_DIR = join(bench.folder, "data");
});
afterEach(async () => {
  await bench.close();
  await server.close();
  process.env = before;
});

/** Writes an agent's file beside the database, or among the user's. */
function agentFile(
  id: string,
  settings: string,
  where: "database" | "user" = "database",
  prompt = "Be a bee.",
): string {
  const folder = where === "database" ? `${bench.file}.agents` : join(bench.folder, "data", "agents");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${id}.md`);
  writeFileSync(
    file,
    `---\nid: ${id}\ntitle: ${id}\ndescription: d\ncapabilities: [code]\n${settings}\n---\n${prompt}\n`,
  );
  return file;
}

const llmSettings = (more = ""): string => `type: llm\nendpoint: ${server.origin}/v1\nmodel: bee\n${more}`;

async function parse(subtasks: string): Promise<ReturnType<typeof parsePlan>> {
  return parsePlan(`title: t\nsubtasks:\n${subtasks}`, { fileName: "p", agents: await knownAgents(bench.file) });
}

async function findings(subtasks: string): Promise<readonly PlanFinding[]> {
  return (await parse(subtasks)).findings;
}

/** Launches these subtasks of a plan's text. */
async function launch(subtasks: string): Promise<string> {
  const parsed = await parse(subtasks);
  if (!parsed.definition) throw new Error(JSON.stringify(parsed.findings));
  const { planId } = await launchPlan(store, {
    definition: parsed.definition,
    parameters: {},
    sourceName: null,
    sourceText: null,
    folder: bench.folder,
    launchedBy: "test",
  });
  return planId;
}

async function play(subtasks: string) {
  bench.start(store);
  const planId = await launch(subtasks);
  await untilEnded(store, planId);
  const run = runOf(store, planId, "a");
  if (!run) throw new Error("no run");
  return { ...run, log: logOf(run) };
}

const place = () => ({ databaseFile: bench.file, environment: process.env });
const health = async (id: string) => (await checkAgents(place(), id))[0];

describe("an agent of the operator's own", () => {
  it("is known to plans, told what its file says, and checked", async () => {
    process.env.BEE_KEY = "sk-very-secret";
    agentFile("bee", llmSettings("key_env: BEE_KEY\ntemperature: 0.5\nmax_tokens: 9"), "user");
    const done = await play("  - { id: a, agent: bee, prompt: Buzz! }");
    expect(done).toMatchObject({ status: "success" });
    expect(askedOf(server.requests[0] ?? { body: "{}", method: "", url: "", headers: {} })).toEqual({
      model: "bee",
      system: "Be a bee.",
      prompt: "Buzz!",
    });
    expect(server.requests[0]?.headers.authorization).toBe("Bearer sk-very-secret");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({ temperature: 0.5, max_tokens: 9 });
    server.reply(json({ data: [{ id: "bee" }] }));
    expect(await health("bee")).toMatchObject({ status: "healthy" });
    server.reply(json({ error: "no" }, 500));
    expect(await health("bee")).toMatchObject({
      status: "unhealthy",
      message: expect.stringContaining("answered 500"),
    });
  });

  it("beside the database stands in for the user's, and both for one that comes with the program", async () => {
    agentFile("ceo", llmSettings(), "user", "Be the user's.");
    expect((await getAgent(place(), "ceo")).settings?.prompt).toBe("Be the user's.");
    const file = agentFile("ceo", llmSettings(), "database", "Be the database's.");
    expect(await getAgent(place(), "ceo")).toMatchObject({
      origin: "own",
      file,
      settings: { prompt: "Be the database's." },
    });
    expect((await listAgents(place())).filter(({ id }) => id === "ceo")).toHaveLength(1);
    rmSync(`${bench.file}.agents`, { recursive: true });
    rmSync(join(bench.folder, "data"), { recursive: true });
    expect(await getAgent(place(), "ceo")).toMatchObject({ origin: "shipped", file: null });
  });

  it("is read when a task starts: a prompt that was improved is used at once, one that is gone is missed", async () => {
    const file = agentFile("bee", llmSettings());
    bench.start(store);
    await untilEnded(store, await launch("  - { id: a, agent: bee, prompt: p }"));
    agentFile("bee", llmSettings(), "database", "Be a better bee.");
    const subtasks = "  - { id: a, agent: bee, prompt: p }\n  - { id: b, run: 'true', dependencies: a }";
    await untilEnded(store, await launch(subtasks));
    expect(server.requests.map((request) => askedOf(request).system)).toEqual(["Be a bee.", "Be a better bee."]);
    const go = join(bench.folder, "go");
    const waiting = `{ id: first, run: "until [ -e ${go} ]; do sleep 0.05; done" }`;
    const planId = await launch(`  - ${waiting}\n  - { id: a, agent: bee, prompt: p, dependencies: first }`);
    rmSync(file);
    writeFileSync(go, "");
    await untilEnded(store, planId);
    expect(runOf(store, planId, "a")?.error).toContain('There is no agent "bee" here any more');
  });

  it("goes on with the next console, which asks again", async () => {
    agentFile("bee", llmSettings());
    server.reply(silence);
    const first = bench.start(store);
    const planId = await launch("  - { id: a, agent: bee, prompt: p }");
    await waitFor("the question", () => server.requests.length === 1);
    await first.stop({ tasks: "leave" });
    server.reply(stream(["again"]));
    bench.start(await bench.open());
    expect(await untilEnded(store, planId)).toBe("completed");
  });
});

describe("a file that is broken", () => {
  it("is named with its line by plans, lists and checks, and hides a working agent of its name", async () => {
    const file = agentFile("ceo", "type: llm\nmodle: x");
    const problem = `${file}, line 7: There is no setting "modle" for an agent of type llm. Did you mean "model"?`;
    expect(await findings("  - { id: a, agent: ceo, prompt: p }")).toMatchObject([
      { code: "broken_agent", line: 3, message: expect.stringContaining(problem) },
    ]);
    expect((await listAgents(place())).find(({ id }) => id === "ceo")).toMatchObject({ type: "broken", problem });
    expect(await health("ceo")).toMatchObject({ status: "unhealthy", message: problem });
  });

  it("fails tasks that were launched before it broke, with the same words, and asks nobody", async () => {
    agentFile("bee", llmSettings());
    const planId = await launch("  - { id: a, agent: bee, prompt: p }");
    agentFile("bee", "type: oracle");
    bench.start(store);
    expect(await untilEnded(store, planId)).toBe("failed");
    expect(runOf(store, planId, "a")?.error).toContain('"type" must be llm or command');
    expect(server.requests).toEqual([]);
  });

  it("or has the name of a built-in agent, changes nothing of that", async () => {
    agentFile("llm", llmSettings());
    const rows = await listAgents(place());
    expect(rows.find(({ id }) => id === "llm")).toMatchObject({ origin: "built-in" });
    expect(rows.find(({ id }) => id === "llm.md")?.problem).toContain("one of the console's own agents");
    expect(await health("llm.md")).toMatchObject({ status: "unhealthy" });
  });

  it("or cannot be read is told of", async () => {
    const folder = `${bench.file}.agents`;
    mkdirSync(join(folder, "folder.md"), { recursive: true });
    writeFileSync(join(folder, "latin.md"), Buffer.from([0x2d, 0xff, 0xfe]));
    writeFileSync(join(folder, "README.md"), "What these are.");
    const broken = (await listAgents(place())).filter(({ problem }) => problem !== null);
    expect(broken.map(({ id }) => id)).toEqual(["folder", "latin"]);
    expect(broken[1]?.problem).toContain("not UTF-8");
  });
});

describe("agents that come with the program", () => {
  it("say exactly what to set when nothing is", async () => {
    expect((await health("ceo"))?.message).toMatch(
      /HIVE_AGENT_CEO_MODEL, or HIVE_LLM_MODEL .*11434.*HIVE_AGENT_CEO_ENDPOINT.*HIVE_AGENT_CEO_KEY_ENV/,
    );
    expect((await health("hive-coder"))?.message).toContain("set HIVE_AGENT_HIVE_CODER_COMMAND to a command line");
    const checks = await checkAgents(place());
    const unhealthy = checks.filter(({ status }) => status === "unhealthy").map(({ id }) => id);
    expect(unhealthy).toEqual(
      expect.arrayContaining(["ai-planner", "ai-reviewer", "ai-deployer", "hive-coder", "guardian"]),
    );
  });

  it("fail with the same words, and never answer by themselves", async () => {
    const done = await play("  - { id: a, agent: guardian, prompt: p }");
    expect(done).toMatchObject({ status: "failure", result: null });
    expect(done.error).toContain("HIVE_AGENT_GUARDIAN_MODEL");
    const coded = await play("  - { id: a, agent: hive-coder, prompt: p }");
    expect(coded).toMatchObject({ status: "failure", result: null });
    expect(coded.error).toContain("HIVE_AGENT_HIVE_CODER_COMMAND");
  });

  it("keep a key to the endpoint that it came with", async () => {
    Object.assign(process.env, {
      HIVE_LLM_ENDPOINT: "http://127.0.0.1:1/v1",
      HIVE_LLM_KEY_ENV: "K",
      K: "sk-very-secret",
      HIVE_AGENT_GUARDIAN_ENDPOINT: `${server.origin}/v1`,
      HIVE_AGENT_GUARDIAN_MODEL: "m",
    });
    await play("  - { id: a, agent: guardian, prompt: p }");
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });
});

describe("an agent with a program", () => {
  function program(script: string): string {
    const file = join(bench.folder, "coder");
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  it("hands it the instructions and the task, and takes its result", async () => {
    process.env.HIVE_AGENT_HIVE_CODER_COMMAND = `${program('cat; echo "{\\"files\\":1}" > "$HIVE_RESULT_FILE"')} --quiet`;
    const done = await play(
      "  - { id: find, run: 'echo {\\\"bug\\\":7} > $HIVE_RESULT_FILE' }\n" +
        '  - { id: a, agent: hive-coder, dependencies: find, prompt: "Fix bug ${{ subtasks.find.result.bug }}." }',
    );
    expect(done).toMatchObject({ status: "success", exitCode: 0, result: '{"files":1}\n' });
    expect(done.log).toMatch(/^You are a software engineer[\s\S]*# Your task\n\nFix bug 7\.\n$/);
    expect(await health("hive-coder")).toMatchObject({ status: "healthy" });
  });

  it("fails when it fails, and is stopped at its time limit", async () => {
    process.env.HIVE_AGENT_AI_DEPLOYER_COMMAND = "cat > /dev/null; echo no room >&2; exit 3";
    const done = await play("  - { id: a, agent: ai-deployer, prompt: p }");
    expect(done).toMatchObject({ status: "failure", exitCode: 3, error: "Exit code 3: no room" });
    process.env.HIVE_AGENT_AI_DEPLOYER_COMMAND = "sleep 60";
    expect(await play("  - { id: a, agent: ai-deployer, prompt: p, timeout: 200ms }")).toMatchObject({
      status: "timeout",
    });
  });

  it("survives its console, and the next one knows its end", async () => {
    const go = join(bench.folder, "go");
    agentFile("worker", `type: command\nrun: [/bin/sh, -c, "cat; until [ -e ${go} ]; do sleep 0.05; done; exit 4"]`);
    const first = bench.start(store);
    const planId = await launch("  - { id: a, agent: worker, prompt: Wait. }");
    await waitFor("the program", () => logOf(runOf(store, planId, "a")).includes("Wait."));
    await first.stop({ tasks: "leave" });
    bench.start(await bench.open());
    writeFileSync(go, "");
    expect(await untilEnded(store, planId)).toBe("failed");
    expect(runOf(store, planId, "a")).toMatchObject({ number: 1, exitCode: 4 });
    expect(existsSync(go)).toBe(true);
  });

  it("is checked: there or not, or only known when it runs", async () => {
    process.env.HIVE_AGENT_HIVE_CODER_COMMAND = "no-such-program -x";
    expect((await health("hive-coder"))?.message).toContain('"no-such-program" is not found');
    process.env.HIVE_AGENT_HIVE_CODER_COMMAND = "X=1 sh -c true";
    expect(await health("hive-coder")).toMatchObject({ status: "degraded" });
  });

  it("whose file became a model's since the launch fails and says so", async () => {
    agentFile("worker", "type: command\nrun: cat");
    const planId = await launch("  - { id: a, agent: worker, prompt: p }");
    agentFile("worker", llmSettings());
    bench.start(store);
    expect(await untilEnded(store, planId)).toBe("failed");
    expect(runOf(store, planId, "a")?.error).toContain("is of type llm now: launch it again");
  });
});

describe("plans", () => {
  it.each([
    ["agent: CEO, prompt: p", "unknown_agent", /Did you mean "ceo"\?/],
    ["agent: robot, prompt: p", "unknown_agent", /Known are command, .*hive-coder/],
    ["agent: ceo", "missing_key", /has no "prompt"/],
    ["agent: ceo, prompt: p, llm: { prompt: q }", "unexpected_key", /has "llm", but its agent is ceo/],
    ["agent: ceo, prompt: p, run: x", "unexpected_run", /its agent ceo runs nothing/],
    ["run: x, prompt: p", "unexpected_key", /has "prompt", which its agent command does not take/],
    ["agent: llm, llm: { prompt: p }, prompt: p", "unexpected_key", /write it below "llm"/],
    ["agent: ceo, prompt: '${{ subtasks.b.result }}'", "unknown_result", /not among its dependencies/],
  ])("with %s are refused", async (keys, code, says) => {
    expect(await findings(`  - { id: a, ${keys} }`)).toMatchObject([{ code, message: expect.stringMatching(says) }]);
  });

  it("name their synthesis among their subtasks", async () => {
    expect(await findings("  - { id: a, run: x }\nsynthesis: b")).toMatchObject([
      { code: "unknown_synthesis", line: 4 },
    ]);
    expect((await parse("  - { id: a, run: x }\nsynthesis: a")).definition?.synthesis).toBe("a");
  });
});
