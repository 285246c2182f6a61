import { formatCount } from "./format";
import { segmentsOf } from "./looks";
import styles from "./segmented-bar.module.css";

interface SegmentedBarProps {
  /** Tasks by state. */
  readonly counts: Readonly<Record<string, number>>;
  /** Pixels. Default 6. */
  readonly height?: number;
}

/** Progress by state, in a fixed order; every state that occurs shows at least 2 px. */
export function SegmentedBar({ counts, height = 6 }: SegmentedBarProps) {
  const segments = segmentsOf(counts);
  const words = segments.map((segment) => `${formatCount(segment.count)} ${segment.label.toLowerCase()}`).join(", ");
  return (
    <span className={styles.bar} style={{ height }} role="img" aria-label={words === "" ? "No tasks" : words}>
      {segments.map((segment) => (
        <span
          key={segment.state}
          className={styles.segment}
          data-tone={segment.tone}
          title={`${formatCount(segment.count)} ${segment.label.toLowerCase()}`}
          style={{ flexGrow: segment.count }}
        />
      ))}
    </span>
  );
}
