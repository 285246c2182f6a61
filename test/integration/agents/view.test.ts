import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAgent } from "../../../src/main/core/agents/local-agents";
import { getAgentCourses } from "../../../src/main/core/operations/agent-course";
import { checkAgentsRegularly } from "../../../src/main/core/operations/agent-duty";
import { agentStandings, checkAndRemember } from "../../../src/main/core/operations/agent-history";
import { listTrials, tryAgent } from "../../../src/main/core/operations/agent-trials";
import { getAgent, listAgents } from "../../../src/main/core/operations/agents";
import { getTask } from "../../../src/main/core/operations/tasks";
import { AGENT_RUNS_BEFORE, AGENT_TRIALS } from "../../../src/main/core/store/agent-runs";
import type { Store } from "../../../src/main/core/store/open";
import { waitFor } from "../../helpers/wait";
import { Bench, untilEnded } from "../runner/setup";
import { stream } from "./chat";
import { json, startServer, type TestServer } from "./server";

let bench: Bench;
let store: Store;
let server: TestServer;
let environment: Record<string, string>;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer(stream(["Four."]));
  environment = {
    PATH: process.env.PATH ?? "",
    HIVE_LLM_ENDPOINT: `${server.origin}/v1`,
    HIVE_LLM_MODEL: "bee",
    HIVE_AGENT_HIVE_CODER_COMMAND: "cat",
  };
  before = { ...process.env };
  process.env.HIVE_DATA_DIR = join(bench.folder, "data");
});
afterEach(async () => {
  await bench.close();
  await server.close();
  process.env = before;
});

const place = () => ({ databaseFile: bench.file, environment });

