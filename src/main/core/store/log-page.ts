import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import { type LogOrder, type LogPage, MOST_LOG_ROWS } from "../../../shared/model/log-views";
import { integer, type Row } from "./columns";

/** Rows of a log in one order, by a key that grows with each row (`place`). */
export interface LogStream {
  /** At most `limit` rows beyond `from`, in the page's order. */
  readonly read: (from: number, limit: number) => readonly Row[];
}

export interface LogQuery {
  /** Together they hold every row in question once, or more often. */
  readonly streams: readonly LogStream[];
  readonly order: LogOrder;
  /** Where the page begins: the rows beyond this place. */
  readonly from: number;
  /** Rows at this place and below are not in question. */
  readonly floor: number;
  readonly limit: number;
  /** Rows to look at before the page ends where it is. */
  readonly patience: number;
  readonly accepts: (row: Row) => boolean;
}

/** Small first reads, because most pages are full soon; larger ones for a needle in a haystack. */
const CHUNK = { first: 16, most: 512 } as const;
/** Rows read between two turns of the event loop: about 2 ms. */
const ROWS_A_TURN = 1_024;

/**
 * A page from any number of streams, merged. Each statement reads a bounded number of rows of an index; where few
 * rows are accepted the search goes on in later turns of the event loop. `next`: null at the end of the log.
 */
export async function readLogPage(query: LogQuery): Promise<{ rows: Row[]; next: string | null }> {
  const { order, limit, floor, patience } = query;
  const heads = query.streams.map((stream) => createHead(stream, query.from));
  const rows: Row[] = [];
  let last = query.from;
  let looked = 0;
  let untilTurn = ROWS_A_TURN;
  for (;;) {
    let first: Head | null = null;
    for (const head of heads) {
      untilTurn -= head.fill();
      if (head.place() !== null && (first === null || comesBefore(head, first, order))) first = head;
      if (untilTurn <= 0) {
        untilTurn = ROWS_A_TURN;
        await nextTurn();
      }
    }
    const row = first?.take();
    if (row === undefined) return { rows, next: null };
    const place = integer(row.place);
    if (place <= floor) {
      if (order === "newest") return { rows, next: null };
      continue;
    }
    if (place === last) continue;
    looked += 1;
    const isAccepted = query.accepts(row);
    if (isAccepted) {
      last = place;
      rows.push(row);
    }
    if (rows.length === limit || looked >= patience) return { rows, next: String(place) };
  }
}

interface Head {
  /** Reads on when there is nothing left in hand; says how many rows that gave. */
  fill(): number;
  place(): number | null;
  take(): Row | undefined;
}

function createHead({ read }: LogStream, start: number): Head {
  let rows: readonly Row[] = [];
  let at = 0;
  let from = start;
  let chunk: number = CHUNK.first;
  let ended = false;
  return {
    fill() {
      if (at < rows.length || ended) return 0;
      rows = read(from, chunk);
      at = 0;
      ended = rows.length < chunk;
      from = integer(rows[rows.length - 1]?.place);
      chunk = Math.min(chunk * 2, CHUNK.most);
      return rows.length;
    },
    place: () => (at < rows.length ? integer(rows[at]?.place) : null),
    take() {
      at += 1;
      return rows[at - 1];
    },
  };
}

function comesBefore(a: Head, b: Head, order: LogOrder): boolean {
  const difference = (a.place() ?? 0) - (b.place() ?? 0);
  return order === "newest" ? difference > 0 : difference < 0;
}

/** A page as asked for, with every default filled in. Throws `invalid_input`. */
export function logPlace({ after, order = "newest", limit = 100, patience = Number.POSITIVE_INFINITY }: LogPage) {
  const edge = order === "newest" ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  const from = after === undefined ? edge : Number(after);
  if (!Number.isSafeInteger(from) || after === "") {
    throw new HiveError("invalid_input", `"${after}" is no place in this log. Give the cursor of one of its rows.`);
  }
  return { order, from, limit: Math.max(1, Math.min(limit, MOST_LOG_ROWS)), patience };
}

/** The two halves of a keyset statement. */
export function keyset(order: LogOrder, key: string): { readonly beyond: string; readonly sorted: string } {
  return order === "newest"
    ? { beyond: `${key} < +$from`, sorted: `ORDER BY ${key} DESC LIMIT $limit` }
    : { beyond: `${key} > +$from`, sorted: `ORDER BY ${key} LIMIT $limit` };
}
