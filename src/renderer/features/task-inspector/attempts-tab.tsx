import { Columns2, FileText, History } from "lucide-react";
import { useState } from "react";
import type { RunWork } from "../../../shared/control-contract";
import type { RunRow, TaskDetail } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Elapsed, ExactMoment } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
import styles from "./attempts-tab.module.css";
import { CompareAttempts } from "./compare-attempts";
import { showLog } from "./task-store";

export function AttemptsTab({ task }: { readonly task: TaskDetail }) {
  const [compared, setCompared] = useState<string | null>(null);
  if (task.runs.length === 0) {
    return (
      <EmptyState icon={<History size={20} />} title="No attempts yet">
        {task.reason ?? "The first one begins when the task starts."}
      </EmptyState>
    );
  }
  return (
    <>
      <ol className={styles.attempts}>
        {task.runs.map((run) => (
          <Attempt key={run.id} run={run} onCompare={task.runs.length > 1 ? () => setCompared(run.id) : null} />
        ))}
      </ol>
      {compared !== null && <CompareAttempts task={task} runId={compared} onClose={() => setCompared(null)} />}
    </>
  );
}

interface AttemptProps {
  readonly run: RunRow;
  /** Null: there is no other one. */
  readonly onCompare: (() => void) | null;
}

function Attempt({ run, onCompare }: AttemptProps) {
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
        <ExactMoment at={run.startedAt} />
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
        <span className={styles.buttons}>
          {onCompare !== null && (
            <Button size="xs" icon={<Columns2 size={12} />} onClick={onCompare}>
              Compare
            </Button>
          )}
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
      <WhatItRan runId={run.id} />
    </li>
  );
}

/** What an attempt ran stays, whatever its task runs by now; it is read when somebody wants to know. */
function WhatItRan({ runId }: { readonly runId: string }) {
  const [work, setWork] = useState<RunWork | null>(null);
  const [error, setError] = useState<string | null>(null);
  const read = async (): Promise<void> => {
    try {
      setWork(await call("runs.work", { runId }));
      setError(null);
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <details
      className={styles.ran}
      onToggle={(event) => {
        if (event.currentTarget.open) void read();
      }}
    >
      <summary>What it ran</summary>
      {error !== null && <p>{error}</p>}
      {work?.isOutdated === true && <p>The task has been edited since: the next attempt runs something else.</p>}
      {work !== null && (work.command === null ? <p>Nothing that is known.</p> : <pre>{work.command}</pre>)}
    </details>
  );
}
