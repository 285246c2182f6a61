import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { canHandOn, quoted, type SpawnOrder, spawnOrder } from "../../../src/main/core/runner/spawn-order";
import { attemptFiles } from "../../../src/main/core/runner/task-files";

const inherited = { PATH: "/usr/bin:/bin", HOME: "/root", SHLVL: "1" };

function order(more: Partial<SpawnOrder> = {}): SpawnOrder {
  return { argv: ["/bin/true"], cwd: "/", env: inherited, files: attemptFiles("/tmp/x", "plan", "run"), ...more };
}

describe("a quoted word", () => {
  it.each(["plain", "", "it's", "a\nb\tc", '$HOME `id` \\ "x" !', "größe", "\u0001\u007f", "日本\n'\\"])(
    "is %j again for bash, and ASCII",
    (text) => {
      const word = quoted(text);
      expect(word).toMatch(/^[\t\n\x20-\x7e]*$/);
      expect(execFileSync("bash", ["-c", `printf %s ${word}`], { encoding: "utf8" })).toBe(text);
    },
  );
});

describe("an order", () => {
  it("sets what the server's environment lacks, takes away what it has too much, and leaves the rest", () => {
    const text = spawnOrder(7, order({ env: { PATH: "/usr/bin:/bin", SHLVL: "1", NEW: "it's" } }), inherited);
    expect(text).toContain("unset HOME OLDPWD; export SHLVL='1' NEW='it'\\''s';");
    expect(text).not.toContain("PATH=");
  });

  it.each([
    ["a variable that no shell can set", { env: { ...inherited, "my.name": "1" } }],
    ["a variable that bash keeps for itself", { env: { ...inherited, UID: "5" } }],
    ["a NUL", { argv: ["/bin/echo", "a\0b"] }],
    ["a very long argument", { argv: ["/bin/echo", "x".repeat(60_000)] }],
  ])("is not given for %s", (_, more) => {
    expect(spawnOrder(1, order(more), inherited)).toBeNull();
  });

  it("is given by no server whose environment bash would change", () => {
    expect(canHandOn({ ...inherited, _: "/usr/bin/node" })).toBe(true);
    expect(canHandOn({ ...inherited, SHELLOPTS: "errexit" })).toBe(false);
    expect(canHandOn({ ...inherited, UID: "1000" })).toBe(false);
  });
});
