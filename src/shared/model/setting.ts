import { z } from "zod";
import { DEFAULT_RULES, notificationRules } from "./notification";

/** Where a setting is kept, and so whom it is for. */
export const SETTING_SCOPES = ["database", "machine", "window"] as const;
export type SettingScope = (typeof SETTING_SCOPES)[number];

export const SETTING_GROUPS = ["runner", "backup", "retention", "appearance", "time", "notifications", "llm"] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** How a value is edited, and what it may be. */
export type SettingControl =
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly unit: string }
  | {
      readonly kind: "choice";
      readonly options: readonly { readonly value: string | number; readonly label: string }[];
    }
  | { readonly kind: "switch" }
  | { readonly kind: "text"; readonly placeholder: string }
  | { readonly kind: "words"; readonly placeholder: string }
  | { readonly kind: "zone" }
  | { readonly kind: "rules" };

export interface SettingDefinition {
  /** `group.what`. */
  readonly name: string;
  readonly scope: SettingScope;
  readonly group: SettingGroup;
  readonly label: string;
  /** What it does, in a sentence or two. */
  readonly says: string;
  readonly control: SettingControl;
  /** What a value must be. Null is not among them: it stands for "not set". */
  readonly schema: z.ZodType;
  /** Null: it depends, as `defaultWords` says. */
  readonly default: unknown;
  readonly defaultWords: string;
  /** What may be given. */
  readonly range: string;
  /** When a change takes effect. */
  readonly effect: string;
}

type Given = Omit<SettingDefinition, "schema" | "control" | "range" | "defaultWords"> & {
  readonly defaultWords?: string;
};

function whole(given: Given, min: number, max: number, unit: string): SettingDefinition {
  return {
    defaultWords: given.default === null ? "" : withUnit(given.default, unit),
    ...given,
    control: { kind: "number", min, max, unit },
    schema: z.int().min(min).max(max),
    range: `${min} to ${max}${unit === "" ? "" : ` ${unit}`}`,
  };
}

function withUnit(value: unknown, unit: string): string {
  return unit === "" ? String(value) : `${value} ${unit}`;
}

function choice(given: Given, options: Readonly<Record<string, string>>): SettingDefinition {
  const values = Object.keys(options);
  return {
    defaultWords: typeof given.default === "string" ? (options[given.default] ?? given.default) : "",
    ...given,
    control: { kind: "choice", options: values.map((value) => ({ value, label: options[value] ?? value })) },
    schema: z.enum(values),
    range: values.join(", "),
  };
}

function onOff(given: Given): SettingDefinition {
  return {
    defaultWords: given.default === true ? "on" : "off",
    ...given,
    control: { kind: "switch" },
    schema: z.boolean(),
    range: "on (true), off (false)",
  };
}

const AT_ONCE = "at once";
const RUNNING_TOO = "at once, also for tasks that run";
const NEXT_CLEANING = "with the next cleaning";

/** A keep time; 0 keeps for ever. */
function kept(name: string, label: string, says: string): SettingDefinition {
  return whole(
    {
      name,
      scope: "database",
      group: "retention",
      label,
      says: `${says} 0 keeps them for ever.`,
      default: 0,
      defaultWords: "0: for ever",
      effect: NEXT_CLEANING,
    },
    0,
    36_500,
    "days",
  );
}

const WORD = /^[a-z0-9][a-z0-9._:-]*$/i;

