import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { systemClock } from "../main/core/clock";
import { knownAgents } from "../main/core/operations/agents";
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
  type ScheduleDetail,
  type ScheduleLaunch,
  type ScheduleRow,
} from "../shared/model/schedule";
import { EXIT } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import type { Output } from "./output";
import { collectParameter, type GivenParameters, parseLimit } from "./parameters";
import { readPlanFile } from "./plan-file";
import { dueWords, parseEvery, parseMoment, type TimingFlags, timingOf, timingWords } from "./schedule-times";
import { scriptRecord } from "./script-record";
import { fetchSecrets } from "./secret-parameters";
import { column, formatElapsed, plainText, truncate } from "./text";

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

/** What was given, with secrets from where they are. Throws `invalid_plan` for one that cannot be read. */
async function givenParameters(
  path: string,
  given: GivenParameters,
  databaseFile: string,
  err: Output,
): Promise<GivenParameters> {
  // What is wrong with the file is told by whoever stores the schedule.
  const file = await readPlanFile(path).catch(() => null);
  if (file === null) return given;
  const { definition } = parsePlan(file.text, { fileName: file.path, agents: await knownAgents(databaseFile) });
  const fetched = await fetchSecrets({ parameters: definition?.parameters ?? [] }, given, process.env);
  const wrong = fetched.findings.find(({ severity }) => severity === "error");
  if (wrong !== undefined) throw new HiveError("invalid_plan", wrong.message, { findings: fetched.findings });
  for (const { message } of fetched.findings) err.line(`Warning: ${message}`);
  return fetched.given;
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

function nextWords({ nextAt, timing }: ScheduleRow): string {
  return nextAt === null ? "" : `; next ${dueWords(nextAt, timing)}`;
}

function printMade(out: Output, row: ScheduleRow): void {
  const state = row.pausedAt === null ? nextWords(row) : "; it is paused";
  out.line(`${out.paint("green", "✓")} ${plainText(row.name)}: ${plainText(timingWords(row.timing))}${state}`);
}

function printRow(out: Output, row: ScheduleRow, now: number): void {
  const { name, timing, nextAt, pausedAt, last } = row;
  const next = pausedAt !== null ? out.paint("yellow", "paused") : nextAt === null ? "never" : inWords(nextAt, now);
  const then = last === null ? "" : `  last ${lastWords(out, last)}`;
  out.line(`${column(plainText(name), 20)}  ${column(timingWords(timing), 30)}  ${next}${then}`);
}

function inWords(at: number, now: number): string {
  return at <= now ? "now" : `in ${formatElapsed(at - now)}`;
}

const OUTCOMES = {
  launched: { glyph: "✓", tone: "green" },
  claimed: { glyph: "◎", tone: "cyan" },
  waiting: { glyph: "◌", tone: "cyan" },
  skipped: { glyph: "⊘", tone: "yellow" },
  missed: { glyph: "⊘", tone: "yellow" },
  failed: { glyph: "✗", tone: "red" },
} as const;

function lastWords(out: Output, { outcome, reason }: ScheduleLaunch): string {
  const look = Object.entries(OUTCOMES).find(([known]) => known === outcome)?.[1];
  const words = look ? out.paint(look.tone, `${look.glyph} ${outcome}`) : plainText(outcome);
  return reason === null ? words : `${words}: ${truncate(plainText(reason), 80)}`;
}

function printDetail(out: Output, detail: ScheduleDetail, now: number): void {
  const { name, id, timing, overlap, missed, planFile, planProblem, parameters, next, launches, running } = detail;
  out.line(`${out.paint("bold", plainText(name))}  ${timingWords(timing)}`);
  const field = (label: string, value: string | null) => {
    if (value !== null) out.line(`  ${out.paint("grey", column(label, 10))}  ${plainText(value)}`);
  };
  field("id", id);
  field("plan", planFile);
  field("problem", planProblem);
  for (const [key, value] of Object.entries(parameters)) field("parameter", `${key}=${value}`);
  field("overlap", overlap);
  field("missed", missed);
  field("made by", detail.createdBy);
  field("running", running === 0 ? null : String(running));
  field("paused", detail.pausedAt === null ? null : (detail.pauseReason ?? "yes"));
  out.line();
  out.line(out.paint("grey", detail.pausedAt === null ? "Next" : "Next, were it not paused"));
  for (const at of next) out.line(`  ${dueWords(at, timing)}  ${inWords(at, now)}`);
  if (launches.length === 0) return;
  out.line();
  out.line(out.paint("grey", "Last"));
  for (const launch of launches) {
    const by = launch.cause === "operator" ? "  by hand" : "";
    const plan = launch.planId === null ? "" : `  plan ${launch.planId} ${launch.planStatus ?? "deleted"}`;
    out.line(`  ${dueWords(launch.dueAt, timing)}  ${lastWords(out, launch)}${by}${plan}`);
  }
}

function scheduleRecord(row: ScheduleRow | ScheduleDetail): string {
  const { id, timing, ...rest } = row;
  const iso = (at: number) => new Date(at).toISOString();
  return scriptRecord({
    scheduleId: id,
    ...rest,
    timing: timing.kind === "interval" ? { ...timing, from: iso(timing.from) } : timing,
    ...("next" in row && { next: row.next.map(iso) }),
  });
}
