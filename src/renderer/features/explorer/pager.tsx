import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import styles from "./results.module.css";

interface PagerProps {
  /** The number of the first row that is shown, from 1. */
  readonly first: number;
  readonly count: number;
  readonly hasBefore: boolean;
  readonly hasMore: boolean;
  readonly onTurn: (way: 1 | -1) => void;
}

/** Which rows are shown, and the way to those before and behind. */
export function Pager({ first, count, hasBefore, hasMore, onTurn }: PagerProps) {
  if (!hasBefore && !hasMore) return null;
  return (
    <span className={styles.pager}>
      <IconButton
        label="Rows before"
        keys="<"
        size="xs"
        disabledReason={hasBefore ? null : "These are the first."}
        onClick={() => onTurn(-1)}
      >
        <ChevronLeft size={14} />
      </IconButton>
      {formatCount(first)}–{formatCount(first + count - 1)}
      {hasMore ? " of more" : ` of ${formatCount(first + count - 1)}`}
      <IconButton
        label="Rows behind"
        keys=">"
        size="xs"
        disabledReason={hasMore ? null : "These are the last."}
        onClick={() => onTurn(1)}
      >
        <ChevronRight size={14} />
      </IconButton>
    </span>
  );
}
