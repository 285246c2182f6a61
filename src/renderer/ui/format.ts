const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number): string => String(value).padStart(2, "0");

/** A length of time with two units at most: `340ms`, `48s`, `4m 11s`, `1h 04m`, `3d 02h`. Negative reads as zero. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < SECOND) return `${Math.round(ms)}ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${two(Math.floor((ms % MINUTE) / SECOND))}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${two(Math.floor((ms % HOUR) / MINUTE))}m`;
  return `${Math.floor(ms / DAY)}d ${two(Math.floor((ms % DAY) / HOUR))}h`;
}

/** A running time, whole seconds: as `formatDuration`, but `0s` under a second, so that it does not flicker. */
export function formatElapsed(milliseconds: number): string {
  return milliseconds < SECOND ? "0s" : formatDuration(milliseconds);
}

/** How long ago, in one unit: `27s`, `14m`, `3h`, `6d`. What lies ahead reads `0s`. */
export function formatAge(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

const thousands = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number with separators: `1,204`. */
export function formatCount(value: number): string {
  return thousands.format(value);
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size in decimal units, one decimal under ten: `0 B`, `4.2 MB`, `212 kB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The last characters of a long id, which differ between ids made in one moment; shorter ids as they are. */
export function shortId(id: string): string {
  return id.length > 12 ? id.slice(-8) : id;
}
