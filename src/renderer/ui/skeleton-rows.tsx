import styles from "./skeleton-rows.module.css";

const WIDTHS = [62, 84, 48, 71, 90, 55, 78];

/** Rows to come, in their final height. They show only when the wait is longer than 150 ms. */
export function SkeletonRows({ height = 28, count = 12 }: { readonly height?: number; readonly count?: number }) {
  const rows = Array.from({ length: count }, (_, index) => index);
  return (
    <div className={styles.rows} role="status" aria-label="Loading">
      {rows.map((index) => (
        <div key={index} className={styles.row} style={{ height }}>
          <span className={styles.dot} />
          <span className={styles.bone} style={{ width: `${WIDTHS[index % WIDTHS.length]}px` }} />
          <span className={styles.bone} style={{ width: `${(WIDTHS[(index + 3) % WIDTHS.length] ?? 60) * 2}px` }} />
          <span className={styles.bone} style={{ width: `${WIDTHS[(index + 5) % WIDTHS.length]}px` }} />
        </div>
      ))}
    </div>
  );
}
