import type { EventFigures } from "../../../shared/model/event-figures";
import { lookOf, type Tone } from "../../ui/looks";
import { stateOfEvent } from "../plan-events/event-words";

/** Events of one hue, by bar. */
export interface RateBand {
  readonly label: string;
  readonly tone: Tone;
  readonly counts: readonly number[];
  readonly total: number;
}

/** From the bottom up. */
const ORDER: readonly Tone[] = [
  "queued",
  "assigned",
  "running",
  "completed",
  "review",
  "rework",
  "cancelled",
  "failed",
];
const LABELS: Readonly<Partial<Record<Tone, string>>> = {
  queued: "other",
  assigned: "assigned",
  running: "started",
  completed: "completed",
  review: "review",
  rework: "rolled back",
  cancelled: "cancelled",
  failed: "failed",
};

export const toneOfType = (type: string): Tone => lookOf("task", stateOfEvent(type)).tone;

/** Types that look alike are one band. Pure. */
export function bandsOf({ types, bars }: EventFigures): RateBand[] {
  return ORDER.flatMap((tone) => {
    const places = types.flatMap((type, place) => (toneOfType(type) === tone ? place : []));
    const length = bars[0]?.length ?? 0;
    const counts = Array.from({ length }, (_, bar) =>
      places.reduce((sum, place) => sum + (bars[place]?.[bar] ?? 0), 0),
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    return total === 0 ? [] : [{ label: LABELS[tone] ?? tone, tone, counts, total }];
  });
}

/** What a bar holds, by type, the most frequent first. */
export function barTypes({ types, bars }: EventFigures, bar: number): Array<readonly [type: string, count: number]> {
  return types
    .map((type, place) => [type, bars[place]?.[bar] ?? 0] as const)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}

/** A writer or a topic of the flow, between 0 and 1 from the top. */
export interface FlowEnd {
  readonly name: string;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
}

export interface FlowRibbon {
  readonly source: string;
  readonly type: string;
  readonly tone: Tone;
  readonly count: number;
  /** Where it leaves, and where it arrives. */
  readonly left: readonly [from: number, to: number];
  readonly right: readonly [from: number, to: number];
}

export interface Flow {
  readonly sources: readonly FlowEnd[];
  readonly types: readonly FlowEnd[];
  readonly ribbons: readonly FlowRibbon[];
}

const MOST_ENDS = 7;
const REST = "others";
/** Of the height, between two ends. */
const GAP = 0.035;
const LEAST = 0.014;

/** Who wrote how much of what, as ribbons. Small ones are drawn together. Pure. */
export function flowOf({ sources, types, flows }: EventFigures): Flow {
  const left = namesOf(sources, flows, 0);
  const right = namesOf(types, flows, 1);
  const sums = new Map<string, { source: string; type: string; count: number }>();
  for (const [source, type, count] of flows) {
    const ends = { source: left.nameOf(source), type: right.nameOf(type) };
    const key = `${ends.source}\0${ends.type}`;
    sums.set(key, { ...ends, count: (sums.get(key)?.count ?? 0) + count });
  }
  const toneOf = (type: string): Tone => (type === REST ? "queued" : toneOfType(type));
  const sourceEnds = endsOf(left.names, () => "queued");
  const typeEnds = endsOf(right.names, toneOf);
  const fromLeft = cursorsOf(sourceEnds);
  const fromRight = cursorsOf(typeEnds);
  const byPlace = [...sums.values()].sort(
    (a, b) => right.names.findIndex(([name]) => name === a.type) - right.names.findIndex(([name]) => name === b.type),
  );
  const ribbons = byPlace.map(({ source, type, count }) => ({
    source,
    type,
    tone: toneOf(type),
    count,
    left: fromLeft(source, count),
    right: fromRight(type, count),
  }));
  return { sources: sourceEnds, types: typeEnds, ribbons };
}

type Named = ReadonlyArray<readonly [name: string, count: number]>;

function namesOf(names: readonly string[], flows: EventFigures["flows"], end: 0 | 1) {
  const sums = names.map((_, place) => flows.reduce((sum, flow) => (flow[end] === place ? sum + flow[2] : sum), 0));
  const sorted = names.map((name, place) => [name, sums[place] ?? 0] as const).sort((a, b) => b[1] - a[1]);
  const shown = sorted.length <= MOST_ENDS ? sorted : sorted.slice(0, MOST_ENDS - 1);
  const rest = sorted.slice(shown.length).reduce((sum, [, count]) => sum + count, 0);
  const kept = new Set(shown.map(([name]) => name));
  const all: Named =
    rest === 0
      ? shown
      : [...shown.filter(([name]) => name !== REST), [REST, rest + (shown.find(([name]) => name === REST)?.[1] ?? 0)]];
  return { names: all, nameOf: (place: number) => (kept.has(names[place] ?? "") ? (names[place] ?? REST) : REST) };
}

function endsOf(names: Named, toneOf: (name: string) => Tone): FlowEnd[] {
  const total = names.reduce((sum, [, count]) => sum + count, 0);
  const room = 1 - GAP * Math.max(0, names.length - 1);
  const heights = names.map(([, count]) => Math.max(LEAST, (count / Math.max(1, total)) * room));
  const scale =
    room /
    Math.max(
      room,
      heights.reduce((sum, height) => sum + height, 0),
    );
  let at = 0;
  return names.map(([name, count], index) => {
    const from = at;
    const to = from + (heights[index] ?? 0) * scale;
    at = to + GAP;
    return { name, count, from, to, tone: toneOf(name) };
  });
}

/** Ribbons leave an end one below the other. */
function cursorsOf(ends: readonly FlowEnd[]) {
  const used = new Map<string, number>();
  return (name: string, count: number): readonly [number, number] => {
    const end = ends.find((one) => one.name === name);
    if (end === undefined) return [0, 0];
    const before = used.get(name) ?? 0;
    used.set(name, before + count);
    const at = (amount: number): number => end.from + ((end.to - end.from) * amount) / Math.max(1, end.count);
    return [at(before), at(before + count)];
  };
}
