import { formatDuration, formatElapsed } from "../../ui/format";
import { measure } from "../../ui/graph/paint-node";
import type { Tone } from "../../ui/looks";
import { BAR, type Context, ROW, type TimelineFrame, timeToX, topOf } from "./paint-frame";
import { type Attempt, type Expected, readyAt, shownAttempts } from "./timeline-model";

const TONE_OF_RUN: Readonly<Record<string, Tone>> = {
  success: "completed",
  failure: "failed",
  timeout: "failed",
  cancelled: "cancelled",
  running: "running",
  pending: "assigned",
  review_pending: "review",
  escalated: "escalated",
  rework_needed: "rework",
};

export function paintBars(context: Context, frame: TimelineFrame, index: number): void {
  const { model, rows, now, palette, critical } = frame;
  const row = rows[index];
  if (row === undefined) return;
  const { place } = row;
  const y = topOf(index, frame) + (ROW - BAR) / 2;
  const attempts = shownAttempts(model, place);
  paintWait(context, frame, place, attempts, y);
  const expected = frame.expected.get(place);
  const isReview = model.facts.state[place] === "review_pending";
  attempts.forEach((attempt, nth) => {
    const end = attempt.endedAt ?? now;
    const x = timeToX(attempt.startedAt, frame);
    const width = Math.max(2, timeToX(end, frame) - x);
    if (x + width < 0 || x > frame.width) return;
    const tone = isReview && attempt.endedAt === null ? "review" : (TONE_OF_RUN[attempt.status] ?? "queued");
    const next = attempts[nth + 1];
    const room = next === undefined ? Number.POSITIVE_INFINITY : timeToX(next.startedAt, frame) - x - width - 4;
    paintBar(context, frame, {
      x,
      y,
      width,
      tone,
      attempt,
      many: attempts.length > 1,
      room: expected === undefined ? room : 0,
    });
  });
  if (expected !== undefined) paintExpected(context, frame, expected, attempts, y);
  if (critical?.has(place)) {
    const from = attempts[0]?.startedAt ?? expected?.startsAt ?? null;
    const to = expected?.endsAt ?? attempts.at(-1)?.endedAt ?? now;
    if (from !== null) {
      context.fillStyle = palette.edgeStrong;
      context.fillRect(timeToX(from, frame), y + BAR, Math.max(2, timeToX(to, frame) - timeToX(from, frame)), 2);
    }
  }
}

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly tone: Tone;
  readonly attempt: Attempt;
  /** One of several: its number is written before the time. */
  readonly many: boolean;
  /** Pixels free behind it. */
  readonly room: number;
}

function paintBar(context: Context, frame: TimelineFrame, { x, y, width, tone, attempt, many, room }: Bar): void {
  const { palette, now } = frame;
  const { fill, outline, solid, text } = palette.tones[tone];
  context.fillStyle = attempt.endedAt === null ? outline : fill;
  context.beginPath();
  context.roundRect(x, y, width, BAR, 3);
  context.fill();
  if (width > 4) {
    context.strokeStyle = attempt.endedAt === null ? solid : outline;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(x + 0.5, y + 0.5, width - 1, BAR - 1, 2.5);
    context.stroke();
  }
  context.fillStyle = solid;
  context.fillRect(x, y, 2, BAR);
  const duration = (attempt.endedAt ?? now) - attempt.startedAt;
  const words = attempt.endedAt === null ? formatElapsed(duration) : formatDuration(duration);
  const number = many ? `${attempt.number}  ` : "";
  context.font = `500 10.5px ${palette.uiFont}`;
  const size = measure(context, number + words);
  context.textBaseline = "middle";
  context.textAlign = "left";
  if (size + 10 < width) {
    context.fillStyle = attempt.endedAt === null ? palette.title : text;
    context.fillText(number + words, x + 6, y + BAR / 2 + 0.5);
  } else if (size + 4 < room) {
    context.font = `400 10.5px ${palette.uiFont}`;
    context.fillStyle = palette.meta;
    context.fillText(words, x + width + 6, y + BAR / 2 + 0.5);
  }
}

