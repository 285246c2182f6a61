import { Link, SearchX, X } from "lucide-react";
import { useEffect } from "react";
import type { TaskDetail } from "../../../shared/model/views";
import { taskLink } from "../../../shared/task-link";
import { messageOf } from "../../api";
import { lazyPart } from "../../lazy";
import { type InspectorPane, usePlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { formatDuration, shortId } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Elapsed, ExactMoment, Moment } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph } from "../../ui/status";
import { Tabs } from "../../ui/tabs";
import { AttemptsTab } from "./attempts-tab";
import { copyText } from "./copy";
import { TaskAudit, TaskEvents } from "./history-tab";
import { LogTab } from "./log-tab";
import { type Outlook, useOutlook } from "./outlook";
import { ProgressBar } from "./progress-bar";
import { ReviewActions } from "./review-actions";
import { Segments } from "./segments";
import { SummaryTab } from "./summary-tab";
import { TaskActions } from "./task-actions-bar";
import styles from "./task-inspector.module.css";
import { followAddress, inspectTask, readTask, showPane, useInspector } from "./task-store";

const PayloadTab = lazyPart(async () => (await import("./payload-tab")).PayloadTab);
const ResultTab = lazyPart(async () => (await import("./result-tab")).ResultTab);

interface TaskInspectorProps {
  readonly taskId: string;
  readonly onClose: () => void;
  /** False: something else is selected, which the keys for acts are meant for. Default: true. */
  readonly hasKeys?: boolean;
}

type TabId = "summary" | "log" | "attempts" | "payload" | "events";

/** Some tabs have two sides. */
const TAB_OF: Readonly<Record<InspectorPane, TabId>> = {
  summary: "summary",
  log: "log",
  attempts: "attempts",
  payload: "payload",
  result: "payload",
  events: "events",
  audit: "events",
};
const TABS: readonly TabId[] = ["summary", "log", "attempts", "payload", "events"];

/** Everything about one task, live, beside the list that it was chosen from. */
export function TaskInspector({ taskId, onClose, hasKeys = true }: TaskInspectorProps) {
  useEffect(() => inspectTask(taskId), [taskId]);
  const state = useInspector();
  const place = usePlace();
  const inspect = "inspect" in place ? place.inspect : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another task begins with what is shown of this one
  useEffect(() => followAddress(inspect), [inspect, taskId]);
  const task = state.taskId === taskId ? state.task : null;
  useHotkeys({
    group: "Task",
    hotkeys: TABS.map((tab, index) => ({
      keys: [String(index + 1)],
      label: `Show ${tab}`,
      run: () => showPane(tab),
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
              title={state.isGone ? "This task is not in the database" : "This task cannot be shown"}
              actions={<Button onClick={readTask}>Look again</Button>}
            >
              {state.isGone
                ? "It may have been deleted by another program, or the link is of another database."
                : messageOf(state.error)}
            </EmptyState>
          )}
        </>
      ) : (
        <>
          <Head task={task} isGone={state.isGone} hasKeys={hasKeys} onClose={onClose} />
          {state.error !== null && <Trouble error={state.error} isGone={state.isGone} />}
          <TaskTabs task={task} pane={inspect?.pane ?? state.pane} runId={inspect?.runId ?? null} />
        </>
      )}
    </section>
  );
}

function Trouble({ error, isGone }: { readonly error: unknown; readonly isGone: boolean }) {
  return (
    <p className={styles.trouble} role="status">
      {isGone
        ? "This task has been deleted. What is shown is the last that was known of it."
        : `What is shown may be old: ${messageOf(error)}`}
    </p>
  );
}

interface TaskTabsProps {
  readonly task: TaskDetail;
  readonly pane: InspectorPane;
  readonly runId: string | null;
}

