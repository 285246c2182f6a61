import { Route } from "lucide-react";
import { Button } from "../../ui/button";
import { Segmented } from "../../ui/segmented";
import styles from "./timeline.module.css";
import { GROUPINGS } from "./timeline-rows";
import { setGrouping, toggleCritical, useTimeline } from "./timeline-store";

const ROWS = GROUPINGS.map((value) => ({ value, label: `By ${value}` }));

/** For the bar of tabs: what the lines mean, the critical path, and what the rows are. */
export function TimelineTools() {
  const { grouping, showsCritical, forecast } = useTimeline();
  return (
    <div className={styles.tools}>
      <ul className={styles.legend} aria-label="Lines">
        <li>
          <i data-line="expected" /> Expected
        </li>
        <li>
          <i data-line="wait" /> Waiting
        </li>
        <li>
          <i data-line="backoff" /> Before a retry
        </li>
      </ul>
      <Button
        size="sm"
        keys="c"
        icon={<Route size={14} />}
        pressed={showsCritical && forecast !== null}
        disabledReason={
          forecast === null
            ? "Nothing is predicted for this plan: it does not run, or nothing is known of its tasks."
            : null
        }
        onClick={toggleCritical}
      >
        Critical path
      </Button>
      <Segmented isFramed label="Rows" options={ROWS} value={grouping} onChange={setGrouping} />
    </div>
  );
}
