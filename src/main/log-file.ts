import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** A log that keeps its latest lines and never grows beyond a bound. One process writes it. */
export interface LogFile {
  readonly file: string;
  /** A line, or several; the moment is put in front. Trouble with the disk is lived with: there is nobody to tell. */
  write(text: string): void;
}

export interface LogFileOptions {
  readonly file: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes out what nobody else may read. */
  readonly redact: (text: string) => string;
  /** Bytes of one file, about. Default 1,000,000. */
  readonly maxBytes?: number;
  /** Files beside the current one: `file.1` is the latest of them. Default 3. */
  readonly keep?: number;
}

export function openLogFile({ file, now, redact, maxBytes = 1_000_000, keep = 3 }: LogFileOptions): LogFile {
  let bytes: number | null = null;

  function rotate(): void {
    for (let place = keep - 1; place >= 0; place -= 1) {
      const from = place === 0 ? file : `${file}.${place}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${file}.${place + 1}`);
    }
    bytes = 0;
  }

  return {
    file,
    write(text) {
      const line = `${new Date(now()).toISOString()} ${redact(text).trimEnd().replaceAll("\n", "\n  ")}\n`;
      try {
        if (bytes === null) {
          mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
          bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        }
        if (bytes > 0 && bytes + line.length > maxBytes) rotate();
        appendFileSync(file, line, { mode: 0o600 });
        bytes += Buffer.byteLength(line);
      } catch {
        bytes = null;
      }
    },
  };
}
