import { CircleCheck } from "lucide-react";
import { useNow } from "../../ui/clock";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { useLimit } from "./limits";
import styles from "./results.module.css";
import type { RunState, StatementResult } from "./run-store";

interface RunStatusProps {
  readonly run: RunState;
  readonly result: StatementResult | undefined;
  readonly first: number;
  readonly count: number;
}

/** How the query does, and how many rows came of a statement. */
export function RunStatus({ run, result, first, count }: RunStatusProps) {
  const limit = useLimit((state) => state.seconds);
  if (run.state === "running") {
    return (
      <span className={styles.status} role="status">
        <Elapsed since={run.begunAt} limit={limit} />
      </span>
    );
  }
  const rows = result === undefined || result.columns.length === 0 ? null : first - 1 + count;
  const isMore = result !== undefined && !result.isEnd;
  return (
    <span className={styles.status} role="status" title={run.message ?? undefined}>
      {run.state === "late" || run.state === "stopped" ? (
        <em>{run.state === "late" ? "Stopped at its limit" : "Stopped"}</em>
      ) : (
        rows !== null && (
          <>
            <CircleCheck size={13} data-tone="completed" />
            {isMore ? `The first ${plural(rows, "row")} of more` : plural(rows, "row")} in{" "}
            {formatDuration(result?.ms ?? 0)}
          </>
        )
      )}
      {run.message !== null && run.state === "done" && <em>{run.message}</em>}
    </span>
  );
}

function Elapsed({ since, limit }: { readonly since: number; readonly limit: number }) {
  const now = useNow();
  const seconds = Math.max(0, (now - since) / 1_000);
  return (
    <>
      Running {Math.floor(seconds)} s
      <i className={styles.meter} aria-hidden="true">
        <i style={{ width: `${Math.min(100, (seconds / limit) * 100)}%` }} />
      </i>
      of {formatCount(limit)} s
    </>
  );
}
