import { memo, type ReactNode, useEffect, useRef } from "react";
import styles from "./data-table.module.css";

interface TableRowProps {
  readonly id: string;
  readonly rowId: string;
  readonly original: unknown;
  readonly columns: unknown;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly tone: string | undefined;
  readonly isCursor: boolean;
  /** Draws the cells; called only when the row is drawn. */
  readonly children: () => ReactNode;
}

const FLASH_MS = 1_200;

function Row({ id, rowId, index, top, height, tone, isCursor, children }: TableRowProps) {
  const element = useRef<HTMLTableRowElement>(null);
  const shownTone = useRef(tone);
  useEffect(() => {
    if (shownTone.current === tone) return;
    shownTone.current = tone;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    // Without an end, it fades to what the row has by then: nothing, or the cursor's tint.
    element.current?.animate([{ backgroundColor: "var(--cb)", offset: 0 }], { duration: FLASH_MS, easing: "ease-out" });
  }, [tone]);
  return (
    <tr
      ref={element}
      id={id}
      aria-rowindex={index + 2}
      aria-selected={isCursor}
      className={styles.row}
      data-id={rowId}
      data-tone={tone}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      {children()}
    </tr>
  );
}

/** The cells are a function of the row's value and the columns: only these, and the row's place, draw it anew. */
export const TableRow = memo(
  Row,
  (before, after) =>
    before.original === after.original &&
    before.columns === after.columns &&
    before.index === after.index &&
    before.top === after.top &&
    before.isCursor === after.isCursor,
);
