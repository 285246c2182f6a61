import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { version } from "../../../package.json";
import { buildHive, makePlace, type Place, records } from "./hive";

const PLAN = `title: Two steps
parameters:
  folder: { type: folder }
  times: { type: number, default: 1 }
subtasks:
  - { id: first, run: "true" }
  - { id: second, run: "true", dependencies: [first] }
`;

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

describe("help", () => {
  it("prints the version and the help", async () => {
    expect(await place.hive(["--version"])).toMatchObject({ code: 0, out: `${version}\n`, err: "" });
    const help = await place.hive(["--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    expect(help.out).toContain("hive run deploy.yaml");
    const runHelp = await place.hive(["run", "--help"]);
    expect(runHelp.code).toBe(0);
    for (const word of ["--db", "--param", "--workers", "--json", "130"]) expect(runHelp.out).toContain(word);
    expect(existsSync(place.databaseFile)).toBe(false);
  });

  it.each([
    [["plam"], /Did you mean plan/],
    [["run"], /missing required argument/],
    [["run", "a.yaml", "b.yaml"], /too many arguments/],
    [["run", "a.yaml", "--worker", "2"], /Did you mean --workers/],
    [["run", "a.yaml", "--workers", "none"], /from 1 to 1000/],
    [["run", "a.yaml", "--param", "novalue"], /name=value/],
    [["run", "a.yaml", "--param", "a=1", "--param", "a=2"], /given twice/],
    [["plan", "list", "--limit", "0"], /from 1 to 500/],
  ])("refuses %j", async (args, message) => {
    const { code, out, err } = await place.hive(args);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(message);
  });

  it("prints the help when nothing is asked for", async () => {
    const { code, err } = await place.hive([]);
    expect(code).toBe(2);
    expect(err).toContain("Usage: hive");
  });
});

describe("plan files", () => {
  it("says what it cannot read, and why", async () => {
    place.file("latin.yaml", Uint8Array.from([0x74, 0x69, 0xe9, 0x0a]));
    mkdirSync(join(place.folder, "folder"));
    for (const [path, why] of [
      ["missing.yaml", "no such file"],
      ["folder", "it is a folder"],
      ["latin.yaml", "not UTF-8"],
      ["latin.yaml/x", "is a file, not a folder"],
    ] as const) {
      for (const args of [
        ["run", path],
        ["plan", "validate", path],
      ]) {
        const { code, out, err } = await place.hive(args);
        expect(code).toBe(2);
        expect(out).toBe("");
        expect(err).toContain(`hive: Cannot read the plan ${path}`);
        expect(err).toContain(why);
      }
    }
    expect(existsSync(place.databaseFile)).toBe(false);
  });

  it("names file, line and column of what is wrong, and shows the place", async () => {
    place.file("bad.yaml", PLAN.replace("[first]", "[frist]"));
    for (const args of [
      ["run", "bad.yaml", "-p", "folder=."],
      ["plan", "validate", "bad.yaml"],
    ]) {
      const { code, out, err } = await place.hive(args);
      expect(code).toBe(2);
      const text = args[0] === "run" ? err : out;
      expect(text).toMatch(/^bad\.yaml:7:47: .*"second".*"frist".*$/m);
      const [line, caret] = text.split("\n").slice(1);
      expect(line).toBe('    7 |   - { id: second, run: "true", dependencies: [frist] }');
      expect(line?.slice(caret?.indexOf("^"))).toMatch(/^frist/);
    }
    expect(existsSync(place.databaseFile)).toBe(false);
  });

  it("tells a script all findings as JSON", async () => {
    place.file("bad.yaml", "title: x\nsubtasks: []\n");
    const { code, out } = await place.hive(["run", "bad.yaml", "--json"]);
    expect(code).toBe(2);
    expect(records(out)).toMatchObject([{ type: "error", code: "invalid_plan", findings: [{ severity: "error" }] }]);
  });

  it("finds nothing wrong with a sound plan", async () => {
    place.file("good.yaml", PLAN);
    const { code, out, err } = await place.hive(["plan", "validate", "good.yaml"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe("✓ good.yaml: Two steps, 2 subtasks, 2 parameters\n");
  });
});

describe("parameters", () => {
  it.each([
    [[], /"folder".*no value/],
    [["--param", "folder=.", "--param", "tims=3"], /no parameter "tims".*Did you mean "times"/],
    [["--param", "folder=.", "--param", "times=three"], /"times".*must be a number/],
  ])("are checked before anything is started: %j", async (args, message) => {
    place.file("plan.yaml", PLAN);
    const { code, err } = await place.hive(["run", "plan.yaml", ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(existsSync(place.databaseFile)).toBe(false);
  });
});

describe("databases", () => {
  it.each([
    ["zero.db", "", "database_empty"],
    ["text.db", "this is no database, however long it may be\n".repeat(50), "database_not_sqlite"],
  ])("refuses %s", async (name, content, code) => {
    place.file("plan.yaml", PLAN);
    const file = place.file(name, content);
    for (const args of [
      ["run", "plan.yaml", "-p", "folder=.", "--json"],
      ["plan", "list", "--json"],
    ]) {
      const ended = await place.hive([...args, "--db", name]);
      expect(ended.code).toBe(3);
      expect(records(ended.out)).toMatchObject([{ type: "error", code }]);
      expect(ended.err).toMatch(/^hive: /);
      expect(ended.err).toContain(file);
      expect(ended.err).not.toMatch(/^\s+at /m);
    }
  });

  it("refuses a folder, a folder that cannot be made, and a database that is not there", async () => {
    place.file("plan.yaml", PLAN);
    const run = ["run", "plan.yaml", "-p", "folder=."];
    for (const args of [
      [...run, "--db", "."],
      [...run, "--db", "plan.yaml/below/hive.db"],
      ["plan", "list"],
      ["plan", "show", "x"],
    ]) {
      const { code, out, err } = await place.hive(args);
      expect({ args, code, out }).toEqual({ args, code: 3, out: "" });
      expect(err).toMatch(/^hive: [^\n]+\n$/);
    }
  });

  it("shows where an error comes from only when asked", async () => {
    place.file("zero.db", "");
    const { code, err } = await place.hive(["plan", "list", "--db", "zero.db"], { HIVE_DEBUG: "1" });
    expect(code).toBe(3);
    expect(err).toMatch(/^\s+at /m);
  });
});
