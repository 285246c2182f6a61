// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of a plan are written like that
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePlan } from "../../../src/main/core/plan/parse";

const fixtures = join(import.meta.dirname, "../../fixtures/plans");
const read = (...path: string[]): string => readFileSync(join(fixtures, ...path), "utf8");
const parse = (text: string) => parsePlan(text, { fileName: "plan.yaml" });

describe("a valid plan", () => {
  it("is read with every default filled in", () => {
    const { definition, findings } = parse(read("valid", "everything.yaml"));
    expect(findings).toEqual([]);
    expect(definition).toMatchObject({
      title: "Everything at once",
      concurrency: 4,
      env: { LANG: "C.UTF-8", LEVEL: "7", DEBUG: "true", PLACE: "${{ params.folder }}/x" },
      parameters: [
        { name: "folder", type: "folder", default: "../..", required: false, description: "Where to look" },
        { name: "attempts", type: "number", default: 3, required: false, choices: [] },
        { name: "label", type: "string", default: "plain text" },
        { name: "verbose", type: "boolean", default: false },
        { name: "flavour", type: "choice", default: "small", choices: ["small", "large", "3"] },
        { name: "who", type: "string", default: null, required: false },
        { name: "must", type: "number", default: null, required: true },
      ],
    });
    expect(definition?.subtasks).toMatchObject([
      {
        id: "first",
        title: "first",
        agent: "command",
        dependencies: [],
        priority: 1,
        retries: { count: 0, backoffMs: 1_000, maxMs: 300_000 },
        timeoutMs: null,
        env: {},
        cwd: null,
      },
      {
        id: "second",
        priority: 9,
        dependencies: ["first"],
        retries: { count: 2, backoffMs: 500, maxMs: 30_000 },
        timeoutMs: 90_000,
        cwd: "sub",
      },
      { id: "third.a_b-1", agent: "noop", run: null, dependencies: ["second"], retries: { count: 1 } },
    ]);
    expect(definition?.subtasks[1]?.run).toEqual([
      "printf",
      "%s %s",
      "5",
      "true",
      "${{ params.flavour }}",
      "$${{ literal }}",
    ]);
  });

  it("may be JSON, with upstream's spellings", () => {
    const { definition, findings } = parse(read("valid", "plan.json"));
    expect(findings).toEqual([]);
    expect(definition?.subtasks[1]).toMatchObject({ dependencies: ["a"], retries: { count: 1, backoffMs: 500 } });
  });

  it("may begin with a byte order mark and end its lines as Windows does", () => {
    const text = `\uFEFF${read("valid", "everything.yaml").replaceAll("\n", "\r\n")}`;
    expect(parse(text).findings).toEqual([]);
  });
});

