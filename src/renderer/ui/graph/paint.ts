import type { Tone } from "../looks";
import { at } from "./adjacency";
import { cornerRadius, nodeRect, type Rect } from "./geometry";
import { paintBox, paintGlyph, paintLiveBar, paintRing, paintStack, paintText } from "./paint-node";
import type { Palette } from "./palette";
import type { EdgeKind, Scene } from "./scene";
import type { Extent, Viewport } from "./viewport";

type Context = CanvasRenderingContext2D;

/** Below this zoom nothing can be read, so nothing is written. */
export const TEXT_ZOOM = 0.5;
/** Below this one a node is a spot in its state's colour, and lines have no round corners. */
const BOX_ZOOM = 0.22;
const FADE_MS = 400;
const DOT_PITCH = 19;
const DIMMED = 0.3;

export interface Frame {
  readonly scene: Scene;
  readonly palette: Palette;
  readonly view: Viewport;
  readonly screen: Extent;
  readonly pixelRatio: number;
  readonly cursor: number | null;
  /** What a search found; null: nobody searches. Everything else is dimmed. */
  readonly found: ReadonlySet<number> | null;
  readonly current: number | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `performance.now()`. */
  readonly time: number;
  /** False: nothing moves by itself. */
  readonly isMoving: boolean;
}

/** What has to be painted again soon. */
export interface Painted {
  /** Nodes with a moving edge. */
  readonly live: readonly number[];
  /** Something is still on its way from one look to another. */
  readonly isFading: boolean;
}

/** The rectangle of the drawing that is on screen, with a margin for what sticks out. */
function visibleRect({ x, y, zoom }: Viewport, { width, height }: Extent): Rect {
  return { x: x - 8, y: y - 8, width: width / zoom + 16, height: height / zoom + 16 };
}

/** Sets the context to the drawing's own pixels. */
function setDrawingPixels(context: Context, { x, y, zoom }: Viewport, pixelRatio: number): void {
  const scale = zoom * pixelRatio;
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
}

/** Paints everything that is on screen. */
export function paintGraph(context: Context, frame: Frame): Painted {
  const { scene, view, screen, pixelRatio, palette } = frame;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, Math.ceil(screen.width * pixelRatio), Math.ceil(screen.height * pixelRatio));
  paintDots(context, frame);
  setDrawingPixels(context, view, pixelRatio);
  const rect = visibleRect(view, screen);
  paintEdges(context, frame, scene.finder.edgesIn(rect));
  return paintNodes(context, frame, scene.finder.nodesIn(rect));
}

function paintDots(context: Context, { view, screen, pixelRatio, palette }: Frame): void {
  if (view.zoom < TEXT_ZOOM) return;
  const pitch = DOT_PITCH * view.zoom;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = palette.dot;
  const shift = (origin: number): number => {
    const offset = (-origin * view.zoom) % pitch;
    return offset > 0 ? offset - pitch : offset;
  };
  for (let x = shift(view.x + 10); x < screen.width; x += pitch) {
    for (let y = shift(view.y + 10); y < screen.height; y += pitch) context.fillRect(x, y, 1.5, 1.5);
  }
}

const KINDS: readonly EdgeKind[] = ["pending", "done", "failed"];

function paintEdges(context: Context, frame: Frame, edges: Int32Array): void {
  const { scene, palette, view, cursor, found } = frame;
  const byKind: Record<EdgeKind, number[]> = { pending: [], done: [], failed: [] };
  const strong = new Set(cursor === null || found !== null ? [] : scene.finder.edgesOf(cursor));
  for (const edge of edges) if (!strong.has(edge)) byKind[scene.edgeKind(edge)].push(edge);
  const colours: Record<EdgeKind, string> = {
    pending: palette.edge,
    done: palette.edgeDone,
    failed: palette.edgeFailed,
  };
  const least = 0.75 / view.zoom;
  context.globalAlpha = found === null ? 1 : 0.5;
  context.lineCap = "butt";
  for (const kind of KINDS) {
    if (byKind[kind].length === 0) continue;
    context.strokeStyle = colours[kind];
    context.lineWidth = Math.max(kind === "failed" ? 1.5 : 1.25, least);
    context.setLineDash(kind === "failed" && view.zoom >= BOX_ZOOM ? [4, 3] : []);
    traceEdges(context, frame, byKind[kind]);
  }
  context.globalAlpha = 1;
  for (const kind of KINDS) {
    const edgesOfKind = [...strong].filter((edge) => scene.edgeKind(edge) === kind);
    if (edgesOfKind.length === 0) continue;
    context.strokeStyle = kind === "failed" ? palette.tones.failed.solid : palette.edgeStrong;
    context.lineWidth = Math.max(2, 2 * least);
    context.setLineDash(kind === "done" ? [] : kind === "failed" ? [4, 3] : [5, 4]);
    traceEdges(context, frame, edgesOfKind);
  }
  context.setLineDash([]);
}

