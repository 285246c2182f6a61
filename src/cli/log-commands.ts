import { type Command, InvalidArgumentError } from "commander";
import { listAudit, listEvents, tailEvents } from "../main/core/operations/events";
import type { Page } from "../shared/contract";
import { HiveError } from "../shared/errors";
import { type AuditRow, type EventRow, LOG_ENTITIES, type LogEntity, type LogOrder } from "../shared/model/log-views";
import { openToRead } from "./database";
import { EXIT } from "./exit-codes";
import { auditJson, eventJson, printAct, printEvent } from "./log-records";
import { parseMoment } from "./moment";
import { type CommandSetting, collect, type DatabaseFlags, looking } from "./operation-command";
import type { Outputs } from "./output";
import { listenForInterrupts } from "./signals";
import { formatCount } from "./text";

const NOTES = `
A pattern is a shell glob over the whole type: task.*, *.failed, [tw]*. Quote it. A time is 2026-11-21,
2026-11-21 14:03 (UTC, unless it has an offset) or an age: 90s, 30m, 2h, 7d.

Exit codes: 0 done (tail: also when ^C ended it); 2 the command line is wrong; 3 the database cannot be read.
`;

type EntityFlags = Partial<Record<LogEntity, string>>;

interface ListFlags extends DatabaseFlags, EntityFlags {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  readonly oldest?: boolean;
}

interface EventFlags extends ListFlags {
  readonly topic?: readonly string[];
  readonly not?: readonly string[];
  readonly correlation?: string;
  readonly source?: string;
}

interface AuditFlags extends ListFlags {
  readonly act?: string;
  readonly actor?: string;
}

/** `hive event ...` and `hive audit ...`: what happened, and who did what. */
export function addLogCommands(program: Command, setting: CommandSetting): void {
  addEventCommands(program, setting);
  addAuditCommands(program, setting);
}

function addEventCommands(program: Command, setting: CommandSetting): void {
  const { outputs, done } = setting;
  const event = program.command("event").summary("list and follow events").helpCommand(false);
  event.description("Shows what happened, in the order in which it was written down.").addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    withEntities(
      setting
        .addDatabaseOption(event.command(name).description(description))
        .option("-t, --topic <pattern>", "only events of matching types; repeat it for others as well", collect)
        .option("--not <pattern>", "no events of matching types; repeat it for more", collect)
        .option("-c, --correlation <id>", "only events of this correlation")
        .option("--source <name>", "only events of this writer"),
    ).option("--json", "one JSON object a line");

  withRange(command("list", "Lists events, the latest first.")).action((flags: EventFlags) =>
    looking(setting, flags, async (store) => {
      const filter = { ...eventFilter(flags), since: flags.since, until: flags.until };
      const page = await readPages(flags, (place) => listEvents(store, { ...filter, ...place }));
      show(outputs, flags, page, { none: "No such events.", json: eventJson, print: printEvent });
      return EXIT.ok;
    }),
  );

  const tail = command("tail", "Shows events as they arrive, until ^C.");
  tail.option("--since <time>", "first those since this time", parseTimeOption);
  tail.action(async (flags: EventFlags & Pick<ListFlags, "since">) => {
    const interrupts = listenForInterrupts();
    const core = await openToRead(setting.databaseFile(flags), outputs.err);
    try {
      const print = (events: readonly EventRow[]): void => {
        for (const row of events) {
          if (flags.json) outputs.out.line(JSON.stringify(eventJson(row)));
          else printEvent(outputs.out, row);
        }
      };
      const tailing = tailEvents(
        core.store,
        eventFilter(flags),
        (events) => {
          print(events);
          if (outputs.out.closed) tailing.close();
        },
        flags.since,
      );
      interrupts.react(() => tailing.close());
      await tailing.ended;
      done(EXIT.ok);
    } finally {
      interrupts.end();
      await core.close();
    }
  });
}

