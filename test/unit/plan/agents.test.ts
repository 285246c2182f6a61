// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so in plans
import { describe, expect, it } from "vitest";
import { fillWork } from "../../../src/main/core/agents/fill";
import { expandPlan } from "../../../src/main/core/plan/expand";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { parseTemplate } from "../../../src/main/core/plan/template";
import { parseSpec } from "../../../src/main/core/store/task-spec";

const TEXT = `
title: Agents
parameters: { who: { type: string } }
subtasks:
  - { id: get, agent: http, http: { url: "http://x/\${{ params.who }}" } }
  - id: ask
    agent: llm
    dependencies: get
    llm: { prompt: "\${{ params.who }}: \${{ subtasks.get.result.a.0 }}" }
  - { id: gate, agent: approval, approval: { instructions: "Look at \${{ params.who }}." } }
`;

describe("what agents are given", () => {
  const { definition, findings } = parsePlan(TEXT, { fileName: "plan.yaml" });
  if (!definition) throw new Error(JSON.stringify(findings));
  const values = { who: "${{ subtasks.get.result }}" };
  const [get, ask, gate] = expandPlan(definition, values).subtasks;

  it("keeps its expressions until it is sent; instructions are filled in at launch", () => {
    expect(get?.http?.url).toBe("http://x/${{ params.who }}");
    expect(gate?.approval?.instructions).toBe("Look at ${{ subtasks.get.result }}.");
  });

  it("takes a parameter's value as it is, whatever it looks like", () => {
    const filled = fillWork(ask ?? {}, { parameters: values, inputs: { get: { a: [{ deep: true }] } } });
    expect(filled.llm?.prompt).toBe('${{ subtasks.get.result }}: {"deep":true}');
  });

  it("is read back from the database as it was written, and not at all when it is broken", () => {
    const spec = { ...get, cwd: "/", retries: get?.retries };
    expect(parseSpec(JSON.stringify(spec))?.http).toEqual(get?.http);
    expect(parseSpec(JSON.stringify({ ...spec, http: { url: 5 } }))).toBeNull();
    expect(parseSpec(JSON.stringify({ ...spec, agent: "approval" }))).toBeNull();
    expect(parseSpec(JSON.stringify({ ...spec, agent: "robot" }))).toBeNull();
  });
});

it.each([
  ["${{ subtasks.a.result }}", "a", []],
  ["${{subtasks.a.b.result.c.0.d-e}}", "a.b", ["c", "0", "d-e"]],
  ["${{ subtasks.a.result.result }}", "a", ["result"]],
])("%s names a result", (text, subtask, path) => {
  expect(parseTemplate(text)).toEqual({ parts: [{ result: { subtask, path }, expression: 0 }], problems: [] });
});

it.each(["${{ subtasks.a }}", "${{ subtasks.result.x }}", "${{ subtasks.a.result. }}"])("%s names none", (text) => {
  expect(parseTemplate(text).problems).toHaveLength(1);
});
