import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { plural } from "../../ui/format";
import type { LayeredGraph } from "./layers";
import styles from "./subtask-list.module.css";

const ROW = 28;

/** The subtasks in the order in which they can start, layer by layer. */
export function SubtaskList({ graph }: { readonly graph: LayeredGraph }) {
  const scroller = useRef<HTMLDivElement>(null);
  const nodes = useMemo(() => graph.nodes.toSorted((a, b) => a.layer - b.layer), [graph]);
  const virtualizer = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  return (
    <div ref={scroller} className={styles.subtasks}>
      <ol style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const node = nodes[item.index];
          if (node === undefined) return null;
          const { subtask, layer } = node;
          return (
            <li key={subtask.id} style={{ transform: `translateY(${item.start}px)` }}>
              <span className={styles.layer} title={`Layer ${layer + 1}`}>
                {layer + 1}
              </span>
              <span className={styles.subtaskTitle} title={subtask.title}>
                {subtask.title}
              </span>
              <span className="mono">{subtask.id}</span>
              <span className={styles.after} title={subtask.dependencies.join(", ")}>
                {subtask.dependencies.length === 0
                  ? "starts at once"
                  : subtask.dependencies.length <= 2
                    ? `after ${subtask.dependencies.join(", ")}`
                    : `after ${plural(subtask.dependencies.length, "task")}`}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
