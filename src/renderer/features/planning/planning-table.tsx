import type { ReactNode } from "react";
import type { PlanningRequest } from "../../../shared/model/planning";
import { cx } from "../../ui/class-names";
import { formatCount } from "../../ui/format";
import { RelativeTime } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
import styles from "./planning.module.css";
import { planningLook, titleOf } from "./planning-words";

interface PlanningTableProps {
  readonly rows: readonly PlanningRequest[];
  /** Id of the row with the cursor. */
  readonly cursor: string | null;
  readonly onChoose: (requestId: string) => void;
  /** Below the rows. */
  readonly children: ReactNode;
}

export function PlanningTable({ rows, cursor, onChoose, children }: PlanningTableProps) {
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <colgroup>
          <col />
          <col style={{ width: 132 }} />
          <col style={{ width: 68 }} />
          <col style={{ width: 68 }} />
          <col style={{ width: 108 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">State</th>
            <th scope="col" data-number="">
              Priority
            </th>
            <th scope="col" data-number="">
              Plans
            </th>
            <th scope="col">Requested</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} isCurrent={row.id === cursor} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
      {children}
    </div>
  );
}

interface RowProps {
  readonly row: PlanningRequest;
  readonly isCurrent: boolean;
  readonly onChoose: (requestId: string) => void;
}

function Row({ row, isCurrent, onChoose }: RowProps) {
  const { id, status, agent, requestor, complexity, priority, plans, createdAt } = row;
  const { state, word } = planningLook(status);
  const title = titleOf(row);
  const about = [requestor ?? "nobody named", ...(complexity === null ? [] : [complexity])].join(", ");
  return (
    <tr
      id={`request-${id}`}
      className={cx(isCurrent && styles.cursor)}
      aria-current={isCurrent || undefined}
      onClick={() => onChoose(id)}
    >
      <td>
        <span className={styles.two}>
          <button type="button" className={styles.name} title={title} onClick={() => onChoose(id)}>
            {title}
          </button>
          <span className={styles.under} title={about}>
            {about}
          </span>
        </span>
      </td>
      <td>
        <span className={styles.two}>
          <StatusLabel kind="task" state={state}>
            {word}
          </StatusLabel>
          <span className={styles.under} title={agent ?? undefined}>
            {agent ?? ""}
          </span>
        </span>
      </td>
      <td data-number="">{formatCount(priority)}</td>
      <td data-number="">{formatCount(plans)}</td>
      <td>
        <RelativeTime at={createdAt} ago />
      </td>
    </tr>
  );
}
