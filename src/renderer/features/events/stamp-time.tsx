import { formatClock, formatDateTime, useTimeStyle } from "../../time-format";
import styles from "./events.module.css";

const milliseconds = (at: number): string => String(Math.floor(at) % 1_000).padStart(3, "0");

/** The time of day to the millisecond, with the date on hover: events of one second are told apart. */
export function StampTime({ at }: { readonly at: number | null }) {
  useTimeStyle();
  if (at === null) return <span title="Its time cannot be read">–</span>;
  return (
    <time className={styles.stamp} dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {formatClock(at)}
      <small>.{milliseconds(at)}</small>
    </time>
  );
}
