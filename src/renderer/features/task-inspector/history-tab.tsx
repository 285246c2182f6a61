import { ClipboardList, Radio } from "lucide-react";
import { type ReactNode, useRef } from "react";
import type { AuditRow, EventRow } from "../../../shared/model/log-views";
import type { TaskDetail } from "../../../shared/model/views";
import { eventsPlace, formatPlace } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { MoreFailed } from "../../ui/failure";
import { lookOf } from "../../ui/looks";
import { NewPill } from "../../ui/new-pill";
import { ExactMoment } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { restOfEvent, stateOfEvent } from "../plan-events/event-words";
import { changesOf } from "./audit-words";
import styles from "./history-tab.module.css";
import { type TaskLog, useTaskLog } from "./task-log";

/** What happened to a task, as the database was told, the latest first. */
export function TaskEvents({ task }: { readonly task: TaskDetail }) {
  const log = useTaskLog("events", task.id);
  return (
    <History
      log={log}
      label="Events of the task"
      row={(event: EventRow) => (
        <details>
          <summary>
            <StatusGlyph kind="task" state={stateOfEvent(event.type)} size={12} />
            <span className={styles.type} data-tone={lookOf("task", stateOfEvent(event.type)).tone}>
              {event.type}
            </span>
            <span className={styles.time}>
              <ExactMoment at={event.at} />
            </span>
            <span className={styles.line} title={restOfEvent(event)}>
              <span className="mono">{event.source}</span> {restOfEvent(event)}
            </span>
          </summary>
          <pre>
            {JSON.stringify(
              {
                event_id: event.id,
                correlation_id: event.correlationId,
                payload: event.payload,
                metadata: event.metadata,
              },
              null,
              2,
            )}
          </pre>
          <p className={styles.place}>
            <a href={formatPlace(eventsPlace(`task:${task.id}`, { cursor: event.cursor }))}>
              Its trace, among all events
            </a>
          </p>
        </details>
      )}
      empty={
        <EmptyState icon={<Radio size={20} />} title="No events">
          {task.planId === null
            ? "No event names this task. Its program may not write any."
            : "Whatever happens to it is listed here as it does."}
        </EmptyState>
      }
    />
  );
}

/** What people did to a task, and why, the latest first. */
export function TaskAudit({ task }: { readonly task: TaskDetail }) {
  const log = useTaskLog("audit", task.id);
  return (
    <History
      log={log}
      label="Acts on the task"
      row={(act: AuditRow) => (
        <details>
          <summary>
            <i className={styles.dot} />
            <span className={styles.type}>{act.act}</span>
            <span className={styles.time}>
              <ExactMoment at={act.at} />
            </span>
            <span className={styles.line}>
              <span className="mono">{act.actor}</span> {act.reason ?? "gave no reason"}
            </span>
          </summary>
          <dl>
            {changesOf(act).map(({ key, before, after }) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>
                  <del>{before}</del> <ins>{after}</ins>
                </dd>
              </div>
            ))}
          </dl>
          <p className={styles.place}>
            <a href={formatPlace(eventsPlace(`task:${task.id}`, { log: "audit", cursor: act.cursor }))}>
              Before and after, in the audit log
            </a>
          </p>
        </details>
      )}
      empty={
        <EmptyState icon={<ClipboardList size={20} />} title="Nobody has acted on it">
          Retries, cancels, edits, decisions: each is kept here with who did it, when and why.
        </EmptyState>
      }
    />
  );
}

interface HistoryProps<Row extends { readonly cursor: string }> {
  readonly log: TaskLog<Row>;
  readonly label: string;
  readonly row: (row: Row) => ReactNode;
  readonly empty: ReactNode;
}

function History<Row extends { readonly cursor: string }>({ log, label, row, empty }: HistoryProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, waiting, next, isLoaded, error } = log;
  if (!isLoaded && error === null) return null;
  if (isLoaded && rows.length === 0 && waiting.length === 0 && error === null) return empty;
  return (
    <div className={styles.history}>
      <section
        ref={scroller}
        className={styles.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        onScroll={(event) => log.setScrolled(event.currentTarget.scrollTop > 0)}
      >
        <ol>
          {rows.map((one) => (
            <li key={one.cursor}>{row(one)}</li>
          ))}
        </ol>
        {error !== null && <MoreFailed what="This" error={error} onRetry={log.retry} />}
        {next !== null && error === null && (
          <p className={styles.older}>
            <Button size="sm" onClick={log.readOlder}>
              Show older
            </Button>
          </p>
        )}
      </section>
      <NewPill
        count={waiting.length}
        top={8}
        onShow={() => {
          log.showWaiting();
          scroller.current?.scrollTo({ top: 0 });
        }}
      />
    </div>
  );
}