function traceEdges(context: Context, { scene, view }: Frame, edges: readonly number[]): void {
  const { points, pointStart } = scene.drawing;
  const isRound = view.zoom >= BOX_ZOOM;
  context.beginPath();
  for (const edge of edges) {
    const first = at(pointStart, edge);
    const last = at(pointStart, edge + 1) - 2;
    context.moveTo(at(points, first), at(points, first + 1));
    for (let point = first + 2; point <= last; point += 2) {
      const x = at(points, point);
      const y = at(points, point + 1);
      if (point === last || !isRound) context.lineTo(x, y);
      else context.arcTo(x, y, at(points, point + 2), at(points, point + 3), cornerRadius(points, first, point, last));
    }
  }
  context.stroke();
}

function paintNodes(context: Context, frame: Frame, nodes: Int32Array): Painted {
  if (frame.view.zoom < BOX_ZOOM) {
    paintSpots(context, frame, nodes);
    return { live: [], isFading: false };
  }
  const { scene, palette, view, found, current, cursor, now, time, isMoving } = frame;
  const live: number[] = [];
  let isFading = false;
  for (const node of nodes) {
    const rect = nodeRect(scene.drawing, node);
    const face = scene.face(node, now);
    const before = isMoving ? scene.before(node) : null;
    const share = before === null ? 1 : Math.min(1, (time - before.at) / FADE_MS);
    const alpha = found === null || found.has(node) ? 1 : DIMMED;
    context.globalAlpha = alpha;
    if (face.isStack) paintStack(context, rect, face, palette);
    if (before !== null && share < 1) {
      isFading = true;
      paintBox(context, rect, before.style, palette, view.zoom);
      context.globalAlpha = alpha * share;
    }
    paintBox(context, rect, face, palette, view.zoom);
    context.globalAlpha = alpha;
    if (view.zoom >= TEXT_ZOOM) paintText(context, rect, face, palette);
    else paintLoneGlyph(context, rect, face, palette);
    if (face.isLive) {
      live.push(node);
      paintLiveBar(context, rect, face, palette, isMoving ? livePhase(time) : null);
    }
    if (found?.has(node))
      paintRing(context, rect, palette.mark, null, Math.max(node === current ? 3 : 1.5, 1 / view.zoom));
  }
  context.globalAlpha = 1;
  if (cursor !== null) paintCursor(context, frame, cursor);
  return { live, isFading };
}

function paintLoneGlyph(
  context: Context,
  { x, y, width, height }: Rect,
  face: Parameters<typeof paintText>[2],
  palette: Palette,
): void {
  const size = 22;
  const ground = face.ground === "tinted" ? palette.tones[face.tone].fill : palette.panel;
  paintGlyph(
    context,
    face.glyph,
    x + (width - size) / 2,
    y + (height - size) / 2,
    size,
    palette.tones[face.tone].solid,
    ground,
  );
}

