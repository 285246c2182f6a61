import type { GlyphName } from "./looks";

/** One stroke or area of a glyph, in a box of 16 by 16. */
export interface GlyphShape {
  readonly path: string;
  /** Width of the line in px; null: the area is filled. */
  readonly line: number | null;
  readonly dash?: readonly [number, number];
  readonly dashOffset?: number;
  /** In the colour of what lies under the glyph, as if cut out of it. Default: the glyph's own. */
  readonly isCutout?: boolean;
}

const line = (path: string, width = 1.6): GlyphShape => ({ path, line: width });
const area = (path: string): GlyphShape => ({ path, line: null });
const cutout = (path: string, width: number | null = 1.7): GlyphShape => ({ path, line: width, isCutout: true });
const circle = (x: number, y: number, radius: number): string =>
  `M${x + radius} ${y}A${radius} ${radius} 0 1 1 ${x - radius} ${y}A${radius} ${radius} 0 1 1 ${x + radius} ${y}Z`;

const RING = line(circle(8, 8, 6));
const DISC = area(circle(8, 8, 6.8));
const HEXAGON = line("M8 1.6 13.6 4.8v6.4L8 14.4l-5.6-3.2V4.8Z");
const CROSS = "m6 6 4 4m0-4-4 4";
const QUESTION: readonly GlyphShape[] = [
  line("M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.5-.8 1", 1.3),
  area(circle(8, 11, 0.8)),
];

/** Round for tasks, plans and runs, hexagons for workers. Pages and canvases draw the same shapes. */
export const GLYPHS: Readonly<Record<GlyphName, readonly GlyphShape[]>> = {
  ring: [RING],
  "ring-dashed": [{ path: circle(8, 8, 6), line: 1.5, dash: [2, 2.19], dashOffset: 1 }],
  "ring-dot": [RING, area(circle(8, 8, 2.3))],
  "ring-pie": [RING, area("M8 8V4.2A3.8 3.8 0 1 1 4.7 9.9Z")],
  "ring-check": [RING, line("m5.4 8.2 1.8 1.8 3.4-3.6")],
  "ring-slash": [RING, line("m4 12 8-8")],
  "ring-bar": [RING, line("M5.4 8h5.2")],
  "ring-clock": [RING, line("M8 5.2V8l1.9 1.4")],
  "ring-square": [
    RING,
    area("M6.6 5.8h2.8a.8.8 0 0 1 .8.8v2.8a.8.8 0 0 1-.8.8H6.6a.8.8 0 0 1-.8-.8V6.6a.8.8 0 0 1 .8-.8Z"),
  ],
  "ring-half": [RING, area("M8 4a4 4 0 0 0 0 8Z")],
  "ring-unknown": [RING, ...QUESTION],
  eye: [line("M1.4 8S3.8 3.5 8 3.5 14.6 8 14.6 8 12.2 12.5 8 12.5 1.4 8 1.4 8Z", 1.5), area(circle(8, 8, 2.2))],
  "arrow-back": [line("M3.1 5.2A6 6 0 1 1 2 8.4"), line("M2.6 2.2v3.4H6")],
  "octagon-x": [line("M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z", 1.5), line(CROSS)],
  triangle: [
    area(
      "M8 1.6c.55 0 1.05.3 1.3.78l5.1 9.5A1.5 1.5 0 0 1 13.1 14H2.9a1.5 1.5 0 0 1-1.3-2.12l5.1-9.5C6.95 1.9 7.45 1.6 8 1.6Z",
    ),
    cutout("M8 5.8v3.4"),
    cutout(circle(8, 11.6, 1), null),
  ],
  clock: [DISC, cutout("M8 4.6V8l2.2 1.6")],
  cross: [DISC, cutout("m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6")],
  check: [DISC, cutout("m5.1 8.2 2 2 3.9-4.2", 1.8)],
  "hex-fill": [area("M8 1.2 14 4.6v6.8l-6 3.4-6-3.4V4.6Z"), line("M8 1.2 14 4.6v6.8l-6 3.4-6-3.4V4.6Z", 1)],
  "hex-ring": [HEXAGON],
  "hex-dashed": [{ ...HEXAGON, dash: [2.4, 2] }],
  "hex-cross": [HEXAGON, line(CROSS)],
  "hex-slash": [HEXAGON, line("m5.6 10.4 4.8-4.8")],
  "hex-alert": [HEXAGON, line("M8 5v3.4"), area(circle(8, 10.9, 0.9))],
  "hex-unknown": [HEXAGON, ...QUESTION],
};
