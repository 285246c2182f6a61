import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildHive, makePlace, type Place, run } from "./hive";

const isInstalled = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

let place: Place;
beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

async function script(shell: string): Promise<string> {
  const { code, out, err } = await place.hive(["completion", shell]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return place.file(`completion.${shell}`, out);
}

/** What bash offers where the cursor is at the end of this line. */
async function offers(line: string): Promise<string[]> {
  const file = join(place.folder, "completion.bash");
  const words = line.split(" ");
  const program = `source ${file}
complete -p hive >/dev/null || exit 9
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}
_hive 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, out, err } = await run("bash", ["-c", program], place.folder).ended;
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out.split("\n").filter((word) => word !== "");
}

describe("bash's completion", () => {
  beforeEach(() => script("bash"));

  it("offers commands at every level", async () => {
    expect(await offers("hive ")).toEqual(expect.arrayContaining(["run", "plan", "why", "doctor", "completion"]));
    expect(await offers("hive pl")).toEqual(["plan", "planning"]);
    expect(await offers("hive plan d")).toEqual(["dry-run"]);
    expect(await offers("hive --no-such plan w")).toEqual(["watch"]);
  });

  it("offers a command's own options, and none of another's", async () => {
    const options = await offers("hive plan dry-run --");
    expect(options).toEqual(expect.arrayContaining(["--param", "--slots", "--json", "--db", "--help"]));
    expect(options).not.toContain("--leave");
    expect(await offers("hive plan watch --le")).toEqual(["--leave"]);
  });

  it("offers the choices of options and arguments, and leaves files to the shell", async () => {
    expect(await offers("hive completion ")).toEqual(["bash", "zsh", "fish", "json"]);
    expect(await offers("hive worker heartbeat w --status i")).toEqual(["idle"]);
    expect(await offers("hive run ")).toEqual([]);
    expect(await offers("hive run --db ")).toEqual([]);
  });

  it("is not misled by the value of an option that is called like a command", async () => {
    expect(await offers("hive run --db plan --j")).toEqual(["--json"]);
  });
});

describe.each([
  { shell: "zsh", reads: "-n" },
  { shell: "fish", reads: "--no-execute" },
])("$shell's completion", ({ shell, reads }) => {
  it("is a script that the shell reads", async (context) => {
    if (!isInstalled(shell)) context.skip(`${shell} is not installed here: nothing tries its completion script`);
    const file = await script(shell);
    expect(await run(shell, [reads, file], place.folder).ended).toMatchObject({ code: 0, err: "" });
  });
});

it("refuses a shell that it does not know", async () => {
  expect(await place.hive(["completion", "tcsh"])).toMatchObject({ code: 2, out: "" });
});
