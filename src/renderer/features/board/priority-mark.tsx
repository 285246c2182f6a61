import styles from "./board.module.css";

/** From so much on a task is marked as urgent. */
const URGENT = 5;

/** Ink, never a hue: one to three bars, or an exclamation mark. The number is said, too. */
export function PriorityMark({ priority }: { readonly priority: number }) {
  const words = `Priority ${priority}`;
  if (priority >= URGENT) {
    return (
      <span className={styles.urgent} role="img" aria-label={words} title={words}>
        !
      </span>
    );
  }
  const bars = Math.min(3, Math.max(1, priority));
  return (
    <span className={styles.priority} data-bars={bars} role="img" aria-label={words} title={words}>
      <i />
      <i />
      <i />
    </span>
  );
}
