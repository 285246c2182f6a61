import { FileText, History } from "lucide-react";
import type { RunRow, TaskDetail } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { ClockTime, Elapsed } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
import styles from "./attempts-tab.module.css";
import { showLog } from "./task-store";

export function AttemptsTab({ task }: { readonly task: TaskDetail }) {
  if (task.runs.length === 0) {
    return (
      <EmptyState icon={<History size={20} />} title="No attempts yet">
        {task.reason ?? "The first one begins when the task starts."}
      </EmptyState>
    );
  }
  return (
    <ol className={styles.attempts}>
      {task.runs.map((run) => (
        <Attempt key={run.id} run={run} />
      ))}
    </ol>
  );
}

function Attempt({ run }: { readonly run: RunRow }) {
  return (
    <li>
      <div className={styles.attemptHead}>
        <b>Attempt {run.number}</b>
        <StatusLabel kind="run" state={run.status} tinted />
        <span className={styles.end}>
          <Elapsed from={run.startedAt} to={run.status === "running" ? null : run.completedAt} />
        </span>
      </div>
      <div className={styles.attemptMeta}>
        <ClockTime at={run.startedAt} />
        <span className="mono">{run.workerId}</span>
        {run.pid !== null && <span>pid {run.pid}</span>}
        {run.exitCode !== null && (
          <span>
            exit code <b>{run.exitCode}</b>
          </span>
        )}
        {run.signal !== null && (
          <span>
            signal <b>{run.signal}</b>
          </span>
        )}
        <span className={styles.end}>
          <Button
            size="xs"
            icon={<FileText size={12} />}
            disabledReason={run.hasLog ? null : "This attempt has no log."}
            onClick={() => showLog(run.id)}
          >
            Log
          </Button>
        </span>
      </div>
      {run.error !== null && (
        <p className={styles.attemptError} data-tone="failed">
          {run.error}
        </p>
      )}
    </li>
  );
}