/** Each node as a spot in its colour, all of a colour at once. */
function paintSpots(
  context: Context,
  { scene, palette, found, current, cursor, view }: Frame,
  nodes: Int32Array,
): void {
  const { drawing } = scene;
  const { width, height } = drawing.size;
  const byTone = new Map<Tone, number[]>();
  for (const node of nodes) {
    const tone = scene.tone(node);
    const others = byTone.get(tone);
    if (others === undefined) byTone.set(tone, [node]);
    else others.push(node);
  }
  for (const [tone, members] of byTone) {
    context.fillStyle = palette.tones[tone].solid;
    for (const node of members) {
      context.globalAlpha = found === null || found.has(node) ? 1 : DIMMED;
      context.fillRect(at(drawing.x, node), at(drawing.y, node), width, height);
    }
  }
  context.globalAlpha = 1;
  const ring = (node: number, colour: string, pixels: number): void => {
    paintRing(context, nodeRect(drawing, node), colour, null, pixels / view.zoom);
  };
  for (const node of found ?? []) ring(node, palette.mark, node === current ? 3 : 1.5);
  if (cursor !== null) ring(cursor, palette.accent, 2);
}

function paintCursor(context: Context, { scene, palette, view }: Frame, cursor: number): void {
  const rect = nodeRect(scene.drawing, cursor);
  paintRing(context, rect, palette.accent, palette.accentGround, Math.max(2, 1.5 / view.zoom));
}

const LIVE_PERIOD_MS = 1_800;

function livePhase(time: number): number {
  return (time % LIVE_PERIOD_MS) / LIVE_PERIOD_MS;
}

/** Only the moving edges of these nodes. */
export function paintLive(context: Context, frame: Frame, nodes: readonly number[]): void {
  setDrawingPixels(context, frame.view, frame.pixelRatio);
  for (const node of nodes) {
    const { scene, palette, found, now, time } = frame;
    context.globalAlpha = found === null || found.has(node) ? 1 : DIMMED;
    paintLiveBar(context, nodeRect(scene.drawing, node), scene.face(node, now), palette, livePhase(time));
  }
  context.globalAlpha = 1;
}

/** All of a graph in a small place. */
export function paintMap(
  context: Context,
  { scene, palette, pixelRatio }: Pick<Frame, "scene" | "palette" | "pixelRatio">,
  place: Extent,
): void {
  const { drawing } = scene;
  const { scale, left, top } = mapScale(drawing, place);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, left * pixelRatio, top * pixelRatio);
  const width = Math.max(1, drawing.size.width * scale);
  const height = Math.max(1, drawing.size.height * scale * 0.8);
  let last: Tone | null = null;
  for (let node = 0; node < drawing.nodeCount; node++) {
    const tone = scene.tone(node);
    if (tone !== last) context.fillStyle = palette.tones[tone].solid;
    last = tone;
    context.fillRect(at(drawing.x, node) * scale, at(drawing.y, node) * scale, width, height);
  }
}

/** What part of a graph is on screen, on its map. */
export function paintMapView(
  context: Context,
  { scene, palette, view, screen, pixelRatio }: Pick<Frame, "scene" | "palette" | "view" | "screen" | "pixelRatio">,
  place: Extent,
): void {
  const { scale, left, top } = mapScale(scene.drawing, place);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, left * pixelRatio, top * pixelRatio);
  const x = Math.max(-left + 0.75, view.x * scale);
  const y = Math.max(-top + 0.75, view.y * scale);
  const right = Math.min(place.width - left - 0.75, (view.x + screen.width / view.zoom) * scale);
  const bottom = Math.min(place.height - top - 0.75, (view.y + screen.height / view.zoom) * scale);
  context.beginPath();
  context.roundRect(x, y, Math.max(4, right - x), Math.max(4, bottom - y), 2);
  context.fillStyle = palette.accentGround;
  context.fill();
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.25;
  context.stroke();
}

const MAP_PADDING = 6;

/** How small the map is, and where the drawing's corner lies on it. */
export function mapScale(drawing: Extent, place: Extent): { scale: number; left: number; top: number } {
  const scale = Math.min(
    (place.width - 2 * MAP_PADDING) / Math.max(1, drawing.width),
    (place.height - 2 * MAP_PADDING) / Math.max(1, drawing.height),
    0.12,
  );
  return { scale, left: (place.width - drawing.width * scale) / 2, top: (place.height - drawing.height * scale) / 2 };
}
