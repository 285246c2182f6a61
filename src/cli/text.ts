import { stripVTControlCharacters } from "node:util";

const TAB = "  ";

/** A line of a log or a plan on its way to a terminal: nothing in it that a terminal would obey. */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\t", TAB)
    .replace(/\p{Cc}/gu, "");
}

/** As plainLine, but any text becomes one line, its white space single blanks. */
export function plainText(text: string): string {
  return plainLine(text.replace(/\s+/g, " ")).trim();
}

const WIDE: ReadonlyArray<readonly [number, number]> = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

function cells(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** Terminal columns that a text without control sequences takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += cells(character);
  return width;
}

/** The text in at most `width` columns; what was cut shows as an ellipsis. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return "";
  if (displayWidth(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const character of text) {
    const next = used + cells(character);
    if (next > width - 1) break;
    cut += character;
    used = next;
  }
  return `${cut}…`;
}

/** The text in exactly `width` columns. */
export function column(text: string, width: number): string {
  const fitted = truncate(text, width);
  return fitted + " ".repeat(Math.max(0, width - displayWidth(fitted)));
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `340ms`, `3.2s`, `27s`, `4m 11s`, `1h 04m`, `2d 03h`. */
export function formatDuration(ms: number): string {
  const safe = Math.max(0, Math.round(ms));
  if (safe < 1_000) return `${safe}ms`;
  if (safe < 10_000) return `${(Math.floor(safe / 100) / 10).toFixed(1)}s`;
  return formatElapsed(safe);
}

/** As formatDuration, but in whole seconds: for times that still run. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** `1,204`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `912 B`, `12.4 KB`, `3.1 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["KB", "MB", "GB", "TB"];
  if (bytes < 1_024) return `${bytes} B`;
  let value = bytes / 1_024;
  let unit = 0;
  for (; value >= 1_024 && unit < units.length - 1; unit += 1) value /= 1_024;
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** `14:03:27`, local time. */
export function formatClock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-21 14:03`, local time. */
export function formatDate(at: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
