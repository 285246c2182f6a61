import { z } from "zod";
import { HiveError } from "../../../../shared/errors";
import {
  type Difference,
  type FieldDifference,
  type MigrationPhase,
  type ParityCounts,
  type ParityPoint,
  type ParityReport,
  PHASES,
} from "../../../../shared/model/unified-migration";
import type { Clock } from "../../clock";
import { integer, json, type Row, text } from "../columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "../database";
import { extraStatements, IS_COPY, legacyColumns, parityStatements } from "./statements";
import { createPace, nextStretch, type Stretch } from "./stretches";

export interface ParityRequest {
  /** `next` of the page before. Undefined: from the beginning, and everything is counted. */
  readonly after?: string | undefined;
  /** Differences on the page; a few more where one task has several. */
  readonly limit: number;
  readonly onProgress?: ((counts: ParityCounts) => void) | undefined;
}

/** First what the legacy tasks ask for, then copies that nobody asks for. */
const STEPS = ["tasks", "copies"] as const;
type Step = (typeof STEPS)[number];

const OWN = `SELECT count(*) AS n FROM unified_tasks u WHERE u.id > +$from AND u.id <= +$to
  AND NOT ${IS_COPY("u.task_metadata")} AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = u.id)`;

/**
 * Compares what the unified tables hold with what the legacy ones ask for, a stretch of ids at a time. Each row is
 * compared within one statement, so writes meanwhile make no difference. Throws `invalid_input` for a place that no
 * page gave.
 */
export function* compareRows(
  db: ReadableDatabase,
  { after, limit, onProgress }: ParityRequest,
  clock: Clock,
): Generator<undefined, ParityReport> {
  const begun = clock.monotonic();
  const comparer = createComparer(db);
  const counts = { checked: 0, missing: 0, differing: 0, extra: 0, own: 0 };
  const page = createPage(limit);
  const start = placeOf(after);
  for (const step of STEPS.slice(STEPS.indexOf(start.step))) {
    const pace = createPace(clock);
    let from = step === start.step ? start.id : "";
    // A further page is not counted to its end.
    while (after === undefined || page.next() === null) {
      const stretch = nextStretch(db, step === "tasks" ? "tasks" : "unified_tasks", from, pace.rows());
      if (stretch === null) break;
      const { differences, own } = pace.timed(() => comparer[step](stretch));
      if (step === "tasks") counts.checked += stretch.rows;
      counts.own += own;
      for (const { kind } of differences) counts[COUNTED_AS[kind]] += 1;
      page.add(step, differences);
      from = stretch.to;
      onProgress?.(counts);
      yield undefined;
    }
  }
  return { ...counts, differences: page.rows, next: page.next(), tookMs: Math.round(clock.monotonic() - begun) };
}

const COUNTED_AS = { missing: "missing", differs: "differing", extra: "extra" } as const;

interface Compared {
  readonly differences: readonly Difference[];
  readonly own: number;
}

function createComparer(db: ReadableDatabase): Record<Step, (stretch: Stretch) => Compared> {
  const wanted = parityStatements(legacyColumns(db));
  const extras = extraStatements();
  const byId = (a: Difference, b: Difference) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return {
    tasks({ from, to }) {
      const differences = wanted.flatMap(({ table, columns, sql }) =>
        statement(db, sql)
          .all({ from, to })
          .map((row) => differenceOf(table, columns, row)),
      );
      return { differences: differences.sort(byId), own: 0 };
    },
    copies({ from, to }) {
      const differences = extras.flatMap(({ table, sql }) =>
        statement(db, sql)
          .all({ from, to })
          .map(({ id }): Difference => ({ kind: "extra", table, id: text(id), fields: [] })),
      );
      return { differences: differences.sort(byId), own: integer(statement(db, OWN).get({ from, to })?.n) };
    },
  };
}

/** Takes differences until it is full; never cuts between two of one task. */
function createPage(limit: number) {
  const rows: Difference[] = [];
  let place: readonly [Step, string] = ["tasks", ""];
  let next: string | null = null;
  return {
    rows,
    next: () => next,
    add(step: Step, found: readonly Difference[]): void {
      for (const difference of found) {
        if (next !== null) return;
        if (rows.length >= limit && place[1] !== difference.id) next = JSON.stringify(place);
        else {
          rows.push(difference);
          place = [step, difference.id];
        }
      }
    },
  };
}

const placeShape = z.tuple([z.enum(STEPS), z.string()]);

function placeOf(after: string | undefined): { readonly step: Step; readonly id: string } {
  if (after === undefined) return { step: "tasks", id: "" };
  const [step, id] = placeShape.safeParse(json(after)).data ?? noPlace(after);
  return { step, id };
}

function noPlace(after: string): never {
  throw new HiveError("invalid_input", "No page of differences ends there. Take `next` of the page before.", { after });
}

/** Enough to see what is wrong; the rows themselves say the rest. */
const LONGEST_VALUE = 500;

function differenceOf(table: string, columns: readonly string[], row: Row): Difference {
  const id = text(row.id);
  if (row.here === 0) return { kind: "missing", table, id, fields: [] };
  const fields = columns.flatMap((column, at): FieldDifference[] => {
    const expected = numberOrText(row[`want_${at}`]);
    const found = numberOrText(row[`have_${at}`]);
    return row[`same_${at}`] === 1 ? [] : [{ column, expected: shown(expected), found: shown(found) }];
  });
  return { kind: "differs", table, id, fields };
}

function numberOrText(value: unknown): string | number | null {
  return value === null || typeof value === "number" ? value : text(value);
}

function shown(value: string | number | null): string | number | null {
  return typeof value === "string" && value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

const INSERT_POINT = `INSERT OR REPLACE INTO console_parity (at, actor, phase, checked, missing, differing, extra, own, took_ms)
  VALUES ($at, $actor, $phase, $checked, $missing, $differing, $extra, $own, $tookMs)`;
const KEPT_POINTS = 1_000;
const FORGET_POINTS = `DELETE FROM console_parity WHERE at < (SELECT at FROM console_parity ORDER BY at DESC LIMIT 1 OFFSET ${KEPT_POINTS})`;

/** Remembers one check of the whole database. */
export function noteParity(tx: WritableDatabase, point: ParityPoint): void {
  statement(tx, INSERT_POINT).run({ ...point });
  statement(tx, FORGET_POINTS).run();
}

/** The latest first. */
export function listParity(db: ReadableDatabase, limit: number): ParityPoint[] {
  return statement(db, "SELECT * FROM console_parity ORDER BY at DESC LIMIT ?").all(limit).map(decodePoint);
}

function decodePoint(row: Row): ParityPoint {
  return {
    at: integer(row.at),
    actor: text(row.actor),
    phase: phaseOfText(text(row.phase)),
    checked: integer(row.checked),
    missing: integer(row.missing),
    differing: integer(row.differing),
    extra: integer(row.extra),
    own: integer(row.own),
    tookMs: integer(row.took_ms),
  };
}

function phaseOfText(value: string): MigrationPhase {
  return PHASES.find((phase) => phase === value) ?? "none";
}
