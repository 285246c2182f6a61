import { RefreshCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { messageOf } from "../api";
import { Button } from "./button";
import styles from "./failure.module.css";

interface FailureProps {
  /** What could not be done: "The plans could not be read". */
  readonly title: string;
  readonly error: unknown;
  /** What it means for the one who looks, and what is not affected. */
  readonly meaning: ReactNode;
  readonly onRetry: () => void;
  /** Other ways out. */
  readonly actions?: ReactNode;
}

/** In place of what could not be shown: what happened, what it means, what to do. */
export function Failure({ title, error, meaning, onRetry, actions }: FailureProps) {
  return (
    <div className={styles.failure} role="alert">
      <div className={styles.strip} data-tone="failed">
        <TriangleAlert size={14} />
        <div>
          <strong className={styles.title}>{title}</strong>
          <p className={styles.message}>{messageOf(error)}</p>
        </div>
      </div>
      <div className={styles.actions}>
        <Button icon={<RefreshCw size={14} />} onClick={onRetry}>
          Retry
        </Button>
        {actions}
      </div>
      <p className={styles.meaning}>{meaning}</p>
    </div>
  );
}
