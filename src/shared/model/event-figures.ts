/** How far back the figures of events go, and how long each bar is. */
export const FIGURE_RANGES = {
  "5m": { label: "5 m", ms: 300_000, stepMs: 5_000 },
  "15m": { label: "15 m", ms: 900_000, stepMs: 10_000 },
  "1h": { label: "1 h", ms: 3_600_000, stepMs: 30_000 },
  "24h": { label: "24 h", ms: 86_400_000, stepMs: 900_000 },
} as const;
export type FigureRange = keyof typeof FIGURE_RANGES;
export const FIGURE_RANGE_NAMES = ["5m", "15m", "1h", "24h"] as const satisfies readonly FigureRange[];

/** More types or writers than this are counted together, under `OTHERS`. */
export const MOST_FIGURE_NAMES = 40;
export const OTHERS = "others";

/** Events by the time that their writers tell, counted by bars, by types and by who wrote what. */
export interface EventFigures {
  /** Where the first bar begins. */
  readonly since: number;
  /** Where the last bar ends. */
  readonly until: number;
  readonly stepMs: number;
  /** The most frequent first. */
  readonly types: readonly string[];
  readonly sources: readonly string[];
  /** For each type, its events by bar. */
  readonly bars: ReadonlyArray<readonly number[]>;
  /** Who wrote how many of what: places in `sources` and `types`. */
  readonly flows: ReadonlyArray<readonly [source: number, type: number, count: number]>;
  readonly total: number;
  /** Earlier events are being counted: ask again. */
  readonly isCounting: boolean;
  /** What came before this was left out, because there is too much of it; null: nothing was. */
  readonly readBackTo: number | null;
}

/** A kind of event, counted by bar. */
export interface KindCount {
  readonly type: string;
  readonly source: string;
  readonly bar: number;
  readonly count: number;
}

export interface FigureSpan {
  readonly since: number;
  readonly stepMs: number;
  readonly bars: number;
}

/** Sums counts up, the most frequent types and writers by name and the rest together. Pure. */
export function figuresOf(
  counts: Iterable<KindCount>,
  span: FigureSpan,
  state: Pick<EventFigures, "isCounting" | "readBackTo">,
): EventFigures {
  const all = [...counts];
  const types = namesOf(all, ({ type }) => type);
  const sources = namesOf(all, ({ source }) => source);
  const bars = types.names.map(() => Array.from({ length: span.bars }, () => 0));
  const flows = new Map<number, number>();
  let total = 0;
  for (const { type, source, bar, count } of all) {
    const typePlace = types.place(type);
    const list = bars[typePlace];
    if (list !== undefined) list[bar] = (list[bar] ?? 0) + count;
    const key = sources.place(source) * types.names.length + typePlace;
    flows.set(key, (flows.get(key) ?? 0) + count);
    total += count;
  }
  return {
    since: span.since,
    until: span.since + span.stepMs * span.bars,
    stepMs: span.stepMs,
    types: types.names,
    sources: sources.names,
    bars,
    flows: [...flows]
      .map(([key, count]): [number, number, number] => [
        Math.floor(key / types.names.length),
        key % types.names.length,
        count,
      ])
      .sort((a, b) => b[2] - a[2]),
    total,
    ...state,
  };
}

function namesOf(counts: readonly KindCount[], nameOf: (count: KindCount) => string) {
  const sums = new Map<string, number>();
  for (const count of counts) sums.set(nameOf(count), (sums.get(nameOf(count)) ?? 0) + count.count);
  const sorted = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  const isCut = sorted.length > MOST_FIGURE_NAMES;
  const named = isCut ? sorted.slice(0, MOST_FIGURE_NAMES - 1) : sorted;
  const places = new Map(named.map((name, place) => [name, place]));
  return { names: isCut ? [...named, OTHERS] : named, place: (name: string) => places.get(name) ?? named.length };
}
