import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleForNode } from "./bundle.ts";

/** Bundles the program named first, and runs it here with the other arguments. */
const [entry = "", ...given] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "hive-program-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const program = await bundleForNode(entry, folder);
process.argv = [process.execPath, program, ...given];
await import(pathToFileURL(program).href);
