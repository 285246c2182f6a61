import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FINDING_KINDS } from "../../../src/shared/model/doctor";
import { DOCTOR_WORDS } from "../../../src/shared/model/doctor-catalogue";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/doctor.md"), "utf8").replaceAll(/\s+/g, " ");

test.each(FINDING_KINDS)("docs/doctor.md explains %s in the words of the window", (kind) => {
  const { title, meaning, action, repair } = DOCTOR_WORDS[kind];
  expect(PAGE).toContain(`## ${kind} **${title}.** ${meaning}`);
  expect(PAGE).toContain(`*What to do:* ${action}`);
  expect(PAGE.includes(`| [\`${kind}\`](#${kind}) | ${title}`)).toBe(true);
  expect(PAGE).toContain(repair === null ? "| - |" : `| ${repair.toLowerCase()} |`);
});
