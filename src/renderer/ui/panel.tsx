import type { ReactNode } from "react";
import { cx } from "./class-names";
import styles from "./panel.module.css";

interface PanelProps {
  readonly title: ReactNode;
  /** Beside the title, muted: a count, a condition. */
  readonly meta?: ReactNode;
  /** Behind them: what chooses what is shown. Scrolls where it has no room. */
  readonly tools?: ReactNode;
  /** At the right of the head. */
  readonly actions?: ReactNode;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A titled surface. Panels are not nested. */
export function Panel({ title, meta, tools, actions, className, children }: PanelProps) {
  return (
    <section className={cx(styles.panel, className)}>
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {meta !== undefined && <span className={styles.meta}>{meta}</span>}
        {tools !== undefined && <span className={styles.tools}>{tools}</span>}
        {actions !== undefined && <span className={styles.actions}>{actions}</span>}
      </header>
      {children}
    </section>
  );
}
