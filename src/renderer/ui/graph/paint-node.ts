import { GLYPHS } from "../glyphs";
import type { GlyphName } from "../looks";
import type { Rect } from "./geometry";
import type { Palette } from "./palette";
import type { NodeFace, NodeStyle } from "./scene";

type Context = CanvasRenderingContext2D;

const RADIUS = 6;
const PADDING = 8;
const GLYPH = 12;
const TITLE_LEFT = PADDING + GLYPH + 5;
const TITLE_MIDDLE = 14.5;
const NOTE_MIDDLE = 30;
const BAR_HEIGHT = 2;

const paths = new Map<string, Path2D>();

function pathOf(data: string): Path2D {
  let path = paths.get(data);
  if (path === undefined) {
    path = new Path2D(data);
    paths.set(data, path);
  }
  return path;
}

/** A state's glyph, `size` pixels wide, its upper left corner at x, y. */
export function paintGlyph(
  context: Context,
  glyph: GlyphName,
  x: number,
  y: number,
  size: number,
  ink: string,
  ground: string,
): void {
  context.save();
  context.translate(x, y);
  context.scale(size / 16, size / 16);
  context.lineJoin = "round";
  for (const { path, line, dash, dashOffset, isCutout = false } of GLYPHS[glyph]) {
    const colour = isCutout ? ground : ink;
    if (line === null) {
      context.fillStyle = colour;
      context.fill(pathOf(path));
      continue;
    }
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.lineCap = dash === undefined ? "round" : "butt";
    context.setLineDash(dash === undefined ? [] : [...dash]);
    context.lineDashOffset = dashOffset ?? 0;
    context.stroke(pathOf(path));
  }
  context.restore();
}

interface BoxColours {
  readonly fill: string;
  readonly outline: string;
  readonly title: string;
  readonly note: string;
}

function coloursOf({ tone, ground, isDashed }: NodeStyle, palette: Palette): BoxColours {
  if (ground === "tinted") {
    const { fill, outline, text } = palette.tones[tone];
    return { fill, outline, title: palette.title, note: text };
  }
  return isDashed
    ? { fill: palette.faint, outline: palette.strongBorder, title: palette.body, note: palette.meta }
    : { fill: palette.panel, outline: palette.border, title: palette.body, note: palette.meta };
}

/** The box alone. `zoom` keeps its outline a pixel wide when it is small. */
export function paintBox(
  context: Context,
  { x, y, width, height }: Rect,
  style: NodeStyle,
  palette: Palette,
  zoom: number,
): void {
  const { fill, outline } = coloursOf(style, palette);
  context.beginPath();
  context.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, RADIUS - 0.5);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = outline;
  context.lineWidth = Math.max(1, 0.75 / zoom);
  context.setLineDash(style.isDashed ? [3, 3] : []);
  context.stroke();
  context.setLineDash([]);
}

/** The edge of a second box that shows behind the first: several in one. */
export function paintStack(context: Context, { x, y, width, height }: Rect, style: NodeStyle, palette: Palette): void {
  const { fill, outline } = coloursOf(style, palette);
  for (const offset of [6, 3]) {
    context.beginPath();
    context.roundRect(x + offset + 0.5, y + offset + 0.5, width - 2 * offset - 1, height - 1, RADIUS - 0.5);
    context.fillStyle = fill;
    context.fill();
    context.strokeStyle = outline;
    context.lineWidth = 1;
    context.stroke();
  }
}

/** Glyph, title, who and how long. */
export function paintText(context: Context, rect: Rect, face: NodeFace, palette: Palette): void {
  const { x, y, width } = rect;
  const colours = coloursOf(face, palette);
  const { solid } = palette.tones[face.tone];
  paintGlyph(context, face.glyph, x + PADDING, y + TITLE_MIDDLE - GLYPH / 2 - 0.5, GLYPH, solid, colours.fill);
  const right = x + width - PADDING;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.font = `500 11.5px ${palette.uiFont}`;
  context.letterSpacing = "-0.03px";
  context.fillStyle = colours.title;
  context.fillText(shorten(context, face.title, width - TITLE_LEFT - PADDING), x + TITLE_LEFT, y + TITLE_MIDDLE);
  context.letterSpacing = "0px";
  let room = width - 2 * PADDING;
  if (face.figure !== "") {
    context.font = `400 10px ${palette.uiFont}`;
    context.fillStyle = colours.note;
    context.textAlign = "right";
    context.fillText(face.figure, right, y + NOTE_MIDDLE);
    context.textAlign = "left";
    room -= measure(context, face.figure) + 6;
  }
  context.font = `400 9.5px ${palette.monoFont}`;
  context.letterSpacing = "-0.19px";
  context.fillStyle = colours.note;
  context.fillText(shorten(context, face.note, room), x + PADDING, y + NOTE_MIDDLE);
  context.letterSpacing = "0px";
}

