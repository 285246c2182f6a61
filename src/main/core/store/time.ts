/**
 * Times in upstream columns are UTC text. We write `YYYY-MM-DD HH:MM:SS.mmm`, which sorts together with
 * SQLite's CURRENT_TIMESTAMP, and read that, without the fraction too, and ISO 8601 with an offset.
 */
export function formatTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString().slice(0, 23).replace("T", " ");
    lastMs = ms;
  }
  return lastText;
}

// One moment is written into many columns.
let lastMs = Number.NaN;
let lastText = "";

const PATTERN = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** Milliseconds since the epoch, or null for anything that is no such time. Without an offset it is UTC. */
export function parseTime(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const match = PATTERN.exec(value.trim());
  if (!match) return null;
  const [, date, time, fraction = "", offset = "Z"] = match;
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
  // Python writes microseconds; a Date has milliseconds.
  const ms = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(ms) ? null : ms;
}
