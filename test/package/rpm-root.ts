import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** What an rpm's scripts call: rpm runs them inside of the root. */
const TOOLS = ["sh", "mkdir", "ln", "chmod", "rm", "readlink"];

/** A root with nothing in it but a shell and what the scripts of a package call. */
export interface RpmRoot {
  readonly path: string;
  install(rpm: string): void;
  /** Installs it over the same or an older version. */
  upgrade(rpm: string): void;
  remove(name: string): void;
  /** Names, versions and processors of what rpm has installed. */
  installed(): string[];
  /** Every file, link and folder in it that was not there at first. */
  entries(): string[];
}

export function makeRpmRoot(path: string): RpmRoot {
  mkdirSync(join(path, "bin"), { recursive: true });
  for (const tool of TOOLS) bring(path, tool);
  const all = (): string[] => readdirSync(path, { recursive: true, encoding: "utf8" });
  const database = /^(var|dev|tmp)(\/|$)/;
  const given = new Set(all());
  // Only root may change the root; whoever is not becomes it in a namespace.
  const [command = "", ...before] = process.getuid?.() === 0 ? ["rpm"] : ["unshare", "--map-root-user", "rpm"];
  const rpm = (...args: string[]): string =>
    execFileSync(command, [...before, "--root", path, "--dbpath", "/var/lib/rpm", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    path,
    install: (file) => void rpm("--nodeps", "--install", file),
    upgrade: (file) => void rpm("--nodeps", "--upgrade", "--replacepkgs", file),
    remove: (name) => void rpm("--nodeps", "--erase", name),
    installed: () => rpm("--query", "--all").split("\n").filter(Boolean),
    entries: () => all().filter((entry) => !given.has(entry) && !database.test(entry)),
  };
}

/** A program of this machine with the libraries that it links. */
function bring(root: string, tool: string): void {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, tool)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`there is no ${tool} here`);
  copyFileSync(realpathSync(found), join(root, "bin", tool));
  const listing = execFileSync("ldd", [found], { encoding: "utf8" });
  for (const [library] of listing.matchAll(/\/\S+/g)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}
