import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { systemClock } from "../main/core/clock";
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  pauseSchedule,
  previewTiming,
  resolveSchedule,
  resumeSchedule,
  runScheduleNow,
} from "../main/core/operations/schedules";
import { nextDues } from "../main/core/plan/due-times";
import { parsePlan } from "../main/core/plan/parse";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import {
  MISSED_POLICIES,
  type MissedPolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type ScheduleRow,
} from "../shared/model/schedule";
import { EXIT } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import { collectParameter, type GivenParameters, parseLimit } from "./parameters";
import { addScheduleEdit } from "./schedule-edit";
import { nextWords, printDetail, printMade, printRow, scheduleRecord } from "./schedule-output";
import { givenParameters } from "./schedule-parameters";
import { dueWords, parseEvery, parseMoment, type TimingFlags, timingOf } from "./schedule-times";
import { plainText } from "./text";

const CREATE_NOTES = `
A cron expression has five fields: minute, hour, day of the month, month, weekday; or say @hourly, @daily, @weekly.
The plan file is read again at each launch. Whoever dispatches on the database launches: a window, hive run or
hive plan watch.

Examples:
  hive schedule create nightly backup.yaml --cron '30 2 * * *' --timezone Europe/Berlin
  hive schedule create poll check.yaml --every 15m --overlap queue -p host=db1
`;

interface CreateFlags extends DatabaseFlags, TimingFlags {
  readonly param?: GivenParameters;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly paused?: boolean;
}

interface ActFlags extends DatabaseFlags {
  readonly reason?: string;
}

const PAGE = 200;

