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
          <h2 className={styles.title}>{title}</h2>
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

interface MoreFailedProps {
  /** "More tasks". */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Under a list whose next page could not be read; what is there stays. */
export function MoreFailed({ what, error, onRetry }: MoreFailedProps) {
  return (
    <div className={styles.more} role="alert">
      <span className={styles.moreText}>
        {what} could not be read: {messageOf(error)}
      </span>
      <Button size="sm" icon={<RefreshCw size={12} />} onClick={onRetry}>
        Retry
      </Button>
    </div>
  );
}
