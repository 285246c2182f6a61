import { type CSSProperties, memo } from "react";
import { findInLine, type LineRange, lineTone } from "../../../shared/model/log-text";
import { formatCount } from "../format";
import { type AnsiColor, type AnsiSpan, type AnsiStyle, parseAnsi } from "./ansi";
import styles from "./log-viewer.module.css";

/** A line of a megabyte is cut here: it is the reader's window that must stay quick. */
const MAX_SHOWN = 4_000;

interface LogLineProps {
  readonly text: string;
  readonly number: number | null;
  /** What is marked, in lower case; empty: nothing. */
  readonly needle: string;
  /** Where the current match begins in this line; null: it is in another one. */
  readonly current: number | null;
  /** Somebody chose this line. */
  readonly isChosen: boolean;
}

/** One line: its number, and its text in the terminal's colours with what was found marked. */
export const LogLine = memo(function LogLine({ text, number, needle, current, isChosen }: LogLineProps) {
  const shown = text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text;
  const spans = parseAnsi(shown);
  const isColoured = spans.some((span) => span.style.color !== undefined);
  const tone = isColoured ? null : lineTone(spans.map((span) => span.text).join(""));
  return (
    <div
      className={styles.line}
      data-weight={tone ?? undefined}
      data-current={current !== null || undefined}
      data-chosen={isChosen || undefined}
    >
      <span className={styles.number} aria-hidden="true" data-line={number ?? undefined}>
        {number ?? "·"}
      </span>
      <span className={styles.text}>
        {cut(spans, findInLine(shown, needle)).map((part) => (
          <LinePart key={part.at} part={part} current={current} />
        ))}
        {text.length > MAX_SHOWN && (
          <span className={styles.cut}> … {formatCount(text.length - MAX_SHOWN)} more characters</span>
        )}
      </span>
    </div>
  );
});

interface Part extends AnsiSpan {
  readonly at: number;
  readonly match: LineRange | null;
}

function LinePart({ part, current }: { readonly part: Part; readonly current: number | null }) {
  const look = lookOf(part.style);
  if (part.match === null) return look === null ? part.text : <span style={look}>{part.text}</span>;
  const isCurrent = part.match.start === current;
  return <mark data-current={isCurrent || undefined}>{part.text}</mark>;
}

/** Spans cut at the borders of matches; `at` is the place in the line. */
function cut(spans: readonly AnsiSpan[], matches: readonly LineRange[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const { text, style } of spans) {
    const end = at + text.length;
    while (at < end) {
      const match = matches.find((candidate) => candidate.end > at) ?? null;
      const isInside = match !== null && match.start <= at;
      const border = match === null ? end : Math.min(end, isInside ? match.end : match.start);
      parts.push({
        at,
        text: text.slice(text.length - (end - at), text.length - (end - border)),
        style,
        match: isInside ? match : null,
      });
      at = border;
    }
  }
  return parts;
}

/**
 * The named colours follow the theme, in inks that can be read on the log's ground; so black is a grey, white
 * is the text's own colour, and the bright ones are not brighter.
 */
const INKS = [
  "text-3",
  "st-failed-fg",
  "st-completed-fg",
  "st-escalated-fg",
  "st-running-fg",
  "st-review-fg",
  "st-assigned-fg",
  "text-1",
];

function css(color: AnsiColor): string {
  return typeof color === "string" ? color : `var(--${INKS[color % 8] ?? "text-1"})`;
}

function lookOf(style: AnsiStyle): CSSProperties | null {
  const { color, background, bold, dim, italic, underline, strike, inverse } = style;
  const look: CSSProperties = {};
  if (color !== undefined) look.color = css(color);
  if (background !== undefined) look.background = css(background);
  if (inverse) {
    look.color = background === undefined ? "var(--surface-inset)" : css(background);
    look.background = color === undefined ? "var(--text-2)" : css(color);
  } else if (background !== undefined && color === undefined) {
    look.color = "var(--surface-inset)";
  }
  if (bold) look.fontWeight = 600;
  if (dim && look.color === undefined) look.color = "var(--text-3)";
  if (italic) look.fontStyle = "italic";
  if (underline || strike) look.textDecoration = `${underline ? "underline " : ""}${strike ? "line-through" : ""}`;
  return Object.keys(look).length === 0 ? null : look;
}
