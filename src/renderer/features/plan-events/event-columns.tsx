import type { ReactNode } from "react";
import type { EventRow } from "../../../shared/model/log-views";
import type { DataColumn } from "../../ui/data-table/data-table";
import { lookOf } from "../../ui/looks";
import { ClockTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { lookOfEvent, restOfEvent, taskOfEvent, wordsOfEvent } from "./event-words";
import styles from "./events.module.css";

export const eventCell =
  (render: (event: EventRow) => ReactNode): DataColumn<EventRow>["cell"] =>
  ({ row: { original } }) =>
    render(original);

const TIME: DataColumn<EventRow> = {
  id: "time",
  header: "Time",
  meta: { width: "84px" },
  cell: eventCell((event) => <ClockTime at={event.at} />),
};

function EventType({ event }: { readonly event: EventRow }) {
  const { kind, state } = lookOfEvent(event);
  return (
    <span className={styles.type} data-tone={lookOf(kind, state).tone} title={event.type}>
      <StatusGlyph kind={kind} state={state} size={12} />
      {event.type}
    </span>
  );
}

export const TYPE_COLUMN: DataColumn<EventRow> = {
  id: "type",
  header: "Type",
  meta: { width: "minmax(170px, 0.5fr)" },
  cell: eventCell((event) => <EventType event={event} />),
};

const TASK: DataColumn<EventRow> = {
  id: "task",
  header: "Task",
  meta: { width: "minmax(110px, 0.4fr)" },
  cell: eventCell((event) => <span className={styles.mono}>{taskOfEvent(event)?.name ?? ""}</span>),
};

export const SOURCE_COLUMN: DataColumn<EventRow> = {
  id: "source",
  header: "Source",
  meta: { width: "minmax(100px, 0.3fr)" },
  cell: eventCell((event) => (
    <span className={styles.mono} title={event.source}>
      {event.source}
    </span>
  )),
};

export const PAYLOAD_COLUMN: DataColumn<EventRow> = {
  id: "payload",
  header: "What it says",
  meta: { width: "minmax(200px, 2fr)" },
  cell: eventCell((event) => (
    <span
      className={styles.payload}
      data-failed={event.type.endsWith(".failed") || undefined}
      title={restOfEvent(event)}
    >
      {wordsOfEvent(event)}
    </span>
  )),
};

/** Of a plan's events. */
export const EVENT_COLUMNS: ReadonlyArray<DataColumn<EventRow>> = [
  TIME,
  TYPE_COLUMN,
  TASK,
  SOURCE_COLUMN,
  PAYLOAD_COLUMN,
];
