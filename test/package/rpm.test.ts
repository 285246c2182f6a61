import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { target } from "./clean-root";
import { makeRpmRoot, type RpmRoot } from "./rpm-root";

/*
 * One story, in this order. HIVE_PACKAGE_RPM: the package, empty where none can be made; HIVE_PACKAGE_DEB: the deb of
 * the same build.
 */
const RPM = process.env.HIVE_PACKAGE_RPM ?? "";
const DEB = process.env.HIVE_PACKAGE_DEB ?? "";
const NAME = "hive-console";
const APP = "opt/Hive Console";
const FOLDERS_OF_ALL =
  /^(opt|usr|usr\/(bin|share)|usr\/share\/(applications|mime(\/packages)?|icons(\/hicolor(\/\d+x\d+(\/apps)?)?)?))$/;

describe.skipIf(RPM === "")("the rpm", () => {
  let work = "";
  let root: RpmRoot;
  const inRoot = (path: string): string => join(root.path, path);
  const ask = (format: string): string =>
    execFileSync("rpm", ["--query", "--package", "--queryformat", format, RPM], { encoding: "utf8" });
  const hive = (...args: string[]): string => {
    const { HIVE_SQLITE_BINDING: _native, NODE_OPTIONS: _options, ...env } = process.env;
    return execFileSync(inRoot("usr/bin/hive"), args, {
      encoding: "utf8",
      env: { ...env, HOME: work, HIVE_DATA_DIR: join(work, "data") },
      cwd: work,
      timeout: 60_000,
    });
  };

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "hive-rpm-"));
    root = makeRpmRoot(join(work, "root"));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

  it("says what it is and what it needs", () => {
    expect(ask("%{NAME} %{VERSION} %{OS} %{LICENSE}")).toBe(`${NAME} ${version} linux MIT`);
    expect(ask("%{ARCH}")).toBe({ x64: "x86_64", arm64: "aarch64" }[process.arch as string]);
    expect(ask("[%{REQUIRENAME}\n]").split("\n")).toEqual(
      expect.arrayContaining(["(gtk3 or libgtk-3-0)", "(nss or mozilla-nss)", "(mesa-libgbm or libgbm1)"]),
    );
    const modes = ask("[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]").trim().split("\n");
    expect(modes.filter((line) => /^.{5}w|^.{8}w/.test(line) || !/^\S+ root root /.test(line))).toEqual([]);
  });

  it("installed, it is the same files as the deb", () => {
    root.install(RPM);
    expect(root.installed()).toEqual([expect.stringContaining(`${NAME}-${version}`)]);
    const sums = execFileSync("dpkg-deb", ["-I", DEB, "md5sums"], { encoding: "utf8" }).trim().split("\n");
    const files = new Map(sums.map((line) => [line.slice(34), line.slice(0, 32)]));
    const changed = [...files].filter(([path, sum]) => {
      const file = inRoot(path);
      return !existsSync(file) || createHash("md5").update(readFileSync(file)).digest("hex") !== sum;
    });
    expect(changed).toEqual([]);
    const listed = ask("[%{FILEMODES:perms} %{FILENAMES}\n]").trim().split("\n");
    expect(listed.filter((line) => !line.startsWith("d"))).toHaveLength(files.size);
  });

  it("its hive runs a plan there", () => {
    writeFileSync(join(work, "greeting.hiveplan"), "title: Greeting\nsubtasks:\n  - id: hello\n    run: echo hello\n");
    expect(target(inRoot("usr/bin/hive"))).toBe(inRoot(`${APP}/resources/cli/hive`));
    expect(hive("--version").trim()).toBe(version);
    const ended = hive("run", "greeting.hiveplan", "--json").trim().split("\n").at(-1) ?? "";
    expect(JSON.parse(ended)).toMatchObject({ status: "completed" });
  });

  it("an upgrade keeps the commands; removed, it leaves nothing but what people made", () => {
    root.upgrade(RPM);
    expect(root.installed()).toHaveLength(1);
    target(inRoot("usr/bin/hive"));
    target(inRoot(`usr/bin/${NAME}`));
    root.remove(NAME);
    expect(root.installed()).toEqual([]);
    expect(root.entries().filter((entry) => !FOLDERS_OF_ALL.test(entry))).toEqual([]);
    expect(existsSync(join(work, "data", "hive.db"))).toBe(true);
  });
});
