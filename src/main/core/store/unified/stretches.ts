import type { Clock } from "../../clock";
import { integer, textOrNull } from "../columns";
import { type ReadableDatabase, statement } from "../database";
import { stretchEnd } from "./statements";

/** Ids beyond `from` up to and with `to`, and how many rows of the table walked have one. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
}

/** Null: nothing follows. */
export function nextStretch(
  db: ReadableDatabase,
  table: "tasks" | "unified_tasks",
  from: string,
  rows: number,
): Stretch | null {
  const row = statement(db, stretchEnd(table)).get({ from, rows });
  const to = textOrNull(row?.end);
  return to === null ? null : { from, to, rows: integer(row?.n) };
}

const GOAL_MS = 4;
// Fewer would cost more in statements than in rows, where the machine is busy with other work.
const ROWS = { first: 64, least: 32, most: 1_024 } as const;

/** How many rows the next stretch takes, so that each one lasts a few milliseconds whatever the rows hold. */
export interface Pace {
  readonly rows: () => number;
  readonly timed: <T>(work: () => T) => T;
}

export function createPace(clock: Clock): Pace {
  let rows: number = ROWS.first;
  return {
    rows: () => rows,
    timed(work) {
      const begun = clock.monotonic();
      const answer = work();
      const took = clock.monotonic() - begun;
      if (took < GOAL_MS / 2) rows = Math.min(rows * 2, ROWS.most);
      else if (took > GOAL_MS) rows = Math.max(Math.floor((rows * GOAL_MS) / took), ROWS.least);
      return answer;
    },
  };
}
