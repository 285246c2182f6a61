import { type Context, labelsWidth, STRIP, type TimelineFrame, timeToX } from "./paint-frame";
import { ticksOf } from "./timeline-scale";

export function paintConcurrency(context: Context, frame: TimelineFrame): void {
  const { palette, width, height, concurrency, byWorker } = frame;
  const left = labelsWidth(byWorker);
  const top = height - STRIP;
  context.fillStyle = palette.ground;
  context.fillRect(0, top, width, STRIP);
  paintGridBelow(context, frame, top);
  context.fillStyle = palette.border;
  context.fillRect(0, top, width, 1);
  if (concurrency.peak === 0) return;
  const base = height - 10;
  const scale = (STRIP - 34) / concurrency.peak;
  const columns = highestByPixel(frame, left);
  const yOf = (count: number): number => base - count * scale + 0.5;
  const line = new Path2D();
  line.moveTo(left, yOf(columns[0] ?? 0));
  columns.forEach((count, column) => {
    if (count === columns[column - 1]) return;
    line.lineTo(left + column, yOf(columns[column - 1] ?? count));
    line.lineTo(left + column, yOf(count));
  });
  line.lineTo(left + columns.length, yOf(columns.at(-1) ?? 0));
  const area = new Path2D(line);
  area.lineTo(left + columns.length, base);
  area.lineTo(left, base);
  context.fillStyle = palette.tones.running.fill;
  context.fill(area);
  context.strokeStyle = palette.tones.running.solid;
  context.lineWidth = 1.25;
  context.stroke(line);
  context.font = `400 10px ${palette.uiFont}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = palette.meta;
  context.fillText(String(concurrency.peak), width - 6, base - concurrency.peak * scale - 7);
}

/** How many ran at most in the time of each pixel. */
function highestByPixel({ concurrency, width, span, now, byWorker }: TimelineFrame, left: number): number[] {
  const columns = Array.from({ length: Math.max(1, Math.floor(width - left)) }, () => 0);
  const { times, counts } = concurrency;
  const columnOf = (time: number): number =>
    ((time - span.from) / (span.to - span.from)) * (width - labelsWidth(byWorker));
  times.forEach((time, index) => {
    const count = counts[index] ?? 0;
    const end = Math.min(times[index + 1] ?? now, span.to);
    if (count === 0 || end < span.from || time > span.to) return;
    const last = Math.min(columns.length - 1, Math.max(Math.floor(columnOf(time)), Math.ceil(columnOf(end)) - 1));
    for (let column = Math.max(0, Math.floor(columnOf(time))); column <= last; column += 1) {
      columns[column] = Math.max(columns[column] ?? 0, count);
    }
  });
  return columns;
}

function paintGridBelow(context: Context, frame: TimelineFrame, top: number): void {
  context.fillStyle = frame.palette.dot;
  for (const time of ticksOf(frame.span, frame.width - labelsWidth(frame.byWorker)).times) {
    context.fillRect(Math.round(timeToX(time, frame)), top, 1, STRIP);
  }
}
