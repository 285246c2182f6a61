import { readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import { describe, expect, it } from "vitest";
import { AGENT_FILE_KEYS, type AgentFileFormat, parseAgentFile } from "../../../src/main/core/agents/agent-file";
import { SHIPPED_AGENT_FILES } from "../../../src/main/core/agents/shipped";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { SHIPPED_AGENTS } from "../../../src/shared/model/agent-work";

const folder = join(import.meta.dirname, "../../../resources/agents");

const text = (settings: string, prompt = "You are a bee."): string => `---\n${settings}\n---\n${prompt}\n`;
const GOOD = "id: bee\ntype: llm\ntitle: Bee\ndescription: Buzzes.\ncapabilities: [plan]";
const problemOf = (source: string, id = "bee", format: AgentFileFormat = "markdown"): string => {
  const parsed = parseAgentFile(source, id, format);
  return "problem" in parsed ? parsed.problem : "none";
};

describe("an agent's file", () => {
  it("says what the agent is, what it is asked by, and what its answers fit", () => {
    const more =
      "model: m\nkey_env: BEE_KEY\nendpoint: http://127.0.0.1:1/v1\ntemperature: 0.5\nmax_tokens: 9\nschema: { type: object }";
    expect(parseAgentFile(text(`${GOOD}\n${more}`), "bee")).toEqual({
      profile: {
        id: "bee",
        type: "llm",
        title: "Bee",
        description: "Buzzes.",
        capabilities: ["plan"],
        prompt: "You are a bee.",
        endpoint: "http://127.0.0.1:1/v1",
        model: "m",
        keyEnv: "BEE_KEY",
        temperature: 0.5,
        maxTokens: 9,
        schema: { type: "object" },
      },
    });
  });

  it("of a program names it, or leaves that to the environment; Windows ends its lines otherwise", () => {
    const settings = GOOD.replace("llm", "command");
    expect(parseAgentFile(text(settings).replaceAll("\n", "\r\n"), "bee")).toMatchObject({ profile: { run: null } });
    expect(parseAgentFile(text(`${settings}\nrun: [buzz, -v]`), "bee")).toMatchObject({
      profile: { type: "command", run: ["buzz", "-v"] },
    });
  });

  it.each([
    ["", /^line 1: It must begin with a line "---"/],
    ["---\nid: bee\n", /^line 1: It must begin with/],
    [text("id: [bee"), /^line 2: No valid YAML/],
    [text("- id"), /lines of "key: value"/],
    [text(GOOD, ""), /^line 7: There is no prompt/],
    [text(GOOD.replace("bee", "wasp")), /^line 2: Its id is "wasp", but its file is called "bee"/],
    [text(GOOD.replace("llm", "oracle")), /^line 3: "type" must be llm or command/],
    [text(GOOD.replace("[plan]", "[fly]")), /^line 6: "capabilities.0": .*"review"/],
    [
      text(`${GOOD}\nmodle: m`),
      /^line 7: There is no setting "modle" for an agent of type llm. Did you mean "model"\?/,
    ],
    [text(`${GOOD}\nrun: x`), /There is no setting "run" for an agent of type llm/],
    [text(`${GOOD}\nkey_env: sk-123`), /^line 7: "key_env": .*never the key itself/],
    [text(`${GOOD}\nendpoint: ftp://x`), /^line 7: "endpoint"/],
    [text(`${GOOD}\nschema: { type: bees }`), /"schema" is none that answers can be checked against/],
    [text(GOOD.replace("title: Bee\n", "")), /"title"/],
    [text(GOOD, "x".repeat(300_000)), /larger than 256 KB/],
    [text(GOOD.replace("Bee", "*nobody")), /^line 2: No valid YAML: Unresolved alias/],
    [text(`${GOOD}\nprompt: Be a bee.`), /^line 7: There is no setting "prompt"/],
  ])("%# is refused with the line and what to do", (source, says) => {
    expect(problemOf(source)).toMatch(says);
  });

  it("that is all YAML says the same, with the prompt as a key", () => {
    const settings = GOOD.replace("llm", "command");
    const whole = `# A bee.\r\n---\r\n${settings}\nrun: [buzz]\nprompt: |\n  You are a bee.\n\n  Buzz.\n`;
    const asMarkdown = text(`${settings}\nrun: [buzz]`, "You are a bee.\n\nBuzz.");
    expect(parseAgentFile(whole, "bee", "yaml")).toEqual(parseAgentFile(asMarkdown, "bee"));
    expect(parseAgentFile(asMarkdown, "bee")).toMatchObject({ profile: { prompt: "You are a bee.\n\nBuzz." } });
  });

  it.each([
    ["", /^line 1: .*lines of "key: value"/],
    ["- id", /^line 1: .*lines of "key: value"/],
    [`${GOOD}\nprompt: [bee`, /^line 6: No valid YAML/],
    [GOOD, /^line 1: "prompt": say what the agent is and does/],
    [`${GOOD}\nprompt: "  "`, /^line 6: "prompt": say what the agent is and does/],
    [`prompt: Buzz.\n${GOOD.replace("bee", "wasp")}`, /^line 2: Its id is "wasp"/],
    [`${GOOD}\npromt: Buzz.\nprompt: Buzz.`, /^line 6: There is no setting "promt".* Did you mean "prompt"\?/],
    [`${GOOD}\nschema: { type: bees }\nprompt: Buzz.`, /^line 6: "schema" is none/],
    [text(GOOD), /^line \d+: No valid YAML/],
  ])("all YAML, %#, is refused with the line and what to do", (source, says) => {
    expect(problemOf(source, "bee", "yaml")).toMatch(says);
  });

  it.each([
    ["Bee", /small letters/],
    ["llm", /one of the console's own agents/],
  ])("may not be called %s", (id, says) => expect(problemOf(text(GOOD), id)).toMatch(says));
});

describe("the agents that come with the program", () => {
  it("are all there, bundled, in the list that plans are checked against", () => {
    const names = readdirSync(folder);
    const ids = names.map((name) => parse(name).name);
    expect([...SHIPPED_AGENT_FILES.keys()]).toEqual(names);
    expect(SHIPPED_AGENTS.map(({ id }) => id)).toEqual(ids);
  });

  it.each(SHIPPED_AGENTS)("$id is sound", ({ id, type }) => {
    const source = readFileSync(join(folder, `${id}.md`), "utf8");
    expect(SHIPPED_AGENT_FILES.get(`${id}.md`)).toBe(source);
    expect(parseAgentFile(source, id)).toMatchObject({ profile: { id, type } });
  });
});

describe("docs/agents.md", () => {
  const reference = readFileSync(join(import.meta.dirname, "../../../docs/agents.md"), "utf8");

  it("has examples that are sound", () => {
    const [example = ""] = [...reference.matchAll(/^```markdown agent\n([\s\S]*?)^```$/gm)].map(([, body]) => body);
    expect(parseAgentFile(example, "translator")).toMatchObject({ profile: { model: "large" } });
    const [asYaml = ""] = [...reference.matchAll(/^```yaml agent\n([\s\S]*?)^```$/gm)].map(([, body]) => body);
    expect(parseAgentFile(asYaml, "translator", "yaml")).toMatchObject({ profile: { type: "llm", model: "large" } });
    const plans = [...reference.matchAll(/^```yaml plan\n([\s\S]*?)^```$/gm)].map(([, body]) => body ?? "");
    expect(plans.map((body) => parsePlan(body, { fileName: "agents.md" }).findings)).toEqual([[], []]);
  });

  it("names every agent that comes with the program, and every key of a file", () => {
    for (const { id } of SHIPPED_AGENTS) expect(reference).toContain(`\`${id}\``);
    for (const key of AGENT_FILE_KEYS) expect(reference).toContain(`\`${key}\``);
  });
});
