import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Severity } from "../shared/model/doctor";
import { type Measurement, measure } from "./bench";
import { type DoctorFinding, examine } from "./doctor";
import { REPAIRABLE, type RepairFlags, repair } from "./doctor-repair";
import { EXIT } from "./exit-codes";
import type { CommandSetting, DatabaseFlags } from "./operation-command";
import type { Output } from "./output";
import type { Tone } from "./style";
import { column, formatCount, plainText, plural } from "./text";

const DOCTOR_NOTES = `
It changes nothing without --repair. docs/doctor.md says what each finding means; hive agent check says more of agents.
A repair looks at each row again before it changes it, touches nothing that lives, and is written to the audit log.

Exit codes: 0 nothing that keeps plans from running, or repaired; 1 there is something; 3 the database cannot be opened.
`;

interface DoctorFlags extends DatabaseFlags, RepairFlags {
  readonly quick?: boolean;
  readonly repair?: string;
}

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
        "Looks at the runtime, the database and what is in it, the disk, who starts tasks, workers and agents; says what to do.",
      ),
  )
    .option("--quick", "leave out what reads whole tables")
    .addOption(new Option("--repair <finding>", "put right what a finding found").choices(REPAIRABLE))
    .option("--preview", "with --repair: only say what it would change")
    .option("--reason <text>", "with --repair: why, for the audit log")
    .option("--json", "one JSON object a line")
    .addHelpText("after", DOCTOR_NOTES)
    .action(async (flags: DoctorFlags) => {
      const chosen = REPAIRABLE.find((kind) => kind === flags.repair);
      if (chosen !== undefined) {
        done(await repair(chosen, databaseFile(flags), flags, outputs));
        return;
      }
      const findings = await examine(databaseFile(flags), outputs, flags.quick !== true);
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
