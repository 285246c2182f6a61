import type { ReactNode } from "react";
import type { AuditRow, EventRow } from "../../../shared/model/log-views";
import { formatDateTime } from "../../time-format";
import type { DataColumn } from "../../ui/data-table/data-table";
import { eventCell, PAYLOAD_COLUMN, SOURCE_COLUMN, TYPE_COLUMN } from "../plan-events/event-columns";
import { changesOf } from "../task-inspector/audit-words";
import styles from "./events.module.css";
import { shortCorrelation } from "./log-place";
import { StampTime } from "./stamp-time";
import { type Subjects, subjectsOfAct, subjectsOfEvent, subjectWords, useNames } from "./subjects";

function SubjectCell({ subjects }: { readonly subjects: Subjects }) {
  const words = useNames((names) => subjectWords(subjects, names));
  return (
    <span className={styles.subject} title={words}>
      {words}
    </span>
  );
}

/** Of the stream of all events. */
export const STREAM_COLUMNS: ReadonlyArray<DataColumn<EventRow>> = [
  { id: "time", header: "Time", meta: { width: "104px" }, cell: eventCell(({ at }) => <StampTime at={at} />) },
  { ...TYPE_COLUMN, header: "Topic", meta: { width: "minmax(160px, 0.8fr)" } },
  { ...SOURCE_COLUMN, meta: { width: "minmax(96px, 0.6fr)" } },
  {
    id: "subject",
    header: "Subject",
    meta: { width: "minmax(110px, 1fr)" },
    cell: eventCell((event) => <SubjectCell subjects={subjectsOfEvent(event)} />),
  },
  { ...PAYLOAD_COLUMN, header: "Detail", meta: { width: "minmax(120px, 1.6fr)" } },
  {
    id: "trace",
    header: "Trace",
    meta: { width: "86px" },
    cell: eventCell(({ correlationId }) => (
      <span className={styles.trace} title={correlationId ?? undefined}>
        {correlationId === null ? "" : shortCorrelation(correlationId)}
      </span>
    )),
  },
];

const actCell =
  (render: (act: AuditRow) => ReactNode): DataColumn<AuditRow>["cell"] =>
  ({ row: { original } }) =>
    render(original);

/** What an act changed, on a line. Pure. */
export function changeWords(act: AuditRow): string {
  return changesOf(act)
    .map(({ key, before, after }) => `${key} ${before === "" ? "–" : before} → ${after === "" ? "–" : after}`)
    .join("  ");
}

export const AUDIT_COLUMNS: ReadonlyArray<DataColumn<AuditRow>> = [
  {
    id: "time",
    header: "Time",
    meta: { width: "150px" },
    cell: actCell(({ at }) => <time dateTime={new Date(at).toISOString()}>{formatDateTime(at)}</time>),
  },
  {
    id: "actor",
    header: "Who",
    meta: { width: "minmax(80px, 0.5fr)" },
    cell: actCell(({ actor }) => <span className={styles.subject}>{actor}</span>),
  },
  {
    id: "act",
    header: "Act",
    meta: { width: "minmax(130px, 0.7fr)" },
    cell: actCell(({ act }) => <span className={styles.act}>{act}</span>),
  },
  {
    id: "object",
    header: "Object",
    meta: { width: "minmax(130px, 1fr)" },
    cell: actCell((act) => (
      <span className={styles.object}>
        <i>{act.entity}</i> <ActSubject act={act} />
      </span>
    )),
  },
  {
    id: "change",
    header: "Change",
    meta: { width: "minmax(130px, 1.2fr)" },
    cell: actCell((act) => (
      <span className={styles.change} title={changeWords(act)}>
        {changeWords(act)}
      </span>
    )),
  },
  {
    id: "reason",
    header: "Reason",
    meta: { width: "minmax(110px, 1fr)" },
    cell: actCell(({ reason }) => (
      <span className={styles.subject} title={reason ?? undefined}>
        {reason ?? ""}
      </span>
    )),
  },
];

function ActSubject({ act }: { readonly act: AuditRow }) {
  const words = useNames((names) => subjectWords(subjectsOfAct(act), names));
  return <span title={act.entityId}>{words === "" ? act.entityId : words}</span>;
}
