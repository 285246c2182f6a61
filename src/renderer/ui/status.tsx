import type { ReactNode } from "react";
import { cx } from "./class-names";
import { type GlyphName, lookOf, type StateKind } from "./looks";
import styles from "./status.module.css";

const RING = <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />;
const DISC = <circle cx="8" cy="8" r="6.8" fill="currentColor" />;
const HEXAGON = "M8 1.6 13.6 4.8v6.4L8 14.4l-5.6-3.2V4.8Z";

const hexagon = (dash?: string) => (
  <path d={HEXAGON} fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray={dash} strokeLinejoin="round" />
);

const stroke = (d: string, width = 1.6) => (
  <path d={d} fill="none" stroke="currentColor" strokeWidth={width} strokeLinecap="round" strokeLinejoin="round" />
);

/** Drawn in the colour of what lies under the glyph (`--ko`), as if cut out of it. */
const cutout = (d: string, width = 1.7) => (
  <path d={d} fill="none" stroke="var(--ko)" strokeWidth={width} strokeLinecap="round" strokeLinejoin="round" />
);

const QUESTION = "M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.5-.8 1";

const GLYPHS: Readonly<Record<GlyphName, ReactNode>> = {
  ring: RING,
  "ring-dashed": (
    <circle
      cx="8"
      cy="8"
      r="6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2 2.19"
      strokeDashoffset="1"
    />
  ),
  "ring-dot": (
    <>
      {RING}
      <circle cx="8" cy="8" r="2.3" fill="currentColor" />
    </>
  ),
  "ring-pie": (
    <>
      {RING}
      <path d="M8 8V4.2A3.8 3.8 0 1 1 4.7 9.9Z" fill="currentColor" />
    </>
  ),
  "ring-check": (
    <>
      {RING}
      {stroke("m5.4 8.2 1.8 1.8 3.4-3.6")}
    </>
  ),
  "ring-slash": (
    <>
      {RING}
      {stroke("m4 12 8-8")}
    </>
  ),
  "ring-bar": (
    <>
      {RING}
      {stroke("M5.4 8h5.2")}
    </>
  ),
  "ring-clock": (
    <>
      {RING}
      {stroke("M8 5.2V8l1.9 1.4")}
    </>
  ),
  "ring-square": (
    <>
      {RING}
      <rect x="5.8" y="5.8" width="4.4" height="4.4" rx="0.8" fill="currentColor" />
    </>
  ),
  "ring-half": (
    <>
      {RING}
      <path d="M8 4a4 4 0 0 0 0 8Z" fill="currentColor" />
    </>
  ),
  "ring-unknown": (
    <>
      {RING}
      {stroke(QUESTION, 1.3)}
      <circle cx="8" cy="11" r="0.8" fill="currentColor" />
    </>
  ),
  eye: (
    <>
      <path
        d="M1.4 8S3.8 3.5 8 3.5 14.6 8 14.6 8 12.2 12.5 8 12.5 1.4 8 1.4 8Z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      <circle cx="8" cy="8" r="2.2" fill="currentColor" />
    </>
  ),
  "arrow-back": (
    <>
      {stroke("M3.1 5.2A6 6 0 1 1 2 8.4")}
      {stroke("M2.6 2.2v3.4H6")}
    </>
  ),
  "octagon-x": (
    <>
      {stroke("M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z", 1.5)}
      {stroke("m6 6 4 4m0-4-4 4")}
    </>
  ),
  triangle: (
    <>
      <path
        d="M8 1.6c.55 0 1.05.3 1.3.78l5.1 9.5A1.5 1.5 0 0 1 13.1 14H2.9a1.5 1.5 0 0 1-1.3-2.12l5.1-9.5C6.95 1.9 7.45 1.6 8 1.6Z"
        fill="currentColor"
      />
      {cutout("M8 5.8v3.4")}
      <circle cx="8" cy="11.6" r="1" fill="var(--ko)" />
    </>
  ),
  clock: (
    <>
      {DISC}
      {cutout("M8 4.6V8l2.2 1.6")}
    </>
  ),
  cross: (
    <>
      {DISC}
      {cutout("m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6")}
    </>
  ),
  check: (
    <>
      {DISC}
      {cutout("m5.1 8.2 2 2 3.9-4.2", 1.8)}
    </>
  ),
  "hex-fill": (
    <path
      d="M8 1.2 14 4.6v6.8l-6 3.4-6-3.4V4.6Z"
      fill="currentColor"
      stroke="currentColor"
      strokeWidth="1"
      strokeLinejoin="round"
    />
  ),
  "hex-ring": hexagon(),
  "hex-dashed": hexagon("2.4 2"),
  "hex-cross": (
    <>
      {hexagon()}
      {stroke("m6 6 4 4m0-4-4 4")}
    </>
  ),
  "hex-alert": (
    <>
      {hexagon()}
      {stroke("M8 5v3.4")}
      <circle cx="8" cy="10.9" r="0.9" fill="currentColor" />
    </>
  ),
  "hex-unknown": (
    <>
      {hexagon()}
      {stroke(QUESTION, 1.3)}
      <circle cx="8" cy="11" r="0.8" fill="currentColor" />
    </>
  ),
};

interface StateProps {
  readonly kind: StateKind;
  readonly state: string;
}

interface GlyphProps extends StateProps {
  /** Pixels. Default 14. */
  readonly size?: number;
  /** The glyph stands alone, so it carries the state's word for screen readers and on hover. */
  readonly named?: boolean;
}

/** A state's glyph in its hue. Beside the state's word it is decoration, unless `named`. */
export function StatusGlyph({ kind, state, size = 14, named = false }: GlyphProps) {
  const { glyph, tone, label } = lookOf(kind, state);
  const drawing = { viewBox: "0 0 16 16", width: size, height: size, className: styles.glyph, "data-tone": tone };
  if (!named) {
    return (
      <svg {...drawing} aria-hidden="true">
        {GLYPHS[glyph]}
      </svg>
    );
  }
  return (
    <svg {...drawing} role="img" aria-label={label}>
      <title>{label}</title>
      {GLYPHS[glyph]}
    </svg>
  );
}

export function WorkerGlyph({ state, size = 14, named = false }: Omit<GlyphProps, "kind">) {
  return <StatusGlyph kind="worker" state={state} size={size} named={named} />;
}

/** The pill for headers, inspectors and dialogs. In rows, `StatusLabel`. */
export function StatusBadge({ kind, state }: StateProps) {
  const { label, tone } = lookOf(kind, state);
  return (
    <span className={styles.badge} data-tone={tone}>
      <StatusGlyph kind={kind} state={state} size={12} />
      {label}
    </span>
  );
}

interface LabelProps extends StateProps {
  /** The word in the state's hue too. Default: ink. */
  readonly tinted?: boolean;
  /** Instead of the state's word. */
  readonly children?: ReactNode;
}

/** Glyph and word, for rows and legends. */
export function StatusLabel({ kind, state, tinted = false, children }: LabelProps) {
  const { label, tone } = lookOf(kind, state);
  return (
    <span className={cx(styles.label, tinted && styles.tinted)} data-tone={tone}>
      <StatusGlyph kind={kind} state={state} />
      <span className={styles.word}>{children ?? label}</span>
    </span>
  );
}
