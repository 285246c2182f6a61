import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { HiveError } from "../../../shared/errors";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { TASK_ORDERS, type TaskCounts, type TaskOrder, type TaskPage } from "../../../shared/model/task-lists";
import { integerOrNull } from "./columns";
import type { ReadableDatabase } from "./database";
import { type Candidates, type Course, candidatesOf, courseOf } from "./task-course";
import type { From, Place, Segment, Sweep } from "./task-segments";

export interface TaskSearch {
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  /** Default: from the first. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The places of a page; reading their rows is the caller's. */
export interface FoundPlaces extends Omit<TaskPage, "rows"> {
  readonly ids: readonly string[];
}

/** One answer takes no longer, and says where it stopped: the first rows are worth more than many. */
const ANSWER_MS = 40;
/** Between two turns of the event loop. */
const SLICE_MS = 6;
/** Rows of one statement: few where each costs much, as long payloads that are searched do. */
const CHUNK = { first: 32, least: 8, most: 512 } as const;
const STATEMENT_MS = 3;

/** Time given to one answer, in slices that leave the event loop its turns. */
interface Budget {
  readonly isSpent: () => boolean;
  /** Lets others have a turn when the slice is over. */
  readonly breathe: () => Promise<void>;
}

function budgetOf(ms: number): Budget {
  const end = performance.now() + ms;
  let sliceEnd = performance.now() + SLICE_MS;
  return {
    isSpent: () => performance.now() >= end,
    async breathe() {
      if (performance.now() < sliceEnd) return;
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    },
  };
}

/** Reads a segment in chunks whose size follows from how long the last one took. */
interface Head {
  /** Reads on when nothing is left in hand; says whether it read. */
  readonly fill: () => boolean;
  readonly first: () => Place | null;
  readonly take: () => void;
}

function headOf(segment: Segment, start: From | null, wanted: number): Head {
  let places: readonly Place[] = [];
  let at = 0;
  let from = start;
  let chunk: number = Math.min(Math.max(wanted, CHUNK.least), CHUNK.first);
  let ended = false;
  return {
    fill() {
      if (at < places.length || ended) return false;
      const began = performance.now();
      places = segment.read(from, chunk);
      at = 0;
      from = places[places.length - 1] ?? from;
      ended = places.length === 0;
      const isSlow = performance.now() - began > STATEMENT_MS;
      chunk = isSlow ? Math.max(CHUNK.least, Math.floor(chunk / 2)) : Math.min(chunk * 2, CHUNK.most);
      return true;
    },
    first: () => places[at] ?? null,
    take: () => {
      at += 1;
    },
  };
}

/** A page of the tasks that match. Throws `invalid_input` for a cursor that is none of this list's. */
export async function searchTasks(db: ReadableDatabase, search: TaskSearch): Promise<FoundPlaces> {
  const candidates = candidatesOf(db, search.filter, search.now);
  const course = courseOf(candidates, search.order);
  const budget = budgetOf(ANSWER_MS);
  const from = search.after === undefined ? null : readCursor(search.after, course.order);
  const found = course.isOrdered
    ? await merge(course, from, search.limit, budget)
    : await collect(course, from, search.limit, budget);
  return {
    ids: found.places.map((place) => place.id),
    next: found.next === null ? null : writeCursor(course.order, found.next),
    order: course.order,
    unserved: Object.fromEntries(
      TASK_ORDERS.flatMap((order) => {
        const why = courseOf(candidates, order).unserved;
        return why === null ? [] : [[order, why]];
      }),
    ),
    searched: found.searched,
    total: candidates.total,
  };
}

interface Found {
  readonly places: readonly Place[];
  /** The last place looked at; null: the end was reached. */
  readonly next: From | null;
  readonly searched: number;
}

/** Segments that are each in the wanted order, as one list. */
async function merge({ segments, compare }: Course, from: From | null, limit: number, budget: Budget): Promise<Found> {
  const heads = segments().map((segment) => headOf(segment, from, limit));
  const places: Place[] = [];
  let last: From | null = from;
  let searched = 0;
  for (;;) {
    let best: Head | null = null;
    for (const head of heads) {
      if (head.fill()) await budget.breathe();
      const place = head.first();
      const rival = best?.first();
      if (place !== null && (!rival || compare(place, rival) < 0)) best = head;
    }
    const place = best?.first();
    if (!best || !place) return { places, next: null, searched };
    best.take();
    last = place;
    searched += 1;
    if (place.matches) places.push(place);
    if (places.length === limit || budget.isSpent()) return { places, next: last, searched };
  }
}

/** Few candidates in any order: all are read, and sorted here. */
async function collect(
  { segments, compare }: Course,
  from: From | null,
  limit: number,
  budget: Budget,
): Promise<Found> {
  const matching: Place[] = [];
  let searched = 0;
  for (const segment of segments()) {
    const head = headOf(segment, null, CHUNK.first);
    for (;;) {
      if (head.fill()) await budget.breathe();
      const place = head.first();
      if (place === null) break;
      head.take();
      searched += 1;
      if (place.matches && (from === null || compare(place, from) > 0)) matching.push(place);
    }
  }
  matching.sort(compare);
  const places = matching.slice(0, limit);
  return { places, next: matching.length > limit ? (places[places.length - 1] ?? null) : null, searched };
}

/** Counts on from `after`, for as long as one answer takes. */
export async function countTasks(
  db: ReadableDatabase,
  { filter, after, now }: Pick<TaskSearch, "filter" | "after" | "now">,
): Promise<TaskCounts> {
  const candidates: Candidates = candidatesOf(db, filter, now);
  if (candidates.counts !== null && after === undefined) {
    return { counts: candidates.counts, searched: candidates.total, total: candidates.total, next: null };
  }
  const budget = budgetOf(ANSWER_MS);
  if (candidates.sweep !== null) return sweep(candidates.sweep, candidates.total, after, budget);
  const segments = candidates.segments();
  const start = after === undefined ? { segment: 0, from: null } : readCountCursor(after);
  const counts: Record<string, number> = {};
  let searched = 0;
  for (let index = start.segment; index < segments.length; index += 1) {
    const segment = segments[index];
    if (!segment) break;
    let from = index === start.segment ? start.from : null;
    const head = headOf(segment, from, CHUNK.most);
    for (;;) {
      if (head.fill()) await budget.breathe();
      const place = head.first();
      if (place === null) break;
      head.take();
      from = place;
      searched += 1;
      if (place.matches) counts[place.status] = (counts[place.status] ?? 0) + 1;
      // Between two chunks is soon enough to look at the clock.
      if (head.first() === null && budget.isSpent()) {
        const next = JSON.stringify([index, ...keyOf(from)]);
        return { counts, searched, total: candidates.total, next };
      }
    }
  }
  return { counts, searched, total: candidates.total, next: null };
}

/** Rows of a statement that only adds up. */
const SWEEP = { first: 1_024, least: 64, most: 8_192 } as const;

async function sweep(
  { last, count }: Sweep,
  total: number,
  after: string | undefined,
  budget: Budget,
): Promise<TaskCounts> {
  const counts: Record<string, number> = {};
  let from = after === undefined ? 0 : readSweepCursor(after);
  let chunk: number = SWEEP.first;
  let searched = 0;
  while (from < last && !budget.isSpent()) {
    const began = performance.now();
    for (const { status, looked, matching } of count(from, from + chunk)) {
      searched += looked;
      if (matching > 0) counts[status] = (counts[status] ?? 0) + matching;
    }
    from += chunk;
    const isSlow = performance.now() - began > STATEMENT_MS;
    chunk = isSlow ? Math.max(SWEEP.least, Math.floor(chunk / 2)) : Math.min(chunk * 2, SWEEP.most);
    await budget.breathe();
  }
  return { counts, searched, total, next: from < last ? JSON.stringify(from) : null };
}

function readSweepCursor(text: string): number {
  const parsed = z.int().min(0).safeParse(parse(text));
  if (!parsed.success) throw noPlace(text);
  return parsed.data;
}

const sortable = z.union([z.string(), z.number(), z.null()]);
const placeKey = [z.int(), sortable, z.string(), z.string(), z.int()] as const;
const cursor = z.tuple([z.enum(TASK_ORDERS), ...placeKey]);
const countCursor = z.tuple([z.int().min(0), ...placeKey]);

function keyOf({ row, priority, age, changed, ordinal }: From): [number, unknown, string, string, number] {
  return [row, typeof priority === "string" ? priority : integerOrNull(priority), age, changed, ordinal];
}

function writeCursor(order: TaskOrder, place: From): string {
  return JSON.stringify([order, ...keyOf(place)]);
}

function readCursor(text: string, order: TaskOrder): From {
  const parsed = cursor.safeParse(parse(text));
  if (!parsed.success || parsed.data[0] !== order) throw noPlace(text);
  const [, row, priority, age, changed, ordinal] = parsed.data;
  return { row, priority, age, changed, ordinal };
}

function readCountCursor(text: string): { readonly segment: number; readonly from: From } {
  const parsed = countCursor.safeParse(parse(text));
  if (!parsed.success) throw noPlace(text);
  const [segment, row, priority, age, changed, ordinal] = parsed.data;
  return { segment, from: { row, priority, age, changed, ordinal } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function noPlace(cursor: string): HiveError {
  return new HiveError(
    "invalid_input",
    `"${cursor.slice(0, 100)}" is no place in this list of tasks. Give the cursor that a page of it came with, or read it from its start.`,
  );
}
