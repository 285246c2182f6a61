import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { version } from "../../../package.json";
import { notesOf } from "../../../scripts/lib/changelog.mjs";
import { FUSES, packageConfig, TARGETS } from "../../../scripts/lib/package-config.mjs";
import { loadedFiles } from "../../../scripts/lib/package-stage.mjs";
import { licenceOf, licenceTexts, shippedBom } from "../../../scripts/lib/shipped-packages.mjs";

const ROOT = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hive-package-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("what electron-builder is told", () => {
  const GIVEN = {
    stage: "/stage",
    output: "/out",
    scripts: join(ROOT, "scripts/package"),
    homepage: "https://example.com",
    compression: "small",
    isSigned: false,
    electron: { version: "45.0.0", folder: null },
  } as const;
  const config = packageConfig(GIVEN);

  it("names every kind of package, and files that exist", () => {
    expect(TARGETS).toEqual({ linux: ["deb", "rpm", "AppImage"], darwin: ["dmg", "zip"], win32: ["nsis"] });
    const { deb, rpm, nsis, mac, win } = config;
    const files = [deb.afterInstall, deb.afterRemove, rpm.afterInstall, nsis.include, ...deb.fpm.map(fileOf)];
    for (const file of files) expect(existsSync(file), file).toBe(true);
    for (const file of [mac.icon, win.icon, config.linux.icon, nsis.license]) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
    }
  });

  it("signs with a certificate, and without one by nobody: a Mac with an arm64 processor runs nothing unsigned", () => {
    const signed = packageConfig({ ...GIVEN, isSigned: true }).mac;
    expect(signed).toMatchObject({ hardenedRuntime: true });
    expect(signed).not.toHaveProperty("identity");
    expect(config.mac).toMatchObject({ identity: "-", hardenedRuntime: false });
  });

  it("opens nothing that was locked", () => {
    expect(config.electronFuses).toBe(FUSES);
    expect(FUSES).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      enableCookieEncryption: true,
    });
    expect(config.publish).toBeNull();
    expect(config.extraMetadata.main).toBe("./out/main/packaged.cjs");
  });

  const fileOf = (pair: string): string => pair.split("=")[0] ?? "";
});

describe("licences", () => {
  it("are told with their texts; a package without one is refused", () => {
    write("node_modules/good/package.json", JSON.stringify({ name: "good", version: "1.0.0", license: "MIT" }));
    write("node_modules/good/LICENSE.md", "Permission is granted\n");
    write("node_modules/terse/package.json", JSON.stringify({ name: "terse", version: "2.0.0", license: "ISC" }));
    write("node_modules/silent/package.json", JSON.stringify({ name: "silent", version: "3.0.0" }));
    const licences = ["good", "terse"].map((name) => licenceOf(folder, `node_modules/${name}`));
    const texts = licenceTexts(licences, [{ name: "node", version: "24.0.0", licence: "MIT", text: "Node's" }]);
    expect(texts).toMatch(/ {2}node 24.0.0 \(MIT\)\n {2}good 1.0.0 \(MIT\)\n {2}terse 2.0.0 \(ISC\)/);
    expect(texts).toContain("Permission is granted");
    expect(texts).toContain("Licensed under ISC.");
    expect(() => licenceOf(folder, "node_modules/silent")).toThrow(/silent says nothing of its licence/);
  });

  it("the bill of materials lists what is shipped and the runtimes, and what is missing in it is an error", () => {
    const component = (name: string, group?: string) => ({
      "bom-ref": `${group ? `${group}/` : ""}${name}@1.0.0`,
      name,
      version: "1.0.0",
      ...(group ? { group } : {}),
    });
    const bom = {
      bomFormat: "CycloneDX",
      metadata: { component: { "bom-ref": "app@0.1.0", name: "folder", version: "0.1.0" } },
      components: [component("react"), component("inter", "@fonts"), component("vitest")],
      dependencies: [
        { ref: "app@0.1.0", dependsOn: ["react@1.0.0", "vitest@1.0.0"] },
        { ref: "react@1.0.0", dependsOn: [] },
        { ref: "vitest@1.0.0", dependsOn: ["react@1.0.0"] },
      ],
    };
    const product = { name: "hive-console", version: "0.1.0" };
    const shipped = [
      { name: "react", version: "1.0.0" },
      { name: "@fonts/inter", version: "1.0.0" },
    ];
    const node = { name: "node", version: "24.0.0", licence: "MIT", purl: "pkg:generic/node@24.0.0" };
    const made = shippedBom(bom, product, shipped, [node]);
    expect(made.components.map(({ name }: { name: string }) => name)).toEqual(["react", "inter", "node"]);
    expect(made.metadata.component).toMatchObject({ name: "hive-console", version: "0.1.0" });
    expect(made.dependencies).toEqual([
      { ref: "app@0.1.0", dependsOn: ["react@1.0.0", "pkg:generic/node@24.0.0"] },
      { ref: "react@1.0.0", dependsOn: [] },
    ]);
    expect(() => shippedBom(bom, product, [...shipped, { name: "lost", version: "1.0.0" }], [])).toThrow(
      /does not list 1/,
    );
  });
});

