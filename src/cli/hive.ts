#!/usr/bin/env node
import { resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { version } from "../../package.json";
import { defaultDatabaseFile } from "../main/core/paths";
import { addAgentCommands } from "./agent-commands";
import { addBoardCommands } from "./board-commands";
import { addPlanBundle } from "./bundle-commands";
import { addCompletionCommand } from "./completion";
import { addDbCommands } from "./db";
import { EXIT, type ExitCode } from "./exit-codes";
import { addFleetCommands } from "./fleet-commands";
import { addPlanInsight, addRunLogCommand, addWhyCommand } from "./insight-commands";
import { addLogCommands } from "./log-commands";
import { addMachineCommands } from "./machine-commands";
import { addMetricsCommand } from "./metrics-commands";
import { addMigrationCommands } from "./migration-commands";
import { PLAN_NAME } from "./named";
import { flushOutputs, type Outputs, processOutputs } from "./output";
import { collectParameter, type GivenParameters, PARAMETER_HELP, parseLimit, parseSlots } from "./parameters";
import { addPlanActs } from "./plan-acts";
import { listRecentPlans, showPlan, validatePlan } from "./plan-commands";
import { addPlanOperations } from "./plan-operations";
import { addPlanningCommands } from "./planning-commands";
import { errorRecord, reportError } from "./report";
import { launchPaused, runPlan } from "./run";
import { addScheduleCommands } from "./schedule-commands";
import { addSettingCommands } from "./setting-commands";
import { addSubscriptionCommands } from "./subscription-commands";
import { addTaskCommands } from "./task-commands";
import { addWorkerCommands } from "./worker-commands";

const EXAMPLES = `
Examples:
  hive run deploy.yaml                                 run a plan and watch it
  hive run deploy.yaml --param target=staging --workers 4
  hive run deploy.yaml --json | tail -1 | jq .status   how it ended, for a script
  hive plan validate deploy.yaml                       say what is wrong with it, and where
`;

const RUN_NOTES = `
^C cancels the plan, and waits for its tasks to stop and its clean-up to end; a second ^C kills at once.
When a window or another hive command already starts the tasks of the database, that one runs the plan
and this command watches; it takes over when the other one ends.

Exit codes:
  0    the plan completed
  1    it failed, or completed in part, or was cancelled by somebody else
  2    the plan, a parameter or the command line is wrong; nothing was started
  3    the database cannot be opened or written
  130  interrupted; the plan was cancelled
`;

interface DatabaseOption {
  readonly db?: string;
}

interface JsonOption {
  readonly json?: boolean;
}

interface RunFlags extends DatabaseOption, JsonOption {
  readonly param?: GivenParameters;
  readonly workers?: number;
  readonly paused?: boolean;
}

interface ListFlags extends DatabaseOption, JsonOption {
  readonly limit: number;
}

function databaseOption(): Option {
  return new Option("--db <file>", `the database (default: the window's, ${defaultDatabaseFile()})`);
}

function databaseFile({ db }: DatabaseOption): string {
  return db === undefined ? defaultDatabaseFile() : resolve(db);
}

/** `done` is given each command's exit code. */
function createProgram(outputs: Outputs, done: (code: ExitCode) => void): Command {
  const program = new Command("hive")
    .description("Runs plans of tasks from the terminal, on the same database as Hive Console.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showHelpAfterError("(--help says more)")
    .configureOutput({
      writeOut: outputs.out.write,
      writeErr: outputs.err.write,
      getOutHelpWidth: () => Math.min(outputs.out.size().width, 110),
      getErrHelpWidth: () => Math.min(outputs.err.size().width, 110),
      outputError: (text, write) => write(text.replace(/^error: /, `${outputs.err.paint("red", "hive:")} `)),
    })
    .exitOverride()
    .addHelpText("after", EXAMPLES);

  program
    .command("run")
    .summary("run a plan and show it live")
    .description("Launches a plan, runs it and shows it live until it has ended.")
    .argument("<plan>", "plan file, YAML or JSON")
    .addOption(databaseOption())
    .option("-p, --param <name=value>", PARAMETER_HELP, collectParameter)
    .option(
      "-w, --workers <n>",
      "tasks to run at once (default: as hive worker slots says, else the machine's cores)",
      parseSlots,
    )
    .addOption(
      new Option("--paused", "launch it paused and leave it: nothing starts until hive plan resume").conflicts(
        "workers",
      ),
    )
    .option("--json", "one JSON object a line, the last one a summary")
    .addHelpText("after", RUN_NOTES)
    .action(async (path: string, flags: RunFlags) => {
      const options = { databaseFile: databaseFile(flags), parameters: flags.param ?? {}, json: flags.json ?? false };
      const run = flags.paused === true ? launchPaused : runPlan;
      done(await run(path, { ...options, slots: flags.workers }, outputs));
    });

  const plan = program.command("plan").summary("check plan files; list, show and start plans").helpCommand(false);
  plan.description("Checks plan files; lists and shows the plans of a database, and hands out their tasks.");
  plan
    .command("validate")
    .description("Says all that is wrong with a plan file, as file:line:column: message. Runs nothing.")
    .argument("<file>", "plan file, YAML or JSON")
    .addOption(databaseOption())
    .option("--json", "one JSON object")
    .action(async (path: string, flags: DatabaseOption & JsonOption) => {
      done(await validatePlan(path, { databaseFile: databaseFile(flags), json: flags.json ?? false }, outputs));
    });
  plan
    .command("list")
    .description("Lists plans, newest first.")
    .addOption(databaseOption())
    .option("-n, --limit <n>", "at most so many", parseLimit, 20)
    .option("--json", "one JSON object a line")
    .action(async (flags: ListFlags) => {
      done(
        await listRecentPlans(
          { databaseFile: databaseFile(flags), json: flags.json ?? false, limit: flags.limit },
          outputs,
        ),
      );
    });
  plan
    .command("show")
    .description("Shows a plan and its tasks.")
    .argument("<id>", PLAN_NAME)
    .addOption(databaseOption())
    .option("--json", "one JSON object")
    .action(async (name: string, flags: DatabaseOption & JsonOption) => {
      done(await showPlan(name, { databaseFile: databaseFile(flags), json: flags.json ?? false }, outputs));
    });
  const addDatabaseOption = (command: Command) => command.addOption(databaseOption());
  const setting = { outputs, addDatabaseOption, databaseFile, done };
  addPlanOperations(plan, setting);
  addPlanActs(plan, setting);
  addPlanInsight(plan, setting);
  addPlanBundle(plan, setting);
  addTaskCommands(program, setting);
  addWorkerCommands(program, setting);
  addFleetCommands(program, setting);
  addDbCommands(program, { outputs, addDatabaseOption, databaseFile, done });
  addLogCommands(program, setting);
  addRunLogCommand(program, setting);
  addWhyCommand(program, setting);
  addBoardCommands(program, setting);
  addAgentCommands(program, setting);
  addScheduleCommands(program, setting);
  addSubscriptionCommands(program, setting);
  addSettingCommands(program, setting);
  addPlanningCommands(program, setting);
  addMigrationCommands(program, setting);
  addMetricsCommand(program, setting);
  addMachineCommands(program, setting);
  addCompletionCommand(program, setting);
  return program;
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const outputs = processOutputs();
  if (process.env.HIVE_DEBUG === "1") process.setSourceMapsEnabled(true);
  let code: ExitCode = EXIT.ok;
  try {
    await createProgram(outputs, (given) => {
      code = given;
    }).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Commander has printed the help, the version or what is wrong already.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const json = args.includes("--json");
    if (!(error instanceof CommanderError)) return reportError(error, outputs, { json });
    if (json)
      outputs.out.line(
        errorRecord({ code: "invalid_input", message: error.message.replace(/^error: /, ""), details: {} }),
      );
    return EXIT.usage;
  }
}

void main(process.argv.slice(2)).then(async (code) => {
  await flushOutputs();
  process.exit(code);
});
