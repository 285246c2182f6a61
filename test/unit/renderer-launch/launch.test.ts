import { describe, expect, it } from "vitest";
import { layerSubtasks } from "../../../src/renderer/features/launch/layers";
import { initialValue, parseField, parseForm } from "../../../src/renderer/features/launch/parameters";
import { findingsOf, readiness } from "../../../src/renderer/features/launch/readiness";
import type { ParameterDefinition, PlanFinding } from "../../../src/shared/model/plan-definition";
import type { PlanPreview, PreviewSubtask } from "../../../src/shared/model/views";

function subtask(id: string, ...dependencies: string[]): PreviewSubtask {
  return { id, title: id, agent: "command", dependencies };
}

function parameter(change: Partial<ParameterDefinition>): ParameterDefinition {
  return {
    name: "p",
    type: "string",
    description: "",
    required: false,
    default: null,
    choices: [],
    pattern: null,
    ...change,
  };
}

describe("layerSubtasks", () => {
  const layersOf = (subtasks: PreviewSubtask[]) =>
    Object.fromEntries(layerSubtasks(subtasks).nodes.map((node) => [node.subtask.id, node.layer]));

  it("puts each subtask after the last of its dependencies", () => {
    expect(layersOf([subtask("d", "b", "a"), subtask("a"), subtask("b", "a"), subtask("c")])).toEqual({
      a: 0,
      b: 1,
      c: 0,
      d: 2,
    });
  });

  it("draws a plan with a cycle, unknown dependencies and a dependency on itself", () => {
    const graph = layerSubtasks([subtask("a", "b"), subtask("b", "a", "b"), subtask("c", "nowhere")]);
    expect(graph.nodes).toHaveLength(3);
    expect(graph.edges).toHaveLength(4);
  });

  it("counts layers as they depend on one another, wherever they are drawn", () => {
    const graph = layerSubtasks([subtask("a"), subtask("b"), subtask("c"), subtask("d", "a")]);
    expect(graph.layerCount).toBe(2);
    expect(graph.nodes.map((node) => node.layer)).toEqual([0, 0, 0, 1]);
  });

  it("lays an empty plan out as nothing", () => {
    expect(layerSubtasks([])).toEqual({ nodes: [], edges: new Int32Array(), layerCount: 0 });
  });
});

describe("the parameter form", () => {
  it("begins with the defaults", () => {
    expect(initialValue(parameter({ type: "number", default: 4 }))).toBe("4");
    expect(initialValue(parameter({ type: "boolean" }))).toBe(false);
    expect(initialValue(parameter({}))).toBe("");
  });

  it("takes numbers and names what is none", () => {
    const number = parameter({ type: "number" });
    expect(parseField(number, " 2.5 ")).toEqual({ ok: true, value: 2.5 });
    expect(parseField(number, "four")).toEqual({ ok: false, problem: "Not a number" });
    expect(parseField(number, "Infinity")).toEqual({ ok: false, problem: "Not a number" });
  });

  it("says what a text must fit, and shows no secret", () => {
    const version = parameter({ pattern: "[0-9]+(\\.[0-9]+)*" });
    expect(parseField(version, "1.20")).toEqual({ ok: true, value: "1.20" });
    expect(parseField(version, "x1.20")).toEqual({ ok: false, problem: "Must fit the pattern [0-9]+(\\.[0-9]+)*" });
    const secret = parameter({ type: "secret", required: true });
    expect(parseField(secret, "")).toEqual({ ok: false, problem: "Needs a value" });
    expect(parseField(secret, "abc")).toMatchObject({ ok: false });
    expect(parseField(secret, "abcd")).toEqual({ ok: true, value: "abcd" });
  });

  it("asks for what is required, sends what was typed and leaves out what is empty or the default", () => {
    const form = [
      parameter({ name: "folder", type: "folder", required: true }),
      parameter({ name: "note" }),
      parameter({ name: "target", type: "choice", choices: ["a", "b"], default: "a" }),
      parameter({ name: "sign", type: "boolean", default: true }),
    ];
    expect(parseForm(form, {})).toEqual({
      values: {},
      problems: { folder: "Needs a value" },
    });
    expect(parseForm(form, { folder: "/tmp", target: "c", sign: false })).toEqual({
      values: { folder: "/tmp", sign: false },
      problems: { target: "Not one of a, b" },
    });
  });
});

describe("readiness", () => {
  const finding = (severity: "error" | "warning"): PlanFinding => ({
    severity,
    code: "x",
    message: "m",
    line: 1,
    column: 1,
    subtaskId: null,
  });
  const preview: PlanPreview = {
    sourceId: "s",
    sourceName: "s.yaml",
    origin: { kind: "new" },
    folder: "/plans",
    isSavable: false,
    isEdited: false,
    text: "",
    title: "S",
    description: "",
    parameters: [],
    subtasks: [subtask("a"), subtask("b", "a")],
    findings: [],
  };

  it("says what stands in the way, the plan's errors first", () => {
    expect(readiness(preview, [finding("error"), finding("warning")], 1).sentence).toBe(
      "Not ready: 1 error in the plan",
    );
    expect(readiness(preview, [], 2)).toMatchObject({ isReady: false, sentence: "Not ready: 2 parameters to fill in" });
  });

  it("is ready with warnings", () => {
    expect(readiness(preview, [finding("warning")], 0)).toMatchObject({
      isReady: true,
      sentence: "Ready to launch with 1 warning",
    });
    expect(readiness(preview, [], 0).detail).toBe("Starts at once, with 1 task.");
  });

  it("reads findings from an error, and nothing else", () => {
    expect(findingsOf({ findings: [finding("error"), "no", { severity: "error" }] })).toEqual([finding("error")]);
    expect(findingsOf({})).toEqual([]);
  });
});
