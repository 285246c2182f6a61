// node scripts/cli-reference.mjs: writes the list of commands in docs/cli.md anew, from the commands.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./lib/build.mjs";
import { cliReference, MARK } from "./lib/cli-reference.mjs";
import { nodeBinary, ROOT } from "./lib/paths.mjs";

const FILE = join(ROOT, "docs", "cli.md");

await ensureBuilt();
const tree = JSON.parse(
  execFileSync(nodeBinary(), [join(ROOT, "out", "main", "hive.cjs"), "completion", "json"], { encoding: "utf8" }),
);
const [written = ""] = readFileSync(FILE, "utf8").split(MARK);
writeFileSync(FILE, `${written}${MARK}\n\n${cliReference(tree)}`);
