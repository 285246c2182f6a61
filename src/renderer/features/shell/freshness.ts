/** Main is asked every 5 s at the least; after three missed answers what is shown may be old. */
export const STALE_AFTER_MS = 15_000;

export type Freshness = "connecting" | "live" | "stale";

/** How far what is shown can be trusted. `lastContact`: when main last answered or pushed. */
export function freshness(lastContact: number | null, trouble: string | null, now: number): Freshness {
  if (trouble !== null) return "stale";
  if (lastContact === null) return "connecting";
  return now - lastContact > STALE_AFTER_MS ? "stale" : "live";
}
