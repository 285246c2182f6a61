import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DURATION_PATTERN } from "../../../src/main/core/plan/duration";
import { CONCURRENCY_RANGE, PLAN_KEYS, parsePlan } from "../../../src/main/core/plan/parse";
import { PARAMETER_KEYS } from "../../../src/main/core/plan/read-parameters";
import {
  EXIT_CODE_RANGE,
  GROUP_LIMIT_RANGE,
  LABEL_PATTERN,
  RETRY_COUNT_RANGE,
  RETRY_KEYS,
} from "../../../src/main/core/plan/read-placement";
import { PRIORITY_RANGE, SUBTASK_ID_PATTERN, SUBTASK_KEYS } from "../../../src/main/core/plan/read-subtask";
import { VARIABLE_NAME_PATTERN } from "../../../src/main/core/plan/read-surroundings";
import {
  APPROVAL_KEYS,
  HOTTEST,
  HTTP_KEYS,
  LLM_KEYS,
  POINTER_PATTERN,
  POLL_KEYS,
  STATUS_RANGE,
  TOKENS_RANGE,
} from "../../../src/main/core/plan/read-work";
import { PARAMETER_NAME_PATTERN } from "../../../src/main/core/plan/template";
import { AGENT_ID_PATTERN, AGENT_IDS, HTTP_METHODS, SHIPPED_AGENTS } from "../../../src/shared/model/agent-work";
import { ON_FAILURE, PARAMETER_TYPES, WHEN } from "../../../src/shared/model/plan-definition";
import { fitsSchema } from "../../helpers/json-schema";

const root = join(import.meta.dirname, "../../..");
const fixtures = join(root, "test/fixtures/plans");
const samples = join(root, "resources/plans");
const schema = JSON.parse(readFileSync(join(root, "resources/plan.schema.json"), "utf8"));

const filesOf = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));
const read = (file: string): string => readFileSync(file, "utf8");
const fits = (text: string): boolean => fitsSchema(parse(text, { merge: true, uniqueKeys: false }), schema);

