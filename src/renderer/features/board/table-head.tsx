import { ArrowDown, ArrowUp } from "lucide-react";
import type { DragEvent, KeyboardEvent } from "react";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { cx } from "../../ui/class-names";
import styles from "./table.module.css";
import type { TaskColumnMeta } from "./table-columns";
import { moveColumn, placeColumn, setPrefs, useTablePrefs } from "./table-prefs";

const ORDER_SIGNS: Readonly<Record<TaskOrder, "up" | "down">> = {
  priority: "down",
  recent: "down",
  newest: "down",
  oldest: "up",
};
const UNSORTED = "Not sorted by this: no index of the database has this order, so sorting would read every task.";

interface HeadCellProps {
  readonly id: string;
  readonly meta: TaskColumnMeta | undefined;
  readonly order: TaskOrder | null;
  readonly unserved: Readonly<Partial<Record<TaskOrder, string>>>;
  readonly onOrder: (order: TaskOrder) => void;
  readonly onResize: (event: unknown) => void;
}

/** A column's name: a click sorts where an index can, dragging or Alt with an arrow moves it, its edge widens it. */
export function HeadCell({ id, meta, order, unserved, onOrder, onResize }: HeadCellProps) {
  const { label = id, align, orders } = meta ?? {};
  const isSorted = order !== null && orders?.includes(order) === true;
  const next = isSorted ? (orders?.[(orders.indexOf(order) + 1) % orders.length] ?? null) : (orders?.[0] ?? null);
  const why = next === null ? UNSORTED : unserved[next];
  return (
    <th
      scope="col"
      className={cx(styles.headCell, align === "end" && styles.end)}
      aria-sort={isSorted ? (ORDER_SIGNS[order] === "up" ? "ascending" : "descending") : undefined}
      draggable
      onDragStart={(event) => event.dataTransfer.setData("text/plain", id)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => dropColumn(event, id)}
    >
      <button
        type="button"
        title={`${why ?? `Sort by ${label.toLowerCase()}`}\nAlt+← and Alt+→, or dragging, move the column.`}
        aria-disabled={why !== undefined}
        onClick={() => {
          if (next !== null && why === undefined && next !== order) onOrder(next);
        }}
        onKeyDown={(event) => moveByKey(event, id)}
      >
        {label}
        {isSorted && (ORDER_SIGNS[order] === "up" ? <ArrowUp size={11} /> : <ArrowDown size={11} />)}
      </button>
      <span
        className={styles.resize}
        aria-hidden="true"
        draggable
        onDragStart={(event) => {
          event.preventDefault();
          event.stopPropagation();
        }}
        onMouseDown={onResize}
      />
    </th>
  );
}

function dropColumn(event: DragEvent, target: string): void {
  event.preventDefault();
  const id = event.dataTransfer.getData("text/plain");
  setPrefs({ order: placeColumn(useTablePrefs.getState().order, id, target) });
}

function moveByKey(event: KeyboardEvent, id: string): void {
  if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  setPrefs({ order: moveColumn(useTablePrefs.getState().order, id, event.key === "ArrowLeft" ? -1 : 1) });
}

/** One caption over each run of columns that share it. */
export function Captions({ columns }: { readonly columns: readonly string[] }) {
  const runs: Array<{ readonly caption: string; readonly from: number; to: number }> = [];
  columns.forEach((caption, index) => {
    const lastRun = runs.at(-1);
    if (lastRun?.caption === caption) lastRun.to = index;
    else runs.push({ caption, from: index, to: index });
  });
  return (
    <tr className={styles.captions}>
      {runs.map(({ caption, from, to }) => (
        <td key={from} style={{ gridColumn: `${from + 2} / ${to + 3}` }}>
          <span>{caption}</span>
        </td>
      ))}
    </tr>
  );
}
