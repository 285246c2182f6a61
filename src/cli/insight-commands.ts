import type { Command } from "commander";
import { dryRun } from "./dry-run";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { collectParameter, type GivenParameters, parseSlots } from "./parameters";
import { explain, printWhy, whyRecord } from "./why";

const DRY_RUN_NOTES = `
Programs are looked for on this terminal's PATH, and only where the command says which one it is. Times come from
past runs of the same plan file, else from tasks of other plans with the same agent and title; what never completed
before is unknown, and then the plan takes "at least" so long.

Exit codes: 0 nothing is in its way; 1 something is; 2 the plan, a parameter or the command line is wrong;
3 the database cannot be read.
`;

interface DryRunFlags extends DatabaseFlags {
  readonly param?: GivenParameters;
  readonly slots?: number;
}

/** What `hive plan` can say of the future. */
export function addPlanInsight(
  plan: Command,
  { outputs, addDatabaseOption, databaseFile, done }: CommandSetting,
): void {
  addDatabaseOption(
    plan
      .command("dry-run")
      .description("Says what a plan would do: order, times, what is missing for it. Starts nothing, writes nothing.")
      .argument("<file>", "plan file, YAML or JSON"),
  )
    .option("-p, --param <name=value>", "value of a parameter of the plan; repeat it for more", collectParameter)
    .option("-s, --slots <n>", "tasks to run at once (default: the machine's cores)", parseSlots)
    .option("--json", "one JSON object")
    .addHelpText("after", DRY_RUN_NOTES)
    .action(async (path: string, flags: DryRunFlags) => {
      const options = { databaseFile: databaseFile(flags), parameters: flags.param ?? {}, json: flags.json ?? false };
      done(await dryRun(path, { ...options, slots: flags.slots }, outputs));
    });
}

const WHY_NOTES = `
A task is named by its id, the beginning of one, or the id of a subtask in a plan that runs (else in the latest one).

Exit codes: 0 told; 2 there is no such task; 3 the database cannot be read.
`;

/** `hive why`: what a task waits for, or why it ended as it did. */
export function addWhyCommand(program: Command, setting: CommandSetting): void {
  const { out } = setting.outputs;
  setting
    .addDatabaseOption(
      program
        .command("why")
        .summary("say why a task runs, waits, or failed")
        .description("Says why a task runs, does not run, or did not end well: every gate, and who holds it.")
        .argument("<task>", "the task's id, or a subtask's"),
    )
    .option("--json", "one JSON object")
    .addHelpText("after", WHY_NOTES)
    .action((name: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const why = explain(store, name);
        if (flags.json) out.line(JSON.stringify(whyRecord(why)));
        else printWhy(out, why);
        return undefined;
      }),
    );
}
