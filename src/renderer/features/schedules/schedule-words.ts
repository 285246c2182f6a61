import type { MissedPolicy, OverlapPolicy, Timing } from "../../../shared/model/schedule";
import { shownZone } from "../../time-format";
import { formatDuration } from "../../ui/format";

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `15m`, `1h 30m`, `2d` in milliseconds; null: it is no length of time. */
export function parseSpan(text: string): number | null {
  const parts = text
    .trim()
    .toLowerCase()
    .match(/^(\d+(\.\d+)?\s*[smhdw]\s*)+$/)
    ? text.toLowerCase()
    : null;
  if (parts === null) return null;
  let sum = 0;
  for (const [, count = "", unit = ""] of parts.matchAll(/(\d+(?:\.\d+)?)\s*([smhdw])/g)) {
    sum += Number(count) * (UNITS[unit] ?? 0);
  }
  return sum > 0 && Number.isFinite(sum) ? Math.round(sum) : null;
}

/** A length of time as `parseSpan` reads it: `1h 30m`. */
export function spanWords(milliseconds: number): string {
  let left = milliseconds;
  const parts = ["d", "h", "m", "s"].flatMap((unit) => {
    const count = Math.floor(left / (UNITS[unit] ?? 1));
    left -= count * (UNITS[unit] ?? 1);
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return left > 0 ? `${milliseconds / 1_000}s` : parts.join(" ");
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const NAMED: Readonly<Record<string, string>> = {
  "@hourly": "Every hour",
  "@daily": "Every day at 00:00",
  "@weekly": "Every Sunday at 00:00",
  "@monthly": "On the first of every month",
  "@yearly": "Every year on 1 January",
};

const two = (value: number): string => String(value).padStart(2, "0");

/** The usual cron expressions in words; the others as they stand. */
export function cronWords(expression: string): string {
  const named = NAMED[expression.trim()];
  if (named !== undefined) return named;
  const [minute = "", hour = "", day = "", month = "", weekday = "", ...more] = expression.trim().split(/\s+/);
  if (more.length > 0 || day !== "*" || month !== "*") return expression;
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (hour === "*" && weekday === "*") {
    if (minute === "*") return "Every minute";
    if (step !== undefined) return `Every ${step} minutes`;
    if (/^\d+$/.test(minute)) return minute === "0" ? "Every hour" : `Every hour at :${two(Number(minute))}`;
  }
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return expression;
  const at = `at ${two(Number(hour))}:${two(Number(minute))}`;
  if (weekday === "*") return `Every day ${at}`;
  if (weekday === "1-5") return `Weekdays ${at}`;
  return /^[0-7]$/.test(weekday) ? `Every ${DAYS[Number(weekday) % 7]} ${at}` : expression;
}

/** When a schedule is due, in a line. */
export function timingWords(timing: Timing): string {
  return timing.kind === "cron" ? cronWords(timing.expression) : `Every ${formatDuration(timing.everyMs)}`;
}

/** The same as it was written. */
export function timingSource(timing: Timing): string {
  return timing.kind === "cron" ? `${timing.expression}, ${timing.timezone}` : "by time passed";
}

export const OVERLAP_WORDS: Readonly<Record<OverlapPolicy, { readonly word: string; readonly text: string }>> = {
  skip: { word: "Skip", text: "is not launched while the one before still runs" },
  queue: { word: "Queue", text: "waits for the one before; one waits at most" },
  allow: { word: "Allow", text: "runs beside the one before" },
  replace: { word: "Replace", text: "cancels the one before and takes its place" },
};

export const MISSED_WORDS: Readonly<Record<MissedPolicy, { readonly word: string; readonly text: string }>> = {
  skip: { word: "Skip", text: "times that passed while no console ran are left out" },
  run_once: { word: "Run once", text: "one launch makes up for all times that passed" },
};

/** The zones that are known, the one that moments are shown in first. */
export function knownZones(): string[] {
  return [...new Set([shownZone(), "UTC", ...Intl.supportedValuesOf("timeZone")])];
}
