// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of a plan are written like that
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillWork } from "../../../src/main/core/agents/fill";
import { expandPlan } from "../../../src/main/core/plan/expand";
import { parsePlan } from "../../../src/main/core/plan/parse";

const file = join(import.meta.dirname, "../../fixtures/plans/hive/plan-data.json");
const parse = (text: string) => parsePlan(text, { fileName: "plan.json" });

describe("data of Hive's planners", () => {
  const { definition, findings } = parse(readFileSync(file, "utf8"));

  it("is a plan as it is, whose unknown assignees are told", () => {
    expect(findings).toMatchObject([
      {
        code: "unknown_assignee",
        severity: "warning",
        line: 35,
        message: 'Subtask "5" is assigned to "queen", which is no agent here: ai-deployer does it.',
      },
    ]);
    expect(definition?.subtasks.map(({ id, agent, dependencies }) => [id, agent, dependencies])).toEqual([
      ["analysis-1", "ai-planner", []],
      ["build-1", "hive-coder", ["analysis-1"]],
      ["review-1", "ai-reviewer", ["build-1"]],
      ["gate", "approval", ["review-1"]],
      ["5", "ai-deployer", ["gate"]],
      ["smoke", "command", ["5"]],
    ]);
  });

  it("demands no skills of workers, keeps priorities, and takes nothing for an expression", () => {
    if (!definition) throw new Error("unsound");
    const plan = expandPlan(definition, {});
    expect(plan.title).toBe("Sign-in by e-mail link");
    expect(plan.description).toBe("Users sign in with a link, costs ${{ nothing }}.");
    expect(plan.subtasks.every(({ capabilities, role }) => capabilities.length === 0 && role === null)).toBe(true);
    expect(plan.subtasks.map(({ priority }) => priority)).toEqual([1, 7, 1, 1, 1, 1]);
    const inputs = { "analysis-1": { output: "Three endpoints" } };
    const [analysis, build] = plan.subtasks.map((subtask) => fillWork(subtask, { parameters: {}, inputs }));
    expect(analysis?.llm?.prompt).toBe(
      "Analyse the sign-in\n\nFind out what ${{ params.x }} is.\n\nDeliverables:\n- A list of endpoints\n\n" +
        "Skills that it takes:\n- python\n- security\n\nPhase: analysis\n\nComplexity: simple",
    );
    expect(build?.program?.prompt).toContain("Deliverables:\n- Tests\n\n");
    expect(build?.program?.prompt).toContain('Answer of "Analyse the sign-in":\nThree endpoints');
  });

  it("is what a console writes about its own plans, too; what those run is elsewhere", () => {
    const subtasks = [{ id: "a", title: "A", task_type: "command", assignee: "command", dependencies: [] }];
    expect(parse(JSON.stringify({ plan_id: "p", task_name: "x", title: "x", subtasks })).findings).toMatchObject([
      { code: "missing_run", subtaskId: "a", severity: "error" },
    ]);
  });

  it("is not what looks alike: a mistyped plan file stays one", () => {
    const { findings: found } = parse('{ "title": "x", "subtasks": [{ "id": "a", "rum": "x" }] }');
    expect(found.map(({ code }) => code).sort()).toEqual(["missing_run", "unknown_key"]);
    expect(parse('{ "title": "x", "subtasks": [{ "id": "a", "run": "x", "assignee": "b" }] }').findings).toMatchObject([
      { code: "unknown_key" },
    ]);
  });

  it.each([
    [
      "a cycle",
      [
        { id: "a", dependencies: ["b"] },
        { id: "b", dependencies: ["a"] },
      ],
      "cycle",
    ],
    ["an unknown dependency", [{ id: "a", dependencies: ["b"] }], "unknown_dependency"],
    ["an id twice", [{ id: "a" }, { id: "a" }], "duplicate_id"],
    ["no id", [{ title: "a" }], "missing_key"],
    ["something else than a subtask", ["a"], "wrong_type"],
    ["no subtasks", [], "empty_subtasks"],
  ])("with %s is refused", (_, sub_tasks, code) => {
    const { definition: refused, findings: found } = parse(JSON.stringify({ plan_id: "p", sub_tasks }));
    expect(refused).toBeNull();
    expect(found.map((finding) => finding.code)).toContain(code);
  });

  it("never throws, whatever its planner wrote", () => {
    const key = fc.constantFrom(
      "id",
      "title",
      "assignee",
      "dependencies",
      "depends_on",
      "deliverables",
      "priority",
      "x",
    );
    const item = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 4 }), (sub_tasks) => {
        const { definition: read, findings: found } = parse(JSON.stringify({ plan_id: "p", sub_tasks }));
        expect(read === null).toBe(found.some(({ severity }) => severity === "error"));
      }),
    );
  });
});
