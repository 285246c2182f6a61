const UNITS_MS = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

const AGE = /^(\d+)([smhd])$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:\d{2})?$/i;

/** A time as a person types it, or how long ago: milliseconds since the epoch; null for anything else. */
export function parseMoment(text: string, now: number): number | null {
  const age = AGE.exec(text);
  if (age) return now - Number(age[1]) * (UNITS_MS.get(age[2] ?? "") ?? 0);
  const moment = MOMENT.exec(text);
  if (!moment) return null;
  const [, day, time = "00:00", offset = "Z"] = moment;
  const at = Date.parse(`${day}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(at) ? null : at;
}
