import { Braces, Copy, Download, FileJson2, Square, Table2 } from "lucide-react";
import type { OperationInput } from "../../../shared/contract";
import type { ResultFormat } from "../../../shared/model/explorer";
import { Button } from "../../ui/button";
import { formatBytes, formatCount } from "../../ui/format";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { exportRows, stopExport, useResultExport } from "./export-job";
import styles from "./results.module.css";

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
  readonly onCopy: () => void;
}

/** Writes every row of a result into a file, or copies those on the screen. */
export function ExportMenu({ source, hint, disabledReason, onCopy }: ExportMenuProps) {
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
      <MenuItem icon={<Copy size={14} />} hint="these rows" onSelect={onCopy}>
        Copy as Markdown
      </MenuItem>
    </Menu>
  );
}