describe("a plan with faults", () => {
  const marked = ["structure", "meaning"].flatMap((folder) =>
    readdirSync(join(fixtures, folder)).map((name) => `${folder}/${name}`),
  );
  it.each(marked)("%s: every marked line has its finding and no other has one", (path) => {
    const text = read(path);
    const expected = text.split("\n").flatMap((line, index) => {
      const codes = line.match(/# ! ([a-z_ ]+)$/)?.[1]?.split(" ") ?? [];
      return codes.map((code) => `${index + 1} ${code}`);
    });
    const { definition, findings } = parse(text);
    const found = findings.map((finding) => `${finding.line} ${finding.code}`);
    expect(found.sort()).toEqual(expected.sort());
    expect(definition).toBeNull();
  });

  const texts: { name: string; text: string; code: string; line: number; says?: string }[] = JSON.parse(
    read("syntax", "expected.json"),
  );
  it.each(texts)("$name: is named with its line", ({ text, code, line, says }) => {
    const { definition, findings } = parse(text);
    expect(definition).toBeNull();
    const finding = findings.find((candidate) => candidate.code === code);
    expect(finding?.line).toBe(line);
    expect(finding?.message.toLowerCase()).toContain(says?.toLowerCase() ?? "");
  });

  it("points to the column, names the subtask and says what was meant", () => {
    const { findings } = parse(read("meaning", "graph.yaml"));
    const unknown = findings.find((finding) => finding.code === "unknown_dependency");
    expect(unknown).toMatchObject({ line: 16, column: 20, subtaskId: "d", severity: "error" });
    expect(unknown?.message).toBe(
      'Subtask "d" depends on the unknown subtask "fetch-source". Did you mean "fetch-sources"?',
    );
  });

  it("prints a cycle itself, with the lines of its subtasks", () => {
    const { findings } = parse(read("meaning", "graph.yaml"));
    expect(findings.find((finding) => finding.code === "cycle")?.message).toContain(
      "a (line 3) -> c (line 9) -> b (line 6) -> a",
    );
  });

  it("finds the expression inside a block of text", () => {
    const { findings } = parse(read("meaning", "expressions.yaml"));
    const typo = findings.find((finding) => finding.message.includes("nmae"));
    expect(typo).toMatchObject({ line: 22, column: 12, subtaskId: "a" });
    expect(typo?.message).toContain('Did you mean "name"?');
  });

  it("is reported in the order of its lines", () => {
    const lines = parse(read("structure", "keys.yaml")).findings.map((finding) => finding.line ?? 0);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it("of over 2 MB is refused unread", () => {
    const { findings } = parse(`title: ${"x".repeat(2 * 1024 * 1024)}`);
    expect(findings).toMatchObject([{ code: "too_large", line: null }]);
  });

  it("that is no text is refused unread", () => {
    expect(parse("SQLite format 3\0").findings).toMatchObject([{ code: "not_text" }]);
  });

  it("that is a bomb of aliases is refused at once", () => {
    const words = Array.from({ length: 20_000 }, () => "x").join(",");
    const subtasks = Array.from({ length: 20_000 }, () => "*s").join(",");
    const text = `x-s: &s {id: a, run: [${words}]}\ntitle: bomb\nsubtasks: [${subtasks}]`;
    const { definition, findings } = parse(text);
    expect(definition).toBeNull();
    expect(findings.map((finding) => finding.code)).toContain("too_many_aliases");
  });

  it("of very many faults shows the first thousand and counts the rest", () => {
    const text = `title: x\nsubtasks:\n${"  - { id: a, agent: noop }\n".repeat(3_000)}`;
    const { findings } = parse(text);
    expect(findings).toHaveLength(1_001);
    expect(findings.at(-1)).toMatchObject({ code: "more_findings", severity: "error", line: null });
  });

  // With a cost that grows with the square, each of these would take minutes.
  it.each([
    ["expressions that nothing closes", `title: x\nsubtasks:\n  - id: a\n    run: |\n${"      ${{ \n".repeat(50_000)}`],
    ["quotes that nothing closes", `title: x\nsubtasks:\n${'  - "\n'.repeat(30_000)}`],
    ["choices", `title: x\nparameters: { a: { choices: [${Array.from({ length: 60_000 }, (_, i) => `c${i}`)}] } }`],
    [
      "dependencies that nobody has",
      `title: x\nsubtasks: [${"{ id: a, run: x, dependencies: [abcdef] },".repeat(5_000)}]`,
    ],
  ])("with very many %s is refused in its own time", (_, text) => {
    expect(parse(text).definition).toBeNull();
  });

  it("nested beyond reason is refused", () => {
    expect(parse("[".repeat(100_000)).findings[0]?.message).toContain("nested too deeply");
    expect(parse(`title: ${"{a: ".repeat(50_000)}`).definition).toBeNull();
  });
});

describe("a plan of generated subtasks", () => {
  const rows = fc.array(fc.array(fc.nat(50), { maxLength: 4 }), { minLength: 2, maxLength: 50 });
  const planOf = (dependencies: readonly (readonly number[])[]): string =>
    JSON.stringify({
      title: "generated",
      subtasks: dependencies.map((below, index) => ({
        id: `t${index}`,
        agent: "noop",
        dependencies: [...new Set(below)].map((number) => `t${number}`),
      })),
    });

  it("is valid when each depends on earlier ones only", () => {
    fc.assert(
      fc.property(rows, (picks) => {
        const text = planOf(picks.map((row, index) => (index === 0 ? [] : row.map((pick) => pick % index))));
        const { definition, findings } = parse(text);
        expect(findings).toEqual([]);
        expect(definition?.subtasks).toHaveLength(picks.length);
      }),
    );
  });

  it("has a cycle reported when the first depends on the last of a chain", () => {
    fc.assert(
      fc.property(rows, (picks) => {
        const last = picks.length - 1;
        const text = planOf(
          picks.map((row, index) => (index === 0 ? [last] : [index - 1, ...row.map((pick) => pick % index)])),
        );
        expect(parse(text).findings.map((finding) => finding.code)).toContain("cycle");
      }),
    );
  });
});

describe("any text at all", () => {
  const pieces = fc.constantFrom(
    "title: x\n",
    "subtasks:\n",
    "  - id: a\n",
    "    run: ",
    "    dependencies: [a, b]\n",
    "${{ params.x }}",
    "${{",
    "}}",
    "&a ",
    "*a",
    "<<: *a\n",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "\t",
    "'",
    '"',
    "|\n",
    "#",
    "? ",
    "!x ",
    "---\n",
    "%YAML 1.1\n",
    "\r",
    "\u2028",
    "\ud800",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 60 }).map((list) => list.join("")),
  );

  it("is parsed without a throw, to a definition or to at least one error", () => {
    fc.assert(
      fc.property(text, (source) => {
        const { definition, findings } = parse(source);
        expect(definition === null).toBe(findings.some((finding) => finding.severity === "error"));
        for (const { line } of findings) if (line !== null) expect(line).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
