import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { planRequest } from "../main/core/operations/plan-request";
import {
  addPlanning,
  approvePlanning,
  claimPlanning,
  dropPlanning,
  editPlanning,
  getPlanning,
  launchPlanning,
  listPlanning,
  rejectPlanning,
  retryPlanning,
} from "../main/core/operations/planning";
import { HiveError } from "../shared/errors";
import {
  COMPLEXITIES,
  DEFAULT_PLANNING_PRIORITY,
  type PlanningDetail,
  type PlanningRequest,
} from "../shared/model/planning";
import { EXIT } from "./exit-codes";
import {
  acting,
  type CommandSetting,
  type DatabaseFlags,
  looking,
  parseInteger,
  parseObject,
} from "./operation-command";
import type { Output } from "./output";
import { parseLimit } from "./parameters";
import { listenForInterrupts } from "./signals";
import { column, plainLine, plainText, plural, truncate } from "./text";

const NOTES = `
A request waits until a planner claims it; the planner makes a plan, which an operator reviews, edits, approves and
launches. docs/planning.md explains it.

Examples:
  hive planning add "Speed up the nightly import" --priority 80
  hive planning plan                      let ai-planner plan the most urgent request
  hive planning show REQUEST              read its plan
  hive planning approve PLAN && hive planning launch PLAN
`;

interface ReasonFlags extends DatabaseFlags {
  readonly reason?: string;
}

/** `hive planning ...`: from requests to plans that run. */
export function addPlanningCommands(program: Command, setting: CommandSetting): void {
  const { addDatabaseOption, outputs } = setting;
  const { out } = outputs;
  const planning = program
    .command("planning")
    .summary("request plans, review and launch them")
    .description("Keeps requests that are to be planned, and the plans that agents make for them.")
    .helpCommand(false)
    .addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(planning.command(name).description(description)).option("--json", "JSON for scripts");
  const show = (detail: PlanningDetail, { json }: DatabaseFlags): undefined => {
    if (json) out.line(JSON.stringify(detail));
    else printDetail(out, detail);
    return undefined;
  };

  command("list", "Lists requests: of one status the most urgent first, else the latest first.")
    .option("--status <status>", "pending, assigned, planned, completed or failed")
    .option("-n, --limit <n>", "at most so many", parseLimit, 20)
    .action((flags: DatabaseFlags & { readonly status?: string; readonly limit: number }) =>
      looking(setting, flags, async (store) => {
        const { rows } = listPlanning(store, { status: flags.status, limit: flags.limit });
        for (const row of rows) {
          if (flags.json) out.line(JSON.stringify(row));
          else printRow(out, row);
        }
        if (rows.length === 0 && !flags.json)
          out.line('No requests. Make one with: hive planning add "WHAT IS TO BE DONE"');
        return undefined;
      }),
    );

  command("show", "Shows a request and the plans that were made for it.")
    .argument("<request>", "its id, from hive planning list")
    .action((id: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => show(await getPlanning(store, id), flags)),
    );

  command("add", "Requests a plan.")
    .argument("<description>", "what is to be true in the end")
    .option("--priority <n>", "0 to 1000; the highest first", parseInteger, DEFAULT_PLANNING_PRIORITY)
    .option("--context <json>", "what the planner should know, as a JSON object", parseObject)
    .addOption(new Option("--complexity <word>", "as you guess it").choices(COMPLEXITIES))
    .action(
      (
        description: string,
        flags: DatabaseFlags & {
          readonly priority: number;
          readonly context?: Record<string, unknown>;
          readonly complexity?: string;
        },
      ) =>
        acting(
          setting,
          flags,
          async (store, caller) => {
            if (description.trim() === "") throw new HiveError("invalid_input", "Say what is to be done.", {});
            const { priority, context, complexity } = flags;
            const row = await addPlanning(store, caller, { description, priority, context, complexity });
            if (flags.json) out.line(JSON.stringify(row));
            else out.line(`${out.paint("green", "✓")} requested ${row.id}`);
            return undefined;
          },
          { create: true },
        ),
    );

  command("claim", "Gives the most urgent pending request, or this one, to a planner of your own.")
    .argument("[request]", "its id")
    .requiredOption("--agent <name>", "who plans it")
    .action((requestId: string | undefined, flags: DatabaseFlags & { readonly agent: string }) =>
      acting(setting, flags, async (store, caller) => {
        const row = await claimPlanning(store, caller, { requestId, agent: flags.agent });
        if (flags.json) out.line(JSON.stringify(row));
        else if (row === null) out.line("No request waits.");
        else printRow(out, row);
        return row === null ? EXIT.failed : undefined;
      }),
    );

  command("plan", "Lets an agent plan the most urgent pending request, or this one, and waits for its plan.")
    .argument("[request]", "its id")
    .option("--agent <id>", "who plans, from hive agent list", "ai-planner")
    .action((requestId: string | undefined, flags: DatabaseFlags & { readonly agent: string }) =>
      acting(setting, flags, async (store, caller) => {
        const interrupts = listenForInterrupts();
        const stop = new AbortController();
        interrupts.react(() => stop.abort());
        const asked = { requestId, agent: flags.agent, environment: process.env, signal: stop.signal };
        const detail = await planRequest(store, caller, asked).finally(interrupts.end);
        if (detail !== null) return show(detail, flags);
        out.line(flags.json ? "null" : "No request waits.");
        return EXIT.failed;
      }),
    );

  const judge = (name: string, description: string, argument: string) =>
    command(name, description).argument(`<${argument}>`, "its id").option("--reason <text>", "why, for the audit log");

  judge("retry", "Lets a request wait again: taken from its planner, or to be planned once more.", "request").action(
    (requestId: string, flags: ReasonFlags) =>
      acting(setting, flags, async (store, caller) =>
        show(await retryPlanning(store, caller, { requestId, reason: flags.reason }), flags),
      ),
  );
  judge("drop", "Gives a request up.", "request").action((requestId: string, flags: ReasonFlags) =>
    acting(setting, flags, async (store, caller) =>
      show(await dropPlanning(store, caller, { requestId, reason: flags.reason }), flags),
    ),
  );
  judge("edit", "Replaces the text of a plan that was not launched by that of a file.", "plan")
    .requiredOption("--file <file>", "the plan's data, JSON; - for standard input")
    .action((planId: string, flags: ReasonFlags & { readonly file: string }) =>
      acting(setting, flags, async (store, caller) => {
        const data = readData(flags.file);
        return show(await editPlanning(store, caller, { planId, data, reason: flags.reason }), flags);
      }),
    );
  judge("approve", "Approves a plan: it can be launched.", "plan").action((planId: string, flags: ReasonFlags) =>
    acting(setting, flags, async (store, caller) =>
      show(await approvePlanning(store, caller, { planId, reason: flags.reason }), flags),
    ),
  );
  judge("reject", "Rejects a plan; its request waits for another one.", "plan")
    .option("--final", "the request is given up as well")
    .action((planId: string, flags: ReasonFlags & { readonly final?: boolean }) =>
      acting(setting, flags, async (store, caller) => {
        const { reason, final = false } = flags;
        return show(await rejectPlanning(store, caller, { planId, reason, again: !final }), flags);
      }),
    );
  command("launch", "Launches an approved plan; whoever starts the tasks of the database runs it.")
    .argument("<plan>", "its id")
    .action((planId: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store, caller) => {
        const launched = await launchPlanning(store, caller, { planId, launchedBy: "cli", folder: process.cwd() });
        if (flags.json) out.line(JSON.stringify(launched));
        else
          out.line(
            `${out.paint("green", "✓")} launched as ${launched.planId}; watch it with: hive plan watch ${launched.planId}`,
          );
        return undefined;
      }),
    );
}

