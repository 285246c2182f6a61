import type { GlyphName, Tone } from "../looks";
import type { Drawing } from "./geometry";
import type { Finder } from "./picking";

/** How a node's box looks. */
export interface NodeStyle {
  readonly tone: Tone;
  readonly glyph: GlyphName;
  /** `tinted`: in the state's hues; `plain`: over, or not begun when dashed. */
  readonly ground: "tinted" | "plain";
  readonly isDashed: boolean;
}

/** What a node says. */
export interface NodeFace extends NodeStyle {
  readonly title: string;
  /** Lower left: who does it. */
  readonly note: string;
  /** Lower right: how long. */
  readonly figure: string;
  /** Work goes on in it: its lower edge moves. */
  readonly isLive: boolean;
  /** Several tasks in one. */
  readonly isStack: boolean;
}

export type EdgeKind = "pending" | "done" | "failed";

/** A laid out graph and what its nodes show at a moment. */
export interface Scene {
  readonly drawing: Drawing;
  readonly finder: Finder;
  tone(node: number): Tone;
  /** `now`: milliseconds since the epoch, for what ticks. */
  face(node: number, now: number): NodeFace;
  edgeKind(edge: number): EdgeKind;
  /** How it looked before its state changed, and when that was (`performance.now()`); null for long ago. */
  before(node: number): { readonly style: NodeStyle; readonly at: number } | null;
}
