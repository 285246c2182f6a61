import { Copy, Download } from "lucide-react";
import { useRef } from "react";
import { plainLine } from "../../../shared/model/log-text";
import { IconButton } from "../button";
import { formatBytes, formatCount, plural } from "../format";
import { Menu, MenuItem } from "../menu";
import { toast } from "../toast";
import type { LogLines } from "./log-buffer";
import type { LogSource, LogState } from "./log-reader";
import styles from "./log-viewer.module.css";

/** A longer log is saved rather than put on the clipboard. */
const MOST_COPIED = 8_000_000;
const READ_BYTES = 1024 * 1024;

interface LogExportProps {
  readonly source: LogSource;
  readonly state: LogState;
  readonly lines: LogLines;
  /** The line that was chosen or found; null: none. */
  readonly line: number | null;
}

/** Copies what is selected, a line, or all of a log, and saves it. */
export function LogExport({ source, state, lines, line }: LogExportProps) {
  const { size } = state;
  // The menu takes the focus, and with it what was selected may go.
  const selected = useRef("");
  const index = line === null ? null : lines.indexOfNumber(line);
  const tooLong = size > MOST_COPIED ? `It has ${formatBytes(size)}: save it instead.` : null;
  const empty = size === 0 ? "There is nothing yet." : null;
  return (
    <span className={styles.export}>
      <Menu
        align="end"
        trigger={
          <IconButton
            label="Copy"
            size="sm"
            onPointerDown={() => {
              selected.current = window.getSelection()?.toString() ?? "";
            }}
          >
            <Copy size={14} />
          </IconButton>
        }
      >
        <MenuItem
          disabledReason={selected.current === "" ? "Nothing is selected." : null}
          onSelect={() => void copy(() => selected.current, "the selection")}
        >
          Copy the selection
        </MenuItem>
        <MenuItem
          disabledReason={index === null ? "Click the number of a line first." : null}
          onSelect={() => {
            if (index !== null) void copy(() => plainLine(lines.text(index)), `line ${formatCount(line ?? 0)}`);
          }}
        >
          {line === null ? "Copy a line" : `Copy line ${formatCount(line)}`}
        </MenuItem>
        <MenuItem
          hint={formatBytes(size)}
          disabledReason={empty ?? tooLong}
          onSelect={() => void copy(() => readAll(source), "the whole log")}
        >
          Copy all
        </MenuItem>
      </Menu>
      <IconButton label="Save as…" size="sm" disabledReason={empty} onClick={() => void save(source)}>
        <Download size={14} />
      </IconButton>
    </span>
  );
}

async function readAll(source: LogSource): Promise<string> {
  const pieces: string[] = [];
  for (let from = 0; from < MOST_COPIED; ) {
    const { to, size, text } = await source.read({ from, maxBytes: Math.min(READ_BYTES, MOST_COPIED - from) });
    pieces.push(text);
    if (to >= size || to === from) break;
    from = to;
  }
  return pieces.join("").split("\n").map(plainLine).join("\n");
}

async function copy(read: () => string | Promise<string>, what: string): Promise<void> {
  try {
    const text = await read();
    await navigator.clipboard.writeText(text);
    toast.success(`Copied ${what}`, { description: plural(text.split("\n").length, "line") });
  } catch (error) {
    toast.error(`Could not copy ${what}`, {
      description: error instanceof Error ? error.message : "Select the text and press Ctrl+C.",
    });
  }
}

async function save(source: LogSource): Promise<void> {
  try {
    const saved = await source.save();
    if (saved !== null) toast.success(`Saved ${formatBytes(saved.bytes)}`, { description: saved.file });
  } catch (error) {
    toast.error("Could not save the log", { description: error instanceof Error ? error.message : String(error) });
  }
}
