import { type ReactNode, useMemo } from "react";
import { type DataColumn, DataTable } from "../../ui/data-table/data-table";
import { formatCount } from "../../ui/format";
import { lookOf, segmentsOf } from "../../ui/looks";
import { ClockTime, Elapsed } from "../../ui/relative-time";
import { StatusGlyph, StatusLabel } from "../../ui/status";
import styles from "./past.module.css";
import type { PastRow } from "./past-facts";

const cell =
  (render: (row: PastRow) => ReactNode): DataColumn<PastRow>["cell"] =>
  ({ row: { original } }) =>
    render(original);

const COLUMNS: ReadonlyArray<DataColumn<PastRow>> = [
  {
    id: "state",
    header: "State",
    meta: { width: "112px" },
    cell: cell(({ state }) => <StatusLabel kind="task" state={state} />),
  },
  {
    id: "title",
    header: "Title",
    meta: { width: "minmax(130px, 1.4fr)" },
    cell: cell(({ title }) => (
      <span className={styles.title} title={title}>
        {title}
      </span>
    )),
  },
  {
    id: "id",
    header: "ID",
    meta: { width: "minmax(110px, 0.7fr)" },
    cell: cell(({ subtaskId }) => <span className={styles.mono}>{subtaskId}</span>),
  },
  {
    id: "agent",
    header: "Agent",
    meta: { width: "84px" },
    cell: cell(({ agent }) => <span className={styles.mono}>{agent}</span>),
  },
  {
    id: "worker",
    header: "Worker",
    meta: { width: "minmax(90px, 0.6fr)" },
    cell: cell(({ workerId }) => <span className={styles.mono}>{workerId ?? ""}</span>),
  },
  {
    id: "attempts",
    header: "Attempts",
    meta: { width: "76px", align: "end" },
    cell: cell(({ attempts }) => (attempts === 0 ? "" : formatCount(attempts))),
  },
  {
    id: "started",
    header: "Started",
    meta: { width: "84px" },
    cell: cell(({ startedAt }) => (startedAt === null ? "" : <ClockTime at={startedAt} />)),
  },
  {
    id: "took",
    header: "Ran for",
    meta: { width: "84px", align: "end" },
    cell: cell(({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? "" : <Elapsed from={startedAt} to={endedAt} />,
    ),
  },
];

interface PastListProps {
  readonly rows: readonly PastRow[];
  readonly cursor: string | null;
  readonly onCursor: (taskId: string) => void;
  readonly onOpen: (taskId: string) => void;
}

const idOf = ({ id }: PastRow): string => id;

/** The tasks as they stood, in the plan's order. */
export function PastTable({ rows, cursor, onCursor, onOpen }: PastListProps) {
  return (
    <DataTable
      label="Tasks"
      columns={COLUMNS}
      rows={rows}
      rowId={idOf}
      cursor={cursor}
      onCursor={onCursor}
      onOpen={onOpen}
    />
  );
}

/** Cards of a column before the rest is counted. */
const CARDS = 100;

/** The tasks as they stood, by state. */
export function PastBoard({ rows, cursor, onOpen }: PastListProps) {
  const columns = useMemo(() => {
    const byState = new Map<string, PastRow[]>();
    for (const row of rows) {
      const list = byState.get(row.state);
      if (list === undefined) byState.set(row.state, [row]);
      else list.push(row);
    }
    const counts = Object.fromEntries([...byState].map(([state, list]) => [state, list.length]));
    return segmentsOf(counts)
      .toReversed()
      .map(({ state }) => ({ state, rows: byState.get(state) ?? [] }));
  }, [rows]);
  return (
    <div className={styles.board}>
      {columns.map(({ state, rows: cards }) => (
        <section key={state} className={styles.column} aria-label={lookOf("task", state).label}>
          <h2 data-tone={lookOf("task", state).tone}>
            <StatusGlyph kind="task" state={state} size={13} /> {lookOf("task", state).label}{" "}
            <small>{formatCount(cards.length)}</small>
          </h2>
          <ol>
            {cards.slice(0, CARDS).map((row) => (
              <li key={row.id}>
                <button
                  type="button"
                  className={styles.card}
                  aria-current={row.id === cursor || undefined}
                  onClick={() => onOpen(row.id)}
                >
                  <b title={row.title}>{row.title}</b>
                  <span>
                    <span className={styles.mono}>{row.workerId ?? row.agent}</span>
                    {row.startedAt !== null && row.endedAt !== null && (
                      <Elapsed from={row.startedAt} to={row.endedAt} />
                    )}
                  </span>
                </button>
              </li>
            ))}
          </ol>
          {cards.length > CARDS && <p>and {formatCount(cards.length - CARDS)} more: the table has them all</p>}
        </section>
      ))}
    </div>
  );
}
