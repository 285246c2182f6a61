import { type Command, InvalidArgumentError } from "commander";
import { NO_SECRETS } from "../main/core/bus/secret-source";
import {
  addSubscription,
  listDeliveries,
  listSubscriptions,
  pauseSubscription,
  removeSubscription,
  resolveSubscription,
  resumeSubscription,
  testSubscription,
} from "../main/core/operations/subscriptions";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import { conditionsText, type EventCondition, parseConditions } from "../shared/model/notification";
import { whyNot } from "../shared/model/setting";
import {
  type DeliveryRow,
  type SubscriptionRow,
  subscriptionInput,
  TIMEOUT_SECONDS,
} from "../shared/model/subscription";
import { EXIT } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags, looking, parseInteger } from "./operation-command";
import { operatorName } from "./operator";
import type { Output } from "./output";
import { parseLimit } from "./parameters";
import { scriptRecord } from "./script-record";
import { column, plainText, truncate } from "./text";

const ADD_NOTES = `
Whoever dispatches on the database delivers: a window, hive run or hive plan watch. Each event comes at least once, in
order; what fails is tried again with growing pauses. docs/subscriptions.md says what a receiver gets.

Examples:
  hive subscription add chat --topic plan.execution_completed --where 'status=failed|partially_completed' \\
    --url https://chat.example.org/hook --secret-env CHAT_KEY
  hive subscription add speak --topic 'review.*' --run 'jq -r .payload.task_id | xargs notify-send Hive'
`;

interface AddFlags extends DatabaseFlags {
  readonly topic: string;
  readonly where?: readonly EventCondition[];
  readonly url?: string;
  readonly run?: string;
  readonly secretEnv?: string;
  readonly timeout: number;
  readonly fromBeginning?: boolean;
}

interface ActFlags extends DatabaseFlags {
  readonly reason?: string;
}

/** `hive subscription ...`: webhooks and commands that events go to. */
export function addSubscriptionCommands(program: Command, setting: CommandSetting): void {
  const { addDatabaseOption, outputs } = setting;
  const { out } = outputs;
  const subscription = program
    .command("subscription")
    .summary("send events to webhooks and commands")
    .description("Sends events to webhooks and commands; shows what became of each delivery.")
    .helpCommand(false);
  const command = (name: string, description: string) =>
    addDatabaseOption(subscription.command(name).description(description)).option("--json", "JSON for scripts");

  command("list", "Lists the subscriptions of a database, by name.").action((flags: DatabaseFlags) =>
    looking(setting, flags, async (store) => {
      for (const row of listSubscriptions(store)) {
        if (flags.json) out.line(subscriptionRecord(row));
        else printRow(out, row);
      }
      return undefined;
    }),
  );

  command("add", "Sends events that match a topic to a webhook or a command, from now on.")
    .argument("<name>", "what it is called, unique in the database")
    .requiredOption("--topic <pattern>", "which events: a type, or a pattern as task.*")
    .option("--where <conditions>", "of those, which: key=value|value in the payload, several with commas", parseWhere)
    .option("--url <address>", "post them there")
    .option("--run <command>", "or: run this for each, with the event on its standard input")
    .option("--secret-env <variable>", "with --url: the environment variable that holds the signature's key")
    .option("--timeout <seconds>", "how long one delivery may take", parseInteger, TIMEOUT_SECONDS.default)
    .option("--from-beginning", "begin with the first event of the database")
    .addHelpText("after", ADD_NOTES)
    .action((name: string, flags: AddFlags) => {
      const input = inputOf(name, flags);
      return acting(setting, flags, async (store) => {
        const from = flags.fromBeginning ? "beginning" : "now";
        const row = await addSubscription(store, { input, from, actor: operatorName() });
        if (flags.json) out.line(subscriptionRecord(row));
        else out.line(`${out.paint("green", "✓")} ${plainText(row.name)} gets ${plainText(row.topic)} from now on`);
        return undefined;
      });
    });

  const act = (
    name: string,
    description: string,
    work: (
      store: Store,
      request: { subscriptionId: string; reason?: string | undefined; actor: string },
    ) => Promise<unknown>,
    words: string,
  ): void => {
    command(name, description)
      .argument("<subscription>", "its name or id")
      .option("--reason <text>", "why, for the audit log")
      .action((given: string, flags: ActFlags) =>
        acting(setting, flags, async (store) => {
          const subscriptionId = resolveSubscription(store, given);
          await work(store, { subscriptionId, reason: flags.reason, actor: operatorName() });
          if (flags.json) out.line(JSON.stringify({ subscription_id: subscriptionId, done: name }));
          else out.line(`${out.paint("green", "✓")} ${plainText(given)} ${words}`);
          return undefined;
        }),
      );
  };
  act("remove", "Removes a subscription and the log of its deliveries; events stay.", removeSubscription, "is removed");
  act(
    "pause",
    "Delivers nothing to it until it is resumed; what comes meanwhile waits.",
    pauseSubscription,
    "is paused",
  );

  command("resume", "Goes on with what waits, also after too many failures.")
    .argument("<subscription>", "its name or id")
    .option("--skip", "forget what waits, and go on with what comes from now on")
    .option("--reason <text>", "why, for the audit log")
    .action((given: string, flags: ActFlags & { readonly skip?: boolean }) =>
      acting(setting, flags, async (store) => {
        const subscriptionId = resolveSubscription(store, given);
        const { reason, skip = false } = flags;
        const row = await resumeSubscription(store, { subscriptionId, reason, skip, actor: operatorName() });
        if (flags.json) out.line(subscriptionRecord(row));
        else out.line(`${out.paint("green", "✓")} ${plainText(given)} goes on`);
        return undefined;
      }),
    );

  command("test", "Delivers a made-up event now, from here, and says what came of it.")
    .argument("<subscription>", "its name or id")
    .action((given: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store) => {
        const services = { secrets: NO_SECRETS, environment: process.env };
        const row = await testSubscription(store, resolveSubscription(store, given), services);
        if (flags.json) out.line(scriptRecord(row));
        else printDelivery(out, row);
        return row.outcome === "delivered" ? EXIT.ok : EXIT.failed;
      }),
    );

  command("log", "Lists the latest deliveries of a subscription, the newest first.")
    .argument("<subscription>", "its name or id")
    .option("-n, --limit <n>", "at most so many", parseLimit, 20)
    .action((given: string, flags: DatabaseFlags & { readonly limit: number }) =>
      looking(setting, flags, async (store) => {
        for (const row of listDeliveries(store, resolveSubscription(store, given), flags.limit)) {
          if (flags.json) out.line(scriptRecord(row));
          else printDelivery(out, row);
        }
        return undefined;
      }),
    );
}

