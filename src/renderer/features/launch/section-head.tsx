import type { ReactNode } from "react";
import styles from "./section-head.module.css";

interface SectionHeadProps {
  readonly title: string;
  /** Beside the title, muted. */
  readonly meta?: ReactNode;
  readonly children?: ReactNode;
}

export function SectionHead({ title, meta, children }: SectionHeadProps) {
  return (
    <div className={styles.sectionHead}>
      <h3>{title}</h3>
      {meta !== undefined && <small>{meta}</small>}
      {children}
    </div>
  );
}
