import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** A root of its own with nothing in it but what dpkg needs. Nothing of this machine is changed. */
export interface CleanRoot {
  readonly path: string;
  install(deb: string): void;
  remove(name: string): void;
  /** What dpkg says of a package, e.g. `install ok installed 0.1.0`; null: it does not know it. */
  state(name: string): string | null;
  /** Every file and link in it, without dpkg's own. */
  files(): string[];
}

export function makeCleanRoot(path: string): CleanRoot {
  for (const folder of ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"]) {
    mkdirSync(join(path, folder), { recursive: true });
  }
  for (const file of ["status", "available"]) writeFileSync(join(path, "var/lib/dpkg", file), "");
  // The scripts of a package run with the tools of this machine and are told the root: no system has to be in it.
  const options = [
    `--root=${path}`,
    "--force-script-chrootless",
    "--force-not-root",
    "--force-depends",
    "--force-bad-path",
  ];
  const log = `--log=${join(path, "var/lib/dpkg/log")}`;
  // dpkg gives files to root; whoever is not, only says so.
  const [command = "", ...before] = process.getuid?.() === 0 ? ["dpkg"] : ["fakeroot", "dpkg"];
  const dpkg = (...args: string[]): string =>
    execFileSync(command, [...before, ...options, log, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    path,
    install: (deb) => void dpkg("--install", deb),
    remove: (name) => void dpkg("--purge", name),
    state(name) {
      try {
        const args = [`--admindir=${join(path, "var/lib/dpkg")}`, "-W", "-f", "$" + "{Status} $" + "{Version}", name];
        return execFileSync("dpkg-query", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      } catch {
        return null;
      }
    },
    files: () => below(path, "").filter((file) => !file.startsWith("var/lib/dpkg")),
  };
}

function below(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? below(root, path) : [path];
  });
}

/** Where a link leads, and that something is there. */
export function target(link: string): string {
  if (!lstatSync(link).isSymbolicLink()) throw new Error(`${link} is no link`);
  const path = join(dirname(link), readlinkSync(link));
  if (!existsSync(path)) throw new Error(`${link} leads nowhere: ${path}`);
  return path;
}

/** The same package as an older version with a file that the newer one has no more. */
export function makeOlderPackage(deb: string, work: string, version: string, extraFile: string): string {
  const tree = join(work, "older");
  execFileSync("dpkg-deb", ["--raw-extract", deb, tree]);
  const control = join(tree, "DEBIAN", "control");
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, `Version: ${version}`));
  mkdirSync(dirname(join(tree, extraFile)), { recursive: true });
  writeFileSync(join(tree, extraFile), "of an older version\n");
  const older = join(work, "older.deb");
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", "-Znone", tree, older], { stdio: "ignore" });
  rmSync(tree, { recursive: true });
  return older;
}

/** Puts a program of Electron's own, an empty window, beside nothing else. */
export function makeEmptyApp(folder: string): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, "empty-window.cjs"), join(folder, "main.cjs"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "empty-window", version: "1.0.0", main: "main.cjs" }),
  );
  return folder;
}