/**
 * The lower edge of a node in which work goes on: a part of it runs along. On whole pixels within the box, so that
 * it can be painted over and over without the rest. `phase` from 0 up to 1; null: at rest.
 */
export function paintLiveBar(
  context: Context,
  rect: Rect,
  { tone }: NodeStyle,
  palette: Palette,
  phase: number | null,
): void {
  const { a: scale, e: shiftX, f: shiftY } = context.getTransform();
  const left = Math.ceil((rect.x + 4) * scale + shiftX);
  const right = Math.floor((rect.x + rect.width - 4) * scale + shiftX);
  const height = Math.max(1, Math.round(BAR_HEIGHT * scale));
  const top = Math.floor((rect.y + rect.height - 1) * scale + shiftY) - height;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = palette.tones[tone].fill;
  context.fillRect(left, top, right - left, height);
  context.fillStyle = palette.tones[tone].solid;
  const part = phase === null ? right - left : Math.round((right - left) * 0.38);
  const start = phase === null ? left : Math.round(left - part + phase * (right - left + part));
  const from = Math.max(left, start);
  context.fillRect(from, top, Math.max(0, Math.min(right, start + part) - from), height);
  context.restore();
}

/** The ring around a node: the cursor, or something found. */
export function paintRing(
  context: Context,
  { x, y, width, height }: Rect,
  inner: string,
  halo: string | null,
  line: number,
): void {
  const ring = (offset: number, lineWidth: number, colour: string): void => {
    context.beginPath();
    context.roundRect(x - offset, y - offset, width + 2 * offset, height + 2 * offset, RADIUS + offset);
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.stroke();
  };
  if (halo !== null) ring(line + 2 - 0.5, 4, halo);
  ring(line / 2 - 0.5, line, inner);
}

const MOST_KNOWN = 30_000;
let known = new Map<string, string>();
let widths = new Map<string, number>();

/** Fonts that came later measure differently. */
export function forgetMeasures(): void {
  known = new Map();
  widths = new Map();
}

/** The width of a text in the context's font, in pixels. */
export function measure(context: Context, text: string): number {
  const key = `${context.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > MOST_KNOWN) widths.clear();
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** What text is measured with. */
interface Ruler {
  readonly font: string;
  measureText(text: string): { readonly width: number };
}

/** The end of a name tells it from its neighbours: "Unit tests 3/12". */
const TAIL = 6;
/** A beginning that is shorter than this says less than a longer one without the end. */
const LEAST_HEAD = 5;

/** The text, or as much of it as fits: its beginning and its end around an ellipsis, where there is room for both. */
export function shorten(context: Ruler, text: string, room: number): string {
  const key = `${context.font}\n${Math.round(room)}\n${text}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size > MOST_KNOWN) known.clear();
  let shown = text;
  if (context.measureText(text).width > room) {
    const tail = text.length > 2 * TAIL ? text.slice(-TAIL).trimStart() : "";
    const cut = (head: number, end: string): string => `${text.slice(0, head).trimEnd()}…${end}`;
    const longest = (end: string): number => {
      let from = 0;
      let to = text.length - end.length;
      while (from < to) {
        const middle = (from + to + 1) >> 1;
        if (context.measureText(cut(middle, end)).width <= room) from = middle;
        else to = middle - 1;
      }
      return from;
    };
    const head = tail === "" ? 0 : longest(tail);
    const alone = head >= LEAST_HEAD ? 0 : longest("");
    shown = head >= LEAST_HEAD ? cut(head, tail) : alone === 0 ? "" : cut(alone, "");
  }
  known.set(key, shown);
  return shown;
}
