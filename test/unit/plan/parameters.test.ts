// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of a plan are written like that
import { describe, expect, it } from "vitest";
import { expandPlan } from "../../../src/main/core/plan/expand";
import { checkParameters } from "../../../src/main/core/plan/parameters";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { PlanDefinition } from "../../../src/shared/model/plan-definition";

const folders = { callerFolder: "/home/op", planFolder: "/plans/weekly" };

function plan(text: string): PlanDefinition {
  const { definition, findings } = parsePlan(text, { fileName: "plan.yaml" });
  if (!definition) throw new Error(findings.map((finding) => finding.message).join("\n"));
  return definition;
}

const asking = plan(`
title: Asks for everything
parameters:
  folder: { type: folder, default: ../data }
  count: 3
  ratio: { type: number }
  loud: false
  flavour: { choices: [small, large], default: small }
  note: { required: false }
subtasks: [{ id: a, agent: noop }]
`);

describe("parameters of a launch", () => {
  it("fill in defaults, with folders relative to the plan", () => {
    const { values, findings } = checkParameters(asking, { ratio: 0.5 }, folders);
    expect(findings).toEqual([]);
    expect(values).toEqual({ folder: "/plans/data", count: 3, ratio: 0.5, loud: false, flavour: "small" });
  });

  it("take text from a command line, with folders relative to the caller", () => {
    const given = { folder: "work", count: "-4e2", ratio: " 7 ", loud: "yes", flavour: "large", note: "12" };
    const { values, findings } = checkParameters(asking, given, folders);
    expect(findings).toEqual([]);
    expect(values).toEqual({
      folder: "/home/op/work",
      count: -400,
      ratio: 7,
      loud: true,
      flavour: "large",
      note: "12",
    });
  });

  it("are all refused with what is wrong and what to do", () => {
    const given = { folder: "", count: "0x10", loud: "maybe", flavour: "huge", note: "a\0b", cuont: 1, other: 2 };
    const { findings } = checkParameters(asking, given, folders);
    expect(findings.map((finding) => finding.message)).toEqual([
      'Parameter "folder" must be the path of a folder.',
      'Parameter "count" must be a number, not "0x10".',
      'Parameter "ratio" has no value: give one, as in ratio=VALUE.',
      'Parameter "loud" must be true or false, not "maybe".',
      'Parameter "flavour" must be one of small, large, not "huge".',
      'Parameter "note" holds a NUL character, which no process can be given.',
      'The plan has no parameter "cuont". Did you mean "count"?',
      'The plan has no parameter "other". It has folder, count, ratio, loud, flavour, note.',
    ]);
    expect(findings.every((finding) => finding.severity === "error" && finding.line === null)).toBe(true);
  });

  it("of text fit their pattern as a whole; what a secret is stands in no message", () => {
    const definition = plan(`
title: x
parameters:
  version: { type: string, pattern: "\\\\d+|next" }
  token: { type: secret, pattern: "tk_\\\\w+", description: What opens it }
  spare: { type: secret, required: false }
subtasks: [{ id: a, agent: noop }]
`);
    const check = (given: Record<string, unknown>) => {
      const { values, findings } = checkParameters(definition, given, folders);
      return { values, messages: findings.map(({ message }) => message) };
    };
    expect(check({ version: "12", token: "tk_a" })).toEqual({ values: { version: "12", token: "tk_a" }, messages: [] });
    const { messages } = check({ version: "12next", token: "open sesame", spare: "a" });
    expect(messages).toEqual([
      'Parameter "version" must fit the pattern \\d+|next, not "12next".',
      'Parameter "token" must fit the pattern tk_\\w+.',
      'Parameter "spare" is too short: a secret has at least 4 characters.',
    ]);
    expect(check({ version: "1" }).messages).toEqual([
      'Parameter "token" (What opens it) has no value: give one, as in token=@env:VARIABLE.',
    ]);
  });

  it("may be named like the properties that every object has", () => {
    const definition = plan("title: x\nparameters: { constructor: a }\nsubtasks: [{ id: a, agent: noop }]");
    expect(checkParameters(definition, {}, folders).values).toEqual({ constructor: "a" });
    const { findings } = checkParameters(asking, { ratio: 1, toString: "x" }, folders);
    expect(findings).toMatchObject([{ code: "unknown_parameter" }]);
  });
});

describe("a plan with its parameters filled in", () => {
  const definition = plan(`
title: For \${{ params.who }}
description: \${{params.who}} and $\${{ params.who }}
parameters: { who: Ann, count: 2, absent: { required: false } }
env: { WHO: "<\${{ params.who }}>" }
cwd: in/\${{ params.who }}
subtasks:
  - id: shell
    title: "\${{ params.count }} times"
    run: |
      # \${{ params.who }}
      say \${{ params.who }} "to \${{ params.who }} $(cat \${{ params.who }} "\${{ params.who }}")"
      echo $((1 + \${{ params.count }})) \${{ params.absent }} it\\'s \${{ params.who }}
      cat <<-END && echo \${{ params.who }}
      it's \${{ params.who }}
      	END
      echo \`cat \${{ params.who }}\` \${#x} a#b\${{ params.who }}
  - id: list
    run: [say, "\${{ params.who }}", "a\${{ params.count }}b\${{ params.absent }}"]
    cwd: \${{ params.who }}
    env: { COUNT: "\${{ params.count }}" }
`);
  const filled = expandPlan(definition, { who: "O'Hara $(id)", count: 2 });

  it("has values in titles, env, cwd and lists as they stand", () => {
    expect(filled).toMatchObject({
      title: "For O'Hara $(id)",
      description: "O'Hara $(id) and ${{ params.who }}",
      cwd: "in/O'Hara $(id)",
      env: { WHO: "<O'Hara $(id)>", HIVE_PARAM_WHO: "O'Hara $(id)", HIVE_PARAM_COUNT: "2", HIVE_PARAM_ABSENT: "" },
    });
    expect(filled.subtasks[0]?.title).toBe("2 times");
    expect(filled.subtasks[1]).toMatchObject({
      run: ["say", "O'Hara $(id)", "a2b"],
      cwd: "O'Hara $(id)",
      env: { COUNT: "2" },
    });
  });

  it("has references to variables in shell commands, quoted where a bare one would be split", () => {
    expect(filled.subtasks[0]?.run).toBe(
      [
        "# ${HIVE_PARAM_WHO}",
        'say "${HIVE_PARAM_WHO}" "to ${HIVE_PARAM_WHO} $(cat "${HIVE_PARAM_WHO}" "${HIVE_PARAM_WHO}")"',
        'echo $((1 + ${HIVE_PARAM_COUNT})) "${HIVE_PARAM_ABSENT}" it\\\'s "${HIVE_PARAM_WHO}"',
        'cat <<-END && echo "${HIVE_PARAM_WHO}"',
        "it's ${HIVE_PARAM_WHO}",
        "\tEND",
        'echo `cat "${HIVE_PARAM_WHO}"` ${#x} a#b"${HIVE_PARAM_WHO}"',
        "",
      ].join("\n"),
    );
  });
});
