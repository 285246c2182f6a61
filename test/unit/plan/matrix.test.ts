// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of a plan are written like that
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandPlan } from "../../../src/main/core/plan/expand";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { PlanDefinition, SubtaskDefinition } from "../../../src/shared/model/plan-definition";

const parse = (plan: object) => parsePlan(JSON.stringify({ title: "Matrix", ...plan }), { fileName: "plan.json" });

function sound(plan: object): PlanDefinition {
  const { definition, findings } = parse(plan);
  if (!definition) throw new Error(findings.map((finding) => finding.message).join("\n"));
  return definition;
}

const ids = (definition: PlanDefinition | null): string[] => (definition?.subtasks ?? []).map(({ id }) => id);

function find(definition: PlanDefinition, id: string): SubtaskDefinition {
  const found = definition.subtasks.find((subtask) => subtask.id === id);
  if (!found) throw new Error(`no ${id} among ${ids(definition).join(", ")}`);
  return found;
}

describe("a matrix", () => {
  const file = readFileSync(join(import.meta.dirname, "../../fixtures/plans/valid/control.yaml"), "utf8");
  const { definition } = parsePlan(file, { fileName: "control.yaml" });
  if (!definition) throw new Error("unsound");

  it("makes a subtask of each combination, in the order of the file", () => {
    expect(ids(definition)).toEqual([
      ...["build-linux-20", "build-linux-22", "build-mac-os-22", "test-linux", "test-mac-os"],
      ...["deploy", "note", "clean", "alarm"],
    ]);
  });

  it("makes what names its id wait for all of them", () => {
    expect(find(definition, "deploy").dependencies).toEqual([
      ...["test-linux", "test-mac-os"],
      ...["build-linux-20", "build-linux-22", "build-mac-os-22"],
    ]);
    expect(find(definition, "test-mac-os").dependencies).toEqual(["build-mac-os-22", "build-linux-22"]);
  });

  it("fills its values in, each where it stands", () => {
    const launched = expandPlan(definition, { stage: "live" });
    expect(find(launched, "build-mac-os-22")).toMatchObject({
      title: "Build for mac os",
      run: 'make -j $(( ${HIVE_MATRIX_NODE} / 10 )) "${HIVE_MATRIX_OS}" "${HIVE_PARAM_TOKEN}"',
      role: "builder",
      capabilities: ["mac os", "docker", "7"],
      group: "gpu",
      env: { NODE: "22", HIVE_MATRIX_OS: "mac os", HIVE_MATRIX_NODE: "22", HIVE_PARAM_TOKEN: "${{ params.token }}" },
      late: { run: false, env: ["TOKEN", "HIVE_PARAM_TOKEN"], cwd: false, secrets: ["token"] },
    });
    expect(find(launched, "test-linux")).toMatchObject({
      title: "test-linux",
      run: ["make", "test", "linux", "${{ subtasks.build-linux-22.result.file }}"],
      late: { run: true },
    });
    expect(find(launched, "deploy")).toMatchObject({ group: "db:live", onFailure: "escalate" });
    expect(find(launched, "deploy").late).toEqual({ run: false, env: [], cwd: false, secrets: ["token", "spare"] });
    expect(find(launched, "note").late).toEqual({
      run: false,
      env: ["TOKEN", "HIVE_RESULT_1", "HIVE_RESULT_2"],
      cwd: true,
      secrets: ["token"],
    });
  });

  it("keeps numbers and booleans in the body of a request what they are", () => {
    const http = { url: "x", body: { n: "${{ matrix.n }}", text: "${{ matrix.n }}!", list: ["${{ matrix.on }}"] } };
    const { subtasks } = sound({ subtasks: [{ id: "a", agent: "http", matrix: { n: [1], on: true }, http }] });
    expect(subtasks[0]?.http?.body).toEqual({ n: 1, text: "1!", list: [true] });
  });

  const word = fc.stringMatching(/^[A-Za-z0-9._]{1,8}$/);
  const axes = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,5}$/).filter((name) => name !== "exclude"),
    fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  );

  it("has stable, unique and safe ids, and all of its combinations once", () => {
    fc.assert(
      fc.property(axes, (matrix) => {
        const plan = {
          subtasks: [
            { id: "t", agent: "noop", matrix },
            { id: "all", agent: "noop", dependencies: "t" },
          ],
        };
        const { definition: made } = parse(plan);
        const expected = Object.values(matrix).reduce<string[]>(
          (bases, values) => bases.flatMap((base) => values.map((value) => `${base}-${value}`)),
          ["t"],
        );
        // A "." in values lets no two combinations be the same: the separator is none of their characters.
        expect(ids(made)).toEqual([...expected, "all"]);
        expect(new Set(ids(made)).size).toBe(expected.length + 1);
        expect(made?.subtasks.at(-1)?.dependencies).toEqual(expected);
        expect(ids(parse(plan).definition)).toEqual(ids(made));
        for (const id of ids(made)) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
      }),
    );
  });

  it("hands its values on as text, whatever they hold", () => {
    const pieces = fc.array(fc.constantFrom("$", "{{", "}}", "a", "'", '"', " ", "`", "\\"), { maxLength: 8 });
    const value = pieces.map((list) => `v${list.join("")}`).filter((one) => !one.includes("${{"));
    fc.assert(
      fc.property(value, (os) => {
        const texts = {
          env: { A: "<${{ matrix.os }}${{ params.p }}>" },
          run: ["x", "${{ matrix.os }}${{ params.p }}"],
        };
        const made = sound({ parameters: { p: "q" }, subtasks: [{ id: "t", matrix: { os: [os] }, ...texts }] });
        const [launched] = expandPlan(made, { p: "{{" }).subtasks;
        expect(launched?.env).toEqual({ A: `<${os}{{>`, HIVE_MATRIX_OS: os });
        expect(launched?.run).toEqual(["x", `${os}{{`]);
      }),
    );
  });
});

describe("a large plan", () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);

  it("of 10,000 subtasks of one matrix is read in its own time", () => {
    const { definition } = parse({
      subtasks: [
        { id: "each", matrix: { a: numbers, b: numbers.slice(0, 99) }, run: "echo ${{ matrix.a }} ${{ matrix.b }}" },
        { id: "all", agent: "noop", dependencies: ["each"] },
      ],
    });
    expect(definition?.subtasks).toHaveLength(9_901);
    expect(definition?.subtasks.at(-1)?.dependencies).toHaveLength(9_900);
  });

  it("of more subtasks than 10,000 is refused, by a matrix and without", () => {
    const many = { id: "each", matrix: { a: numbers, b: numbers, c: [1, 2] }, agent: "noop" };
    expect(parse({ subtasks: [many] }).findings).toMatchObject([{ code: "too_many_subtasks" }]);
    const subtasks = Array.from({ length: 10_001 }, (_, index) => ({ id: `t${index}`, agent: "noop" }));
    expect(parse({ subtasks }).findings).toMatchObject([{ code: "too_many_subtasks", severity: "error" }]);
    expect(parse({ subtasks: subtasks.slice(1) }).findings).toEqual([]);
  });

  it("of matrices that wait for each other is refused before it is built", () => {
    const half = numbers.slice(0, 50);
    const { definition, findings } = parse({
      subtasks: [
        { id: "a", matrix: { x: half, y: numbers }, agent: "noop" },
        { id: "b", matrix: { x: half, y: numbers.slice(0, 99) }, agent: "noop", dependencies: ["a"] },
      ],
    });
    expect(definition).toBeNull();
    expect(findings).toMatchObject([{ code: "too_many_dependencies", line: 1 }]);
  });
});
