import { describe, expect, it } from "vitest";
import { readArguments } from "../../../src/main/arguments";

const readIn = (folder: string, args: readonly string[]) => readArguments(args, folder, (file) => file.endsWith(".db"));
const read = (...args: string[]) => readIn("/home/ada", args);

describe("readArguments", () => {
  it("opens the default database when none is named", () => {
    expect(read()).toEqual({ kind: "open", databaseFile: null, planFile: null, link: null, mode: "operate" });
  });

  it("takes a database in both spellings, relative to the current folder", () => {
    expect(read("--db", "x.db")).toEqual({
      kind: "open",
      databaseFile: "/home/ada/x.db",
      planFile: null,
      link: null,
      mode: "operate",
    });
    expect(read("--db=/tmp/x.db")).toEqual({
      kind: "open",
      databaseFile: "/tmp/x.db",
      planFile: null,
      link: null,
      mode: "operate",
    });
  });

  it("takes a plan to show, with a database or without", () => {
    expect(read("--plan", "nightly.yaml", "--db=x.db")).toEqual({
      kind: "open",
      databaseFile: "/home/ada/x.db",
      planFile: "/home/ada/nightly.yaml",
      link: null,
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
    [["-x"]],
    [[""]],
    [["a.yaml", "b.yaml"]],
    [["--db", "b.db", "a.db"]],
    [["https://example.com/plan.yaml"]],
    [["file://elsewhere/plan.yaml"]],
    [["hive://task/a", "hive://task/b"]],
    [["hive://task/a", "--db", "x.db"]],
    [["hive://task/a", "--observe"]],
    [["--plan", "x.yaml", "hive://task/a"]],
    [["hive://plan/a"]],
  ])("refuses %j", (args) => {
    expect(readIn("/", args)).toMatchObject({ kind: "invalid" });
  });

  it("takes a file without an option, whichever it is, as a path or as the system's address of it", () => {
    expect(read("x.db")).toMatchObject({ databaseFile: "/home/ada/x.db", planFile: null, mode: null });
    expect(read("--observe", "x.db")).toMatchObject({ mode: "observe" });
    expect(read("nightly.hiveplan")).toMatchObject({
      databaseFile: null,
      planFile: "/home/ada/nightly.hiveplan",
      mode: "operate",
    });
    expect(read("file:///tmp/a%20b.db", "p.yaml")).toMatchObject({
      databaseFile: "/tmp/a b.db",
      planFile: "/home/ada/p.yaml",
    });
  });

  it("takes a link to a task, which stands alone", () => {
    expect(read("--no-sandbox", "hive://task/0193-a")).toMatchObject({
      kind: "open",
      link: { taskId: "0193-a" },
      databaseFile: null,
      mode: null,
    });
  });

  it("tells its version when asked", () => {
    expect(read("--version")).toEqual({ kind: "version" });
  });

  it("prints its usage when asked", () => {
    expect(read("--help")).toEqual({ kind: "help" });
  });
});