/** From when a task was ready to its first attempt, and between two attempts: nobody worked on it. */
function paintWait(
  context: Context,
  frame: TimelineFrame,
  place: number,
  attempts: readonly Attempt[],
  y: number,
): void {
  const { model, palette, now } = frame;
  const dots = (from: number, to: number, colour: string): void => {
    const start = timeToX(from, frame);
    const end = timeToX(to, frame);
    if (end - start < 3) return;
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.setLineDash([1, 3]);
    context.beginPath();
    context.moveTo(start, y + BAR / 2 + 0.5);
    context.lineTo(end, y + BAR / 2 + 0.5);
    context.stroke();
    context.setLineDash([]);
  };
  const ready = readyAt(model, place);
  const first = attempts[0];
  const state = model.facts.state[place] ?? "";
  const waitsNow = state === "queued" || state === "retrying" || state === "assigned";
  if (ready !== null && first !== undefined) dots(ready, first.startedAt, palette.meta);
  if (ready !== null && first === undefined && waitsNow) dots(ready, now, palette.meta);
  attempts.forEach(({ endedAt }, nth) => {
    const next = attempts[nth + 1];
    if (endedAt === null) return;
    if (next !== undefined) dots(endedAt, next.startedAt, palette.tones.rework.solid);
    else if (waitsNow) dots(endedAt, now, palette.tones.rework.solid);
  });
}

function paintExpected(
  context: Context,
  frame: TimelineFrame,
  { startsAt, endsAt }: Expected,
  attempts: readonly Attempt[],
  y: number,
): void {
  const { palette, now } = frame;
  const isRunning = attempts.at(-1)?.endedAt === null;
  const begin = isRunning ? now : Math.max(startsAt ?? now, now);
  const x = timeToX(begin, frame);
  const width = timeToX(endsAt, frame) - x;
  if (width < 1) return;
  context.save();
  context.beginPath();
  context.roundRect(x, y, width, BAR, 3);
  context.clip();
  context.strokeStyle = palette.border;
  context.lineWidth = 2;
  context.beginPath();
  for (let at = x - BAR; at < Math.min(x + width, frame.width) + BAR; at += 7) {
    context.moveTo(at, y + BAR);
    context.lineTo(at + BAR, y);
  }
  context.stroke();
  context.restore();
  context.strokeStyle = palette.meta;
  context.lineWidth = 1;
  context.setLineDash([3, 2]);
  context.beginPath();
  context.roundRect(x + 0.5, y + 0.5, Math.max(1, width - 1), BAR - 1, 2.5);
  context.stroke();
  context.setLineDash([]);
  context.font = `400 10.5px ${palette.uiFont}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = palette.meta;
  context.fillText(formatDuration(endsAt - begin), x + width + 6, y + BAR / 2 + 0.5);
}

/** What the pointed row waited for, and what waits for it. */
export function paintDependencies(context: Context, frame: TimelineFrame): void {
  const { model, rows, palette } = frame;
  const index = frame.hovered ?? frame.cursor ?? -1;
  const row = rows[index];
  if (row === undefined) return;
  const indexOf = new Map<number, number>();
  rows.forEach(({ place }, at) => {
    indexOf.set(place, at);
  });
  const arrow = (from: number, to: number): void => {
    const start = endOf(frame, from);
    const end = beginOf(frame, to);
    const fromRow = indexOf.get(from);
    const toRow = indexOf.get(to);
    if (start === null || end === null || fromRow === undefined || toRow === undefined) return;
    const x = Math.round(timeToX(start, frame)) + 0.5;
    const tip = timeToX(end, frame);
    const y1 = topOf(fromRow, frame) + ROW / 2 + BAR / 2;
    const y2 = topOf(toRow, frame) + ROW / 2;
    context.strokeStyle = palette.accent;
    context.fillStyle = palette.accent;
    context.lineWidth = 1.25;
    context.beginPath();
    context.moveTo(Math.min(x, tip - 4), fromRow < toRow ? y1 : y1 - BAR);
    context.lineTo(Math.min(x, tip - 4), y2);
    context.lineTo(tip - 4, y2);
    context.stroke();
    context.beginPath();
    context.moveTo(tip, y2);
    context.lineTo(tip - 6, y2 - 4);
    context.lineTo(tip - 6, y2 + 4);
    context.fill();
  };
  for (const dependency of model.before[row.place] ?? []) arrow(dependency, row.place);
  for (const dependent of (model.after[row.place] ?? []).slice(0, 20)) arrow(row.place, dependent);
}

function endOf({ model, expected }: TimelineFrame, place: number): number | null {
  return (
    shownAttempts(model, place).at(-1)?.endedAt ?? expected.get(place)?.endsAt ?? model.facts.finishedAt[place] ?? null
  );
}

function beginOf({ model, expected }: TimelineFrame, place: number): number | null {
  return shownAttempts(model, place)[0]?.startedAt ?? expected.get(place)?.startsAt ?? null;
}