function readData(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new HiveError(
      "file_unreadable",
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        file,
      },
    );
  }
}

function printRow(out: Output, { id, status, priority, description, agent }: PlanningRequest): void {
  const who = agent === null ? "" : ` (${agent})`;
  out.line(
    `${id}  ${column(status, 9)}  ${String(priority).padStart(4)}  ${truncate(plainText(`${description}${who}`), 80)}`,
  );
}

function printDetail(out: Output, detail: PlanningDetail): void {
  out.line(out.paint("bold", plainText(detail.description)));
  const field = (name: string, value: string | null) => {
    if (value !== null && value !== "") out.line(`  ${out.paint("grey", column(name, 10))}  ${plainText(value)}`);
  };
  field("request", detail.id);
  field("status", detail.status);
  field("priority", String(detail.priority));
  field("by", detail.requestor);
  field("planner", detail.agent);
  if (detail.failure !== null) field("failed", `${detail.failure.agent}: ${detail.failure.error}`);
  if (detail.context !== null) field("context", JSON.stringify(detail.context));
  for (const { id, status, subtasks, estimatedMinutes, complexity, findings, data } of detail.proposals) {
    const guess = estimatedMinutes === null ? "" : `, ${estimatedMinutes} min guessed`;
    out.line();
    out.line(
      `Plan ${id}  ${status}  ${plural(subtasks, "subtask")}${guess}${complexity === null ? "" : `, ${complexity}`}`,
    );
    for (const { message, severity } of findings) {
      out.line(`  ${out.paint(severity === "error" ? "red" : "yellow", severity)}  ${plainText(message)}`);
    }
    for (const line of data.split("\n")) out.line(`  ${plainLine(line)}`.trimEnd());
  }
}