function parseWhere(text: string): EventCondition[] {
  const conditions = parseConditions(text);
  if (conditions !== null) return conditions;
  throw new InvalidArgumentError(
    "Write key=value, several values with | between them, several conditions with commas.",
  );
}

function inputOf(name: string, { topic, where = [], url, run, secretEnv, timeout }: AddFlags) {
  if ((url === undefined) === (run === undefined)) {
    throw new HiveError("invalid_input", "Give either --url or --run, to say where events go.", {});
  }
  const target = url === undefined ? { kind: "command", run } : { kind: "webhook", url, secretEnv: secretEnv ?? null };
  const parsed = subscriptionInput.safeParse({ name, topic, where, target, timeoutSeconds: timeout });
  if (parsed.success) return parsed.data;
  throw new HiveError("invalid_input", `Nothing was added: ${whyNot(parsed.error)}.`, {});
}

const STATES = { active: "green", paused: "yellow", disabled: "red", off: "yellow" } as const;

function printRow(out: Output, row: SubscriptionRow): void {
  const { name, topic, where, target, state, delivered, failures, reason, lastError } = row;
  const conditions = where.length === 0 ? "" : ` where ${conditionsText(where)}`;
  const to = target.kind === "webhook" ? target.url : target.run;
  const trouble = reason ?? lastError;
  out.line(
    `${column(plainText(name), 16)}  ${out.paint(STATES[state], column(state, 8))}  ${plainText(`${topic}${conditions} → ${to}`)}`,
  );
  const counts = failures === 0 ? `${delivered} delivered` : `${delivered} delivered, ${failures} failures in a row`;
  out.line(`${column("", 16)}  ${counts}${trouble === null ? "" : `: ${truncate(plainText(trouble), 90)}`}`);
}

const OUTCOMES = { delivered: "green", failed: "red", held: "yellow" } as const;

function printDelivery(out: Output, { at, outcome, eventType, attempt, isTest, tookMs, detail }: DeliveryRow): void {
  const time = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  const which = isTest ? "test" : `try ${attempt}`;
  const words = `${column(which, 7)}  ${tookMs} ms  ${truncate(plainText(detail ?? ""), 90)}`;
  out.line(
    `${time}  ${out.paint(OUTCOMES[outcome], column(outcome, 9))}  ${column(plainText(eventType), 26)}  ${words}`,
  );
}

function subscriptionRecord({ id, ...row }: SubscriptionRow): string {
  return scriptRecord({ subscriptionId: id, ...row });
}
