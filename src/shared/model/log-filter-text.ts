import { AUDIT_ENTITIES, type AuditFilter, type EventFilter, LOG_ENTITIES } from "./log-views";

/**
 * Filters of events and acts as a person types them: `task.* *.failed -agent.heartbeat source:hive-runner since:2h`.
 * Words without a field are patterns over the whole type, several mean either, one with a minus leaves out what
 * matches. Quotes keep what has blanks together.
 */

export type FilteredLog = "events" | "audit";

/** What a field takes, for those who explain or complete it. */
export interface LogField {
  /** As typed before the colon. */
  readonly word: string;
  readonly label: string;
  readonly hint: string;
}

const ABOUT: Readonly<Record<(typeof AUDIT_ENTITIES)[number], string>> = {
  task: "a task’s id",
  plan: "a plan’s id",
  run: "an attempt’s id",
  worker: "a worker’s id",
  job: "a bulk act’s id",
  setting: "a setting’s name",
  schedule: "a schedule’s id",
  subscription: "a subscription’s id",
};

const about = (words: readonly (typeof AUDIT_ENTITIES)[number][]): LogField[] =>
  words.map((word) => ({ word, label: word.charAt(0).toUpperCase() + word.slice(1), hint: ABOUT[word] }));

const TIMES: readonly LogField[] = [
  { word: "since", label: "Since", hint: "15m, 2h, 14:03, 2026-11-21, 2026-11-21T14:03" },
  { word: "until", label: "Until", hint: "14:03, 2026-11-21T14:03: before that moment" },
];

export const LOG_FIELDS: Readonly<Record<FilteredLog, readonly LogField[]>> = {
  events: [
    { word: "source", label: "Source", hint: "who wrote it, exactly" },
    { word: "correlation", label: "Correlation", hint: "what belongs together" },
    ...about(LOG_ENTITIES),
    ...TIMES,
  ],
  audit: [{ word: "by", label: "By", hint: "who did it, exactly" }, ...about(AUDIT_ENTITIES), ...TIMES],
};

/** One condition. */
export interface LogTerm {
  /** `is` and `not` are patterns; else the word of a field. */
  readonly field: string;
  readonly value: string;
}

export interface ParsedLogFilter {
  readonly terms: readonly LogTerm[];
  /** What means nothing, with what would. */
  readonly problems: readonly string[];
}

const TOKEN = /(-?)(?:([A-Za-z_]+):)?("(?:[^"\\]|\\.)*"?|[^\s"]\S*)?/gy;

/** Reads a typed filter. What means nothing is a problem, and left out. Of a field given twice the later one counts. */
export function parseLogFilter(log: FilteredLog, text: string, now: number): ParsedLogFilter {
  const terms: LogTerm[] = [];
  const problems: string[] = [];
  for (const { isNot, word, value } of tokensOf(text)) {
    const field = LOG_FIELDS[log].find((known) => known.word === word?.toLowerCase());
    if (word === null) {
      if (value === "") problems.push("A pattern is missing: task.*, *.failed.");
      else terms.push({ field: isNot ? "not" : "is", value });
    } else if (field === undefined) {
      const known = LOG_FIELDS[log].map((one) => one.word).join(", ");
      problems.push(`There is no field ${word}. There are: ${known}.`);
    } else if (value === "") problems.push(`${field.word}: needs a value: ${field.hint}.`);
    else if (isNot) problems.push(`-${field.word}: cannot be left out. Only patterns can.`);
    else if (isTime(field.word) && readMoment(value, now) === null)
      problems.push(`${field.word}: takes ${field.hint}.`);
    else terms.push({ field: field.word, value });
  }
  return { terms: withoutEarlier(terms), problems };
}

function tokensOf(text: string): Array<{ isNot: boolean; word: string | null; value: string }> {
  const tokens: Array<{ isNot: boolean; word: string | null; value: string }> = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    if (/\s/.test(text[at] ?? "")) {
      TOKEN.lastIndex = at + 1;
      continue;
    }
    const [all = "", minus = "", word, raw = ""] = TOKEN.exec(text) ?? [];
    if (all === "") break;
    TOKEN.lastIndex = at + all.length;
    tokens.push({ isNot: minus !== "", word: word ?? null, value: unquoted(raw) });
  }
  return tokens;
}

function unquoted(raw: string): string {
  if (!raw.startsWith('"')) return raw;
  return raw.slice(1, raw.length > 1 && raw.endsWith('"') ? -1 : undefined).replaceAll(/\\(.)/g, "$1");
}

