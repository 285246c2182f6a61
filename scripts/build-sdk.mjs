// Builds the package's public export into out/sdk: one CommonJS file, and the types that it needs.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nodeBinary, packageScript, ROOT } from "./lib/paths.mjs";

const OUT = join(ROOT, "out", "sdk");
const TYPES = join(OUT, "types");
const ENTRY = join(TYPES, "main", "core", "index.d.ts");

const run = (script, ...args) => execFileSync(nodeBinary(), [script, ...args], { cwd: ROOT, stdio: "inherit" });

run(packageScript("vite", "bin", "vite.js"), "build", "--config", "vite.sdk.config.ts");
run(packageScript("typescript", "bin", "tsc"), "-p", "tsconfig.sdk.json");
keepReachable(ENTRY, TYPES);
// The types describe a CommonJS file, in a package whose own modules are not.
writeFileSync(join(TYPES, "package.json"), '{ "type": "commonjs" }\n');

/** Removes declarations that the entry does not lead to: they name packages that a user of ours does not have. */
function keepReachable(entry, folder) {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"([^"]+)"/g)) {
      if (!name.startsWith("."))
        throw new Error(
          `${file} names the package ${name}: what the export names must stand in src/shared/model, or in a file of types alone`,
        );
      reached.add(`${resolve(dirname(file), name)}.d.ts`);
    }
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !reached.has(path)) rmSync(path);
  }
}