describe("the schema that editors complete with", () => {
  it.each([...filesOf(join(fixtures, "valid")), ...filesOf(samples)])("takes %s, as the parser does", (file) => {
    const { definition, findings } = parsePlan(read(file), { fileName: file });
    expect(findings).toEqual([]);
    expect(definition).not.toBeNull();
    expect(fits(read(file))).toBe(true);
  });

  it.each(filesOf(join(fixtures, "structure")))("refuses %s, as the parser does", (file) => {
    expect(parsePlan(read(file), { fileName: file }).definition).toBeNull();
    expect(fits(read(file))).toBe(false);
  });

  const subtask = (lines: string): string => `title: x\nsubtasks:\n  - id: a\n    run: x\n${lines}`;
  it.each([
    ["an unknown key", subtask("    rum: y\n")],
    ["both spellings", subtask("    dependencies: []\n    depends_on: []\n")],
    ["a bad id", "title: x\nsubtasks: [{ id: a b, run: x }]"],
    ["an unknown executor", subtask("    executor: cloud\n")],
    ["a bad queue", subtask("    queue: a b\n")],
    ["no id", "title: x\nsubtasks: [{ run: x }]"],
    ["nothing to run", "title: x\nsubtasks: [{ id: a }]"],
    ["a noop that runs", subtask("    agent: noop\n")],
    ["an agent that cannot be", subtask("    agent: Robot 1\n")],
    ["a named agent without a prompt", "title: x\nsubtasks: [{ id: a, agent: ceo }]"],
    ["a named agent that runs something", "title: x\nsubtasks: [{ id: a, agent: ceo, prompt: p, run: x }]"],
    ["a prompt for a command", subtask("    prompt: p\n")],
    ["a request by a command", subtask("    http: { url: x }\n")],
    ["http without a request", "title: x\nsubtasks: [{ id: a, agent: http }]"],
    ["a request to nowhere", "title: x\nsubtasks: [{ id: a, agent: http, http: { method: GET } }]"],
    ["an unknown method", "title: x\nsubtasks: [{ id: a, agent: http, http: { url: x, method: TAKE } }]"],
    ["a status that is none", "title: x\nsubtasks: [{ id: a, agent: http, http: { url: x, expect: [99] } }]"],
    [
      "a poll that never ends",
      "title: x\nsubtasks: [{ id: a, agent: http, http: { url: x, poll: { url: /u, status: /s } } }]",
    ],
    ["a pointer that is none", "title: x\nsubtasks: [{ id: a, agent: http, http: { url: x, result: a.b } }]"],
    ["a key in the plan", "title: x\nsubtasks: [{ id: a, agent: http, http: { url: x, key_env: sk-123 } }]"],
    ["llm without a prompt", "title: x\nsubtasks: [{ id: a, agent: llm, llm: { model: m } }]"],
    ["too hot", "title: x\nsubtasks: [{ id: a, agent: llm, llm: { prompt: p, temperature: 3 } }]"],
    ["an approval without instructions", "title: x\nsubtasks: [{ id: a, agent: approval, approval: {} }]"],
    [
      "an approval that retries",
      "title: x\nsubtasks: [{ id: a, agent: approval, approval: { instructions: i }, retries: 1 }]",
    ],
    ["a bad duration", subtask("    timeout: soon\n")],
    ["no time at all", subtask("    timeout: 0\n")],
    ["retries without count", subtask("    retries: { backoff: 1s }\n")],
    ["negative retries", subtask("    retries: -1\n")],
    ["a fractional priority", subtask("    priority: 1.5\n")],
    ["a list as env", subtask("    env: [A]\n")],
    ["a bad variable", subtask("    env: { 1A: x }\n")],
    ["no subtasks", "title: x\nsubtasks: []"],
    ["subtasks twice", "title: x\nsubtasks: [{ id: a, agent: noop }]\nsub_tasks: [{ id: a, agent: noop }]"],
    ["no title", "subtasks: [{ id: a, agent: noop }]"],
    ["a group without a limit", "title: x\ngroups: { db: }\nsubtasks: [{ id: a, agent: noop }]"],
    ["a group of none", "title: x\ngroups: { db: 0 }\nsubtasks: [{ id: a, agent: noop }]"],
    ["a group with a bad name", "title: x\ngroups: { -db: 1 }\nsubtasks: [{ id: a, agent: noop }]"],
    ["a role that is no name", subtask("    role: a b\n")],
    ["a capability that is a list", subtask("    capabilities: [[gpu]]\n")],
    ["an unknown condition", subtask("    when: sometimes\n")],
    ["a condition on nothing", subtask("    when: always\n")],
    ["an unknown failure", subtask("    on_failure: ignore\n")],
    ["jitter over 1", subtask("    retries: { count: 1, jitter: 2 }\n")],
    ["exit code 0", subtask("    retries: { count: 1, on_exit_codes: [0] }\n")],
    ["no exit codes", subtask("    retries: { count: 1, on_exit_codes: [] }\n")],
    ["an empty matrix", subtask("    matrix: {}\n")],
    ["a matrix of nothing", subtask("    matrix: { os: [] }\n")],
    ["a matrix of lists", subtask("    matrix: { os: [[a]] }\n")],
    ["a bad matrix name", subtask("    matrix: { o-s: [a] }\n")],
    ["an exclusion of nothing", subtask("    matrix: { os: [a], exclude: [{}] }\n")],
    [
      "a secret in the plan",
      "title: x\nparameters: { p: { type: secret, default: abcd } }\nsubtasks: [{ id: a, agent: noop }]",
    ],
    ["an unknown parameter type", "title: x\nparameters: { p: { type: y } }\nsubtasks: [{ id: a, agent: noop }]"],
    ["a bad parameter name", "title: x\nparameters: { p-q: 1 }\nsubtasks: [{ id: a, agent: noop }]"],
  ])("refuses %s, as the parser does", (_, text) => {
    expect(parsePlan(text, { fileName: "plan.yaml" }).definition).toBeNull();
    expect(fits(text)).toBe(false);
  });

  it("knows the keys, patterns and ranges of the parser", () => {
    const keysOf = (part: { properties: object }): string[] => Object.keys(part.properties).sort();
    const keys = (known: ReadonlyMap<string, string>): string[] => [...known.keys()].sort();
    const { subtask: one, retries, parameter, env, duration } = schema.$defs;
    expect(keysOf(schema)).toEqual(keys(PLAN_KEYS));
    expect(keysOf(one)).toEqual(keys(SUBTASK_KEYS));
    expect(keysOf(retries.anyOf[1])).toEqual(keys(RETRY_KEYS));
    expect(keysOf(parameter.anyOf[1])).toEqual(keys(PARAMETER_KEYS));
    expect(keysOf(schema.$defs.http)).toEqual(keys(HTTP_KEYS));
    expect(keysOf(schema.$defs.poll)).toEqual(keys(POLL_KEYS));
    expect(keysOf(schema.$defs.llm)).toEqual(keys(LLM_KEYS));
    expect(keysOf(schema.$defs.approval)).toEqual(keys(APPROVAL_KEYS));
    expect(schema.$defs.http.properties.method.enum).toEqual(HTTP_METHODS);
    expect(schema.$defs.pointer.pattern).toBe(POINTER_PATTERN);
    expect(schema.$defs.keyEnv.pattern).toBe(VARIABLE_NAME_PATTERN);
    expect(schema.$defs.llm.properties.temperature.maximum).toBe(HOTTEST);
    expect(parameter.anyOf[1].properties.type.enum).toEqual(PARAMETER_TYPES);
    expect(one.properties.agent.anyOf).toEqual([
      { enum: AGENT_IDS },
      { enum: SHIPPED_AGENTS.map((agent) => agent.id) },
      { type: "string", pattern: AGENT_ID_PATTERN },
    ]);
    expect(one.properties.id.pattern).toBe(SUBTASK_ID_PATTERN);
    expect(schema.properties.parameters.propertyNames.pattern).toBe(PARAMETER_NAME_PATTERN);
    expect(env.propertyNames.pattern).toBe(VARIABLE_NAME_PATTERN);
    expect(duration.anyOf[0].pattern).toBe(DURATION_PATTERN);
    const range = (part: { minimum: number; maximum: number }) => ({ min: part.minimum, max: part.maximum });
    expect(range(one.properties.priority)).toEqual(PRIORITY_RANGE);
    expect(range(retries.anyOf[0])).toEqual(RETRY_COUNT_RANGE);
    expect(range(schema.$defs.exitCode)).toEqual(EXIT_CODE_RANGE);
    expect(range(schema.properties.groups.additionalProperties)).toEqual(GROUP_LIMIT_RANGE);
    expect(schema.properties.groups.propertyNames.pattern).toBe(LABEL_PATTERN);
    expect(schema.$defs.label.anyOf[0].pattern).toBe(LABEL_PATTERN);
    expect(schema.$defs.matrix.propertyNames.pattern).toBe(PARAMETER_NAME_PATTERN);
    expect(one.properties.when.enum).toEqual(WHEN);
    expect(one.properties.on_failure.enum).toEqual(ON_FAILURE);
    expect(range(schema.$defs.status)).toEqual(STATUS_RANGE);
    expect(range(schema.$defs.llm.properties.max_tokens)).toEqual(TOKENS_RANGE);
    expect(range(schema.properties.concurrency)).toEqual(CONCURRENCY_RANGE);
  });
});

describe("a sample plan", () => {
  it.each(filesOf(samples))("%s says what it is and asks for nothing that it does not explain", (file) => {
    const { definition } = parsePlan(read(file), { fileName: file });
    expect(definition?.description).not.toBe("");
    for (const parameter of definition?.parameters ?? []) {
      expect(parameter.description, parameter.name).not.toBe("");
      expect(parameter.default, `${parameter.name} has no default`).not.toBeNull();
    }
  });
});
