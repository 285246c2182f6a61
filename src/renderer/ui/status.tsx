import type { ReactNode } from "react";
import { cx } from "./class-names";
import { GLYPHS, type GlyphShape } from "./glyphs";
import { type GlyphName, lookOf, type StateKind } from "./looks";
import styles from "./status.module.css";

function Shape({ path, line, dash, dashOffset, isCutout = false }: GlyphShape) {
  const ink = isCutout ? "var(--ko)" : "currentColor";
  if (line === null) return <path d={path} fill={ink} />;
  return (
    <path
      d={path}
      fill="none"
      stroke={ink}
      strokeWidth={line}
      strokeDasharray={dash?.join(" ")}
      strokeDashoffset={dashOffset}
      strokeLinecap={dash === undefined ? "round" : undefined}
      strokeLinejoin="round"
    />
  );
}

const drawGlyph = (name: GlyphName): ReactNode =>
  GLYPHS[name].map((shape) => <Shape key={`${shape.path} ${shape.line}`} {...shape} />);

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
        {drawGlyph(glyph)}
      </svg>
    );
  }
  return (
    <svg {...drawing} role="img" aria-label={label}>
      <title>{label}</title>
      {drawGlyph(glyph)}
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
