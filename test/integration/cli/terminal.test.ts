import { spawnSync } from "node:child_process";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildHive, HIVE, makePlace, type Place, run } from "./hive";

const hasScript = spawnSync("script", ["--version"]).status === 0 && process.platform === "linux";

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

function inTerminal(command: string, env: Readonly<Record<string, string>> = {}) {
  const line = `stty rows 20 cols 70; ${process.execPath} ${HIVE} ${command}`;
  return run("script", ["-qec", line, "/dev/null"], place.folder, {
    TERM: "xterm-256color",
    HIVE_DATA_DIR: `${place.folder}/data`,
    ...env,
  }).ended;
}

const MANY = `title: Many tasks
subtasks:
${Array.from({ length: 200 }, (_, index) => `  - { id: task-${index}, agent: noop }`).join("\n")}
  - { id: slow, run: [sleep, "1"] }
`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control sequences that a terminal is sent
const SEQUENCES = /\u001b\[[?\d;]*[A-Za-z]/g;

/** What each frame holds, without the control sequences. */
function frames(out: string): string[][] {
  return out
    .split("\u001b[?2026h")
    .slice(1)
    .map((frame) => (frame.split("\u001b[?2026l")[0] ?? "").replace(SEQUENCES, "").split("\r\n").slice(0, -1));
}

describe.runIf(hasScript)("in a terminal", () => {
  it("draws within the terminal's size, in place, at most ten times a second", async () => {
    place.file("plan.yaml", MANY);
    const began = performance.now();
    const { code, out } = await inTerminal("run plan.yaml");
    const seconds = (performance.now() - began) / 1_000;
    expect(code).toBe(0);
    const drawn = frames(out);
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn.length).toBeLessThan(10 * seconds + 3);
    for (const lines of drawn) {
      expect(lines.length).toBeLessThan(20);
      for (const line of lines) expect(line.length).toBeLessThan(70);
    }
    expect(drawn.some((lines) => lines.some((line) => /in progress/.test(line)))).toBe(true);
    expect(drawn.at(-1)?.[0]).toMatch(/Many tasks.*201 of 201/);
    expect(out.lastIndexOf("\u001b[?25h")).toBeGreaterThan(out.lastIndexOf("\u001b[?25l"));
    expect(out).toContain("\u001b[32m");
    expect(out.replace(SEQUENCES, "")).toMatch(/Many tasks completed in .*: 201 completed/);
  });

  it("respects NO_COLOR", async () => {
    place.file("plan.yaml", "title: Small\nsubtasks:\n  - { id: one, agent: noop }\n");
    const { code, out } = await inTerminal("run plan.yaml", { NO_COLOR: "1" });
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    expect(out).not.toMatch(/\u001b\[\d+m/);
  });

  it("prints lines when the terminal cannot move its cursor", async () => {
    place.file("plan.yaml", "title: Small\nsubtasks:\n  - { id: one, agent: noop }\n");
    const { code, out } = await inTerminal("run plan.yaml", { TERM: "dumb" });
    expect(code).toBe(0);
    expect(out).not.toContain("\u001b");
    expect(out).toMatch(/completed +one/);
  });
});
