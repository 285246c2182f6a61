import { nodeRect } from "./geometry";
import { type Frame, type Painted, paintGraph, paintLive, TEXT_ZOOM } from "./paint";
import { forgetMeasures } from "./paint-node";
import { onThemeChange, type Palette, readPalette } from "./palette";
import { watchPointers } from "./pointers";
import type { Scene } from "./scene";
import { createStill } from "./still";
import { centreOn, type Extent, fitAll, hold, pan, reveal, type Viewport, zoomAt } from "./viewport";

/** What is marked in the picture. */
export interface Marks {
  readonly cursor: number | null;
  readonly found: ReadonlySet<number> | null;
  readonly current: number | null;
}

export interface GraphViewOptions {
  /** What to begin with, once the size of the screen is known. */
  readonly firstView: (scene: Scene, screen: Extent) => Viewport;
  readonly onView: (view: Viewport, screen: Extent) => void;
  /** A click; null: beside every node. */
  readonly onPick: (node: number | null) => void;
  readonly onHover: (node: number | null) => void;
  /** The first frame of a scene is on the canvas. */
  readonly onFirstPaint: (scene: Scene) => void;
  /** False while nothing may move by itself. */
  readonly isMoving: () => boolean;
}

/** A canvas with a graph in it. */
export interface GraphView {
  /** `view`: where to look now; without: where it looked before. */
  setScene(scene: Scene, view?: Viewport): void;
  setMarks(marks: Marks): void;
  /** The nodes' states changed. */
  refresh(): void;
  /** So many pixels at the right lie under something else: what is to be seen is brought out of there. */
  setCovered(pixels: number): void;
  view(): Viewport | null;
  screen(): Extent;
  look(view: Viewport): void;
  zoomBy(factor: number): void;
  zoomTo(zoom: number): void;
  fit(): void;
  /** Moves just as far as needed to have all of a node on screen. */
  reveal(node: number): void;
  end(): void;
}

/** A picture that takes longer than this to paint holds up what moves it. */
const FRAME_MS = 12;
const COSTLY_REFRESH_MS = 250;
/** Without a movement for so long, it is at rest. */
const REST_MS = 120;
/** Between two frames of what moves by itself. */
const LIVE_FRAME_MS = 33;
/** Running times are whole seconds. */
const TICK_MS = 1_000;

