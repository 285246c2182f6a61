import type { Command } from "commander";
import { dryRun } from "./dry-run";
import type { CommandSetting, DatabaseFlags } from "./operation-command";
import { collectParameter, type GivenParameters, parseSlots } from "./parameters";

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
