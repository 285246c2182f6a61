import type { FigureSpan, KindCount } from "../../../shared/model/event-figures";
import type { TopicMatcher } from "../../../shared/model/topic";

/*
 * Events counted by kind (type and writer) in buckets of time: fine ones for the last hour, coarse ones for the last
 * day, so that what is held does not grow with the number of events.
 */

const FINE = { ms: 5_000, keptMs: 75 * 60_000 } as const;
const COARSE = { ms: 300_000, keptMs: 25 * 3_600_000 } as const;
/** With more kinds than this, further ones are counted as one. */
const MOST_KINDS = 4_000;

type Buckets = Map<number, Map<number, number>>;

export interface EventTally {
  add(event: { readonly type: string; readonly source: string; readonly at: number }, now: number): void;
  /** Forgets what no range reaches any more. */
  forget(now: number): void;
  /** The counts of a span whose step is a multiple of 5 seconds (within the last hour) or of 5 minutes. */
  counts(
    span: FigureSpan,
    wanted: { readonly topic: TopicMatcher | null; readonly source?: string | undefined },
  ): Iterable<KindCount>;
}

export function createEventTally(): EventTally {
  const fine: Buckets = new Map();
  const coarse: Buckets = new Map();
  const kinds: Array<{ readonly type: string; readonly source: string }> = [];
  const known = new Map<string, Map<string, number>>();

  function kindOf(type: string, source: string): number {
    let ofType = known.get(type);
    if (ofType === undefined) {
      ofType = new Map();
      known.set(type, ofType);
    }
    const place = ofType.get(source);
    if (place !== undefined) return place;
    const made = Math.min(kinds.length, MOST_KINDS);
    if (made === kinds.length)
      kinds.push(made === MOST_KINDS ? { type: "others", source: "others" } : { type, source });
    ofType.set(source, made);
    return made;
  }

  function count(buckets: Buckets, bucket: number, kind: number): void {
    let counts = buckets.get(bucket);
    if (counts === undefined) {
      counts = new Map();
      buckets.set(bucket, counts);
    }
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }

  return {
    add({ type, source, at }, now) {
      const kind = kindOf(type, source);
      if (at > now - FINE.keptMs) count(fine, Math.floor(at / FINE.ms), kind);
      count(coarse, Math.floor(at / COARSE.ms), kind);
    },
    forget(now) {
      for (const [buckets, { ms, keptMs }] of [
        [fine, FINE],
        [coarse, COARSE],
      ] as const) {
        for (const bucket of buckets.keys()) if ((bucket + 1) * ms < now - keptMs) buckets.delete(bucket);
      }
    },
    *counts({ since, stepMs, bars }, { topic, source }) {
      const [buckets, ms] = stepMs < COARSE.ms ? [fine, FINE.ms] : [coarse, COARSE.ms];
      const wanted = kinds.map(
        (kind) => (source === undefined || kind.source === source) && (topic?.(kind.type) ?? true),
      );
      for (const [bucket, counts] of buckets) {
        const bar = Math.floor((bucket * ms - since) / stepMs);
        if (bar < 0 || bar >= bars) continue;
        for (const [place, amount] of counts) {
          const kind = kinds[place];
          if (kind !== undefined && wanted[place]) yield { ...kind, bar, count: amount };
        }
      }
    },
  };
}
