import { Download } from "lucide-react";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { MOST_EXPORTED, type TaskOrder } from "../../../shared/model/task-lists";
import { Announcement } from "../../ui/announcement";
import { Button, IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { Menu, MenuHeading, MenuItem } from "../../ui/menu";
import styles from "./bulk.module.css";
import { exportTasks, stopExport, useExport } from "./export-job";

interface ExportMenuProps {
  readonly filter: TaskFilter;
  readonly order: TaskOrder | null;
  /** What is exported: "Export the selected". */
  readonly label: string;
  /** Tasks that are meant; null: not known. */
  readonly count: number | null;
  /** Only the icon. */
  readonly isSmall?: boolean;
}

/** Writes tasks into a file, for spreadsheets or for programs. */
export function ExportMenu({ filter, order, label, count, isSmall = false }: ExportMenuProps) {
  const isWriting = useExport(({ writing }) => writing !== null);
  const busy = isWriting ? "An export is under way." : null;
  const isCut = count !== null && count > MOST_EXPORTED;
  return (
    <Menu
      align="end"
      trigger={
        isSmall ? (
          <IconButton label={label} size="sm" disabledReason={busy}>
            <Download size={14} />
          </IconButton>
        ) : (
          <Button size="sm" variant="ghost" icon={<Download size={12} />} aria-label={label} disabledReason={busy}>
            Export
          </Button>
        )
      }
    >
      {isCut && <MenuHeading>The first {formatCount(MOST_EXPORTED)}</MenuHeading>}
      <MenuItem disabledReason={busy} hint=".csv" onSelect={() => void exportTasks(filter, order, "csv")}>
        For spreadsheets…
      </MenuItem>
      <MenuItem disabledReason={busy} hint=".jsonl" onSelect={() => void exportTasks(filter, order, "jsonl")}>
        JSON, a line each…
      </MenuItem>
    </Menu>
  );
}

/** How far the file has got, with what stops it. */
export function ExportProgress() {
  const writing = useExport((state) => state.writing);
  if (writing === null) return null;
  return (
    <div className={styles.progress} role="status" aria-live="off">
      <Announcement text={`Exporting: ${formatCount(writing.written)} tasks`} />
      <Download size={14} aria-hidden="true" />
      <span className={styles.progressWords}>Exporting: {formatCount(writing.written)} tasks</span>
      <Button size="sm" variant="ghost" onClick={() => void stopExport()}>
        Stop
      </Button>
    </div>
  );
}