export function createGraphView(canvas: HTMLCanvasElement, options: GraphViewOptions): GraphView {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("This window has no canvas to draw on.");
  let palette: Palette = readPalette();
  let scene: Scene | null = null;
  let view: Viewport | null = null;
  let screen: Extent = { width: 0, height: 0 };
  let marks: Marks = { cursor: null, found: null, current: null };
  let painted: Painted = { live: [], isFading: false };
  const still = createStill();
  /** Of the last whole picture, in milliseconds. */
  let cost = 0;
  let movedAt = Number.NEGATIVE_INFINITY;
  let isDirty = false;
  let shown: Scene | null = null;
  let frame = 0;
  let covered = 0;
  let resting: ReturnType<typeof setTimeout> | null = null;
  let liveAt = 0;

  const frameOf = (drawn: Scene, from: Viewport, time: number): Frame => ({
    scene: drawn,
    palette,
    view: from,
    screen,
    pixelRatio: window.devicePixelRatio,
    ...marks,
    now: Date.now(),
    time,
    isMoving: options.isMoving(),
  });

  function paint(time: number): void {
    frame = 0;
    if (context === null || scene === null || screen.width === 0) return;
    if (view === null) tell(options.firstView(scene, screen));
    if (view === null) return;
    const now = frameOf(scene, view, time);
    if (isDirty && cost > FRAME_MS && time - movedAt < REST_MS && still.paint(context, now)) {
      // Too much to paint at each step of a movement: the last picture is moved, and painted anew at rest.
      schedule();
    } else if (isDirty) {
      isDirty = false;
      const start = performance.now();
      painted = paintGraph(context, now);
      cost = performance.now() - start;
      if (cost > FRAME_MS) still.keep(canvas, now);
      liveAt = time;
      if (shown !== scene) {
        shown = scene;
        options.onFirstPaint(scene);
      }
    } else if (now.isMoving && time - liveAt >= LIVE_FRAME_MS) {
      liveAt = time;
      paintLive(context, now, painted.live);
    }
    if (painted.isFading) dirty();
    else if (painted.live.length > 0 && now.isMoving) schedule();
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(paint);
  }

  function dirty(): void {
    isDirty = true;
    schedule();
  }

  /** News come ten times a second: too often for a picture that is a lot of work. */
  function refresh(): void {
    if (cost <= FRAME_MS) dirty();
    else
      resting ??= setTimeout(() => {
        resting = null;
        dirty();
      }, COSTLY_REFRESH_MS);
  }

  function tell(next: Viewport): void {
    view = next;
    options.onView(next, screen);
  }

  function look(next: Viewport): void {
    if (scene === null) return;
    tell(hold(next, scene.drawing, screen));
    movedAt = performance.now();
    dirty();
  }

  function resize(): void {
    const { clientWidth, clientHeight } = canvas;
    const ratio = window.devicePixelRatio;
    const width = Math.round(clientWidth * ratio);
    const height = Math.round(clientHeight * ratio);
    if (width === canvas.width && height === canvas.height && screen.width > 0) return;
    canvas.width = width;
    canvas.height = height;
    screen = { width: clientWidth, height: clientHeight };
    if (scene !== null && view !== null) tell(hold(view, scene.drawing, screen));
    // A canvas that was resized is empty until it is painted: now, not in a frame.
    isDirty = true;
    paint(performance.now());
  }

  const endPointers = watchPointers(canvas, {
    pan: (dx, dy) => {
      if (scene !== null && view !== null) look(pan(view, dx, dy, scene.drawing, screen));
    },
    zoom: (factor, point) => {
      if (scene !== null && view !== null) look(zoomAt(view, factor, point, scene.drawing, screen));
    },
    pick: (point) => options.onPick(nodeUnder(point)),
    hover: (point) => options.onHover(point === null ? null : nodeUnder(point)),
  });

  function nodeUnder(point: { readonly x: number; readonly y: number }): number | null {
    if (scene === null || view === null) return null;
    return scene.finder.nodeAt(view.x + point.x / view.zoom, view.y + point.y / view.zoom);
  }

  const middle = (): { x: number; y: number } => ({ x: screen.width / 2, y: screen.height / 2 });
  const zoomBy = (factor: number): void => {
    if (scene !== null && view !== null) look(zoomAt(view, factor, middle(), scene.drawing, screen));
  };

  const observer = new ResizeObserver(resize);
  observer.observe(canvas);
  const endTheme = onThemeChange(() => {
    palette = readPalette();
    dirty();
  });
  const onFonts = (): void => {
    forgetMeasures();
    dirty();
  };
  document.fonts.addEventListener("loadingdone", onFonts);
  const tick = setInterval(() => {
    if (!document.hidden && painted.live.length > 0 && (view?.zoom ?? 0) >= TEXT_ZOOM) dirty();
  }, TICK_MS);
  resize();

  return {
    setScene(next, lookAt) {
      scene = next;
      if (lookAt !== undefined) tell(hold(lookAt, next.drawing, screen));
      else if (view !== null) tell(hold(view, next.drawing, screen));
      dirty();
    },
    setMarks(next) {
      marks = next;
      dirty();
    },
    refresh,
    setCovered(pixels) {
      covered = pixels;
    },
    view: () => view,
    screen: () => screen,
    look,
    zoomBy,
    zoomTo: (zoom) => {
      if (view !== null) zoomBy(zoom / view.zoom);
    },
    fit: () => {
      if (scene !== null) look(fitAll(scene.drawing, screen));
    },
    reveal(node) {
      if (scene === null || view === null) return;
      const rect = nodeRect(scene.drawing, node);
      const free = { width: Math.max(1, screen.width - covered), height: screen.height };
      const next = reveal(view, rect, free);
      const jump = Math.max(Math.abs(next.x - view.x) / screen.width, Math.abs(next.y - view.y) / screen.height);
      // What is far away comes to the middle: at the edge its surroundings would be out of sight.
      const centre = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
      look(jump * view.zoom > 0.5 ? centreOn(view, centre, free) : next);
    },
    end() {
      cancelAnimationFrame(frame);
      clearInterval(tick);
      if (resting !== null) clearTimeout(resting);
      observer.disconnect();
      endTheme();
      endPointers();
      document.fonts.removeEventListener("loadingdone", onFonts);
    },
  };
}
