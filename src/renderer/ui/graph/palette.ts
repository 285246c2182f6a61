import type { Tone } from "../looks";

/** The four colours of a state: solid for bars, text, fill and outline. */
interface ToneColours {
  readonly solid: string;
  readonly text: string;
  readonly fill: string;
  readonly outline: string;
}

/** What a graph is drawn with, read from the tokens of the theme in use. */
export interface Palette {
  readonly tones: Readonly<Record<Tone, ToneColours>>;
  readonly ground: string;
  readonly dot: string;
  readonly panel: string;
  readonly raised: string;
  readonly faint: string;
  readonly border: string;
  readonly strongBorder: string;
  readonly title: string;
  readonly body: string;
  readonly meta: string;
  readonly edge: string;
  readonly edgeDone: string;
  readonly edgeFailed: string;
  readonly edgeStrong: string;
  readonly accent: string;
  readonly accentGround: string;
  readonly mark: string;
  readonly uiFont: string;
  readonly monoFont: string;
}

const TONES: readonly Tone[] = [
  "waiting",
  "queued",
  "assigned",
  "running",
  "review",
  "rework",
  "escalated",
  "failed",
  "approved",
  "rejected",
  "completed",
  "cancelled",
  "stuck",
];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const tone = (name: Tone): ToneColours => ({
    solid: token(`st-${name}`),
    text: token(`st-${name}-fg`),
    fill: token(`st-${name}-bg`),
    outline: token(`st-${name}-bd`),
  });
  const tones = Object.fromEntries(TONES.map((name) => [name, tone(name)])) as Record<Tone, ToneColours>;
  return {
    tones,
    ground: token("surface-inset"),
    dot: token("canvas-dot"),
    panel: token("surface-panel"),
    raised: token("surface-raised"),
    faint: `color-mix(in srgb, ${token("surface-panel")} 70%, ${token("surface-inset")})`,
    border: token("border-2"),
    strongBorder: token("border-3"),
    title: token("text-1"),
    body: token("text-2"),
    meta: token("text-3"),
    edge: token("edge"),
    edgeDone: token("edge-done"),
    edgeFailed: token("edge-failed"),
    edgeStrong: token("edge-critical"),
    accent: token("accent"),
    accentGround: token("accent-bg"),
    mark: token("st-escalated"),
    uiFont: token("font-ui"),
    monoFont: token("font-mono"),
  };
}

/** Calls back whenever the theme changes, until the returned function is called. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
