import { type CSSProperties, useEffect, useMemo, useState } from "react";
import {
  type Trace,
  type TraceBar,
  type TraceGroup,
  type TraceMark,
  type TraceRow,
  traceOf,
} from "../../../shared/model/event-trace";
import type { EventRow } from "../../../shared/model/log-views";
import { messageOf } from "../../api";
import { formatClock } from "../../time-format";
import { Button } from "../../ui/button";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Segmented } from "../../ui/segmented";
import { shortCorrelation } from "./log-place";
import { toneOfType } from "./rate-figures";
import { subjectsOfEvent } from "./subjects";
import styles from "./trace.module.css";
import { followTrace, useTrace } from "./trace-store";

interface TraceViewProps {
  readonly event: EventRow;
  readonly correlationId: string;
  readonly onFilter: (correlationId: string) => void;
  readonly onOpen: (cursor: string) => void;
}

const GROUPS = [
  { value: "steps" as const, label: "Steps" },
  { value: "tasks" as const, label: "Tasks" },
  { value: "agents" as const, label: "Agents" },
];
/** Rows that are drawn before more are asked for. */
const ROWS = 200;

/** One correlation in time: what waited, ran and happened, by step, by task or by who worked on it. */
export function TraceView({ event, correlationId, onFilter, onOpen }: TraceViewProps) {
  const { taskId } = subjectsOfEvent(event);
  const [isWide, setIsWide] = useState(taskId === null);
  const [chosen, setChosen] = useState<TraceGroup | null>(null);
  const [shown, setShown] = useState(ROWS);
  const ofTask = !isWide && taskId !== null;
  useEffect(
    () => followTrace(ofTask && taskId !== null ? { entity: { kind: "task", id: taskId } } : { correlationId }),
    [ofTask, taskId, correlationId],
  );
  const { events, isCut, isLoaded, error } = useTrace();
  // What a worker went through belongs to no task: its steps are what there is to see.
  const group = chosen ?? (ofTask || event.type.startsWith("agent.") ? "steps" : "tasks");
  const trace = useMemo(() => traceOf(events, group), [events, group]);
  return (
    <div className={styles.view}>
      <div className={styles.head}>
        <b>Correlation</b>
        <code title={correlationId}>{shortCorrelation(correlationId)}</code>
        <span>
          {isLoaded &&
            `${formatDuration(trace.to - trace.from)}, ${plural(trace.sources.length, "source")}, ${plural(trace.count, "event")}`}
        </span>
        <Button size="xs" variant="ghost" onClick={() => onFilter(correlationId)}>
          Filter stream
        </Button>
      </div>
      <div className={styles.tools}>
        {taskId !== null && (
          <Segmented
            label="Of what"
            isFramed
            options={[
              { value: "task", label: "This task" },
              { value: "all", label: "All of it" },
            ]}
            value={isWide ? "all" : "task"}
            onChange={(value) => setIsWide(value === "all")}
          />
        )}
        <Segmented label="Rows" isFramed options={GROUPS} value={group} onChange={setChosen} />
      </div>
      {error !== null && <p className={styles.note}>{messageOf(error)}</p>}
      {isLoaded && trace.rows.length === 0 ? (
        <p className={styles.note}>{group === "agents" ? "No attempt was begun." : "Nothing more belongs to it."}</p>
      ) : (
        <Waterfall trace={trace} cursor={event.cursor} most={shown} onOpen={onOpen} />
      )}
      {trace.rows.length > shown && (
        <p className={styles.note}>
          <Button size="sm" onClick={() => setShown(shown + ROWS)}>
            Show {formatCount(Math.min(ROWS, trace.rows.length - shown))} more of {formatCount(trace.rows.length)} rows
          </Button>
        </p>
      )}
      {isCut && (
        <p className={styles.note}>The first {formatCount(trace.count)} events are drawn. The stream shows all.</p>
      )}
    </div>
  );
}

interface WaterfallProps {
  readonly trace: Trace;
  /** Of the event that is inspected. */
  readonly cursor: string;
  readonly most: number;
  readonly onOpen: (cursor: string) => void;
}