const isTime = (field: string): boolean => field === "since" || field === "until";
const isEntity = (field: string): boolean => AUDIT_ENTITIES.some((kind) => kind === field);
const isPattern = (field: string): boolean => field === "is" || field === "not";

/** Each pattern once, each field once, one thing that it is about. */
function withoutEarlier(terms: readonly LogTerm[]): LogTerm[] {
  return terms.filter((term, index) => {
    const later = terms.slice(index + 1);
    if (isPattern(term.field)) {
      return !terms.slice(0, index).some(({ field, value }) => field === term.field && value === term.value);
    }
    return !later.some(({ field }) => field === term.field || (isEntity(field) && isEntity(term.field)));
  });
}

/** The terms with one more; it takes the place of those that it excludes. */
export function withTerm(terms: readonly LogTerm[], term: LogTerm): LogTerm[] {
  return withoutEarlier([...terms, term]);
}

/** The filter as text that reads as itself. */
export function formatLogFilter(terms: readonly LogTerm[]): string {
  return terms
    .map(({ field, value }) => {
      const isPlain = value !== "" && !/[\s"\\]/.test(value) && !(isPattern(field) && /^-|^[A-Za-z_]+:/.test(value));
      const shown = isPlain ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
      if (field === "is") return shown;
      return field === "not" ? `-${shown}` : `${field}:${shown}`;
    })
    .join(" ");
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGE = /^(\d{1,9})([smhd])$/;
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const DAY = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:\d{2})?$/i;

/** By how many milliseconds a zone's clocks are ahead of UTC at a moment. */
export type ZoneOffset = (time: number) => number;

const ofComputer: ZoneOffset = (time) => -new Date(time).getTimezoneOffset() * 60_000;
const DAY_MS = 86_400_000;

/**
 * A moment as typed: an age, a time of today, or a date, in a zone (default: the computer's). Milliseconds; null for
 * anything else.
 */
export function readMoment(text: string, now: number, offset: ZoneOffset = ofComputer): number | null {
  const [, amount, unit = ""] = AGE.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  // What its clocks show, taken for UTC; the offset of that moment takes it back.
  const inZone = (shown: number): number => shown - offset(shown - offset(shown));
  const [, hours, minutes, seconds = "0"] = CLOCK.exec(text) ?? [];
  if (hours !== undefined) {
    const today = Math.floor((now + offset(now)) / DAY_MS) * DAY_MS;
    return inZone(today + (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000);
  }
  const [, day, time = "00:00", zone] = DAY.exec(text) ?? [];
  if (day === undefined) return null;
  const at = Date.parse(`${day}T${time}${zone?.toUpperCase() ?? "Z"}`);
  if (Number.isNaN(at)) return null;
  return zone === undefined ? inZone(at) : at;
}

const oneOf = (terms: readonly LogTerm[], wanted: string): string | undefined =>
  terms.find(({ field }) => field === wanted)?.value;

const manyOf = (terms: readonly LogTerm[], wanted: string): string[] | undefined => {
  const values = terms.flatMap(({ field, value }) => (field === wanted ? value : []));
  return values.length === 0 ? undefined : values;
};

function rangeOf(terms: readonly LogTerm[], now: number, offset?: ZoneOffset) {
  const moment = (word: string): number | undefined => {
    const value = oneOf(terms, word);
    return value === undefined ? undefined : (readMoment(value, now, offset) ?? undefined);
  };
  return { since: moment("since"), until: moment("until") };
}

function entityOf<Kind extends string>(terms: readonly LogTerm[], kinds: readonly Kind[]) {
  for (const kind of kinds) {
    const id = oneOf(terms, kind);
    if (id !== undefined) return { kind, id };
  }
  return undefined;
}

/** What the terms ask of the events as of now: an age moves with the time. */
export function eventFilterOf(terms: readonly LogTerm[], now: number, offset?: ZoneOffset): EventFilter {
  return {
    topics: manyOf(terms, "is"),
    except: manyOf(terms, "not"),
    source: oneOf(terms, "source"),
    correlationId: oneOf(terms, "correlation"),
    entity: entityOf(terms, LOG_ENTITIES),
    ...rangeOf(terms, now, offset),
  };
}

/** The same of the acts of people. */
export function auditFilterOf(terms: readonly LogTerm[], now: number, offset?: ZoneOffset): AuditFilter {
  return {
    acts: manyOf(terms, "is"),
    except: manyOf(terms, "not"),
    actor: oneOf(terms, "by"),
    entity: entityOf(terms, AUDIT_ENTITIES),
    ...rangeOf(terms, now, offset),
  };
}