it("what a built file loads goes along with it, however deep", () => {
  const hive = write("hive.cjs", 'const a = require("./chunks/a.cjs"); require("node:fs"); require("better-sqlite3")');
  const first = write("chunks/a.cjs", 'require("./b.cjs")');
  const second = write("chunks/b.cjs", 'require("./a.cjs")');
  expect(loadedFiles(hive)).toEqual([hive, first, second]);
});

describe("a release", () => {
  it("has notes: the changelog tells of the version, and of what is to come", () => {
    const changelog = read("CHANGELOG.md");
    expect(notesOf(changelog, version)).toContain("###");
    expect(notesOf(changelog, version)).not.toContain("## [");
    expect(notesOf(changelog, "9.9.9")).toBeNull();
    expect(changelog).toContain("## [Unreleased]");
  });

  it("is built for three systems on both processors, with the official Electron, and drafted", () => {
    const { on, jobs, permissions } = parse(read(".github/workflows/release.yml"));
    expect(on.push.tags).toEqual(["v*.*.*"]);
    expect(permissions).toEqual({ contents: "read" });
    const builds: { readonly platform: string; readonly arch: string }[] = jobs.package.strategy.matrix.include;
    expect(builds.map(({ platform, arch }) => `${platform} ${arch}`).sort()).toEqual(
      ["linux", "mac", "win"].flatMap((platform) => [`${platform} arm64`, `${platform} x64`]),
    );
    const commands = (job: { readonly steps: readonly { readonly run?: string }[] }): string =>
      job.steps.map(({ run = "" }) => run).join("\n");
    expect(commands(jobs.package)).toContain("npm run package");
    expect(commands(jobs.package)).toContain("node_modules/electron/install.js");
    expect(commands(jobs.test)).toContain("npm test");
    expect(commands(jobs.release)).toContain("--draft");
    const { devDependencies, scripts } = JSON.parse(read("package.json"));
    const called = Object.values<{ readonly steps: readonly { readonly run?: string }[] }>(jobs)
      .map(commands)
      .join("\n");
    for (const [, name = "none"] of called.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty([name]);
    for (const [, file = "none"] of called.matchAll(/node (scripts\/\S+)/g))
      expect(existsSync(join(ROOT, file))).toBe(true);
    expect(jobs.release.if).toContain("github.event_name == 'push'");
    for (const job of [jobs.test, jobs.package]) {
      const node = job.steps.find(({ uses = "" }: { readonly uses?: string }) => uses.startsWith("actions/setup-node"));
      expect(node.with["node-version"]).toBe(devDependencies.node);
    }
  });
});
