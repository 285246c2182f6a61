import type { ActivityItem, ToldEvent } from "../../../shared/model/overview";
import { formatPlace, planPlace } from "../../location";
import { lookOf } from "../../ui/looks";
import { Panel } from "../../ui/panel";
import { ClockTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import styles from "./overview.module.css";

interface Telling {
  /** What happened to the subject; ends in a word that who did it follows. */
  readonly verb: string;
  readonly state: string;
}

const TELLINGS: Readonly<Record<ToldEvent, Telling>> = {
  "task.completed": { verb: "completed by", state: "completed" },
  "task.failed": { verb: "failed at", state: "failed" },
  "task.cancelled": { verb: "cancelled by", state: "cancelled" },
  "review.requested": { verb: "waits for a review, says", state: "review_pending" },
  "review.approved": { verb: "approved by", state: "approved" },
  "review.rejected": { verb: "rejected by", state: "rejected" },
  "workflow.failed": { verb: "workflow failed, says", state: "failed" },
  "deployment.completed": { verb: "deployed by", state: "completed" },
  "deployment.failed": { verb: "deployment failed, says", state: "failed" },
  "deployment.rolled_back": { verb: "rolled back by", state: "rework_needed" },
  "plan.execution_started": { verb: "begun by", state: "in_progress" },
  "plan.execution_completed": { verb: "ended, says", state: "completed" },
  "agent.error": { verb: "error, says", state: "failed" },
  "system.error": { verb: "error, says", state: "failed" },
};

/** A sentence without its subject. Pure. */
export function tell({ type, outcome, willRetry, by }: ActivityItem): Telling & { readonly by: string | null } {
  const telling = TELLINGS[type];
  if (type === "task.failed" && willRetry) return { verb: "failed and is tried again, at", state: "retrying", by };
  if (type !== "plan.execution_completed" || outcome === null) return { ...telling, by };
  const state = outcome === "partially_completed" ? "rework_needed" : outcome;
  return { verb: `ended: ${lookOf("plan", outcome).label.toLowerCase()}`, state, by: null };
}

/** What happened last. */
export function ActivityPanel({ items }: { readonly items: readonly ActivityItem[] }) {
  return (
    <Panel title="Activity" className={styles.activity}>
      {items.length === 0 ? (
        <p className={styles.quiet}>Nothing has happened yet.</p>
      ) : (
        <ol className={styles.happened} aria-label="Latest events">
          {items.map((item) => (
            <Happened key={item.cursor} item={item} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Happened({ item }: { readonly item: ActivityItem }) {
  const { verb, state, by } = tell(item);
  return (
    <li>
      <span className={styles.clock}>
        <ClockTime at={item.at} />
      </span>
      <StatusGlyph kind="task" state={state} />
      <span className={styles.sentence}>
        {item.planId === null ? (
          <b>{item.subject}</b>
        ) : (
          <a href={formatPlace(planPlace(item.planId, item.taskId))}>{item.subject}</a>
        )}{" "}
        {verb} {by !== null && <span className="mono">{by}</span>}
      </span>
    </li>
  );
}
