import type { ReactNode } from "react";
import type { Overview, Throughput } from "../../../shared/model/overview";
import { formatPlace, tasksPlace } from "../../location";
import { useNow } from "../../ui/clock";
import { formatAge, formatCount } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { StatusLabel } from "../../ui/status";
import { useApp } from "../shell/app-store";
import styles from "./overview.module.css";
import { Sparkline } from "./sparkline";

interface CellProps {
  readonly state: string;
  readonly count: number;
  /** What makes the figure mean something: an age, a rate, a limit. */
  readonly detail: string;
  readonly children?: ReactNode;
}

/** More figures than leave room beside them: in a narrow window, in any. */
const MANY = 10_000;
const MOST = 100_000;

function Cell({ state, count, detail, children }: CellProps) {
  return (
    <li data-tone={lookOf("task", state).tone}>
      <a
        className={styles.count}
        data-none={count === 0 || undefined}
        data-many={count >= MOST ? "most" : count >= MANY || undefined}
        href={formatPlace(tasksPlace(`state:${state}`))}
      >
        <StatusLabel kind="task" state={state} />
        <b className={styles.countFigure}>{formatCount(count)}</b>
        <span className={styles.countDetail}>{detail}</span>
        {children}
      </a>
    </li>
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Since when the longest waiting of a kind does; null: none waits. */
function oldestOf({ attention }: Overview, kind: string): number | null {
  const since = attention.flatMap((item) => (item.kind === kind ? (item.since ?? []) : []));
  return since.length === 0 ? null : Math.min(...since);
}

/** All tasks of the database by state. */
export function StateCounts({
  overview,
  throughput,
}: {
  readonly overview: Overview;
  readonly throughput: Throughput | null;
}) {
  const { counts } = overview;
  const slots = useApp((state) => state.runner?.slots ?? null);
  const now = useNow();
  const of = (...states: readonly string[]): number => states.reduce((total, state) => total + (counts[state] ?? 0), 0);
  const ago = (kind: string): string => {
    const since = oldestOf(overview, kind);
    return since === null ? "none waits" : `oldest ${formatAge(now - since)}`;
  };
  const waiting = of("waiting", "blocked", "retrying");
  const completed = throughput === null ? 0 : sum(throughput.completed);
  const failed = throughput === null ? 0 : sum(throughput.failed);
  const range = throughput?.range ?? "24h";
  const share = completed + failed === 0 ? null : (100 * failed) / (completed + failed);
  return (
    <ul className={styles.counts} aria-label="Tasks by state">
      <Cell
        state="queued"
        count={of("queued")}
        detail={waiting === 0 ? "ready to start" : `ready, ${formatCount(waiting)} more waiting`}
      />
      <Cell state="assigned" count={of("assigned")} detail="claimed, not begun" />
      <Cell
        state="in_progress"
        count={of("in_progress", "stopping")}
        detail={slots === null ? "now" : `${formatCount(slots)} slots here`}
      />
      <Cell state="review_pending" count={of("review_pending")} detail={ago("review")} />
      <Cell state="escalated" count={of("escalated")} detail={ago("escalated")} />
      <Cell
        state="failed"
        count={of("failed")}
        detail={share === null ? `no attempts in ${range}` : `${share.toFixed(1)} % of attempts, ${range}`}
      >
        {throughput !== null && <Sparkline values={throughput.failed} />}
      </Cell>
      <Cell state="completed" count={of("completed")} detail={`${formatCount(completed)} in ${range}`}>
        {throughput !== null && <Sparkline values={throughput.completed} />}
      </Cell>
    </ul>
  );
}
