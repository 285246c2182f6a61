import { measure, paintGlyph, shorten } from "../../ui/graph/paint-node";
import { lookOf } from "../../ui/looks";
import { paintBars, paintDependencies } from "./paint-bars";
import { paintConcurrency } from "./paint-concurrency";
import {
  AXIS,
  type Context,
  labelsWidth,
  ROW,
  STRIP,
  type TimelineFrame,
  timeToX,
  topOf,
  WORKER_WIDTH,
} from "./paint-frame";
import { ticksOf, tickWords } from "./timeline-scale";

/** All of the picture. */
export function paintTimeline(context: Context, frame: TimelineFrame): void {
  const { width, height, palette, byWorker } = frame;
  const left = labelsWidth(byWorker);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, height);
  paintGrid(context, frame);
  const bottom = height - STRIP;
  context.save();
  context.beginPath();
  context.rect(0, AXIS, width, bottom - AXIS);
  context.clip();
  const first = Math.max(0, Math.floor(frame.scrollTop / ROW));
  const last = Math.min(frame.rows.length - 1, Math.ceil((frame.scrollTop + bottom - AXIS) / ROW));
  for (let index = first; index <= last; index += 1) paintGround(context, frame, index);
  context.save();
  context.beginPath();
  context.rect(left, AXIS, width - left, bottom - AXIS);
  context.clip();
  for (let index = first; index <= last; index += 1) paintBars(context, frame, index);
  if (frame.hovered !== null || frame.cursor !== null) paintDependencies(context, frame);
  context.restore();
  for (let index = first; index <= last; index += 1) paintLabels(context, frame, index);
  context.restore();
  paintConcurrency(context, frame);
  paintNow(context, frame);
  paintAxis(context, frame);
  context.fillStyle = palette.border;
  context.fillRect(left - 1, 0, 1, height);
  if (byWorker) context.fillRect(WORKER_WIDTH - 1, 0, 1, bottom);
}

function paintGrid(context: Context, frame: TimelineFrame): void {
  const left = labelsWidth(frame.byWorker);
  context.fillStyle = frame.palette.dot;
  for (const time of ticksOf(frame.span, frame.width - left).times) {
    context.fillRect(Math.round(timeToX(time, frame)), AXIS, 1, frame.height - AXIS);
  }
}

