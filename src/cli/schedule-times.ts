import { InvalidArgumentError } from "commander";
import { parseDuration } from "../main/core/plan/duration";
import type { Timing } from "../shared/model/schedule";
import { formatElapsed } from "./text";

export interface TimingFlags {
  readonly cron?: string;
  readonly timezone?: string;
  readonly every?: number;
  readonly from?: number;
}

export function parseEvery(text: string): number {
  const days = /^(\d+)d$/.exec(text)?.[1];
  const ms = days === undefined ? parseDuration(text) : Number(days) * 24 * 3_600_000;
  if (ms === null || ms <= 0) throw new InvalidArgumentError("Give a duration, for example 15m, 6h or 2d.");
  return ms;
}

export function parseMoment(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError("Give a time, for example 2026-12-24T18:00 (of this place).");
  return at;
}

/** What the flags say, in the zone of this machine unless another is named. Null: they say nothing, or too much. */
export function timingOf({ cron, timezone, every, from }: TimingFlags, now: number): Timing | null {
  if ((cron === undefined) === (every === undefined)) return null;
  if (every !== undefined) return { kind: "interval", everyMs: every, from: from ?? now + every };
  const local = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { kind: "cron", expression: cron ?? "", timezone: timezone ?? local };
}

/** `30 2 * * 1-5 Europe/Berlin`, `every 15m 00s`. */
export function timingWords(timing: Timing): string {
  if (timing.kind === "interval") return `every ${formatElapsed(timing.everyMs)}`;
  return `${timing.expression} ${timing.timezone}`;
}

/** `Sun 2026-11-22 02:30`, by the clock that the schedule goes by. */
export function dueWords(at: number, timing: Timing): string {
  const timeZone = timing.kind === "cron" ? timing.timezone : undefined;
  const seconds = at % 60_000 === 0 ? {} : ({ second: "2-digit" } as const);
  const parts = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    ...seconds,
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const clock = ["hour", "minute", "second"].map(part).filter((text) => text !== "");
  return `${part("weekday")} ${part("year")}-${part("month")}-${part("day")} ${clock.join(":")}`;
}
