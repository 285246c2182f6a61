import type { ReactNode } from "react";
import styles from "./fact.module.css";

interface FactProps {
  readonly name: string;
  /** Names, ids and expressions: in the fixed font. */
  readonly isMono?: boolean;
  readonly children: ReactNode;
}

/** One line of a `dl`: what it is, and its value. Its list may set `--fact-name`, the width of the names. */
export function Fact({ name, isMono = false, children }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt title={name}>{name}</dt>
      <dd className={isMono ? "mono" : undefined}>{children}</dd>
    </div>
  );
}
