import { describe, expect, it } from "vitest";
import { workerCommand } from "../../../src/main/core/plan/capacity";
import { expandPlan } from "../../../src/main/core/plan/expand";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { ExecutorChoice } from "../../../src/shared/model/fleet";

const parse = (text: string) => parsePlan(text, { fileName: "plan.yaml" });

/** What each subtask asks for, by its id. */
function needs(text: string, database?: ExecutorChoice): Record<string, readonly string[]> {
  const { definition, findings } = parse(text);
  expect(findings).toEqual([]);
  if (definition === null) throw new Error("unreachable");
  const { subtasks } = expandPlan(definition, {}, database);
  return Object.fromEntries(subtasks.map(({ id, capabilities }) => [id, capabilities]));
}

const PLAN = (plan: string, subtask = "") => `title: x
${plan}
subtasks:
  - { id: a, run: "true"${subtask} }
  - { id: join, agent: noop, dependencies: [a] }
  - { id: ask, agent: http, http: { url: "http://x" } }
`;

describe("who runs a subtask", () => {
  it("is this host unless somebody says the fleet", () => {
    expect(needs(PLAN(""))).toEqual({ a: [], join: [], ask: [] });
  });

  it("is what the plan says, for what runs something", () => {
    expect(needs(PLAN("executor: fleet"))).toEqual({ a: ["fleet:default"], join: [], ask: [] });
    expect(needs(PLAN("queue: gpu"))).toEqual({ a: ["fleet:gpu"], join: [], ask: [] });
  });

  it("is what the database says where the plan says nothing", () => {
    const database = { executor: "fleet", queue: "night" } as const;
    expect(needs(PLAN(""), database).a).toEqual(["fleet:night"]);
    expect(needs(PLAN("executor: local"), database).a).toEqual([]);
    expect(needs(PLAN("queue: gpu"), database).a).toEqual(["fleet:gpu"]);
    expect(needs(PLAN("executor: fleet"), database).a).toEqual(["fleet:night"]);
  });

  it("is what the subtask says before all", () => {
    expect(needs(PLAN("queue: gpu", ", executor: local")).a).toEqual([]);
    expect(needs(PLAN("executor: local", ", queue: gpu, capabilities: [cuda]")).a).toEqual(["cuda", "fleet:gpu"]);
    expect(needs("title: x\nsubtasks: [{ id: a, agent: noop, executor: fleet }]").a).toEqual(["fleet:default"]);
  });

  it.each([
    ["not_for_fleet", "title: x\nsubtasks:\n  - { id: a, agent: http, http: { url: 'http://x' }, executor: fleet }", 3],
    ["not_for_fleet", "title: x\nsubtasks:\n  - { id: a, agent: ceo, prompt: x, queue: gpu }", 3],
    ["unknown_word", "title: x\nexecutor: cloud\nsubtasks: [{ id: a, run: x }]", 2],
    ["bad_queue", "title: x\nqueue: a b\nsubtasks: [{ id: a, run: x }]", 2],
    ["needless_queue", "title: x\nsubtasks:\n  - { id: a, run: x, executor: local, queue: gpu }", 3],
  ])("is refused with %s: %s", (code, text, line) => {
    const { definition, findings } = parse(text);
    expect(definition).toBeNull();
    expect(findings).toMatchObject([{ code, line, severity: "error" }]);
  });

  it("is started by the command that is named where nobody is there", () => {
    expect(workerCommand({ role: null, capabilities: ["cuda", "fleet:gpu"] })).toBe(
      "hive fleet worker --redis URL --queue gpu --capability cuda",
    );
  });
});
