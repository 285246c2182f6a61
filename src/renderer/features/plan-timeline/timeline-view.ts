import { forgetMeasures } from "../../ui/graph/paint-node";
import { onThemeChange, type Palette, readPalette } from "../../ui/graph/palette";
import { AXIS, labelsWidth, ROW, STRIP, type TimelineFrame, xToTime } from "./paint-frame";
import {
  type Concurrency,
  concurrencyOf,
  type Expected,
  expectedOf,
  spanOf,
  type TimelineModel,
} from "./timeline-model";
import { paintTimeline } from "./timeline-paint";
import { arrangeRows, type TimelineRow } from "./timeline-rows";
import { moveSpan, type TimeSpan, wholeSpan, zoomSpan } from "./timeline-scale";
import { useTimeline } from "./timeline-store";

/** What is to be seen now, laid out from the store. */
export interface Arranged {
  readonly model: TimelineModel;
  readonly rows: readonly TimelineRow[];
  readonly expected: ReadonlyMap<number, Expected>;
  readonly concurrency: Concurrency;
  readonly critical: ReadonlySet<number> | null;
  readonly finishP50: number | null;
  readonly whole: TimeSpan;
  readonly isRunning: boolean;
}

export interface TimelineViewOptions {
  readonly canvas: HTMLCanvasElement;
  /** Scrolls through the rows; the canvas sticks to its top. */
  readonly scroller: HTMLElement;
  /** Gives the scroller the height of all rows. */
  readonly spacer: HTMLElement;
  readonly onArranged: (arranged: Arranged) => void;
  /** The row under the pointer and where it is in the canvas; null: none. */
  readonly onHover: (hover: { readonly row: number; readonly x: number; readonly y: number } | null) => void;
  readonly onPick: (row: number) => void;
}

/** A plan in time on a canvas. */
export interface TimelineView {
  setCursor(row: number | null): void;
  zoom(factor: number): void;
  /** A part of what is seen: 0.5 is half of it, to later times. */
  pan(part: number): void;
  /** All of the plan, and it stays so while time goes on. */
  fit(): void;
  toNow(): void;
  /** Scrolls just as far as needed. */
  reveal(row: number): void;
  end(): void;
}

/** Between two layouts while much changes. */
const ARRANGE_MS = 400;
const TICK_MS = 1_000;
const CLICK_SLOP = 4;
const ZOOM_A_PIXEL = 0.002;