function TaskTabs({ task, pane, runId }: TaskTabsProps) {
  return (
    <Tabs
      label="Task"
      value={TAB_OF[pane]}
      onChange={(tab) => {
        if (tab !== TAB_OF[pane]) showPane(tab);
      }}
      items={[
        { id: "summary", label: "Summary", panel: <SummaryTab task={task} /> },
        { id: "log", label: <LogLabel task={task} />, panel: <LogTab task={task} chosen={runId} /> },
        { id: "attempts", label: "Attempts", count: task.runs.length, panel: <AttemptsTab task={task} /> },
        {
          id: "payload",
          label: "Payload",
          panel: (
            <Segments
              label="Payload or result"
              value={pane === "result" ? "result" : "payload"}
              onChange={showPane}
              items={[
                { id: "payload", label: "Runs" },
                { id: "result", label: "Result" },
              ]}
            >
              {pane === "result" ? <ResultTab task={task} /> : <PayloadTab task={task} />}
            </Segments>
          ),
        },
        {
          id: "events",
          label: "Events",
          panel: (
            <Segments
              label="Events or acts"
              value={pane === "audit" ? "audit" : "events"}
              onChange={showPane}
              items={[
                { id: "events", label: "What happened" },
                { id: "audit", label: "What people did" },
              ]}
            >
              {pane === "audit" ? <TaskAudit key={task.id} task={task} /> : <TaskEvents key={task.id} task={task} />}
            </Segments>
          ),
        },
      ]}
    />
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

interface HeadProps {
  readonly task: TaskDetail;
  readonly isGone: boolean;
  readonly hasKeys: boolean;
  readonly onClose: () => void;
}

function Head({ task, isGone, hasKeys, onClose }: HeadProps) {
  const isRunning = task.status === "in_progress";
  const outlook = useOutlook(task);
  return (
    <header className={styles.head}>
      <div className={styles.titleRow}>
        <StatusGlyph kind="task" state={task.state} size={16} />
        <h2 title={task.title}>{task.title}</h2>
        <StatusBadge kind="task" state={task.state} />
        {outlook.isCritical && (
          <span className={styles.tag} title="On the critical path: it decides when the plan ends">
            Critical path
          </span>
        )}
        <span className={styles.push}>
          <IconButton label="Copy link" keys="Y" size="sm" onClick={() => void copyText(taskLink(task.id), "the link")}>
            <Link size={14} />
          </IconButton>
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
            {task.attempts} of {Math.max(task.attempts, task.maxAttempts)}
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
        {outlook.startsAt !== null && task.startedAt === null && (
          <span title="When half of the runs before it would have come to it">
            predicted{" "}
            <b>
              <Moment at={outlook.startsAt} />
            </b>
          </span>
        )}
        {task.startedAt !== null && (
          <span>
            from{" "}
            <b>
              <ExactMoment at={task.startedAt} />
            </b>
          </span>
        )}
      </div>
      {task.startedAt !== null && (isRunning || task.finishedAt !== null) && (
        <div className={styles.progress}>
          <ProgressBar
            state={task.state}
            from={task.startedAt}
            to={task.finishedAt}
            limitMs={task.timeoutMs}
            usualP50={outlook.usualP50}
            usualP90={outlook.usualP90}
          />
          <div className={styles.progressWords}>
            <b>
              <Elapsed from={task.startedAt} to={task.finishedAt} />
            </b>
            <span>{durationWords(task, outlook)}</span>
          </div>
        </div>
      )}
      {!isGone && <ReviewActions task={task} hasKeys={hasKeys} />}
      {!isGone && <TaskActions task={task} hasKeys={hasKeys} />}
    </header>
  );
}

function durationWords({ timeoutMs }: TaskDetail, { usualP50, usualP90 }: Outlook): string {
  return [
    usualP50 === null ? "" : `P50 ${formatDuration(usualP50)}`,
    usualP90 === null ? "" : `P90 ${formatDuration(usualP90)}`,
    timeoutMs === null ? "" : `limit ${formatDuration(timeoutMs)}`,
  ]
    .filter((words) => words !== "")
    .join("  ");
}
