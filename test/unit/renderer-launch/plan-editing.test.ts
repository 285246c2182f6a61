import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { parameterNames, subtaskIds, wordsAt } from "../../../src/renderer/features/launch/plan-completion";
import { diagnosticsOf } from "../../../src/renderer/features/launch/plan-language";
import { positionAt } from "../../../src/renderer/features/launch/plan-position";
import { ITEM, keysAt, valuesAt } from "../../../src/renderer/features/launch/plan-schema";

/** The position at the `|` of a text. */
function at(text: string) {
  const before = text.slice(0, text.indexOf("|"));
  const lines = before.split("\n");
  return positionAt(text.replace("|", "").split("\n"), {
    line: lines.length - 1,
    column: lines.at(-1)?.length ?? 0,
  });
}

describe("where the cursor stands", () => {
  it("knows the keys of the plan and of a subtask, and what stands beside", () => {
    expect(at("title: x\nsub|")).toEqual({ kind: "key", path: [], typed: "sub", beside: ["title"] });
    expect(at("subtasks:\n  - id: a\n    ti|\n    run: x\n  - id: b\n    agent: noop")).toEqual({
      kind: "key",
      path: ["subtasks", ITEM],
      typed: "ti",
      beside: ["id", "run"],
    });
    expect(at("subtasks:\n- id: a\n  ti|")).toMatchObject({ path: ["subtasks", ITEM], beside: ["id"] });
    expect(at("subtasks:\n  - i|")).toMatchObject({ kind: "key", path: ["subtasks", ITEM], typed: "i" });
  });

  it("knows the value of a key, in a line, in a list in a line, and in a list below", () => {
    const subtask = ["subtasks", ITEM];
    expect(at("subtasks:\n  - id: a\n    agent: no|")).toMatchObject({
      kind: "value",
      path: [...subtask, "agent"],
      typed: "no",
    });
    const dependencies = [...subtask, "dependencies", ITEM];
    expect(at("subtasks:\n  - id: a\n    dependencies: [b, |")).toMatchObject({ path: dependencies, typed: "" });
    expect(at("subtasks:\n  - id: a\n    dependencies:\n      - b\n      - c|")).toMatchObject({
      path: dependencies,
      typed: "c",
    });
    expect(at("subtasks:\n  - id: a\n    retries:\n      ma|")).toMatchObject({ path: [...subtask, "retries"] });
  });

  it("knows nothing inside a block of text, a comment, and what is finished", () => {
    expect(at("subtasks:\n  - id: a\n    run: >\n      echo a|")).toBeNull();
    expect(at("# ti|")).toBeNull();
    expect(at("subtasks:\n  - {id: a, ti|")).toBeNull();
  });
});

describe("what completes there", () => {
  const TEXT = "parameters:\n  whom: {type: string}\n  times:\n    type: number\nsubtasks:\n  - id: a\n  - {id: b-2}\n";

  it("comes from the schema, through references and alternatives", () => {
    const words = keysAt(["subtasks", ITEM]).map(({ word }) => word);
    expect(words).toEqual(expect.arrayContaining(["id", "run", "agent", "dependencies", "retries", "on_failure"]));
    expect(keysAt(["parameters", "whom"]).map(({ word }) => word)).toContain("default");
    expect(keysAt(["subtasks", ITEM]).find(({ word }) => word === "id")?.text).toContain("Unique in the plan");
    expect(valuesAt(["subtasks", ITEM, "on_failure"])).toEqual(["fail", "continue", "escalate"]);
    expect(valuesAt(["nowhere"])).toEqual([]);
  });

  it("comes from the plan and from this console", () => {
    expect(subtaskIds(TEXT)).toEqual(["a", "b-2"]);
    expect(parameterNames(TEXT)).toEqual(["whom", "times"]);
    const agents = [{ id: "bee", title: "A bee" }];
    const labels = (path: readonly string[]) => wordsAt(path, TEXT, agents).map(({ label }) => label);
    expect(labels(["subtasks", ITEM, "dependencies", ITEM])).toEqual(["a", "b-2"]);
    expect(labels(["synthesis"])).toEqual(["a", "b-2"]);
    expect(labels(["subtasks", ITEM, "agent"])).toEqual(expect.arrayContaining(["bee", "command", "noop"]));
  });
});

it("marks findings where they are, and none outside the text", () => {
  const doc = Text.of(["title: x", "  agent: nobody here", ""]);
  const found = { severity: "error", code: "x", message: "m", subtaskId: null } as const;
  const marked = (line: number | null, column: number | null) =>
    diagnosticsOf(doc, [{ ...found, line, column }]).map(({ from, to }) => doc.sliceString(from, to));
  expect(marked(2, 10)).toEqual(["nobody"]);
  expect(marked(2, null)).toEqual(["agent: nobody here"]);
  expect(marked(2, 400)).toEqual([""]);
  expect(marked(9, 1)).toEqual([]);
  expect(marked(null, null)).toEqual([]);
});
