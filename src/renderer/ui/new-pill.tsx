import { ArrowUp } from "lucide-react";
import { Announcement } from "./announcement";
import { formatCount } from "./format";
import styles from "./new-pill.module.css";

interface NewPillProps {
  /** How many wait; 0: nothing is shown. */
  readonly count: number;
  /** There may be more than were counted. */
  readonly isAtLeast?: boolean;
  /** Pixels below the upper edge of what positions it; default: below a table's head. */
  readonly top?: number;
  readonly onShow: () => void;
}

/** Rows that arrived while one reads: they come in when they are asked for, so that nothing moves under the reader. */
export function NewPill({ count, isAtLeast = false, top = 40, onShow }: NewPillProps) {
  const words = count === 0 ? "" : `${formatCount(count)}${isAtLeast ? "+" : ""} new`;
  return (
    <>
      <Announcement text={words} />
      {count > 0 && (
        <button type="button" className={styles.pill} style={{ top }} onClick={onShow}>
          <ArrowUp size={12} /> {words}
        </button>
      )}
    </>
  );
}
