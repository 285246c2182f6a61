import { formatClock, formatDate, formatTimeOfDay, zoneOffset } from "../../time-format";

/** A stretch of time, milliseconds since the epoch. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Nobody looks closer. */
const LEAST_MS = 200;

/** Larger (`factor` above 1) around a moment, which stays where it is; never beyond the whole. */
export function zoomSpan(span: TimeSpan, factor: number, at: number, whole: TimeSpan): TimeSpan {
  const length = (span.to - span.from) / factor;
  const most = whole.to - whole.from;
  if (length >= most) return whole;
  const kept = Math.max(LEAST_MS, length);
  const part = (at - span.from) / (span.to - span.from);
  return keepWithin({ from: at - kept * part, to: at + kept * (1 - part) }, whole);
}

export function moveSpan(span: TimeSpan, by: number, whole: TimeSpan): TimeSpan {
  return keepWithin({ from: span.from + by, to: span.to + by }, whole);
}

function keepWithin(span: TimeSpan, whole: TimeSpan): TimeSpan {
  const length = span.to - span.from;
  const from = Math.min(Math.max(span.from, whole.from), Math.max(whole.from, whole.to - length));
  return { from, to: from + length };
}

/** The whole with a little room at its end, for figures beside the last bars. */
export function wholeSpan({ from, to }: TimeSpan): TimeSpan {
  const room = (to - from) * 0.04;
  return { from: from - room / 4, to: to + room };
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  100,
  200,
  500,
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  30 * DAY,
];
const PIXELS_A_TICK = 110;

/** Moments worth a line, whole steps of the clock of the zone, and how long a step is. */
export function ticksOf(span: TimeSpan, width: number): { readonly times: readonly number[]; readonly step: number } {
  const length = span.to - span.from;
  const most = Math.max(1, Math.floor(width / PIXELS_A_TICK));
  const step =
    STEPS.find((candidate) => length / candidate <= most) ??
    (STEPS.at(-1) ?? DAY) * Math.ceil(length / most / (30 * DAY));
  const offset = -zoneOffset(span.from);
  const times: number[] = [];
  for (let time = Math.ceil((span.from - offset) / step) * step + offset; time <= span.to; time += step)
    times.push(time);
  return { times, step };
}

/** A tick in as many figures as tell it from its neighbours. */
export function tickWords(time: number, step: number): string {
  if (step < SECOND) {
    const tenth = Math.floor((((time % SECOND) + SECOND) % SECOND) / 100);
    return formatClock(time).replace(/:\d\d(?= |$)/, (seconds) => `${seconds}.${tenth}`);
  }
  if (step < MINUTE) return formatClock(time);
  return step < DAY ? formatTimeOfDay(time) : formatDate(time).slice(5);
}