export function createTimelineView(options: TimelineViewOptions): TimelineView {
  const { canvas, scroller, spacer } = options;
  const context = canvas.getContext("2d", { alpha: false });
  let palette: Palette = readPalette();
  let arranged: Arranged | null = null;
  let arrangedAt = Number.NEGATIVE_INFINITY;
  let isStale = true;
  /** Null: all of the plan. */
  let chosen: TimeSpan | null = null;
  let hovered: number | null = null;
  let cursor: number | null = null;
  let asked = 0;
  let later: ReturnType<typeof setTimeout> | null = null;

  const now = (): number => Date.now();
  const byWorker = (): boolean => useTimeline.getState().grouping === "worker";

  function arrange(): void {
    const { model, forecast, grouping, showsCritical } = useTimeline.getState();
    if (model === null) return;
    const expected = expectedOf(model, forecast, now());
    const concurrency = concurrencyOf(model);
    const isRunning = forecast !== null || concurrency.now > 0;
    const fresh = arrangeRows(model, expected, grouping);
    // Rows keep their places while somebody points at one.
    const isSame = arranged?.model === model && arranged.rows.length === fresh.length;
    const rows = arranged !== null && isSame && hovered !== null && grouping === lastGrouping ? arranged.rows : fresh;
    lastGrouping = grouping;
    const critical = forecast === null || !showsCritical ? null : placesOf(model, forecast.criticalPath);
    arranged = {
      model,
      rows,
      expected,
      concurrency,
      critical,
      finishP50: forecast?.finishP50 ?? null,
      whole: wholeSpan(spanOf(model, expected, now())),
      isRunning,
    };
    isStale = false;
    arrangedAt = performance.now();
    spacer.style.height = `${Math.max(0, rows.length * ROW + AXIS + STRIP - scroller.clientHeight)}px`;
    options.onArranged(arranged);
  }
  let lastGrouping = useTimeline.getState().grouping;

  function frame(): TimelineFrame | null {
    if (arranged === null) return null;
    const whole = arranged.isRunning ? wholeSpan(spanOf(arranged.model, arranged.expected, now())) : arranged.whole;
    return {
      ...arranged,
      span: chosen ?? whole,
      now: now(),
      byWorker: byWorker(),
      width: scroller.clientWidth,
      height: scroller.clientHeight,
      scrollTop: scroller.scrollTop,
      hovered,
      cursor,
      palette,
    };
  }

  function paint(): void {
    asked = 0;
    const rest = arrangedAt + ARRANGE_MS - performance.now();
    if (isStale && rest <= 0) arrange();
    else if (isStale && later === null) {
      later = setTimeout(() => {
        later = null;
        ask();
      }, rest);
    }
    const shown = frame();
    if (shown === null || context === null || shown.width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(shown.width * ratio);
    const height = Math.round(shown.height * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${shown.width}px`;
      canvas.style.height = `${shown.height}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintTimeline(context, shown);
    canvas.dataset.rows = String(shown.rows.length);
  }

  function ask(): void {
    if (asked === 0) asked = requestAnimationFrame(paint);
  }

  const look = (span: TimeSpan, whole: TimeSpan): void => {
    chosen = span.from <= whole.from && span.to >= whole.to ? null : span;
    ask();
  };
  const zoomAt = (factor: number, x: number): void => {
    const shown = frame();
    if (shown === null) return;
    look(zoomSpan(shown.span, factor, xToTime(x, shown), shownWhole(shown)), shownWhole(shown));
  };
  const shownWhole = (shown: TimelineFrame): TimeSpan =>
    chosen === null ? shown.span : wholeSpan(spanOf(shown.model, shown.expected, shown.now));
  const panBy = (pixels: number): void => {
    const shown = frame();
    if (shown === null || chosen === null) return;
    const ms = (pixels / (shown.width - labelsWidth(shown.byWorker))) * (shown.span.to - shown.span.from);
    look(moveSpan(shown.span, ms, shownWhole(shown)), shownWhole(shown));
  };

  const pointOf = ({ clientX, clientY }: MouseEvent): { x: number; y: number } => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const rowAt = (y: number): number | null => {
    if (arranged === null || y < AXIS || y > scroller.clientHeight - STRIP) return null;
    const row = Math.floor((y - AXIS + scroller.scrollTop) / ROW);
    return row < arranged.rows.length ? row : null;
  };
  const onWheel = (event: WheelEvent): void => {
    const { x, y } = pointOf(event);
    const isAcross = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey || y < AXIS || y > scroller.clientHeight - STRIP) {
      event.preventDefault();
      zoomAt(Math.exp(-event.deltaY * ZOOM_A_PIXEL * (event.ctrlKey ? 4 : 1)), x);
    } else if (isAcross) {
      event.preventDefault();
      panBy(event.deltaX === 0 ? event.deltaY : event.deltaX);
    }
  };
  let pressed: { readonly x: number; readonly y: number } | null = null;
  let isDragging = false;
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pressed = pointOf(event);
    isDragging = false;
    canvas.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent): void => {
    const point = pointOf(event);
    if (pressed !== null) {
      if (isDragging || Math.abs(point.x - pressed.x) > CLICK_SLOP) {
        isDragging = true;
        panBy(pressed.x - point.x);
        pressed = point;
      }
      return;
    }
    const row = rowAt(point.y);
    if (row === hovered && row === null) return;
    hovered = row;
    options.onHover(row === null ? null : { row, ...point });
    ask();
  };
  const onUp = (event: PointerEvent): void => {
    const row = pressed === null || isDragging ? null : rowAt(pointOf(event).y);
    pressed = null;
    if (row !== null) options.onPick(row);
  };
  const onLeave = (): void => {
    hovered = null;
    options.onHover(null);
    isStale = true;
    ask();
  };
  canvas.addEventListener("wheel", onWheel, { passive: false });
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointerleave", onLeave);
  scroller.addEventListener("scroll", ask);
  const endTheme = onThemeChange(() => {
    palette = readPalette();
    ask();
  });
  const endStore = useTimeline.subscribe((state, before) => {
    if (
      state.grouping !== before.grouping ||
      state.showsCritical !== before.showsCritical ||
      state.model !== before.model
    ) {
      arrangedAt = Number.NEGATIVE_INFINITY;
    }
    isStale = true;
    ask();
  });
  const resize = new ResizeObserver(() => {
    isStale = true;
    ask();
  });
  resize.observe(scroller);
  const clock = setInterval(() => {
    if (arranged?.isRunning && !document.hidden) ask();
  }, TICK_MS);
  void document.fonts.ready.then(() => {
    forgetMeasures();
    ask();
  });
  ask();

  return {
    setCursor(row) {
      cursor = row;
      ask();
    },
    zoom(factor) {
      const shown = frame();
      if (shown === null) return;
      const left = labelsWidth(shown.byWorker);
      zoomAt(factor, left + (shown.width - left) / 2);
    },
    pan(part) {
      panBy(part * scroller.clientWidth);
    },
    fit() {
      chosen = null;
      ask();
    },
    toNow() {
      const shown = frame();
      if (shown === null || chosen === null) return;
      const length = shown.span.to - shown.span.from;
      look(moveSpan(shown.span, shown.now - shown.span.from - length * 0.7, shownWhole(shown)), shownWhole(shown));
    },
    reveal(row) {
      const room = scroller.clientHeight - AXIS - STRIP;
      const top = row * ROW;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + ROW > scroller.scrollTop + room) scroller.scrollTop = top + ROW - room;
    },
    end() {
      if (asked !== 0) cancelAnimationFrame(asked);
      if (later !== null) clearTimeout(later);
      clearInterval(clock);
      endTheme();
      endStore();
      resize.disconnect();
      canvas.removeEventListener("wheel", onWheel);
      canvas.removeEventListener("pointerdown", onDown);
      canvas.removeEventListener("pointermove", onMove);
      canvas.removeEventListener("pointerup", onUp);
      canvas.removeEventListener("pointerleave", onLeave);
      scroller.removeEventListener("scroll", ask);
    },
  };
}

function placesOf(model: TimelineModel, taskIds: readonly string[]): ReadonlySet<number> {
  const wanted = new Set(taskIds);
  const places = new Set<number>();
  model.graph.ids.forEach((id, place) => {
    if (wanted.has(id)) places.add(place);
  });
  return places;
}
