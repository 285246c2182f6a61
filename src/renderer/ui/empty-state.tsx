import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

interface EmptyStateProps {
  /** A 20 px icon. */
  readonly icon: ReactNode;
  readonly title: ReactNode;
  /** Why it is empty and how to go on. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** What a list shows in place of rows. "Nothing yet" and "nothing matches" say different things. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <span className={styles.icon}>{icon}</span>
      <h2 className={styles.title}>{title}</h2>
      {children !== undefined && <div className={styles.text}>{children}</div>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
