import { Cron } from "croner";
import { HiveError } from "../../../shared/errors";
import type { Timing } from "../../../shared/model/schedule";

const LEAST_INTERVAL_MS = 1_000;
const MOST_INTERVAL_MS = 366 * 24 * 3_600_000;

const EXAMPLES =
  'Write five fields as "30 2 * * 1-5" (minute, hour, day, month, weekday), or @hourly, @daily, @weekly.';

/** Whether a timing can be used. Throws `invalid_input` that says what is wrong; also for one that is never due. */
export function checkTiming(timing: Timing, now: number): void {
  if (timing.kind === "interval") {
    const { everyMs } = timing;
    if (everyMs >= LEAST_INTERVAL_MS && everyMs <= MOST_INTERVAL_MS) return;
    throw new HiveError("invalid_input", "An interval is at least one second and at most a year (8784h).", { everyMs });
  }
  checkZone(timing.timezone);
  const { expression } = timing;
  if (nextDue(timing, now) === null) {
    throw new HiveError("invalid_input", `"${expression}" is never due: no such day comes.`, { expression });
  }
}

/** As `Intl` knows them: with their summer times. */
function checkZone(timezone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    const message = `"${timezone}" is no time zone: name one as Europe/Berlin, America/New_York or UTC.`;
    throw new HiveError("invalid_input", message, { timezone });
  }
}

/** The first due time after `after`; null: there is none. Throws `invalid_input` for a bad expression. */
export function nextDue(timing: Timing, after: number): number | null {
  if (timing.kind === "cron") return cronOf(timing).nextRun(new Date(after))?.getTime() ?? null;
  const { from, everyMs } = timing;
  return after < from ? from : from + (Math.floor((after - from) / everyMs) + 1) * everyMs;
}

/** The next due times, the soonest first. */
export function nextDues(timing: Timing, after: number, most: number): number[] {
  const times: number[] = [];
  for (let at = nextDue(timing, after); at !== null && times.length < most; at = nextDue(timing, at)) times.push(at);
  return times;
}

/** The latest due time in (`after`, `until`]; null: there is none. However long that is, it takes no longer. */
export function latestDue(timing: Timing, after: number, until: number): number | null {
  let latest: number | null;
  if (timing.kind === "cron") {
    // The library looks before its reference.
    latest =
      cronOf(timing)
        .previousRuns(1, new Date(until + 1))[0]
        ?.getTime() ?? null;
  } else {
    const { from, everyMs } = timing;
    latest = until < from ? null : from + Math.floor((until - from) / everyMs) * everyMs;
  }
  return latest !== null && latest > after ? latest : null;
}

/**
 * A time that does not exist (clocks go forward) is due at the first one after the gap, one that exists twice
 * (clocks go back) is due once. An expression with a `*` or a step in its hours goes by time passed: it skips the
 * first and takes the second twice.
 */
function cronOf({ expression, timezone }: Extract<Timing, { kind: "cron" }>): Cron {
  const refuse = (why: string): never => {
    throw new HiveError("invalid_input", `"${expression}" is no cron expression: ${why}. ${EXAMPLES}`, { expression });
  };
  // The library takes a date as well, which would be due once.
  if (!expression.startsWith("@") && expression.trim().split(/\s+/).length < 5) refuse("it has too few fields");
  try {
    return new Cron(expression, { timezone, paused: true, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" });
  } catch (error) {
    return refuse(
      (error instanceof Error ? error.message : String(error)).replace(/^Cron\w+: /, "").replace(/\.$/, ""),
    );
  }
}
