import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith } from "../../helpers/files-with";
import { buildHive, makePlace, type Place } from "./hive";

const PLAN = `title: With a token
parameters:
  token: { type: secret, pattern: 'tk_\\w+' }
subtasks:
  - id: use
    run: test "\${#TOKEN}" = 14 && printf '{"length":%d}' "\${#TOKEN}" > "$HIVE_RESULT_FILE" && echo \${{ params.token }}
    env: { TOKEN: "\${{ params.token }}" }
  - id: tell
    dependencies: [use]
    run: echo "it has "\${{ subtasks.use.result.length }} && sleep 0.1
`;
const SECRET = "tk_opens_mines";

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

describe("a secret of a plan", () => {
  it("comes from a variable, reaches its task, and stays nowhere", async () => {
    place.file("plan.yaml", PLAN);
    const { code, out, err } = await place.hive(["run", "plan.yaml", "--param", "token=@env:MINE"], { MINE: SECRET });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).not.toContain(SECRET);
    expect(filesWith(place.folder, SECRET)).toEqual([]);
    const [task] = place.rows("SELECT result_data AS result FROM runs ORDER BY started_at LIMIT 1");
    expect(task?.result).toBe('{"length":14}');
  });

  it("that does not fit, or is not where it should be, launches nothing and is not shown", async () => {
    place.file("plan.yaml", PLAN);
    const wrong = await place.hive(["run", "plan.yaml", "--param", "token=@env:MINE"], { MINE: "open sesame" });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('Parameter "token" must fit the pattern tk_\\w+.');
    expect(wrong.err + wrong.out).not.toContain("sesame");
    const missing = await place.hive(["run", "plan.yaml", "--param", "token=@file:nowhere", "--json"]);
    expect(missing.code).toBe(2);
    expect(missing.out).toContain("nowhere");
  });
});

describe("hive plan validate", () => {
  it("names what is wrong with matrices, groups and conditions, with line and column", async () => {
    place.file(
      "plan.yaml",
      "title: x\ngroups: { -db: 1 }\nsubtasks:\n  - id: a\n    when: always\n    matrix: { os: [] }\n    run: x\n",
    );
    const { code, out, err } = await place.hive(["plan", "validate", "plan.yaml"]);
    expect(code).toBe(2);
    const text = out + err;
    for (const part of ["plan.yaml:2:11:", "plan.yaml:5:5:", "plan.yaml:6:19:"]) expect(text).toContain(part);
  });
});
