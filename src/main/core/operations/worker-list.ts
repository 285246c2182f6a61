import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import type { WorkerRow } from "../../../shared/model/views";
import type { WorkerCounts } from "../../../shared/model/workers";
import type { Page } from "../../../shared/page";
import { readDrained } from "../store/drains";
import type { Store } from "../store/open";
import { listWorkersAfter, type WorkerPlace } from "../store/workers";
import { workerRow } from "./workers";

/** Rows read, and processes looked at, between two turns of the event loop: a few milliseconds. */
const SLICE = 150;
/** Of a walk through all workers the next is due after twenty times what it took: it costs a twentieth at most. */
const REST = 20;
const MOST_ROLES = 30;

export interface WorkerSearch {
  readonly states: readonly string[];
  readonly text: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Workers of these states (none: all) that a text names; those that signed off last, else by role and id. Throws `invalid_input`. */
export async function pageWorkers(store: Store, search: WorkerSearch): Promise<Page<WorkerRow>> {
  const { states, limit } = search;
  const text = search.text.trim().toLowerCase();
  const rows: WorkerRow[] = [];
  for await (const slice of walk(store, search.after === undefined ? FIRST : parsePlace(search.after))) {
    for (const [index, row] of slice.entries()) {
      if (states.length > 0 && !states.includes(row.state)) continue;
      if (text !== "" && !names(row, text)) continue;
      rows.push(row);
      if (rows.length < limit) continue;
      const isLast = isSignedOff(row) && index === slice.length - 1 && slice.length < SLICE;
      return { rows, next: isLast ? null : formatPlace(row) };
    }
  }
  return { rows, next: null };
}

function names({ id, role, capabilities, host, currentTaskTitle }: WorkerRow, text: string): boolean {
  const words = [id, role, host ?? "", currentTaskTitle ?? "", ...capabilities];
  return words.some((word) => word.toLowerCase().includes(text));
}

const FIRST: WorkerPlace = { isSignedOff: false, role: "", id: "" };

const isSignedOff = ({ status }: WorkerRow): boolean => status === "offline";

const formatPlace = (row: WorkerRow): string => JSON.stringify([isSignedOff(row), row.role, row.id]);

function parsePlace(given: string): WorkerPlace {
  try {
    const place: unknown = JSON.parse(given);
    if (Array.isArray(place)) {
      const [isOff, role, id] = place;
      if (typeof isOff === "boolean" && typeof role === "string" && typeof id === "string") {
        return { isSignedOff: isOff, role, id };
      }
    }
  } catch {
    // It is no place, as any other text.
  }
  throw new HiveError("invalid_input", `"${given}" is no place in the list of workers. Give the "next" of a page.`);
}

async function* walk(store: Store, from: WorkerPlace): AsyncGenerator<readonly WorkerRow[]> {
  let after = from;
  for (;;) {
    const drained = readDrained(store.read);
    const now = store.clock.now();
    const slice = listWorkersAfter(store.read, after, SLICE).map((record) => workerRow(record, drained, now));
    if (slice.length > 0) yield slice;
    const last = slice.at(-1);
    if (last !== undefined && slice.length === SLICE) after = { ...after, role: last.role, id: last.id };
    else if (after.isSignedOff) return;
    else after = { ...FIRST, isSignedOff: true };
    await nextTurn();
  }
}

interface Counting {
  answer: Promise<WorkerCounts>;
  /** Monotonic; the answer is given until then. */
  until: number;
}

const countings = new WeakMap<Store, Counting>();

/** How many workers are in each state. Of many workers the answer may be some seconds old. */
export function countWorkers(store: Store): Promise<WorkerCounts> {
  const known = countings.get(store);
  if (known !== undefined && store.clock.monotonic() < known.until) return known.answer;
  const begun = store.clock.monotonic();
  const counting: Counting = { answer: count(store), until: Number.POSITIVE_INFINITY };
  countings.set(store, counting);
  const ended = (): void => {
    const took = store.clock.monotonic() - begun;
    counting.until = store.clock.monotonic() + (took < 20 ? 0 : REST * took);
  };
  counting.answer.then(ended, ended);
  return counting.answer;
}

async function count(store: Store): Promise<WorkerCounts> {
  const states: Record<string, number> = {};
  const roles = new Map<string, { role: string; total: number; live: number }>();
  let total = 0;
  let drained = 0;
  for await (const slice of walk(store, FIRST)) {
    for (const row of slice) {
      total += 1;
      if (row.drained) drained += 1;
      states[row.state] = (states[row.state] ?? 0) + 1;
      const role = roles.get(row.role) ?? { role: row.role, total: 0, live: 0 };
      roles.set(row.role, role);
      role.total += 1;
      if (row.state === "busy" || row.state === "idle") role.live += 1;
    }
  }
  const most = [...roles.values()].sort((a, b) => b.total - a.total || (a.role < b.role ? -1 : 1));
  return { total, states, drained, roles: most.slice(0, MOST_ROLES) };
}
