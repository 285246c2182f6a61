import { type Command, Option } from "commander";
import { systemClock } from "../main/core/clock";
import { getSchedule, resolveSchedule, updateSchedule } from "../main/core/operations/schedules";
import { parsePlan } from "../main/core/plan/parse";
import { HiveError } from "../shared/errors";
import {
  MISSED_POLICIES,
  type MissedPolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type ScheduleDetail,
  type Timing,
} from "../shared/model/schedule";
import { acting, type CommandSetting, type DatabaseFlags } from "./operation-command";
import { operatorName } from "./operator";
import { collectParameter, type GivenParameters } from "./parameters";
import { printMade, scheduleRecord } from "./schedule-output";
import { givenParameters } from "./schedule-parameters";
import { parseEvery, parseMoment, type TimingFlags, timingOf } from "./schedule-times";

const EDIT_NOTES = `
What is not given stays as it is. With another timing it is due by that from now on; what was due before is not made up
for. What it has launched goes on as it was launched.

Examples:
  hive schedule edit nightly --cron '0 4 * * *'
  hive schedule edit nightly --timezone UTC --reason 'the servers moved'
  hive schedule edit poll -p host=db2
  hive schedule edit poll --default-param host
`;

interface EditFlags extends DatabaseFlags, TimingFlags {
  readonly name?: string;
  readonly param?: GivenParameters;
  readonly defaultParam?: readonly string[];
  readonly overlap?: OverlapPolicy;
  readonly missed?: MissedPolicy;
  readonly reason?: string;
}

const CHANGES = ["name", "cron", "timezone", "every", "from", "param", "defaultParam", "overlap", "missed"] as const;

/** `hive schedule edit`. `command` makes a command of the group. */
export function addScheduleEdit(
  command: (name: string, description: string) => Command,
  setting: CommandSetting,
): void {
  const { out, err } = setting.outputs;
  command("edit", "Changes a schedule: its name, its times, parameters and policies.")
    .argument("<schedule>", "its name or id")
    .option("--name <name>", "what it is called from now on")
    .option("--cron <expression>", "when, as a cron expression")
    .option("--timezone <zone>", "whose clock a cron expression goes by")
    .option("--every <duration>", "or: how often, as 15m, 6h, 2d", parseEvery)
    .option("--from <time>", "with an interval: the first time", parseMoment)
    .option("-p, --param <name=value>", "another value of a parameter; repeat it for more", collectParameter)
    .option("--default-param <name>", "let the plan say the value of a parameter; repeat it for more", collectName)
    .addOption(new Option("--overlap <policy>", "while the plan launched before still runs").choices(OVERLAP_POLICIES))
    .addOption(
      new Option("--missed <policy>", "for times that passed while nobody dispatched").choices(MISSED_POLICIES),
    )
    .option("--reason <text>", "why, for the audit log")
    .addHelpText("after", EDIT_NOTES)
    .action((given: string, flags: EditFlags) => {
      if (CHANGES.every((flag) => flags[flag] === undefined)) {
        throw new HiveError("invalid_input", "Say what is to change, for example --cron '0 4 * * *'.", {});
      }
      return acting(setting, flags, async (store) => {
        const scheduleId = resolveSchedule(store, given);
        const detail = await getSchedule(store, scheduleId, parsePlan);
        const row = await updateSchedule(store, {
          scheduleId,
          name: flags.name,
          timing: changedTiming(detail.timing, flags),
          parameters: await changedParameters(detail, flags, (path, values) =>
            givenParameters(path, values, store.file, err),
          ),
          overlap: flags.overlap,
          missed: flags.missed,
          reason: flags.reason,
          actor: operatorName(),
          readPlan: parsePlan,
          callerFolder: process.cwd(),
        });
        if (flags.json) out.line(scheduleRecord(row));
        else printMade(out, row);
        return undefined;
      });
    });
}

function collectName(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

/** Undefined: it stays. A zone or a first time alone changes the timing that there is. */
function changedTiming(timing: Timing, { cron, timezone, every, from }: TimingFlags): Timing | undefined {
  if (cron === undefined && timezone === undefined && every === undefined && from === undefined) return undefined;
  const isByClock = cron !== undefined || (every === undefined && timing.kind === "cron");
  if (isByClock ? every !== undefined || from !== undefined : timezone !== undefined) {
    throw new HiveError(
      "invalid_input",
      "Give --cron with --timezone, or --every with --from: a schedule goes either by a clock or by an interval.",
      {},
    );
  }
  const known =
    timing.kind === "cron"
      ? isByClock
        ? { cron: timing.expression, timezone: timing.timezone }
        : {}
      : isByClock
        ? {}
        : { every: timing.everyMs };
  const named = Object.entries({ cron, timezone, every, from }).filter(([, value]) => value !== undefined);
  return timingOf({ ...known, ...Object.fromEntries(named) }, systemClock.now()) ?? undefined;
}

/** All of them as they are to be; undefined: they stay. Secrets that are not given stay in any case. */
async function changedParameters(
  { parameters, planFile, name }: ScheduleDetail,
  { param, defaultParam = [] }: EditFlags,
  fetch: (path: string, given: GivenParameters) => Promise<GivenParameters>,
): Promise<Readonly<Record<string, string | number | boolean>> | undefined> {
  if (param === undefined && defaultParam.length === 0) return undefined;
  const missing = defaultParam.find((key) => !Object.hasOwn(parameters, key));
  if (missing !== undefined) {
    const given = Object.keys(parameters).join(", ") || "none";
    const message = `The schedule ${name} gives no value to "${missing}". Those it gives: ${given}.`;
    throw new HiveError("invalid_input", message, { name: missing });
  }
  const stays = Object.entries(parameters).filter(([key]) => !defaultParam.includes(key));
  return { ...Object.fromEntries(stays), ...(await fetch(planFile, param ?? {})) };
}
