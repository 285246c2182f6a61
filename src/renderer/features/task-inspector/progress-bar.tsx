import { useNow } from "../../ui/clock";
import { lookOf } from "../../ui/looks";
import styles from "./progress-bar.module.css";

interface ProgressBarProps {
  readonly state: string;
  readonly from: number;
  /** Null: it runs. */
  readonly to: number | null;
  /** The time limit of an attempt in milliseconds; null: none, so the bar of a running task has no end to grow to. */
  readonly limitMs: number | null;
  /** How long it usually takes: marks, and what the bar grows to. */
  readonly usualP50: number | null;
  readonly usualP90: number | null;
}

/** What is beyond nine of ten past runs has this much room. */
const ROOM = 1.15;

/** The time an attempt took against what is usual, or against its limit. */
export function ProgressBar({ state, from, to, limitMs, usualP50, usualP90 }: ProgressBarProps) {
  const now = useNow();
  const took = (to ?? now) - from;
  const full = usualP90 === null ? limitMs : Math.max(usualP90 * ROOM, took);
  const share = full === null ? 1 : Math.min(1, Math.max(0.01, took / full));
  const marks = full === null ? [] : [usualP50, usualP90].filter((mark) => mark !== null);
  return (
    <div className={styles.meter} data-tone={lookOf("task", state).tone} aria-hidden="true">
      <i style={{ width: `${share * 100}%` }} data-running={to === null || undefined} />
      {full !== null && marks.map((mark) => <b key={mark} style={{ left: `${(mark / full) * 100}%` }} />)}
    </div>
  );
}