function paintAxis(context: Context, frame: TimelineFrame): void {
  const { palette, width, span, byWorker, concurrency } = frame;
  const left = labelsWidth(byWorker);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, AXIS);
  context.fillStyle = palette.border;
  context.fillRect(0, AXIS - 1, width, 1);
  context.font = `500 11px ${palette.uiFont}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.meta;
  if (byWorker) context.fillText("Worker", 16, AXIS / 2);
  context.fillText("Task", byWorker ? WORKER_WIDTH + 9 : 16, AXIS / 2);
  const { times, step } = ticksOf(span, width - left);
  context.textAlign = "center";
  for (const time of times) {
    const x = timeToX(time, frame);
    if (x > left + 18 && x < width - 20) context.fillText(tickWords(time, step), x, AXIS / 2);
  }
  if (frame.isRunning) paintFlag(context, frame, frame.now, clockOf(frame.now), true);
  if (frame.finishP50 !== null)
    paintFlag(context, frame, frame.finishP50, `P50 ${clockOf(frame.finishP50).slice(0, 5)}`, false);
  context.textAlign = "left";
  context.fillStyle = palette.title;
  context.font = `500 12px ${palette.uiFont}`;
  context.fillText("Concurrency", 16, frame.height - STRIP / 2 - 8);
  context.fillStyle = palette.meta;
  context.font = `400 11px ${palette.uiFont}`;
  context.fillText(`${concurrency.now} now, peak ${concurrency.peak}`, 16, frame.height - STRIP / 2 + 9);
}

const clockOf = (time: number): string => tickWords(time, 1_000);

function paintFlag(context: Context, frame: TimelineFrame, time: number, words: string, isNow: boolean): void {
  const { palette, width } = frame;
  const x = timeToX(time, frame);
  const left = labelsWidth(frame.byWorker);
  if (x < left || x > width) return;
  context.font = `600 11px ${palette.uiFont}`;
  const half = measure(context, words) / 2 + 6;
  const middle = Math.min(Math.max(x, left + half), width - half - 2);
  context.fillStyle = isNow ? palette.title : palette.raised;
  context.beginPath();
  context.roundRect(middle - half, 5, 2 * half, 18, 4);
  context.fill();
  context.textAlign = "center";
  context.fillStyle = isNow ? palette.ground : palette.body;
  context.fillText(words, middle, AXIS / 2 + 0.5);
}

function paintNow(context: Context, frame: TimelineFrame): void {
  const { palette, height, width } = frame;
  const left = labelsWidth(frame.byWorker);
  const line = (time: number, colour: string, dash: readonly number[]): void => {
    const x = Math.round(timeToX(time, frame)) + 0.5;
    if (x < left || x > width) return;
    context.strokeStyle = colour;
    context.setLineDash([...dash]);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, AXIS);
    context.lineTo(x, height);
    context.stroke();
    context.setLineDash([]);
  };
  if (frame.finishP50 !== null) line(frame.finishP50, palette.meta, [3, 3]);
  if (frame.isRunning) line(frame.now, palette.title, []);
}

function paintGround(context: Context, frame: TimelineFrame, index: number): void {
  const { palette, width, rows, hovered, cursor } = frame;
  const y = topOf(index, frame);
  const row = rows[index];
  if (row === undefined) return;
  if (cursor === index || hovered === index) {
    context.fillStyle = cursor === index ? palette.accentGround : palette.faint;
    context.fillRect(0, y, width, ROW);
  }
  if (row.isFirst && index > 0) {
    context.fillStyle = palette.border;
    context.fillRect(0, y, width, 1);
  }
}

function paintLabels(context: Context, frame: TimelineFrame, index: number): void {
  const { model, rows, palette, byWorker } = frame;
  const row = rows[index];
  if (row === undefined) return;
  const y = topOf(index, frame);
  const left = byWorker ? WORKER_WIDTH : 0;
  const right = labelsWidth(byWorker);
  const state = model.facts.state[row.place] ?? "";
  const { glyph, tone } = lookOf("task", state);
  context.textBaseline = "middle";
  context.textAlign = "left";
  paintGlyph(context, glyph, left + (byWorker ? 8 : 14), y + 5.5, 13, palette.tones[tone].solid, palette.ground);
  const textLeft = left + (byWorker ? 28 : 34);
  const isBegun = (model.attempts[row.place]?.length ?? 0) > 0;
  context.font = `${frame.cursor === index ? 500 : 400} 12px ${palette.uiFont}`;
  context.fillStyle = isBegun ? palette.title : palette.body;
  context.fillText(shorten(context, model.graph.titles[row.place] ?? "", right - textLeft - 8), textLeft, y + ROW / 2);
  if (!byWorker || !isNameHere(frame, index)) return;
  context.font = row.worker === null ? `500 12px ${palette.uiFont}` : `400 11px ${palette.monoFont}`;
  context.fillStyle = palette.title;
  context.fillText(shorten(context, row.worker ?? "Not started", WORKER_WIDTH - 24), 16, y + ROW / 2);
  if (row.groupSize < 2) return;
  context.font = `400 11px ${palette.uiFont}`;
  context.fillStyle = palette.meta;
  context.fillText(`${row.groupSize} tasks`, 16, y + ROW + ROW / 2 - 6);
}

/** A worker's name stands at its first row, or at the top while its first rows are scrolled away. */
function isNameHere({ rows, scrollTop }: TimelineFrame, index: number): boolean {
  const row = rows[index];
  if (row === undefined || row.isFirst) return row !== undefined;
  return index === Math.ceil(scrollTop / ROW) && rows[index - 1]?.worker === row.worker;
}
