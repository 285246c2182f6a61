const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest duration of a plan: two weeks, well under what a timer can hold (24.8 days). */
export const MAX_DURATION_MS = 14 * 24 * 3_600_000;

/** As text in `plan.schema.json` too. */
export const DURATION_PATTERN = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$";

const wholeDuration = new RegExp(DURATION_PATTERN);

/**
 * A duration in whole milliseconds: `500ms`, `30s`, `5m`, `1h`, `1h30m`, or a number of seconds. Null when it
 * is none, is negative, or is longer than `MAX_DURATION_MS`.
 */
export function parseDuration(value: string | number): number | null {
  const ms = typeof value === "number" ? value * 1_000 : textMs(value.trim());
  if (ms === null || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS) return null;
  return Math.round(ms);
}

function textMs(text: string): number | null {
  if (!wholeDuration.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
  }
  return total;
}