function addAuditCommands(program: Command, setting: CommandSetting): void {
  const { outputs } = setting;
  const audit = program.command("audit").summary("list what people did").helpCommand(false);
  audit.description("Shows who did what, and why.").addHelpText("after", NOTES);
  const list = setting
    .addDatabaseOption(audit.command("list").description("Lists acts of people, the latest first."))
    .option("--act <pattern>", "only matching acts, for example 'tasks.*'")
    .option("--actor <name>", "only acts of this person");
  withRange(withEntities(list).option("--json", "one JSON object a line")).action((flags: AuditFlags) =>
    looking(setting, flags, async (store) => {
      const { act, actor, since, until } = flags;
      const filter = { act, actor, since, until, entity: entityOf(flags) };
      const page = await readPages(flags, (place) => listAudit(store, { ...filter, ...place }));
      show(outputs, flags, page, { none: "No such acts.", json: auditJson, print: printAct });
      return EXIT.ok;
    }),
  );
}

function withEntities(command: Command): Command {
  for (const kind of LOG_ENTITIES) command.option(`--${kind} <id>`, `only those about this ${kind}`);
  return command;
}

function withRange(command: Command): Command {
  return command
    .option("--since <time>", "not before this time", parseTimeOption)
    .option("--until <time>", "before this time", parseTimeOption)
    .option("-n, --limit <n>", "at most so many", parseCount, 50)
    .option("--oldest", "the oldest first");
}

function parseTimeOption(argument: string): number {
  const at = parseMoment(argument, Date.now());
  if (at === null) throw new InvalidArgumentError("Give a time (2026-11-21 14:03) or an age (30m).");
  return at;
}

const MOST_SHOWN = 100_000;

function parseCount(argument: string): number {
  const count = /^\d+$/.test(argument) ? Number(argument) : 0;
  if (count < 1 || count > MOST_SHOWN) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${formatCount(MOST_SHOWN)}.`);
  }
  return count;
}

function eventFilter({ topic, not, correlation, source, ...flags }: EventFlags) {
  return { topics: topic, except: not, correlationId: correlation, source, entity: entityOf(flags) };
}

function entityOf(flags: EntityFlags): { readonly kind: LogEntity; readonly id: string } | undefined {
  const given = LOG_ENTITIES.flatMap((kind) => {
    const id = flags[kind];
    return id === undefined ? [] : [{ kind, id }];
  });
  if (given.length > 1) {
    const options = LOG_ENTITIES.map((kind) => `--${kind}`).join(", ");
    throw new HiveError("invalid_input", `Give one of ${options}, not several.`, {});
  }
  return given[0];
}

interface PlaceInLog {
  readonly order: LogOrder;
  readonly limit: number;
  readonly after?: string | undefined;
}

const PAGE = 500;

/** As many rows as were asked for, page by page. */
async function readPages<Row>(
  { oldest, limit }: ListFlags,
  read: (place: PlaceInLog) => Promise<Page<Row>>,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  const order = oldest ? "oldest" : "newest";
  let after: string | undefined;
  for (;;) {
    const page = await read({ order, limit: Math.min(PAGE, limit - rows.length), after });
    rows.push(...page.rows);
    if (page.next === null || rows.length >= limit) return { rows, next: page.next };
    after = page.next;
  }
}

interface Look<Row> {
  readonly none: string;
  readonly json: (row: Row) => Readonly<Record<string, unknown>>;
  readonly print: (out: Outputs["out"], row: Row) => void;
}

function show<Row extends EventRow | AuditRow>(
  { out, err }: Outputs,
  flags: ListFlags,
  { rows, next }: Page<Row>,
  { none, json, print }: Look<Row>,
): void {
  for (const row of rows) {
    if (flags.json) out.line(JSON.stringify(json(row)));
    else print(out, row);
  }
  if (rows.length === 0 && !flags.json) out.line(none);
  if (next !== null) err.line(`There may be more: ${formatCount(rows.length)} are shown (--limit N).`);
}
