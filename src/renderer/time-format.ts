import { create } from "zustand";

/** How moments are written, everywhere in the window. */
export interface TimeStyle {
  /** An IANA name, as `Europe/Berlin` or `UTC`; null: the computer's zone. */
  readonly zone: string | null;
  /** `24`: `14:32`. `12`: `2:32 PM`. */
  readonly hours: 24 | 12;
}

const KEY = "time";
const DEFAULT: TimeStyle = { zone: null, hours: 24 };

/** A zone's name that this computer knows. */
function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** What was kept, as far as it makes sense. Pure. */
export function readTimeStyle(kept: string | null): TimeStyle {
  try {
    const value: unknown = JSON.parse(kept ?? "null");
    if (typeof value !== "object" || value === null) return DEFAULT;
    const zone = "zone" in value && typeof value.zone === "string" && isKnownZone(value.zone) ? value.zone : null;
    return { zone, hours: "hours" in value && value.hours === 12 ? 12 : 24 };
  } catch {
    return DEFAULT;
  }
}

const storage = (): Storage | null => (typeof window === "undefined" ? null : window.localStorage);

export const useTimeStyle = create<TimeStyle>()(() => readTimeStyle(storage()?.getItem(KEY) ?? null));

/** Writes moments another way from now on, in every window; a zone that is not known counts as the computer's. */
export function setTimeStyle(change: Partial<TimeStyle>): void {
  const next = { ...useTimeStyle.getState(), ...change };
  useTimeStyle.setState(next.zone === null || isKnownZone(next.zone) ? next : { ...next, zone: null });
  storage()?.setItem(KEY, JSON.stringify(useTimeStyle.getState()));
}

/** Follows what another window chose until the returned function is called. */
export function followTimeStyle(): () => void {
  const read = (event: StorageEvent): void => {
    if (event.key === KEY) useTimeStyle.setState(readTimeStyle(event.newValue));
  };
  window.addEventListener("storage", read);
  return () => window.removeEventListener("storage", read);
}

const MINUTE = 60_000;
/** No zone changes its clock more often than at quarters of an hour. */
const STEADY_MS = 15 * MINUTE;
const MOST_KEPT = 5_000;

const clocks = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(zone, made);
  return made;
}

/** The zone by whose clocks moments are written: the chosen one, or the computer's. */
export function shownZone(): string {
  return useTimeStyle.getState().zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** How far the clocks that are shown are ahead of UTC: `UTC`, `UTC+2`, `UTC-3:30`. Default zone: the chosen one. */
export function offsetWords(time: number, zone?: string | null): string {
  const minutes = Math.round(zoneOffset(time, zone) / MINUTE);
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes > 0 ? "+" : "-"}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}

/** By how many milliseconds the clocks of a zone are ahead of UTC at a moment. Default: the chosen zone. */
export function zoneOffset(time: number, zone: string | null = useTimeStyle.getState().zone): number {
  if (zone === null) return -new Date(time).getTimezoneOffset() * MINUTE;
  const key = `${zone} ${Math.floor(time / STEADY_MS)}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const parts = new Map(
    clockOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  const offset = shown - Math.floor(time / 1_000) * 1_000;
  if (offsets.size >= MOST_KEPT) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/** A moment whose UTC parts (`getUTCHours` and so on) are what the clocks of the chosen zone show. */
export function wallClock(time: number): Date {
  return new Date(time + zoneOffset(time));
}

const two = (value: number): string => String(value).padStart(2, "0");

function clockWords(at: Date, withSeconds: boolean): string {
  const rest = `:${two(at.getUTCMinutes())}${withSeconds ? `:${two(at.getUTCSeconds())}` : ""}`;
  const hour = at.getUTCHours();
  if (useTimeStyle.getState().hours === 24) return `${two(hour)}${rest}`;
  return `${hour % 12 === 0 ? 12 : hour % 12}${rest} ${hour < 12 ? "AM" : "PM"}`;
}

/** Time of day with seconds: `14:32:07`, or `2:32:07 PM`. */
export function formatClock(time: number): string {
  return clockWords(wallClock(time), true);
}

/** Time of day: `14:32`, or `2:32 PM`. */
export function formatTimeOfDay(time: number): string {
  return clockWords(wallClock(time), false);
}

const dateWords = (at: Date): string => `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;

/** The date: `2026-11-21`. */
export function formatDate(time: number): string {
  return dateWords(wallClock(time));
}

/** Date and time: `2026-11-21 14:32:07`. */
export function formatDateTime(time: number): string {
  return `${formatDate(time)} ${formatClock(time)}`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * A moment as the clock on the wall of a zone shows it: `Mon 2026-11-23 02:30`; with seconds when there are any. In UTC, as
 * ISO 8601, where the zone is not known.
 */
export function formatZoned(time: number, zone: string): string {
  if (!isKnownZone(zone)) return new Date(time).toISOString();
  const at = new Date(time + zoneOffset(time, zone));
  const clock = clockWords(at, at.getUTCSeconds() !== 0);
  return `${DAYS[at.getUTCDay()]} ${dateWords(at)} ${clock}`;
}

/** The time of day for today, else with the date: `14:32` or `2026-11-20 14:32`. Default: without seconds. */
export function formatMoment(time: number, now: number, withSeconds = false): string {
  const clock = withSeconds ? formatClock(time) : formatTimeOfDay(time);
  return formatDate(time) === formatDate(now) ? clock : `${formatDate(time)} ${clock}`;
}
