import type { Rect } from "./geometry";

/** What part of a drawing is on screen: the point at the upper left corner, and pixels of screen a pixel of drawing. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

const MAX_ZOOM = 2;
/** Even a small graph can be seen from afar; a large one until all of it fits. */
const LEAST_ZOOM = 0.1;
export const MARGIN = 16;
/** Of the drawing at least so many pixels stay on screen. */
const HOLD = 80;

/** The zoom at which all of a drawing fits, never over 100 %. */
export function fitZoom(drawing: Extent, screen: Extent): number {
  const fits = Math.min(
    (screen.width - 2 * MARGIN) / Math.max(1, drawing.width),
    (screen.height - 2 * MARGIN) / Math.max(1, drawing.height),
  );
  return Math.max(0.005, Math.min(1, fits));
}

function minZoom(drawing: Extent, screen: Extent): number {
  return Math.min(LEAST_ZOOM, fitZoom(drawing, screen));
}

/** All of a drawing, in the middle. */
export function fitAll(drawing: Extent, screen: Extent): Viewport {
  const zoom = fitZoom(drawing, screen);
  return {
    x: (drawing.width - screen.width / zoom) / 2,
    y: (drawing.height - screen.height / zoom) / 2,
    zoom,
  };
}

/** Zooms by a factor; what is under the point of the screen stays there. */
export function zoomAt(
  view: Viewport,
  factor: number,
  point: { readonly x: number; readonly y: number },
  drawing: Extent,
  screen: Extent,
): Viewport {
  const zoom = Math.min(MAX_ZOOM, Math.max(minZoom(drawing, screen), view.zoom * factor));
  const x = view.x + point.x / view.zoom - point.x / zoom;
  const y = view.y + point.y / view.zoom - point.y / zoom;
  return hold({ x, y, zoom }, drawing, screen);
}

/** No more empty ground beside a drawing than there must be: in the middle where it is smaller than the screen. */
export function withinDrawing({ x, y, zoom }: Viewport, drawing: Extent, screen: Extent): Viewport {
  const keep = (from: number, length: number, seen: number): number =>
    length + 2 * MARGIN <= seen
      ? (length - seen) / 2
      : Math.min(Math.max(from, -MARGIN), Math.max(-MARGIN, length + MARGIN - seen));
  return {
    x: keep(x, drawing.width, screen.width / zoom),
    y: keep(y, drawing.height, screen.height / zoom),
    zoom,
  };
}

/** Moves by pixels of the screen. */
export function pan(view: Viewport, dx: number, dy: number, drawing: Extent, screen: Extent): Viewport {
  return hold({ ...view, x: view.x + dx / view.zoom, y: view.y + dy / view.zoom }, drawing, screen);
}

/** The nearest view that does not lose the drawing from sight. */
export function hold(view: Viewport, drawing: Extent, screen: Extent): Viewport {
  const keep = HOLD / view.zoom;
  const between = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
  return {
    x: between(view.x, keep - screen.width / view.zoom, Math.max(0, drawing.width - keep)),
    y: between(view.y, keep - screen.height / view.zoom, Math.max(0, drawing.height - keep)),
    zoom: view.zoom,
  };
}

/** A view with this point of the drawing in the middle of the screen. */
export function centreOn(view: Viewport, point: { readonly x: number; readonly y: number }, screen: Extent): Viewport {
  return { ...view, x: point.x - screen.width / view.zoom / 2, y: point.y - screen.height / view.zoom / 2 };
}

/** The same view, moved no more than needed to have all of `rect` on screen with some room around it. */
export function reveal(view: Viewport, rect: Rect, screen: Extent): Viewport {
  const room = Math.min(2 * MARGIN, screen.width / 8, screen.height / 8) / view.zoom;
  const along = (start: number, length: number, from: number, size: number): number => {
    if (from - room < start) return from - room;
    return from + size + room > start + length ? from + size + room - length : start;
  };
  return {
    x: along(view.x, screen.width / view.zoom, rect.x, rect.width),
    y: along(view.y, screen.height / view.zoom, rect.y, rect.height),
    zoom: view.zoom,
  };
}
