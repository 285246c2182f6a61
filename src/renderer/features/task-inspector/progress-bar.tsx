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
}

/** The time an attempt took against its limit. */
export function ProgressBar({ state, from, to, limitMs }: ProgressBarProps) {
  const now = useNow();
  const share = limitMs === null ? 1 : Math.min(1, Math.max(0.01, ((to ?? now) - from) / limitMs));
  return (
    <div className={styles.meter} data-tone={lookOf("task", state).tone} aria-hidden="true">
      <i style={{ width: `${share * 100}%` }} data-running={to === null || undefined} />
    </div>
  );
}