/** `hive schedule ...`: plans that are launched by the clock. */
export function addScheduleCommands(program: Command, setting: CommandSetting): void {
  const { addDatabaseOption, outputs } = setting;
  const { out } = outputs;
  const schedule = program
    .command("schedule")
    .summary("launch plans by the clock")
    .description("Launches plans at set times or intervals; shows what became of each.")
    .helpCommand(false);
  const command = (name: string, description: string) =>
    addDatabaseOption(schedule.command(name).description(description)).option("--json", "JSON for scripts");

  command("create", "Launches a plan at set times from now on.")
    .argument("<name>", "what it is called, unique in the database")
    .argument("<plan>", "plan file, YAML or JSON")
    .option("--cron <expression>", "when, as a cron expression")
    .option("--timezone <zone>", "whose clock that goes by (default: this machine's)")
    .option("--every <duration>", "or: how often, as 15m, 6h, 2d", parseEvery)
    .option("--from <time>", "with --every: the first time (default: one interval from now)", parseMoment)
    .option("-p, --param <name=value>", "value of a parameter of the plan; repeat it for more", collectParameter)
    .addOption(
      new Option("--overlap <policy>", "while the plan launched before still runs")
        .choices(OVERLAP_POLICIES)
        .default("skip"),
    )
    .addOption(
      new Option("--missed <policy>", "for times that passed while nobody dispatched")
        .choices(MISSED_POLICIES)
        .default("skip"),
    )
    .option("--paused", "launch nothing until it is resumed")
    .addHelpText("after", CREATE_NOTES)
    .action((name: string, plan: string, flags: CreateFlags) => {
      const timing = timingOf(flags, systemClock.now());
      if (timing === null) throw new HiveError("invalid_input", "Give either --cron or --every, to say when.", {});
      return acting(
        setting,
        flags,
        async (store) => {
          const { overlap, missed, paused } = flags;
          const parameters = await givenParameters(plan, flags.param ?? {}, store.file, outputs.err);
          const row = await createSchedule(store, {
            name,
            timing,
            planFile: resolve(plan),
            parameters,
            overlap,
            missed,
            paused,
            actor: operatorName(),
            readPlan: parsePlan,
            callerFolder: process.cwd(),
          });
          if (flags.json) out.line(scheduleRecord(row));
          else printMade(out, row);
          return undefined;
        },
        { create: true },
      );
    });

  command("list", "Lists the schedules with their next and last times.").action((flags: DatabaseFlags) =>
    looking(setting, flags, async (store) => {
      const rows = [...allSchedules(store)];
      for (const row of rows) {
        if (flags.json) out.line(scheduleRecord(row));
        else printRow(out, row, store.clock.now());
      }
      if (rows.length === 0 && !flags.json) {
        out.line("No schedules yet. Make one with: hive schedule create NAME PLAN --cron '30 2 * * *'");
      }
      return undefined;
    }),
  );

  command("show", "Shows a schedule, its next times and what became of the last ones.")
    .argument("<schedule>", "its name or id")
    .action((name: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const detail = await getSchedule(store, resolveSchedule(store, name), parsePlan);
        if (flags.json) out.line(scheduleRecord(detail));
        else printDetail(out, detail, store.clock.now());
        return detail.planProblem === null ? undefined : EXIT.failed;
      }),
    );

  command("next", "Prints the next times of a schedule, or of an expression that nobody has stored.")
    .argument("[schedule]", "its name or id")
    .option("--cron <expression>", "in place of a schedule")
    .option("--timezone <zone>", "whose clock that goes by (default: this machine's)")
    .option("-n, --count <n>", "so many", parseLimit, 5)
    .action((name: string | undefined, flags: DatabaseFlags & TimingFlags & { readonly count: number }) => {
      if ((name === undefined) === (flags.cron === undefined)) {
        throw new HiveError("invalid_input", "Name a schedule, or give --cron.", {});
      }
      const print = (times: readonly number[], words: (at: number) => string): undefined => {
        for (const at of times)
          out.line(flags.json ? JSON.stringify({ due_at: new Date(at).toISOString() }) : words(at));
        return undefined;
      };
      const timing = timingOf(flags, systemClock.now());
      if (timing !== null) {
        return print(previewTiming({ clock: systemClock }, timing, flags.count), (at) => dueWords(at, timing));
      }
      return looking(setting, flags, async (store) => {
        const found = await getSchedule(store, resolveSchedule(store, name ?? ""), parsePlan);
        return print(nextDues(found.timing, store.clock.now(), flags.count), (at) => dueWords(at, found.timing));
      });
    });

  const act = (name: string, description: string, change: typeof pauseSchedule, word: string) =>
    command(name, description)
      .argument("<schedule>", "its name or id")
      .option("--reason <text>", "why, for the audit log")
      .action((given: string, flags: ActFlags) =>
        acting(setting, flags, async (store) => {
          const scheduleId = resolveSchedule(store, given);
          const row = await change(store, { scheduleId, reason: flags.reason, actor: operatorName() });
          if (flags.json) out.line(scheduleRecord(row));
          else out.line(`${out.paint("green", "✓")} ${plainText(row.name)} ${word}${nextWords(row)}`);
          return undefined;
        }),
      );
  act("pause", "Launches nothing of a schedule until it is resumed; what runs goes on.", pauseSchedule, "is paused");
  act("resume", "Lets a paused schedule go on; what was due meanwhile is not made up for.", resumeSchedule, "goes on");

  addScheduleEdit(command, setting);

  command("delete", "Deletes a schedule; plans that it has launched stay.")
    .argument("<schedule>", "its name or id")
    .option("--reason <text>", "why, for the audit log")
    .action((given: string, flags: ActFlags) =>
      acting(setting, flags, async (store) => {
        const scheduleId = resolveSchedule(store, given);
        await deleteSchedule(store, { scheduleId, reason: flags.reason, actor: operatorName() });
        if (flags.json) out.line(JSON.stringify({ schedule_id: scheduleId, deleted: true }));
        else out.line(`${out.paint("green", "✓")} ${plainText(given)} is deleted`);
        return undefined;
      }),
    );

  command("run-now", "Launches a schedule's plan at once, paused or not; its times stay as they are.")
    .argument("<schedule>", "its name or id")
    .action((given: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store) => {
        const request = { scheduleId: resolveSchedule(store, given), actor: operatorName() };
        const { planId } = await runScheduleNow(store, request, parsePlan);
        if (flags.json) out.line(JSON.stringify({ plan_id: planId }));
        else
          out.line(`${out.paint("green", "✓")} launched as plan ${planId}. Follow it with: hive plan watch ${planId}`);
        return undefined;
      }),
    );
}

function* allSchedules(store: Store): Generator<ScheduleRow> {
  for (let after: string | null = ""; after !== null; ) {
    const page: { rows: readonly ScheduleRow[]; next: string | null } = listSchedules(store, { after, limit: PAGE });
    yield* page.rows;
    after = page.next;
  }
}
