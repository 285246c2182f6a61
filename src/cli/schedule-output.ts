import type { ScheduleDetail, ScheduleLaunch, ScheduleRow } from "../shared/model/schedule";
import type { Output } from "./output";
import { dueWords, timingWords } from "./schedule-times";
import { scriptRecord } from "./script-record";
import { column, formatElapsed, plainText, truncate } from "./text";

/** When it is next due, to append to a line; nothing for one that is not due. */
export function nextWords({ nextAt, timing }: ScheduleRow): string {
  return nextAt === null ? "" : `; next ${dueWords(nextAt, timing)}`;
}

/** One line on a schedule that was made or changed. */
export function printMade(out: Output, row: ScheduleRow): void {
  const state = row.pausedAt === null ? nextWords(row) : "; it is paused";
  out.line(`${out.paint("green", "✓")} ${plainText(row.name)}: ${plainText(timingWords(row.timing))}${state}`);
}

/** A line of the list. */
export function printRow(out: Output, row: ScheduleRow, now: number): void {
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

export function printDetail(out: Output, detail: ScheduleDetail, now: number): void {
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

/** A schedule for scripts. */
export function scheduleRecord(row: ScheduleRow | ScheduleDetail): string {
  const { id, timing, ...rest } = row;
  const iso = (at: number) => new Date(at).toISOString();
  return scriptRecord({
    scheduleId: id,
    ...rest,
    timing: timing.kind === "interval" ? { ...timing, from: iso(timing.from) } : timing,
    ...("next" in row && { next: row.next.map(iso) }),
  });
}