function agentFile(name: string, settings: string, where: "database" | "user" = "database"): string {
  const folder = where === "database" ? `${bench.file}.agents` : join(bench.folder, "data", "agents");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.md`);
  writeFileSync(file, `---\n${settings}\n---\nBe a bee.\n`);
  return file;
}

const GOOD = "title: t\ndescription: d\ncapabilities: [code]";

const rowOf = async (id: string) => (await listAgents(place())).find((row) => row.id === id);

describe("where an agent is defined", () => {
  it("is told with what it stands in for, and follows the files", async () => {
    expect(await rowOf("llm")).toMatchObject({ layer: "built-in", hides: [] });
    expect(await rowOf("ceo")).toMatchObject({ layer: "program", file: null, hides: [] });
    const user = agentFile("ceo", `id: ceo\ntype: llm\n${GOOD}`, "user");
    const own = agentFile("ceo", `id: ceo\ntype: llm\n${GOOD}`);
    const hides = [
      { layer: "user", file: user },
      { layer: "program", file: null },
    ];
    expect(await rowOf("ceo")).toMatchObject({ layer: "database", file: own, hides });
    rmSync(own);
    expect(await rowOf("ceo")).toMatchObject({ layer: "user", file: user, hides: [hides[1]] });
    writeFileSync(user, "nonsense");
    expect(await rowOf("ceo")).toMatchObject({ type: "broken", findings: [{ line: 1 }] });
    rmSync(user);
    expect(await rowOf("ceo")).toMatchObject({ layer: "program", problem: null });
  });

  it("is told of settings that are all YAML, too; of two files of one id in a folder it is told of both", async () => {
    const markdown = agentFile("ceo", `id: ceo\ntype: llm\n${GOOD}`, "user");
    const yaml = join(`${bench.file}.agents`, "ceo.yml");
    mkdirSync(`${bench.file}.agents`, { recursive: true });
    writeFileSync(yaml, `id: ceo\ntype: llm\n${GOOD}\nprompt: |\n  Be a bee.\n`);
    expect(await rowOf("ceo")).toMatchObject({ layer: "database", file: yaml, hides: [{ file: markdown }, {}] });
    const { settings, places } = await getAgent(place(), "ceo");
    expect(settings?.prompt).toBe("Be a bee.");
    expect(places[0]).toBe(yaml);
    writeFileSync(yaml, `id: ceo\ntype: llm\n${GOOD}\nprompt: |\n  Be a wasp.\n`);
    expect((await getAgent(place(), "ceo")).settings?.prompt).toBe("Be a wasp.");
    writeFileSync(yaml, `id: ceo\ntype: llm\n${GOOD}\nmodle: m\nprompt: x`);
    expect((await rowOf("ceo"))?.problem).toMatch(/ceo\.yml, line 6: .*Did you mean "model"/);
    const second = agentFile("ceo", `id: ceo\ntype: llm\n${GOOD}`);
    const both = 'ceo.md and ceo.yml both define "ceo"';
    const row = await rowOf("ceo");
    expect(row).toMatchObject({ type: "broken", findings: [{ message: expect.stringContaining(both) }] });
    expect(row?.problem).toContain(`${bench.file}.agents: ${both}`);
    expect(await loadAgent(environment, bench.file, "ceo")).toMatchObject({ type: "broken" });
    rmSync(yaml);
    expect(await rowOf("ceo")).toMatchObject({ type: "llm", file: second, problem: null });
    writeFileSync(join(`${bench.file}.agents`, "llm.yaml"), "id: llm");
    expect((await rowOf("llm.yaml"))?.problem).toContain("one of the console's own agents");
  });

  it("is told with every line that is wrong", async () => {
    agentFile("bee", `id: bee\ntype: llm\ntitle: t\ncapabilities: [fly]\nmodle: x\ntemprature: 1`);
    const row = await rowOf("bee");
    expect(row?.findings.map(({ line }) => line)).toEqual([2, 5, 6, 7]);
    expect(row?.findings[2]?.message).toContain('Did you mean "model"?');
    expect(row?.problem).toMatch(/bee\.md, line 2: "description"/);
  });

  it("is said plainly of a copy that kept the id of another file", async () => {
    const first = agentFile("bee", `id: bee\ntype: llm\n${GOOD}`);
    agentFile("copy", `id: bee\ntype: llm\n${GOOD}`);
    agentFile("other", `id: ceo\ntype: llm\n${GOOD}`);
    expect((await rowOf("copy"))?.problem).toContain(`Two files say that they are "bee": ${first} is`);
    expect((await rowOf("other"))?.problem).toContain("a file that comes with the program is");
    expect(await rowOf("bee")).toMatchObject({ type: "llm", problem: null });
  });
});

describe("what sets an agent up", () => {
  it("is named with what is set and what is wrong with it; keys and passwords are not shown", async () => {
    environment = {
      HIVE_LLM_ENDPOINT: "https://me:secret@models.example/v1",
      HIVE_AGENT_CEO_MODEL: "large",
      HIVE_LLM_KEY_ENV: "CEO_KEY",
    };
    const { setup, places } = await getAgent(place(), "ceo");
    expect(setup).toMatchObject([
      { name: "HIVE_AGENT_CEO_ENDPOINT", sets: "endpoint", isOwn: true, value: null },
      { name: "HIVE_AGENT_CEO_MODEL", sets: "model", value: "large", problem: null },
      { name: "HIVE_AGENT_CEO_KEY_ENV", sets: "key", value: null },
      { name: "HIVE_LLM_ENDPOINT", sets: "endpoint", isOwn: false, problem: expect.stringContaining("password") },
      { name: "HIVE_LLM_MODEL", value: null },
      { name: "HIVE_LLM_KEY_ENV", value: "CEO_KEY", problem: expect.stringContaining("is not set") },
    ]);
    environment.CEO_KEY = "sk-very-secret";
    expect(JSON.stringify(await getAgent(place(), "ceo"))).not.toMatch(/secret@|sk-very/);
    expect(places[0]).toBe(join(`${bench.file}.agents`, "ceo.md"));
    expect((await getAgent(place(), "command")).places).toEqual([]);
  });
});

describe("a test of an agent", () => {
  const act = (id: string, input: string) => tryAgent(store, place(), { id, input, actor: "operator" });
  const answer = async (id: string, input: string) => {
    const { planId, taskId } = await act(id, input);
    await untilEnded(store, planId);
    return getTask(store, { taskId });
  };

  it("is a real run: with its answer, or with what went wrong", async () => {
    agentFile("bee", `id: bee\ntype: llm\n${GOOD}`);
    bench.start(store, { environment });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what an operator types is no expression
    const input = "What is ${{ params.x }} and 2?";
    expect(await answer("bee", input)).toMatchObject({ status: "completed", result: { output: "Four." } });
    expect(JSON.parse(server.requests.at(-1)?.body ?? "").messages.at(-1).content).toBe(input);
    server.reply(json({ error: "no honey" }, 500));
    const failed = await answer("bee", "Again?");
    expect(failed).toMatchObject({ status: "failed", runs: [{ status: "failure" }] });
    expect(failed.runs[0]?.error).toContain("answered 500");
    expect(listTrials(store, { id: "bee", limit: 5 })).toMatchObject([
      { status: "failed", input: "Again?" },
      { status: "completed", input },
    ]);
    server.reply(json({ honey: 3 }));
    expect(await answer("http", `${server.origin}/honey`)).toMatchObject({ status: "completed" });
    expect(await answer("command", "echo $((2 + 2)); exit 3")).toMatchObject({ status: "failed" });
    expect(await answer("hive-coder", "Mend it.")).toMatchObject({ status: "completed" });
    expect(await answer("noop", "")).toMatchObject({ status: "completed" });
    const audit = store.read.prepare("SELECT actor FROM console_audit WHERE act = 'plans.launch'").pluck().all();
    expect(new Set(audit)).toEqual(new Set(["operator"]));
  });

  it("is refused for a broken agent, an unknown one, and without anything to ask", async () => {
    agentFile("bee", "id: bee\ntype: oracle");
    await expect(act("bee", "Hello?")).rejects.toMatchObject({ code: "not_allowed" });
    await expect(act("wasp", "Hello?")).rejects.toMatchObject({ code: "not_found" });
    await expect(act("ceo", " ")).rejects.toMatchObject({ code: "invalid_input" });
    expect(store.read.prepare("SELECT count(*) FROM execution_plans").pluck().get()).toBe(0);
  });

  it("is found, and attempts are read, by what is indexed", () => {
    const planOf = (sql: string, input: unknown[]): string =>
      store.read
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...input)
        .map(({ detail }) => detail)
        .join("\n");
    const runs = planOf(AGENT_RUNS_BEFORE, [1, 1]);
    expect(runs).toContain("SEARCH runs USING INTEGER PRIMARY KEY (rowid<?)");
    expect(runs).not.toContain("SCAN runs");
    expect(planOf(AGENT_TRIALS, [{ agent: "a", launchedBy: "b", limit: 1 }])).not.toMatch(/SCAN (p|k|t)\b/);
  });
});

describe("the health of agents", () => {
  const typesOf = () =>
    store.read
      .prepare("SELECT event_type FROM events WHERE correlation_id = 'hive-coder' ORDER BY rowid")
      .pluck()
      .all();

  it("has a history, and an event when one can work no more and when it can again", async () => {
    await checkAndRemember(store, place());
    expect(typesOf()).toEqual([]);
    environment.HIVE_AGENT_HIVE_CODER_COMMAND = "no-such-program";
    await checkAndRemember(store, place(), "hive-coder");
    await checkAndRemember(store, place(), "hive-coder");
    environment.HIVE_AGENT_HIVE_CODER_COMMAND = "cat";
    await checkAndRemember(store, place(), "hive-coder");
    expect(typesOf()).toEqual(["agent.error", "agent.heartbeat"]);
    const standing = agentStandings(store, { limit: 3 }).find(({ agent }) => agent === "hive-coder");
    expect(standing?.checks.map(({ status }) => status)).toEqual(["healthy", "unhealthy", "unhealthy"]);
  });

  it("is found out also while nobody looks, as often as is set", async () => {
    const set = (minutes: number) =>
      store.write((tx) =>
        tx
          .prepare(
            "INSERT OR REPLACE INTO console_settings (name, value, at) VALUES ('runner.agentCheckMinutes', ?, 1)",
          )
          .run(JSON.stringify(minutes)),
      );
    await set(0);
    const duty = checkAgentsRegularly(store, environment, 4);
    await checkAndRemember(store, place(), "noop");
    expect(agentStandings(store, { limit: 5 }).map(({ agent }) => agent)).toEqual(["noop"]);
    await set(5);
    const checksOf = (id: string) =>
      agentStandings(store, { limit: 5 }).find(({ agent }) => agent === id)?.checks.length ?? 0;
    await waitFor("a second check", () => checksOf("command") > 1);
    await duty.stop();
  });
});

describe("the course of an agent's attempts", () => {
  it("counts what ended, by agent and time, with what went wrong last", async () => {
    bench.start(store, { environment });
    await untilEnded(
      store,
      await bench.launch(store, [
        { id: "a", run: "true" },
        { id: "b", run: "echo no; exit 2" },
      ]),
    );
    const { agents, bars } = await getAgentCourses(store, { range: "1h" }).then((courses) => ({
      ...courses,
      bars: courses.agents[0]?.bars ?? [],
    }));
    expect(agents).toMatchObject([{ agent: "command", running: 0, ended: 2, succeeded: 1 }]);
    expect(agents[0]?.errors[0]?.message).toMatch(/Exit code 2/);
    expect(bars).toHaveLength(24);
    expect(bars.at(-1)).toMatchObject({ ended: 2, failed: 1, p50: expect.any(Number) });
  });
});
