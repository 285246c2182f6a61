import { ChevronDown, ChevronRight } from "lucide-react";
import { formatPlace, planPlace } from "../../location";
import { formatCount } from "../../ui/format";
import { SegmentedBar } from "../../ui/segmented-bar";
import { StatusGlyph } from "../../ui/status";
import type { Group } from "./groups";
import styles from "./table.module.css";

/** What a group is, how many tasks it has and how far they are. */
export function GroupHead({
  group,
  isOpen,
  span,
}: {
  readonly group: Group;
  readonly isOpen: boolean;
  readonly span: number;
}) {
  const { title, count, counts, detail, state, planId } = group;
  const done = counts === undefined ? null : (counts.completed ?? 0);
  return (
    <td colSpan={span} className={styles.groupCell}>
      {isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
      {state !== undefined && <StatusGlyph kind="task" state={state} />}
      <b title={title}>{title}</b>
      <span>{count === null ? "" : formatCount(count)}</span>
      {detail !== undefined && <span>{detail}</span>}
      {counts !== undefined && (
        <>
          <span className={styles.groupBar}>
            <SegmentedBar counts={counts} />
          </span>
          <span>
            {formatCount(done ?? 0)} / {formatCount(count ?? 0)} done
          </span>
        </>
      )}
      {planId !== undefined && <a href={formatPlace(planPlace(planId))}>Open plan</a>}
    </td>
  );
}
