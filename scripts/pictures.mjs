// npm run pictures: takes the pictures of the guide (docs/images) anew, from the real window on the tests' data. Slow: it runs
// the tests that look at these screens. They get smaller where ImageMagick is there.
import { spawnSync } from "node:child_process";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { nodeBinary, ROOT } from "./lib/paths.mjs";

const SPECS = [
  "screens",
  "board",
  "schedules",
  "workers",
  "agents",
  "migration",
  "fleet",
  "doctor",
  "explorer",
  "notifications",
];
const IMAGES = join(ROOT, "docs", "images");

const asked = process.argv.slice(2);
const specs = (asked.length === 0 ? SPECS : asked).map((name) => `${name}.spec.ts`);
const env = { ...process.env, HIVE_PICTURES: process.env.HIVE_PICTURES ?? homedir() };
const tested = spawnSync(nodeBinary(), [join(ROOT, "scripts", "test.mjs"), "e2e", ...specs], { stdio: "inherit", env });

for (const name of readdirSync(IMAGES)) {
  const file = join(IMAGES, name);
  const small = `${file}.small`;
  const shrunk = spawnSync("convert", [file, "+dither", "-colors", "255", `png8:${small}`], { stdio: "ignore" });
  if (shrunk.status === 0 && statSync(small).size < statSync(file).size) renameSync(small, file);
  else rmSync(small, { force: true });
}
process.exitCode = tested.status ?? 1;
