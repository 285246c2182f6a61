import { describe, expect, it } from "vitest";
import {
  answerText,
  exportLine,
  fittingAgents,
  hiddenWords,
  stateOf,
  stretchesOf,
} from "../../../src/renderer/features/agents/agent-words";
import type { AgentRow } from "../../../src/shared/model/agent";

const check = (at: number, status: string, message = status) => ({ at, status, message, tookMs: 1 });

const agent = (more: Partial<AgentRow> = {}): AgentRow => ({
  id: "bee",
  type: "llm",
  title: "Bee",
  description: "",
  capabilities: ["review"],
  origin: "own",
  file: "/bee.md",
  problem: null,
  layer: "database",
  findings: [],
  hides: [],
  ...more,
});

describe("how an agent stands", () => {
  it("is what its file says, then what the last check found", () => {
    expect(stateOf({ problem: "line 1" }, check(1, "healthy"))).toBe("broken");
    expect(stateOf({ problem: null }, check(1, "degraded"))).toBe("degraded");
    expect(stateOf({ problem: null }, undefined)).toBe("unchecked");
    expect(stateOf({ problem: null }, check(1, "constructor"))).toBe("unchecked");
  });

  it("over time is told in stretches of the same", () => {
    const checks = [check(9, "healthy"), check(8, "healthy"), check(7, "unhealthy", "a"), check(6, "unhealthy", "b")];
    expect(stretchesOf(checks).map(({ status, from, to, checks: count }) => [status, from, to, count])).toEqual([
      ["healthy", 8, 9, 2],
      ["unhealthy", 7, 7, 1],
      ["unhealthy", 6, 6, 1],
    ]);
    expect(stretchesOf([])).toEqual([]);
  });
});

it("definitions of one id are counted, and the one that is used is named", () => {
  expect(hiddenWords(agent())).toBeNull();
  const hides = [
    { layer: "user", file: "/u" },
    { layer: "program", file: null },
  ] as const;
  expect(hiddenWords(agent({ hides }))).toBe(
    "3 definitions have this id: the file beside the database is used, in place of the file in your folder and the one that comes with the program.",
  );
});

it.each([
  [null, null],
  ["text", { text: "text", meta: null }],
  [
    { output: "hi", meta: { model: "bee", completionTokens: 7 } },
    { text: "hi", meta: "bee, 7 tokens" },
  ],
  [
    { output: { a: 1 }, meta: null },
    { text: '{\n  "a": 1\n}', meta: null },
  ],
  [{ status: 200 }, { text: '{\n  "status": 200\n}', meta: null }],
])("the answer %o is shown as text", (result, shown) => expect(answerText(result)).toEqual(shown));

it("agents are found by id, title, capability, kind and place, and by how they are", () => {
  const all = [
    { ...agent(), state: "healthy" as const },
    {
      ...agent({ id: "coder", title: "Coder", type: "command", capabilities: ["code"], layer: "user" }),
      state: "broken" as const,
    },
  ];
  const ids = (filter: Parameters<typeof fittingAgents>[1]) => fittingAgents(all, filter).map(({ id }) => id);
  expect(fittingAgents(all, { state: null, text: " " })).toBe(all);
  expect(ids({ state: null, text: "REVIEW" })).toEqual(["bee"]);
  expect(ids({ state: null, text: "your folder" })).toEqual(["coder"]);
  expect(ids({ state: null, text: "program" })).toEqual(["coder"]);
  expect(ids({ state: "healthy", text: "code" })).toEqual([]);
});

it("a variable's line is one for the shell, and never holds a key", () => {
  const variable = { name: "HIVE_AGENT_BEE_KEY_ENV", sets: "key", isOwn: true, value: "K", problem: null } as const;
  expect(exportLine(variable)).toBe("export HIVE_AGENT_BEE_KEY_ENV=NAME_OF_A_VARIABLE");
});
