import { SearchX, X } from "lucide-react";
import { useEffect } from "react";
import type { TaskDetail } from "../../../shared/model/views";
import { messageOf } from "../../api";
import { Button, IconButton } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { formatDuration, shortId } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { ClockTime, Elapsed } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph } from "../../ui/status";
import { Tabs } from "../../ui/tabs";
import { AttemptsTab } from "./attempts-tab";
import { LogTab } from "./log-tab";
import { ProgressBar } from "./progress-bar";
import { ReviewActions } from "./review-actions";
import { SummaryTab } from "./summary-tab";
import { TaskActions } from "./task-actions-bar";
import styles from "./task-inspector.module.css";
import { type InspectorTab, inspectTask, readTask, showTab, useInspector } from "./task-store";

interface TaskInspectorProps {
  readonly taskId: string;
  readonly onClose: () => void;
}

const TABS: readonly InspectorTab[] = ["summary", "log", "attempts"];

/** Everything about one task, live, beside the list that it was chosen from. */
export function TaskInspector({ taskId, onClose }: TaskInspectorProps) {
  useEffect(() => inspectTask(taskId), [taskId]);
  const state = useInspector();
  const task = state.taskId === taskId ? state.task : null;
  useHotkeys({
    group: "Task",
    hotkeys: TABS.map((tab, index) => ({
      keys: [String(index + 1)],
      label: `Show ${tab}`,
      run: () => showTab(tab),
    })),
  });
  return (
    <section className={styles.inspector} aria-label="Task">
      {task === null ? (
        <>
          <div className={styles.bare}>
            <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
              <X size={14} />
            </IconButton>
          </div>
          {state.error !== null && (
            <EmptyState
              icon={<SearchX size={20} />}
              title="This task cannot be shown"
              actions={<Button onClick={readTask}>Try again</Button>}
            >
              {messageOf(state.error)}
            </EmptyState>
          )}
        </>
      ) : (
        <>
          <Head task={task} onClose={onClose} />
          <Tabs
            label="Task"
            value={state.tab}
            onChange={showTab}
            items={[
              { id: "summary", label: "Summary", panel: <SummaryTab task={task} /> },
              { id: "log", label: <LogLabel task={task} />, panel: <LogTab task={task} chosen={state.runId} /> },
              { id: "attempts", label: "Attempts", count: task.runs.length, panel: <AttemptsTab task={task} /> },
            ]}
          />
        </>
      )}
    </section>
  );
}

function LogLabel({ task }: { readonly task: TaskDetail }) {
  return (
    <>
      Log
      {task.status === "in_progress" && <i className={styles.liveDot} role="img" aria-label="live" />}
    </>
  );
}

function Head({ task, onClose }: { readonly task: TaskDetail; readonly onClose: () => void }) {
  const isRunning = task.status === "in_progress";
  return (
    <header className={styles.head}>
      <div className={styles.titleRow}>
        <StatusGlyph kind="task" state={task.state} size={16} />
        <h2 title={task.title}>{task.title}</h2>
        <StatusBadge kind="task" state={task.state} />
        <span className={styles.push}>
          <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
            <X size={14} />
          </IconButton>
        </span>
      </div>
      <div className={styles.meta}>
        <span className="mono" title={task.id}>
          {task.subtaskId ?? shortId(task.id)}
        </span>
        <span>
          Attempt{" "}
          <b>
            {task.attempts} of {task.maxAttempts}
          </b>
        </span>
        {task.workerId !== null && (
          <span className={styles.worker}>
            {isRunning && <StatusGlyph kind="worker" state="busy" size={11} />}
            <span className="mono" title={task.workerId}>
              {task.workerId}
            </span>
          </span>
        )}
        {task.startedAt !== null && (
          <span>
            from{" "}
            <b>
              <ClockTime at={task.startedAt} />
            </b>
          </span>
        )}
      </div>
      {task.startedAt !== null && (isRunning || task.finishedAt !== null) && (
        <div className={styles.progress}>
          <ProgressBar state={task.state} from={task.startedAt} to={task.finishedAt} limitMs={task.timeoutMs} />
          <div className={styles.progressWords}>
            <b>
              <Elapsed from={task.startedAt} to={task.finishedAt} />
            </b>
            {task.timeoutMs !== null && <span>limit {formatDuration(task.timeoutMs)}</span>}
          </div>
        </div>
      )}
      {task.status === "review_pending" && <ReviewActions task={task} />}
      <TaskActions task={task} />
    </header>
  );
}
