import { Check } from "lucide-react";
import { memo } from "react";
import type { BoardTask } from "../../../shared/model/task-lists";
import { cx } from "../../ui/class-names";
import styles from "./table.module.css";
import type { TaskColumn } from "./table-columns";

interface TaskLineProps {
  /** Of the element. */
  readonly id: string;
  readonly lineKey: string;
  readonly task: BoardTask;
  /** Keeps its identity until another column is shown, or they change places. */
  readonly columns: readonly TaskColumn[];
  /** From 0. */
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly isCursor: boolean;
  readonly isSelected: boolean;
  readonly isGone: boolean;
}

/**
 * A task in the table: drawn anew only when something of it changed. Its cells come from the columns, not from a model
 * of all rows that were read: that would be made anew with each change of one of them.
 */
export const TaskLine = memo(function TaskLine(props: TaskLineProps) {
  const { id, lineKey, task, columns, index, top, height, isCursor, isSelected, isGone } = props;
  return (
    <tr
      id={id}
      data-key={lineKey}
      data-cursor={isCursor || undefined}
      aria-rowindex={index + 2}
      style={{ height, transform: `translateY(${top}px)` }}
      className={cx(styles.row, isGone && styles.gone)}
      aria-selected={isSelected}
    >
      <td className={styles.cell} data-check>
        <span className={styles.check} aria-hidden="true">
          {isSelected && <Check size={10} strokeWidth={3} />}
        </span>
      </td>
      {columns.map((column) => (
        <td key={column.id} className={cx(styles.cell, column.meta.align === "end" && styles.end)}>
          {column.meta.render(task)}
        </td>
      ))}
    </tr>
  );
});
