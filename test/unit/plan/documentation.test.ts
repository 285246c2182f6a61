import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PLAN_KEYS, parsePlan } from "../../../src/main/core/plan/parse";
import { PARAMETER_KEYS } from "../../../src/main/core/plan/read-parameters";
import { SUBTASK_KEYS } from "../../../src/main/core/plan/read-subtask";
import { APPROVAL_KEYS, HTTP_KEYS, LLM_KEYS, POLL_KEYS } from "../../../src/main/core/plan/read-work";

const text = readFileSync(join(import.meta.dirname, "../../../docs/plans.md"), "utf8");
const examples = [...text.matchAll(/```(?:yaml|json) plan\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

describe("the reference of the plan file", () => {
  it("has examples", () => expect(examples.length).toBeGreaterThan(5));

  it.each(examples)("has an example without findings: %s", (example) => {
    const { definition, findings } = parsePlan(example, { fileName: "plans.md" });
    expect(findings).toEqual([]);
    expect(definition).not.toBeNull();
  });

  it.each([PLAN_KEYS, SUBTASK_KEYS, PARAMETER_KEYS, HTTP_KEYS, LLM_KEYS].flatMap((keys) => [...keys.keys()]))(
    "names the key %s",
    (key) => expect(text).toContain(key === "$schema" ? "$schema" : `\`${key}\``),
  );

  it.each([POLL_KEYS, APPROVAL_KEYS].flatMap((keys) => [...keys.keys()]))("shows the key %s", (key) => {
    expect(examples.join("")).toContain(`${key}: `);
  });
});
