import { resolve } from "node:path";
import type { Command } from "commander";
import { type Measurement, measure } from "./bench";
import { type DoctorFinding, examine, type Severity } from "./doctor";
import { EXIT } from "./exit-codes";
import type { CommandSetting, DatabaseFlags } from "./operation-command";
import type { Output } from "./output";
import type { Tone } from "./style";
import { column, formatCount, plainText, plural } from "./text";

const DOCTOR_NOTES = `
It changes nothing. hive db check says more of the file alone, hive agent check of the agents.

Exit codes: 0 nothing that keeps plans from running; 1 there is something; 3 the database cannot be opened.
`;

interface BenchFlags {
  readonly folder?: string;
  readonly json?: boolean;
}

/** `hive doctor` and `hive bench`: this machine, as plans find it. */
export function addMachineCommands(program: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption, databaseFile, done } = setting;
  const { out, err } = outputs;
  addDatabaseOption(
    program
      .command("doctor")
      .summary("look for what keeps plans from running")
      .description(
        "Looks at the runtime, the database, the disk, who starts tasks, workers and agents; says what to do.",
      ),
  )
    .option("--json", "one JSON object a line")
    .addHelpText("after", DOCTOR_NOTES)
    .action(async (flags: DatabaseFlags) => {
      const findings = await examine(databaseFile(flags), outputs);
      if (flags.json) for (const finding of findings) out.line(JSON.stringify(finding));
      else printFindings(out, findings);
      done(findings.some(({ severity }) => severity === "problem") ? EXIT.failed : EXIT.ok);
    });

  program
    .command("bench")
    .summary("measure this machine in some seconds")
    .description("Measures what this machine can do, on a scratch database that is removed afterwards.")
    .option("--folder <folder>", "where the scratch database is made (default: the system's temporary folder)")
    .option("--json", "one JSON object a line")
    .action(async ({ folder, json }: BenchFlags) => {
      const onStep = (name: string) => err.isTty && err.write(`\r\u001b[Kmeasuring ${name} …`);
      const measured = await measure(folder === undefined ? undefined : resolve(folder), onStep);
      if (err.isTty) err.write("\r\u001b[K");
      for (const one of measured) out.line(json ? JSON.stringify(one) : measurementLine(one));
      done(EXIT.ok);
    });
}

const MARKS: Readonly<Record<Severity, { readonly glyph: string; readonly tone: Tone }>> = {
  ok: { glyph: "✓", tone: "green" },
  warning: { glyph: "!", tone: "yellow" },
  problem: { glyph: "✗", tone: "red" },
};

function printFindings(out: Output, findings: readonly DoctorFinding[]): void {
  for (const { area, severity, message, action } of findings) {
    const { glyph, tone } = MARKS[severity];
    out.line(`${out.paint(tone, glyph)} ${out.paint("grey", column(area, 10))}  ${plainText(message)}`);
    if (action !== null && severity !== "ok") out.line(`${" ".repeat(14)}${plainText(action)}`);
  }
  const problems = findings.filter(({ severity }) => severity === "problem").length;
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  out.line();
  if (problems + warnings === 0) out.line(`${out.paint("green", "✓")} Nothing keeps plans from running.`);
  else out.line(`${plural(problems, "problem")}, ${plural(warnings, "warning")}`);
}

function measurementLine({ name, value, unit, about }: Measurement): string {
  const shown = value < 10 && unit !== "" ? value.toFixed(2) : formatCount(Math.round(value));
  return `${column(name.replaceAll("_", " "), 16)} ${shown.padStart(8)} ${column(unit, 3)}  ${about}`;
}
