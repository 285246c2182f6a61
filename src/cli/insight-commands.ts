import { type Command, InvalidArgumentError } from "commander";
import { HiveError } from "../shared/errors";
import { dryRun } from "./dry-run";
import { PLAN_NAME, TASK_NAME } from "./named";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { collectParameter, type GivenParameters, PARAMETER_HELP, parseSlots } from "./parameters";
import { printRunLog } from "./run-log";
import { watchOnePlan } from "./watch-plan";
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

const WATCH_NOTES = `
When nobody starts the tasks of the database, this command does, and ends with the plan. ^C cancels the plan, waits for
its tasks to stop and records them, a second ^C kills them; with --leave ^C only ends the watching.

Exit codes: as of hive run: 0 the plan completed, 1 it did not, 2 there is no such plan, 3 the database cannot be
opened, 130 interrupted.
`;

interface WatchFlags extends DatabaseFlags {
  readonly last?: boolean;
  readonly leave?: boolean;
  readonly observe?: boolean;
  readonly workers?: number;
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
    .option("-p, --param <name=value>", PARAMETER_HELP, collectParameter)
    .option(
      "-s, --slots <n>",
      "tasks to run at once (default: as hive worker slots says, else the machine's cores)",
      parseSlots,
    )
    .option("--json", "one JSON object")
    .addHelpText("after", DRY_RUN_NOTES)
    .action(async (path: string, flags: DryRunFlags) => {
      const options = { databaseFile: databaseFile(flags), parameters: flags.param ?? {}, json: flags.json ?? false };
      done(await dryRun(path, { ...options, slots: flags.slots }, outputs));
    });

  addDatabaseOption(
    plan
      .command("watch")
      .description("Follows a plan to its end, and runs it where nobody else does.")
      .argument("[id]", `${PLAN_NAME} (default: the latest plan)`),
  )
    .option("--last", "the latest plan")
    .option("--leave", "^C ends the watching and not the plan")
    .option("--observe", "start nothing and change nothing, also where nobody else runs it")
    .option("-w, --workers <n>", "tasks to run at once, should this command start them", parseSlots)
    .option("--json", "one JSON object a line, the last one a summary")
    .addHelpText("after", WATCH_NOTES)
    .action(async (id: string | undefined, flags: WatchFlags) => {
      if (id !== undefined && flags.last) {
        throw new HiveError("invalid_input", "Give a plan's id or --last, not both.");
      }
      const { workers = null, leave = false, observe = false, json = false } = flags;
      const watched = { databaseFile: databaseFile(flags), plan: id ?? null, slots: workers };
      const options = { ...watched, leaves: leave, observes: observe, json };
      done(await watchOnePlan(options, outputs));
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
        .argument("<task>", TASK_NAME),
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

const RUN_LOG_NOTES = `
Of a task the latest attempt is meant. The log goes to standard output as it was written, colours and all.

Exit codes: 0 told; 2 there is no such attempt, or it has not begun; 3 the database cannot be read.
`;

interface RunLogFlags extends DatabaseFlags {
  readonly follow?: boolean;
  readonly tail?: number;
}

/** `hive run-log`: what an attempt has written. */
export function addRunLogCommand(
  program: Command,
  { outputs, addDatabaseOption, databaseFile, done }: CommandSetting,
): void {
  addDatabaseOption(
    program
      .command("run-log")
      .summary("print what an attempt has written")
      .description("Prints the log of an attempt.")
      .argument("<id>", `an attempt's id; or ${TASK_NAME}`),
  )
    .option("-f, --follow", "go on as long as it runs")
    .option("-n, --tail <lines>", "only the last lines", parseLines)
    .addHelpText("after", RUN_LOG_NOTES)
    .action(async (name: string, flags: RunLogFlags) => {
      const { follow = false, tail = null } = flags;
      done(await printRunLog({ databaseFile: databaseFile(flags), name, follow, tail }, outputs));
    });
}

function parseLines(argument: string): number {
  const lines = /^\d{1,9}$/.test(argument) ? Number(argument) : 0;
  if (lines < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return lines;
}
