import { describe, expect, it } from "vitest";
import { readArguments } from "../../../src/main/arguments";

const read = (...args: string[]) => readArguments(args, "/home/ada");

describe("readArguments", () => {
  it("opens the default database when none is named", () => {
    expect(read()).toEqual({ kind: "open", databaseFile: null, planFile: null, mode: "operate" });
  });

  it("takes a database in both spellings, relative to the current folder", () => {
    expect(read("--db", "x.db")).toEqual({
      kind: "open",
      databaseFile: "/home/ada/x.db",
      planFile: null,
      mode: "operate",
    });
    expect(read("--db=/tmp/x.db")).toEqual({
      kind: "open",
      databaseFile: "/tmp/x.db",
      planFile: null,
      mode: "operate",
    });
  });

  it("takes a plan to show, with a database or without", () => {
    expect(read("--plan", "nightly.yaml", "--db=x.db")).toEqual({
      kind: "open",
      databaseFile: "/home/ada/x.db",
      planFile: "/home/ada/nightly.yaml",
      mode: "operate",
    });
    expect(read("--plan=/tmp/a=b.yaml")).toMatchObject({ planFile: "/tmp/a=b.yaml", databaseFile: null });
  });

  it("observes when asked", () => {
    expect(read("--observe", "--db", "x.db")).toMatchObject({ mode: "observe", databaseFile: "/home/ada/x.db" });
    expect(read("--db", "x.db", "--observe")).toMatchObject({ mode: "observe" });
  });

  it("leaves Electron's own switches alone", () => {
    expect(read("--no-sandbox", "--inspect=0", "--disable-gpu", "--db", "x.db")).toMatchObject({ kind: "open" });
  });

  it.each([
    [["--db"]],
    [["--db="]],
    [["--plan"]],
    [["--plan="]],
    [["--db", "--help"]],
    [["--db", "--observe"]],
    [["--bd", "x.db"]],
    [["x.db"]],
    [["-x"]],
  ])("refuses %j", (args) => {
    expect(readArguments(args, "/")).toMatchObject({ kind: "invalid" });
  });

  it("prints its usage when asked", () => {
    expect(read("--help")).toEqual({ kind: "help" });
  });
});
