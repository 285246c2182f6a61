import { Braces, Copy, Download, FileJson2, ListChecks, Square, Table2 } from "lucide-react";
import type { OperationInput } from "../../../shared/contract";
import type { Cell, ResultColumn, ResultFormat } from "../../../shared/model/explorer";
import { formatFilterText } from "../../../shared/model/task-filter-text";
import { goTo, tasksPlace } from "../../location";
import { Button } from "../../ui/button";
import { formatBytes, formatCount, plural } from "../../ui/format";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { copyText } from "../task-inspector/copy";
import { markdownOf } from "./cell-words";
import { exportRows, stopExport, useResultExport } from "./export-job";
import { taskIdsOf } from "./links";
import styles from "./results.module.css";
import { useSchema } from "./schema-store";

const FORMATS: ReadonlyArray<readonly [ResultFormat, string, typeof Table2]> = [
  ["csv", "CSV", Table2],
  ["json", "JSON", Braces],
  ["jsonl", "JSON lines", FileJson2],
];

interface ExportMenuProps {
  readonly source: OperationInput<"explorer.export">["source"];
  /** How many rows there are, in words. */
  readonly hint: string;
  readonly disabledReason: string | null;
  /** Those on the screen. */
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Writes every row of a result into a file, copies those on the screen, or leads to the tasks that they name. */
export function ExportMenu({ source, hint, disabledReason, columns, rows }: ExportMenuProps) {
  const writing = useResultExport((state) => state.writing);
  if (writing !== null) {
    return (
      <span className={styles.exporting} role="status">
        {formatCount(writing.rows)} rows, {formatBytes(writing.bytes)}
        <Button size="sm" icon={<Square size={10} />} onClick={() => void stopExport()}>
          Stop
        </Button>
      </span>
    );
  }
  return (
    <Menu
      align="end"
      trigger={
        <Button size="sm" icon={<Download size={12} />} disabledReason={disabledReason}>
          Export
        </Button>
      }
    >
      {FORMATS.map(([format, label, Icon]) => (
        <MenuItem key={format} icon={<Icon size={14} />} hint={hint} onSelect={() => void exportRows(source, format)}>
          {label}
        </MenuItem>
      ))}
      <MenuLine />
      <Rows columns={columns} rows={rows} />
    </Menu>
  );
}

/** Looked at once the menu is open: there may be a thousand rows. */
function Rows({ columns, rows }: Pick<ExportMenuProps, "columns" | "rows">) {
  const schema = useSchema((state) => state.schema);
  const ids = taskIdsOf(schema, columns, rows);
  const copy = (): void => {
    const names = columns.map(({ name }) => name);
    void copyText(markdownOf(names, rows), plural(rows.length, "row"));
  };
  return (
    <>
      <MenuItem icon={<Copy size={14} />} hint="these rows" onSelect={copy}>
        Copy as Markdown
      </MenuItem>
      {ids.length > 0 && (
        <>
          <MenuLine />
          <MenuItem icon={<ListChecks size={14} />} onSelect={() => goTo(tasksPlace(formatFilterText({ ids })))}>
            Open {plural(ids.length, "task")} in board
          </MenuItem>
        </>
      )}
    </>
  );
}