export const ZOOM_FACTORS = [0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;

function isZone(name: string): boolean {
  if (name === "system") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Every setting. docs/settings.md is checked against this list. */
export const SETTINGS: readonly SettingDefinition[] = [
  whole(
    {
      name: "runner.slots",
      scope: "database",
      group: "runner",
      label: "Slots",
      says: "How many tasks run at once on this database, whichever console starts them. Running tasks above a lower number run to their ends.",
      default: null,
      defaultWords: "as many as the machine has cores",
      effect: AT_ONCE,
    },
    1,
    1_000,
    "",
  ),
  {
    name: "runner.roles",
    scope: "database",
    group: "runner",
    label: "Roles of the slots",
    says: "What the console's own slots can do besides commands, requests and models: a subtask that asks for one of these capabilities may run here.",
    control: { kind: "words", placeholder: "gpu, signing" },
    schema: z
      .array(z.string().min(1).max(100).regex(WORD, "letters, digits and . _ : - only"))
      .max(50)
      .refine((words) => new Set(words).size === words.length, "a word stands there twice"),
    default: [],
    defaultWords: "none",
    range: "up to 50 words of letters, digits and . _ : -",
    effect: "with the next claim",
  },
  whole(
    {
      name: "runner.graceSeconds",
      scope: "database",
      group: "runner",
      label: "Grace period",
      says: "How long a task that is stopped has after SIGTERM to end by itself, before SIGKILL ends it.",
      default: 5,
      effect: RUNNING_TOO,
    },
    0,
    600,
    "seconds",
  ),
  whole(
    {
      name: "runner.heartbeatSeconds",
      scope: "database",
      group: "runner",
      label: "Heartbeat",
      says: "How often the slots say that they live. Other programs take a worker for dead after 15 seconds of silence, so it is never slower than 5.",
      default: 5,
      effect: "with the next beat",
    },
    1,
    5,
    "seconds",
  ),
  whole(
    {
      name: "runner.silenceSeconds",
      scope: "database",
      group: "runner",
      label: "Patience with other workers",
      says: "How long a worker of another program may be silent before its attempts are given to others.",
      default: 15,
      effect: AT_ONCE,
    },
    15,
    3_600,
    "seconds",
  ),
  whole(
    {
      name: "runner.leaseSeconds",
      scope: "database",
      group: "runner",
      label: "Lease",
      says: "How long a console that starts the tasks, and cannot be seen to live, may be silent before another takes over. One whose process is gone is followed at once.",
      default: 2,
      effect: AT_ONCE,
    },
    2,
    60,
    "seconds",
  ),
  whole(
    {
      name: "runner.metricsPort",
      scope: "database",
      group: "runner",
      label: "Port of the figures",
      says: "Where monitoring systems of this computer find the figures of the database: http://127.0.0.1:PORT/metrics, answered by whichever console starts the tasks. 0 answers nobody.",
      default: 0,
      defaultWords: "0: nobody",
      effect: AT_ONCE,
    },
    0,
    65_535,
    "",
  ),

  whole(
    {
      name: "backup.everyHours",
      scope: "database",
      group: "backup",
      label: "Backup every",
      says: "Whoever starts the tasks makes a backup beside the database so often. 0 makes none by the clock.",
      default: 0,
      defaultWords: "0: none",
      effect: AT_ONCE,
    },
    0,
    8_760,
    "hours",
  ),
  whole(
    {
      name: "backup.keep",
      scope: "database",
      group: "backup",
      label: "Backups kept",
      says: "Of those made by the clock the latest so many are kept. Those that a person made stay.",
      default: 7,
      effect: "with the next backup",
    },
    1,
    1_000,
    "backups",
  ),

  kept(
    "retention.completedDays",
    "Completed plans",
    "How long plans that completed are kept, with tasks, attempts and logs.",
  ),
  kept("retention.failedDays", "Failed plans", "How long plans that failed, or completed in part, are kept."),
  kept("retention.cancelledDays", "Cancelled plans", "How long plans that were cancelled are kept."),
  kept("retention.eventsDays", "Events", "How long events are kept."),
  kept("retention.logsDays", "Logs", "How long logs are kept; their attempts stay."),
  whole(
    {
      name: "retention.keepPlans",
      scope: "database",
      group: "retention",
      label: "Plans kept in any case",
      says: "The latest so many plans that have ended are kept, however old they are.",
      default: 100,
      effect: NEXT_CLEANING,
    },
    0,
    100_000,
    "plans",
  ),

  choice(
    {
      name: "appearance.theme",
      scope: "machine",
      group: "appearance",
      label: "Theme",
      says: "The colours of every window on this computer.",
      default: null,
      defaultWords: "dark",
      effect: "at once; in other windows when they come to the front",
    },
    { system: "As the system", dark: "Dark", light: "Light" },
  ),
  {
    name: "appearance.zoom",
    scope: "window",
    group: "appearance",
    label: "Size",
    says: "How large this window is drawn. A database that is opened for the first time begins with the size used last.",
    control: {
      kind: "choice",
      options: ZOOM_FACTORS.map((value) => ({ value, label: `${Math.round(value * 100)} %` })),
    },
    schema: z.union(ZOOM_FACTORS.map((value) => z.literal(value))),
    default: 1,
    defaultWords: "100 %",
    range: ZOOM_FACTORS.join(", "),
    effect: AT_ONCE,
  },
  choice(
    {
      name: "appearance.density",
      scope: "machine",
      group: "appearance",
      label: "Density",
      says: "Comfortable gives forms, menus and panels more room. Rows of tables stay as they are.",
      default: "compact",
      effect: "at once; in other windows when they come to the front",
    },
    { compact: "Compact", comfortable: "Comfortable" },
  ),
  choice(
    {
      name: "appearance.motion",
      scope: "machine",
      group: "appearance",
      label: "Motion",
      says: "Whether anything on screen moves by itself.",
      default: "system",
      effect: "at once; in other windows when they come to the front",
    },
    { system: "As the system", reduced: "None" },
  ),

  {
    name: "time.zone",
    scope: "machine",
    group: "time",
    label: "Time zone",
    says: "Whose clock times are shown by. The database always holds UTC.",
    control: { kind: "zone" },
    schema: z.string().max(100).refine(isZone, "no time zone of this name is known, as in Europe/Berlin or UTC"),
    default: "system",
    defaultWords: "the computer's",
    range: "system, or a name as Europe/Berlin or UTC",
    effect: AT_ONCE,
  },
  choice(
    {
      name: "time.clock",
      scope: "machine",
      group: "time",
      label: "Clock",
      says: "How the time of day is written.",
      default: "24",
      effect: AT_ONCE,
    },
    { "24": "24 hours: 14:32:07", "12": "12 hours: 2:32:07 pm" },
  ),

  onOff({
    name: "notifications.native",
    scope: "machine",
    group: "notifications",
    label: "Notifications of the system",
    says: "Shows what the rules find as a notification of the desktop, too. The bell in the window has all of it in any case.",
    default: true,
    effect: AT_ONCE,
  }),
  onOff({
    name: "notifications.tray",
    scope: "machine",
    group: "notifications",
    label: "Tray icon",
    says: "An icon beside the clock with what runs, failed and waits. Closing the window ends it as before.",
    default: true,
    effect: AT_ONCE,
  }),
  {
    name: "notifications.rules",
    scope: "database",
    group: "notifications",
    label: "Rules",
    says: "Which events notify. Whichever window of this database sees one first tells of it, once.",
    control: { kind: "rules" },
    schema: notificationRules,
    default: DEFAULT_RULES,
    defaultWords: DEFAULT_RULES.filter(({ on }) => on)
      .map(({ name }) => name)
      .join(", "),
    range: "up to 50 rules, each with a name, a topic pattern and a filter",
    effect: "for events from then on",
  },
  whole(
    {
      name: "notifications.maxFailures",
      scope: "database",
      group: "notifications",
      label: "Failures before a subscription is disabled",
      says: "After so many failed deliveries in a row a webhook or command is disabled, and a notice says so. Nothing is lost: it goes on from there when it is resumed.",
      default: 12,
      effect: "with the next delivery",
    },
    1,
    1_000,
    "failures",
  ),
  whole(
    {
      name: "notifications.logRows",
      scope: "database",
      group: "notifications",
      label: "Delivery log",
      says: "So many of its latest deliveries are kept for each subscription.",
      default: 500,
      effect: "with the next delivery",
    },
    10,
    10_000,
    "deliveries",
  ),

  {
    name: "llm.endpoint",
    scope: "machine",
    group: "llm",
    label: "Endpoint",
    says: "The address of an OpenAI-compatible server that agents ask where neither a plan nor an agent's file names one. Wins over HIVE_LLM_ENDPOINT, in windows; the command goes by its environment.",
    control: { kind: "text", placeholder: "http://127.0.0.1:11434/v1" },
    schema: z.url({ protocol: /^https?$/, error: "write an address with http:// or https:// in front" }).max(2_000),
    default: null,
    defaultWords: "HIVE_LLM_ENDPOINT, else Ollama on this computer",
    range: "an address with http:// or https://",
    effect: "for attempts that begin from then on",
  },
  {
    name: "llm.model",
    scope: "machine",
    group: "llm",
    label: "Model",
    says: "The model that agents ask where nothing else names one. Wins over HIVE_LLM_MODEL, in windows.",
    control: { kind: "text", placeholder: "llama3.2" },
    schema: z.string().trim().min(1).max(200),
    default: null,
    defaultWords: "HIVE_LLM_MODEL, else none",
    range: "a name that the endpoint knows",
    effect: "for attempts that begin from then on",
  },
];

const BY_NAME: ReadonlyMap<string, SettingDefinition> = new Map(SETTINGS.map((setting) => [setting.name, setting]));

export function settingOf(name: string): SettingDefinition | null {
  return BY_NAME.get(name) ?? null;
}

/** A setting as it is now. */
export interface SettingRow {
  readonly name: string;
  readonly scope: SettingScope;
  readonly group: SettingGroup;
  readonly label: string;
  readonly says: string;
  readonly control: SettingControl;
  /** What holds; null: it depends, as `defaultWords` says. */
  readonly value: unknown;
  /** Somebody set it; else `value` is the default. */
  readonly isSet: boolean;
  readonly default: unknown;
  readonly defaultWords: string;
  readonly range: string;
  readonly effect: string;
  /** What is kept for it is no value that it can have: the default holds, and this says why. */
  readonly problem: string | null;
}

/** A setting with what is kept for it; `undefined`: nothing. */
export function settingRow(definition: SettingDefinition, kept: unknown): SettingRow {
  const { schema, ...rest } = definition;
  if (kept === undefined) return { ...rest, value: rest.default, isSet: false, problem: null };
  const parsed = schema.safeParse(kept);
  if (parsed.success) return { ...rest, value: parsed.data, isSet: true, problem: null };
  return {
    ...rest,
    value: rest.default,
    isSet: true,
    problem: `What is kept for it cannot be used: ${whyNot(parsed.error)}`,
  };
}

/** What is wrong with a value, in one line. */
export function whyNot(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}

export const SETTINGS_FORMAT = "hive-console-settings";

/** A file of settings. Secrets are no settings: none is ever in it. */
export const settingsFile = z.strictObject({
  format: z.literal(SETTINGS_FORMAT, { error: `this is no file of settings: "format" must be "${SETTINGS_FORMAT}"` }),
  version: z.literal(1, { error: "this version of the format is not known here" }),
  exportedAt: z.string().optional(),
  settings: z.record(z.string().max(100), z.unknown()),
});
export type SettingsFile = z.output<typeof settingsFile>;

/** What an import would do to one setting. */
export interface SettingChange {
  readonly name: string;
  readonly label: string;
  readonly scope: SettingScope;
  readonly before: unknown;
  readonly after: unknown;
}