function Waterfall({ trace, cursor, most, onOpen }: WaterfallProps) {
  const span = Math.max(1, trace.to - trace.from);
  const place = (at: number): number => (Math.min(Math.max(at - trace.from, 0), span) / span) * 100;
  return (
    <div>
      <div className={styles.axis} aria-hidden="true">
        <span>Span</span>
        <span className={styles.ticks}>
          <i>{formatClock(trace.from)}</i>
          <i>+{formatDuration(span / 2)}</i>
          <i>+{formatDuration(span)}</i>
        </span>
      </div>
      <ol aria-label="Spans">
        {trace.rows.slice(0, most).map((row) => (
          <Row key={row.key} row={row} trace={trace} place={place} isCursor={holds(row, cursor)} onOpen={onOpen} />
        ))}
      </ol>
    </div>
  );
}

const holds = ({ bars, marks }: TraceRow, cursor: string): boolean =>
  bars.some((bar) => bar.cursor === cursor) || marks.some((mark) => mark.cursor === cursor);

interface RowProps {
  readonly row: TraceRow;
  readonly trace: Trace;
  readonly place: (at: number) => number;
  readonly isCursor: boolean;
  readonly onOpen: (cursor: string) => void;
}

function Row({ row, trace, place, isCursor, onOpen }: RowProps) {
  const { label, bars, marks } = row;
  const open = (): void => onOpen(bars.at(-1)?.cursor ?? marks.at(-1)?.cursor ?? "");
  const tone = toneOfRow(row);
  const isWait = bars.length > 0 && bars.every(({ kind }) => kind === "wait");
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        data-tone={tone}
        data-wait={isWait || undefined}
        aria-current={isCursor || undefined}
        title={titleOf(row)}
        onClick={open}
      >
        <span className={styles.name}>
          <i className={bars.length === 0 ? styles.diamond : styles.dot} />
          <span>{label}</span>
        </span>
        <span className={styles.lane}>
          {bars.map((bar) => (
            <Bar key={`${bar.kind}${bar.from}`} bar={bar} trace={trace} place={place} />
          ))}
          {marks.map((mark) => (
            <i
              key={mark.cursor}
              className={styles.mark}
              data-tone={toneOfType(mark.type)}
              style={{ "--at": `${place(mark.at)}%` } as CSSProperties}
            />
          ))}
        </span>{" "}
        <span className={styles.figure}>{figureOf(row, trace)}</span>
      </button>
    </li>
  );
}

function Bar({
  bar,
  trace,
  place,
}: {
  readonly bar: TraceBar;
  readonly trace: Trace;
  readonly place: RowProps["place"];
}) {
  const from = place(bar.from);
  const to = place(bar.to ?? trace.to);
  return (
    <i
      className={bar.kind === "run" ? styles.bar : styles.wait}
      data-tone={lookOf("task", bar.state).tone}
      data-open={bar.to === null || undefined}
      style={{ "--from": `${from}%`, "--width": `${to - from}%` } as CSSProperties}
    />
  );
}

function toneOfRow({ bars, marks }: TraceRow): string {
  const run = bars.findLast(({ kind }) => kind === "run") ?? bars.at(-1);
  const mark = marks.at(-1);
  if (run !== undefined) return lookOf("task", run.state).tone;
  return mark === undefined ? "queued" : toneOfType(mark.type);
}

/** How long it took in all; of a single moment, when it was. */
function figureOf({ bars, marks }: TraceRow, { from, to }: Trace): string {
  const runs = bars.filter(({ kind }) => kind === "run");
  const counted = runs.length > 0 ? runs : bars;
  if (counted.length > 0) return formatDuration(counted.reduce((sum, bar) => sum + (bar.to ?? to) - bar.from, 0));
  return `+${formatDuration((marks.at(-1)?.at ?? from) - from)}`;
}

const titleOf = ({ label, bars, marks }: TraceRow): string =>
  [
    label,
    ...bars.map((bar) => `${formatClock(bar.from)} ${bar.label}${bar.worker === null ? "" : ` at ${bar.worker}`}`),
    ...marks.map((mark: TraceMark) => `${formatClock(mark.at)} ${mark.type}`),
  ]
    .slice(0, 20)
    .join("\n");
