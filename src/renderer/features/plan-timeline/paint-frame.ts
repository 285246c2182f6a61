import type { Palette } from "../../ui/graph/palette";
import type { Concurrency, Expected, TimelineModel } from "./timeline-model";
import type { TimelineRow } from "./timeline-rows";
import type { TimeSpan } from "./timeline-scale";

export const ROW = 24;

export const AXIS = 28;

export const STRIP = 92;

export const BAR = 16;

export const WORKER_WIDTH = 142;

const TASK_WIDTH = 138;

const TASK_ALONE = 220;

export interface TimelineFrame {
  readonly model: TimelineModel;
  readonly rows: readonly TimelineRow[];
  readonly expected: ReadonlyMap<number, Expected>;
  readonly concurrency: Concurrency;
  /** Places on the critical path; null: it is not shown. */
  readonly critical: ReadonlySet<number> | null;
  readonly finishP50: number | null;
  readonly span: TimeSpan;
  readonly now: number;
  readonly isRunning: boolean;
  readonly byWorker: boolean;
  /** Pixels: of all of the picture. */
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  readonly hovered: number | null;
  /** The row the keys are on. */
  readonly cursor: number | null;
  readonly palette: Palette;
}

export type Context = CanvasRenderingContext2D;

/** Where the names end and time begins. */
export function labelsWidth(byWorker: boolean): number {
  return byWorker ? WORKER_WIDTH + TASK_WIDTH : TASK_ALONE;
}

export function timeToX(
  time: number,
  { span, width, byWorker }: Pick<TimelineFrame, "span" | "width" | "byWorker">,
): number {
  const left = labelsWidth(byWorker);
  return left + ((time - span.from) / (span.to - span.from)) * (width - left);
}

export function xToTime(
  x: number,
  { span, width, byWorker }: Pick<TimelineFrame, "span" | "width" | "byWorker">,
): number {
  const left = labelsWidth(byWorker);
  return span.from + ((x - left) / (width - left)) * (span.to - span.from);
}

export const topOf = (index: number, { scrollTop }: TimelineFrame): number => AXIS + index * ROW - scrollTop;
