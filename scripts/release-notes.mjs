// node scripts/release-notes.mjs v1.2.3: what CHANGELOG.md says of that version.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { notesOf } from "./lib/changelog.mjs";
import { ROOT } from "./lib/paths.mjs";
import { runMain, StepError } from "./lib/report.mjs";

await runMain(() => {
  const version = (process.argv[2] ?? "").replace(/^v/, "");
  const notes = notesOf(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"), version);
  if (notes === null) throw new StepError(`CHANGELOG.md says nothing of ${version || "no version"}.`);
  process.stdout.write(`${notes}\n`);
});
