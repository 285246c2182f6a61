import { ChevronDown, FileText } from "lucide-react";
import { useMemo, useState } from "react";
import type { RunRow, TaskDetail } from "../../../shared/model/views";
import { EmptyState } from "../../ui/empty-state";
import { formatDuration } from "../../ui/format";
import { LogViewer } from "../../ui/log-viewer/log-viewer";
import { lookOf } from "../../ui/looks";
import { StatusGlyph } from "../../ui/status";
import { CompareAttempts } from "./compare-attempts";
import styles from "./log-tab.module.css";
import { runLogSource } from "./run-log-source";
import { showLog } from "./task-store";

interface LogTabProps {
  readonly task: TaskDetail;
  readonly chosen: string | null;
}

/** The log of an attempt; the latest one, unless another was chosen. */
export function LogTab({ task, chosen }: LogTabProps) {
  const run = task.runs.find((candidate) => candidate.id === chosen) ?? task.runs[0];
  if (run === undefined) {
    return (
      <EmptyState icon={<FileText size={20} />} title="No log yet">
        {task.reason ?? "The log begins with the first attempt."}
      </EmptyState>
    );
  }
  return <RunLog key={run.id} task={task} run={run} />;
}

function RunLog({ task, run }: { readonly task: TaskDetail; readonly run: RunRow }) {
  const source = useMemo(() => runLogSource(run.id), [run.id]);
  const select = (
    <span className={styles.select}>
      <select
        value={run.id}
        aria-label="Attempt"
        onChange={(event) => showLog(event.target.value === task.runs[0]?.id ? null : event.target.value)}
      >
        {task.runs.map((candidate) => (
          <option key={candidate.id} value={candidate.id}>
            Attempt {candidate.number}
          </option>
        ))}
      </select>
      <ChevronDown size={12} aria-hidden="true" />
    </span>
  );
  if (!run.hasLog) {
    return (
      <>
        <div className={styles.bareBar}>{select}</div>
        <EmptyState icon={<FileText size={20} />} title="This attempt has no log">
          {run.error ?? "It ran no process, or its log was not kept."}
        </EmptyState>
      </>
    );
  }
  return (
    <LogViewer
      source={source}
      label={`Log of ${task.title}, attempt ${run.number}`}
      toolbar={select}
      notice={<LastFailure task={task} shown={run} />}
    />
  );
}

/** How the shown attempt failed, or the one before a repeated one. */
function LastFailure({ task, shown }: { readonly task: TaskDetail; readonly shown: RunRow }) {
  const { runs } = task;
  const [isComparing, setIsComparing] = useState(false);
  const isBad = (run: RunRow) => run.status === "failure" || run.status === "timeout";
  const failed = isBad(shown) ? shown : runs.find((run) => run.number === shown.number - 1 && isBad(run));
  if (failed === undefined) return null;
  const took =
    failed.startedAt === null || failed.completedAt === null
      ? ""
      : ` after ${formatDuration(failed.completedAt - failed.startedAt)}`;
  const words = `Attempt ${failed.number} ${lookOf("run", failed.status).label.toLowerCase()}${took}${
    failed.error === null ? "" : `: ${failed.error}`
  }`;
  return (
    <div className={styles.callout} data-tone="failed">
      <StatusGlyph kind="run" state={failed.status} size={12} />
      <span title={words}>{words}</span>
      {failed.id !== shown.id && failed.hasLog && (
        <button type="button" onClick={() => showLog(failed.id)}>
          Its log
        </button>
      )}
      {task.runs.length > 1 && (
        <button type="button" onClick={() => setIsComparing(true)}>
          Compare
        </button>
      )}
      {isComparing && <CompareAttempts task={task} runId={failed.id} onClose={() => setIsComparing(false)} />}
    </div>
  );
}
