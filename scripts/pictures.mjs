// npm run pictures: takes the pictures of the guide (docs/images) anew, from the real window on the tests' data. Slow: it runs
// the tests that look at these screens. `npm run pictures -- board workers` takes only what these look at.
import { spawnSync } from "node:child_process";
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

const asked = process.argv.slice(2);
const specs = (asked.length === 0 ? SPECS : asked).map((name) => `${name}.spec.ts`);
const env = { ...process.env, HIVE_PICTURES: process.env.HIVE_PICTURES ?? homedir() };
const tested = spawnSync(nodeBinary(), [join(ROOT, "scripts", "test.mjs"), "e2e", ...specs], { stdio: "inherit", env });

process.exitCode = tested.status ?? 1;
